// Sections and defined symbols of a relocatable ELF64 file.
#pragma once

#include "support/array.h"
#include "support/bytes.h"
#include "support/text.h"

typedef struct ElfSection {
    Text name;
    uint64_t size;
    bool is_allocated; // part of the program in memory
} ElfSection;

typedef struct ElfSymbol {
    Text name;
    uint32_t section; // index into the object's sections
    uint64_t offset;  // in the section
    uint64_t size;    // as the symbol table has it: of an alias into a larger object, that of the object
} ElfSymbol;

typedef struct ElfObject {
    ARRAY(ElfSection) sections;
    ARRAY(ElfSymbol) symbols; // defined ones with a name, in file order
} ElfObject;

/// False if the bytes are no little-endian ELF64 object or are cut short. Names are views into `bytes`.
MUST_CHECK bool elf_object_read(Bytes bytes, Arena *arena, ElfObject *out);
