// Opening an assembly, and the questions about it that need no table walk.
#include "load/image.h"

#include <string.h>

static Image *image_read(Bytes bytes, const char *path, Arena *arena, TextTable *texts, Diag *diag) {
    const char *reason = "";
    Bytes metadata;
    Image *image = ARENA_NEW(arena, Image);
    image->file = bytes;
    image->path = arena_copy(arena, path, strlen(path) + 1, 1);
    image->arena = arena;
    image->texts = texts;
    if (pe_read(image, &metadata, &reason) && streams_read(metadata, &image->streams, &reason) &&
        tables_read(image, &reason) && tables_check(image, &reason)) {
        tables_sort(image);
        return image;
    }
    diag_report(diag, DIAG_AssemblyInvalid, (DiagLocation){0}, path, reason);
    return NULL;
}

Image *image_open_bytes(Bytes bytes, const char *path, Arena *arena, TextTable *texts, Diag *diag) {
    return image_read(bytes, path, arena, texts, diag);
}

Image *image_open(const char *path, Arena *arena, TextTable *texts, Diag *diag) {
    Bytes bytes;
    if (!file_map(path, &bytes, diag))
        return NULL;
    Image *image = image_read(bytes, path, arena, texts, diag);
    if (image) {
        image->owns_file = true;
    } else {
        file_unmap(bytes);
    }
    return image;
}

void image_close(Image *image) {
    if (!image)
        return;
    if (image->pdb)
        pdb_close(image->pdb);
    image->pdb = NULL;
    if (image->owns_file)
        file_unmap(image->file);
    image->owns_file = false;
    image->file = (Bytes){0};
}

const char *image_path(const Image *image) {
    return image->path;
}

Text image_name(const Image *image) {
    if (table_row_count(image, TABLE_Assembly)) {
        Text name = column_text(image, COLUMN_Assembly_Name, 1);
        if (name.size)
            return name;
    }
    const char *slash = strrchr(image->path, '/');
    const char *name = slash ? slash + 1 : image->path;
    const char *dot = strrchr(name, '.');
    return text_intern(image->texts, name, dot ? (size_t)(dot - name) : strlen(name));
}

Token image_entry_point(const Image *image) {
    return token_is_valid(image, image->entry_point) ? image->entry_point : (Token){0};
}

Bytes image_mvid(const Image *image) {
    Bytes guid = {(const uint8_t *)"", 0};
    if (table_row_count(image, TABLE_Module) == 0)
        return guid;
    uint32_t index = column_read(image, COLUMN_Module_Mvid, 1);
    if (index == 0 || !bytes_slice(image->streams.guids, (size_t)(index - 1) * 16, 16, &guid))
        return guid;
    return guid;
}

// ---- manifest resources (II.22.24) --------------------------------------------------------------

uint32_t resource_count(const Image *image) {
    return table_row_count(image, TABLE_ManifestResource);
}

bool resource_get(const Image *image, uint32_t index, Text *name, Bytes *out) {
    uint32_t rid = index + 1;
    uint32_t size;
    if (index >= resource_count(image))
        return false;
    *name = column_text(image, COLUMN_ManifestResource_Name, rid);
    if (column_read(image, COLUMN_ManifestResource_Implementation, rid) != 0)
        return false; // in another file
    Cursor c = cursor_over(image->resources);
    return cursor_seek(&c, column_read(image, COLUMN_ManifestResource_Offset, rid)) && read_u32(&c, &size) &&
           read_bytes(&c, size, out);
}

bool resource_find(const Image *image, const char *name, Bytes *out) {
    for (uint32_t i = 0; i < resource_count(image); i++) {
        Text found;
        if (resource_get(image, i, &found, out) && text_equal_z(found, name))
            return true;
    }
    return false;
}
