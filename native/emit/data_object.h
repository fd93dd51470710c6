// Data objects: what the data unit consists of, before LLVM sees it. An object is a run of bytes with fix-ups
// (absolute and self-relative addresses of symbols) and labels (symbols inside it). Builders append;
// data_module.c turns all of them into globals at once, so that objects may refer to each other in any order,
// and `--dump=emit` can print them.
#pragma once

#include "support/array.h"
#include "support/text.h"

typedef enum FixupKind {
    FIXUP_Absolute, // 8 bytes: address of the symbol + addend
    FIXUP_Relative, // 4 bytes: symbol + addend - address of the fix-up
} FixupKind;

/// How a symbol that this unit does not define is declared.
typedef enum SymbolUse {
    USE_Data,
    USE_Code,
    USE_WeakCode, // 0 if the linker has no such function
} SymbolUse;

typedef struct Fixup {
    uint32_t offset;
    FixupKind kind;
    SymbolUse use;
    Text symbol;
    int64_t addend;
} Fixup;

typedef struct Label {
    uint32_t offset;
    Text symbol;
    bool is_exported; // default instead of hidden visibility
} Label;

typedef enum DataSection {
    SECTION_ReadOnly, // .rodata; .data.rel.ro if there are fix-ups
    SECTION_Writable, // .data, or .bss if all is zero
    SECTION_Modules,  // __modules: found through its bounds
} DataSection;

typedef struct DataObject {
    Text name; // of the whole object when no label lies at its start
    DataSection section;
    uint32_t alignment;
    bool keeps; // never dropped by the linker or LLVM
    ARRAY(uint8_t) bytes;
    ARRAY(Fixup) fixups; // ascending offsets
    ARRAY(Label) labels;
    uint32_t zero_size; // further zero bytes at the end
} DataObject;

/// All objects of the data unit, in the order of their making.
typedef struct DataSet {
    Arena *arena;
    TextTable *texts;
    ARRAY(DataObject *) objects;
} DataSet;

/// A new object; `name` is interned.
DataObject *data_object_new(DataSet *set, const char *name, DataSection section, uint32_t alignment);
uint32_t data_size(const DataObject *object);
void data_label(DataSet *set, DataObject *object, Text symbol);
void data_label_z(DataSet *set, DataObject *object, const char *symbol);

void data_u8(DataSet *set, DataObject *object, uint8_t value);
void data_u16(DataSet *set, DataObject *object, uint16_t value);
void data_u32(DataSet *set, DataObject *object, uint32_t value);
void data_u64(DataSet *set, DataObject *object, uint64_t value);
void data_bytes(DataSet *set, DataObject *object, const void *bytes, size_t size);
/// Pads with zeros to a multiple of `alignment`.
void data_align(DataSet *set, DataObject *object, uint32_t alignment);
/// Zero bytes.
void data_zeros(DataSet *set, DataObject *object, uint32_t size);
/// An absolute address; NULL text data = a null pointer.
void data_pointer(DataSet *set, DataObject *object, Text symbol, SymbolUse use, int64_t addend);
/// A self-relative 32-bit address; NULL text data = 0.
void data_relative(DataSet *set, DataObject *object, Text symbol, SymbolUse use, int64_t addend);
/// Overwrites four bytes written before.
void data_patch_u32(DataObject *object, uint32_t offset, uint32_t value);

/// Symbol made from parts, interned.
Text data_symbol(DataSet *set, const char *format, ...) PRINTF_LIKE(2, 3);
