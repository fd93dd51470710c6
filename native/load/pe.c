// PE file format as far as II.25 uses it: headers, sections, data directories, CLI header.
#include "load/image.h"

enum {
    DOS_NEW_HEADER_OFFSET = 0x3C,
    OPTIONAL_MAGIC_PE32 = 0x10B,
    OPTIONAL_MAGIC_PE32_PLUS = 0x20B,
    DIRECTORY_Debug = 6,
    DIRECTORY_CliHeader = 14,
    DIRECTORY_COUNT = 16,
    CLI_FLAG_NativeEntryPoint = 0x10, // II.25.3.3.1
};

typedef struct Directory {
    uint32_t rva, size;
} Directory;

static bool fail(const char **reason, const char *text) {
    *reason = text;
    return false;
}

bool rva_bytes(const Image *image, uint32_t rva, Bytes *out) {
    for (uint32_t i = 0; i < image->section_count; i++) {
        const Section *section = &image->sections[i];
        if (rva < section->rva || rva - section->rva >= section->bytes.size)
            continue;
        uint32_t offset = rva - section->rva;
        return bytes_slice(section->bytes, offset, section->bytes.size - offset, out);
    }
    return false;
}

static bool directory_bytes(const Image *image, Directory directory, Bytes *out) {
    Bytes rest;
    return rva_bytes(image, directory.rva, &rest) && bytes_slice(rest, 0, directory.size, out);
}

static bool directory_read(Cursor *c, Directory *out) {
    return read_u32(c, &out->rva) && read_u32(c, &out->size);
}

static bool optional_header_read(Bytes header, Directory *directories) {
    Cursor c = cursor_over(header);
    uint16_t magic;
    if (!read_u16(&c, &magic) || (magic != OPTIONAL_MAGIC_PE32 && magic != OPTIONAL_MAGIC_PE32_PLUS))
        return false;
    size_t count_offset = magic == OPTIONAL_MAGIC_PE32 ? 92 : 108; // II.25.2.3: NumberOfRvaAndSizes
    uint32_t count;
    if (!cursor_seek(&c, count_offset) || !read_u32(&c, &count))
        return false;
    for (uint32_t i = 0; i < count && i < DIRECTORY_COUNT; i++) {
        if (!directory_read(&c, &directories[i]))
            return false;
    }
    return true;
}

// A section's bytes are what the file has of it; a tail that exists only in memory is not mapped.
static bool section_read(Cursor *c, Bytes file, Section *out) {
    uint32_t raw_size, raw_offset;
    if (!cursor_skip(c, 8) || !read_u32(c, &out->virtual_size) || !read_u32(c, &out->rva) ||
        !read_u32(c, &raw_size) || !read_u32(c, &raw_offset) || !cursor_skip(c, 16)) {
        return false;
    }
    if (out->virtual_size && raw_size > out->virtual_size)
        raw_size = out->virtual_size; // file alignment padding
    return raw_size == 0 || bytes_slice(file, raw_offset, raw_size, &out->bytes);
}

static bool headers_read(Image *image, Directory *directories, const char **reason) {
    Cursor c = cursor_over(image->file);
    uint32_t new_header, signature;
    uint16_t magic, section_count, optional_size;
    Bytes optional;
    if (!read_u16(&c, &magic) || magic != 0x5A4D)
        return fail(reason, "it is not a PE file (no MZ header)");
    if (!cursor_seek(&c, DOS_NEW_HEADER_OFFSET) || !read_u32(&c, &new_header) ||
        !cursor_seek(&c, new_header) || !read_u32(&c, &signature) || signature != 0x4550) {
        return fail(reason, "it is not a PE file (no PE signature)");
    }
    if (!cursor_skip(&c, 2) || !read_u16(&c, &section_count) || !cursor_skip(&c, 12) ||
        !read_u16(&c, &optional_size) || !cursor_skip(&c, 2) || !read_bytes(&c, optional_size, &optional)) {
        return fail(reason, "its PE header is truncated");
    }
    if (!optional_header_read(optional, directories))
        return fail(reason, "its PE optional header is malformed");
    if (section_count > MOST_SECTIONS)
        return fail(reason, "it has too many sections");
    for (uint32_t i = 0; i < section_count; i++) {
        if (!section_read(&c, image->file, &image->sections[i])) {
            return fail(reason, "a section lies outside the file (is it truncated?)");
        }
        image->section_count = i + 1;
    }
    return true;
}

// II.25.3.3
static bool cli_header_read(Image *image, Bytes header, Bytes *metadata, const char **reason) {
    Cursor c = cursor_over(header);
    uint32_t flags, entry_point;
    Directory metadata_directory, resources;
    if (!cursor_skip(&c, 8) || !directory_read(&c, &metadata_directory) || !read_u32(&c, &flags) ||
        !read_u32(&c, &entry_point) || !directory_read(&c, &resources)) {
        return fail(reason, "its CLI header is truncated");
    }
    if (!directory_bytes(image, metadata_directory, metadata))
        return fail(reason, "its metadata lies outside the file");
    if (resources.size && !directory_bytes(image, resources, &image->resources)) {
        return fail(reason, "its resources lie outside the file");
    }
    if (!(flags & CLI_FLAG_NativeEntryPoint))
        image->entry_point = (Token){entry_point};
    return true;
}

bool pe_read(Image *image, Bytes *metadata, const char **reason) {
    Directory directories[DIRECTORY_COUNT] = {0};
    Bytes header;
    if (!headers_read(image, directories, reason))
        return false;
    if (directories[DIRECTORY_CliHeader].rva == 0) {
        return fail(reason, "it has no CLI header (it is a native library)");
    }
    if (!directory_bytes(image, directories[DIRECTORY_CliHeader], &header)) {
        return fail(reason, "its CLI header lies outside the file");
    }
    // Debug data is never needed to compile: a broken directory counts as none.
    if (!directory_bytes(image, directories[DIRECTORY_Debug], &image->debug_directory)) {
        image->debug_directory = (Bytes){0};
    }
    return cli_header_read(image, header, metadata, reason);
}
