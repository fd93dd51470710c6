// Row displacement: packs sparse rows (type x selector) into one table, so that entry (row, column) lies at
// table[displacement(row) + number(column)] (design generics-and-dispatch.md 4.3). Deterministic.
#pragma once

#include "support/array.h"

enum { ROW_HOLE = UINT32_MAX };

typedef struct SparseRow {
    const uint32_t *columns; // distinct
    uint32_t count;
    uint32_t displacement; // out
} SparseRow;

typedef struct RowTable {
    uint32_t *numbers; // by column: its place within a row; used columns get distinct numbers
    uint32_t *rows;    // by table entry: index of the row, ROW_HOLE if none
    uint32_t *columns; // by table entry: the column
    uint32_t size;     // entries
} RowTable;

/// Numbers the columns and places every row (empty ones at 0).
RowTable row_displacement_pack(Arena *arena, SparseRow *rows, uint32_t row_count, uint32_t column_count);
