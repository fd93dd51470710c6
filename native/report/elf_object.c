#include "report/elf_object.h"

#include <elf.h>
#include <string.h>

static bool header_read(Bytes bytes, Elf64_Ehdr *header) {
    if (bytes.size < sizeof *header)
        return false;
    memcpy(header, bytes.data, sizeof *header);
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
           header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_shentsize == sizeof(Elf64_Shdr);
}

static bool section_header_read(Bytes bytes, const Elf64_Ehdr *header, uint32_t index, Elf64_Shdr *out) {
    Bytes row;
    if (!bytes_slice(bytes, header->e_shoff + (uint64_t)index * sizeof *out, sizeof *out, &row))
        return false;
    memcpy(out, row.data, sizeof *out);
    return true;
}

// Counts above 0xFF00 lie in the first section header.
static bool section_counts(Bytes bytes, const Elf64_Ehdr *header, uint32_t *count, uint32_t *names) {
    Elf64_Shdr first;
    if (!section_header_read(bytes, header, 0, &first))
        return false;
    *count = header->e_shnum ? header->e_shnum : (uint32_t)first.sh_size;
    *names = header->e_shstrndx == SHN_XINDEX ? first.sh_link : header->e_shstrndx;
    return true;
}

static bool string_at(Bytes bytes, const Elf64_Shdr *table, uint32_t offset, Text *out) {
    Bytes content;
    if (table->sh_type != SHT_STRTAB || !bytes_slice(bytes, table->sh_offset, table->sh_size, &content))
        return false;
    if (offset >= content.size)
        return false;
    const char *start = (const char *)content.data + offset;
    *out = (Text){start, strnlen(start, content.size - offset)};
    return true;
}

typedef struct SymbolTable {
    Bytes rows, extended; // extended: section indexes of SHN_XINDEX symbols
    Elf64_Shdr strings;
} SymbolTable;

static bool symbol_section(const SymbolTable *table, const Elf64_Sym *symbol, size_t index,
                           uint32_t *section) {
    *section = symbol->st_shndx;
    if (symbol->st_shndx == SHN_XINDEX) {
        if (table->extended.size < (index + 1) * 4)
            return false;
        memcpy(section, table->extended.data + index * 4, 4);
        return true;
    }
    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE;
}

static bool symbols_read(Bytes bytes, const SymbolTable *table, Arena *arena, ElfObject *out) {
    for (size_t i = 0; i < table->rows.size / sizeof(Elf64_Sym); i++) {
        Elf64_Sym row;
        memcpy(&row, table->rows.data + i * sizeof row, sizeof row);
        ElfSymbol symbol = {.offset = row.st_value, .size = row.st_size};
        if (!row.st_name || ELF64_ST_TYPE(row.st_info) == STT_SECTION ||
            ELF64_ST_TYPE(row.st_info) == STT_FILE)
            continue;
        if (!symbol_section(table, &row, i, &symbol.section) || symbol.section >= out->sections.count)
            continue;
        if (!string_at(bytes, &table->strings, row.st_name, &symbol.name))
            return false;
        ARRAY_PUSH(arena, &out->symbols, symbol);
    }
    return true;
}

static bool sections_read(Bytes bytes, const Elf64_Ehdr *header, Arena *arena, ElfObject *out,
                          SymbolTable *symbols) {
    uint32_t count, names_index;
    Elf64_Shdr names, row;
    if (!section_counts(bytes, header, &count, &names_index))
        return false;
    if (!section_header_read(bytes, header, names_index, &names))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        ElfSection section;
        if (!section_header_read(bytes, header, i, &row) ||
            !string_at(bytes, &names, row.sh_name, &section.name))
            return false;
        section.size = row.sh_size;
        section.is_allocated = (row.sh_flags & SHF_ALLOC) != 0;
        ARRAY_PUSH(arena, &out->sections, section);
        if (row.sh_type == SHT_SYMTAB_SHNDX &&
            !bytes_slice(bytes, row.sh_offset, row.sh_size, &symbols->extended))
            return false;
        if (row.sh_type != SHT_SYMTAB)
            continue;
        if (!bytes_slice(bytes, row.sh_offset, row.sh_size, &symbols->rows))
            return false;
        if (!section_header_read(bytes, header, row.sh_link, &symbols->strings))
            return false;
    }
    return true;
}

bool elf_object_read(Bytes bytes, Arena *arena, ElfObject *out) {
    Elf64_Ehdr header;
    SymbolTable symbols = {0};
    *out = (ElfObject){0};
    return header_read(bytes, &header) && sections_read(bytes, &header, arena, out, &symbols) &&
           symbols_read(bytes, &symbols, arena, out);
}
