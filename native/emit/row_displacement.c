#include "emit/row_displacement.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct Ranked {
    uint32_t index, weight;
} Ranked;

// Heaviest first, then by index: a total order, so that qsort gives one result everywhere.
static int ranked_compare(const void *a, const void *b) {
    const Ranked *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

// Popular columns get low numbers, so that most rows start near their displacement.
static uint32_t *number_columns(Arena *arena, const SparseRow *rows, uint32_t row_count,
                                uint32_t column_count) {
    Ranked *ranked = ARENA_ARRAY(arena, Ranked, column_count + 1);
    for (uint32_t i = 0; i < column_count; i++)
        ranked[i].index = i;
    for (uint32_t r = 0; r < row_count; r++)
        for (uint32_t i = 0; i < rows[r].count; i++)
            ranked[rows[r].columns[i]].weight++;
    qsort(ranked, column_count, sizeof *ranked, ranked_compare);
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, column_count + 1);
    for (uint32_t i = 0; i < column_count; i++)
        numbers[ranked[i].index] = i;
    return numbers;
}

static void table_reserve(Arena *arena, RowTable *table, uint32_t *capacity, uint32_t size) {
    uint32_t old = *capacity;
    while (*capacity < size) {
        uint32_t grown = *capacity;
        table->columns = array_grow(arena, table->columns, &grown, sizeof *table->columns);
        table->rows = array_grow(arena, table->rows, capacity, sizeof *table->rows);
    }
    for (uint32_t i = old; i < *capacity; i++)
        table->rows[i] = ROW_HOLE;
}

static bool row_fits(const RowTable *table, uint32_t capacity, const SparseRow *row, uint32_t displacement) {
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t at = displacement + table->numbers[row->columns[i]];
        if (at < capacity && table->rows[at] != ROW_HOLE)
            return false;
    }
    return true;
}

static void row_place(Arena *arena, RowTable *table, uint32_t *capacity, SparseRow *row, uint32_t index) {
    while (!row_fits(table, *capacity, row, row->displacement))
        row->displacement++;
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t at = row->displacement + table->numbers[row->columns[i]];
        table_reserve(arena, table, capacity, at + 1);
        table->rows[at] = index;
        table->columns[at] = row->columns[i];
        if (at >= table->size)
            table->size = at + 1;
    }
}

RowTable row_displacement_pack(Arena *arena, SparseRow *rows, uint32_t row_count, uint32_t column_count) {
    RowTable table = {.numbers = number_columns(arena, rows, row_count, column_count)};
    uint32_t capacity = 0;
    Ranked *order = ARENA_ARRAY(arena, Ranked, row_count + 1);
    for (uint32_t i = 0; i < row_count; i++)
        order[i] = (Ranked){i, rows[i].count};
    qsort(order, row_count, sizeof *order, ranked_compare);
    for (uint32_t i = 0; i < row_count; i++) {
        rows[order[i].index].displacement = 0;
        row_place(arena, &table, &capacity, &rows[order[i].index], order[i].index);
    }
    return table;
}
