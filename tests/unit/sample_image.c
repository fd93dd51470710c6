// The sample in C#, roughly:
//
//     class Program : Object, IThing { static int answer = 42; [RVA] static int data;
//         static void Main(string[] args) { "hello"; try {} catch (Object) {} finally {} }
//         int Value { get; }  extern static void puts();  class Nested<T> where T : Object { void M() } }
#include "sample_image.h"

#include <string.h>
#include <zlib.h>

enum {
    OBJECT_REF = 0x01000001,
    PROGRAM = 0x02000002,
    NESTED = 0x02000003,
    MAIN = 0x06000001,
    FIELD_ANSWER = 0x04000001,
    FIELD_DATA = 0x04000002,
    CTOR_REF = 0x0A000001
};

// Fat header, code, and two exception sections: one small with two clauses, one fat with a filter.
static uint32_t main_body(ImageBuilder *b, Token hello) {
    ByteBuffer body = {0};
    Arena *a = b->arena;
    buffer_number(a, &body, 0x301B, 2);     // three words, init locals, more sections, fat
    buffer_number(a, &body, 3, 2);          // max stack
    buffer_number(a, &body, 7, 4);          // code size
    buffer_number(a, &body, 0x11000001, 4); // locals
    buffer_number(a, &body, 0x72, 1);       // ldstr
    buffer_number(a, &body, hello.value, 4);
    buffer_bytes(a, &body, "\x26\x2A", 2); // pop, ret
    buffer_align(a, &body, 4);
    buffer_number(a, &body, 0x81, 1); // small table, more sections
    buffer_number(a, &body, 4 + 2 * 12, 1);
    buffer_number(a, &body, 0, 2);
    buffer_bytes(a, &body, "\0\0\0\0\1\1\0\1", 8);
    buffer_number(a, &body, OBJECT_REF, 4); // catch
    buffer_bytes(a, &body, "\2\0\0\0\2\2\0\2", 8);
    buffer_number(a, &body, 0, 4);    // finally
    buffer_number(a, &body, 0x41, 1); // fat table
    buffer_number(a, &body, 4 + 24, 3);
    static const uint32_t filter[] = {1, 0, 5, 5, 2, 3};
    for (int i = 0; i < 6; i++)
        buffer_number(a, &body, filter[i], 4);
    return builder_data(b, body.items, body.count);
}

static void methods_fill(ImageBuilder *b) {
    Token hello = builder_user_string(b, "hello");
    uint32_t static_void = builder_blob(b, "\0\0\1", 3), instance_int = builder_blob(b, "\x20\0\x8", 3);
    uint32_t main_signature = builder_blob(b, "\0\1\1\x1D\xE", 5);
    BUILDER_ROW(b, TABLE_MethodDef, main_body(b, hello), 0, 0x16, builder_string(b, "Main"), main_signature,
                1);
    BUILDER_ROW(b, TABLE_MethodDef, builder_tiny_body(b, "\x16\x2A", 2), 0, 0x886,
                builder_string(b, "get_Value"), instance_int, 2);
    BUILDER_ROW(b, TABLE_MethodDef, 0, 0x80, 0x2016, builder_string(b, "puts"), static_void, 2);
    BUILDER_ROW(b, TABLE_MethodDef, builder_tiny_body(b, "\x2A", 1), 0, 0x6, builder_string(b, "M"),
                builder_blob(b, "\x20\0\1", 3), 2);
    BUILDER_ROW(b, TABLE_Param, 0, 1, builder_string(b, "args"));
    BUILDER_ROW(b, TABLE_StandAloneSig, builder_blob(b, "\7\1\x8", 3));
    BUILDER_ROW(b, TABLE_ImplMap, 0x100, 0x06000003, builder_string(b, "puts"), 1);
    BUILDER_ROW(b, TABLE_ModuleRef, builder_string(b, "libc"));
    b->entry_point = (Token){MAIN};
}

static void types_fill(ImageBuilder *b) {
    BUILDER_ROW(b, TABLE_TypeRef, 0x23000001, builder_string(b, "Object"), builder_string(b, "System"));
    BUILDER_ROW(b, TABLE_TypeRef, 0x23000001, builder_string(b, "IThing"), 0);
    BUILDER_ROW(b, TABLE_TypeDef, 0, builder_string(b, "<Module>"), 0, 0, 1, 1);
    BUILDER_ROW(b, TABLE_TypeDef, 0x100001, builder_string(b, "Program"), builder_string(b, "App"),
                OBJECT_REF, 1, 1);
    BUILDER_ROW(b, TABLE_TypeDef, 0x100002, builder_string(b, "Nested`1"), 0, OBJECT_REF, 3, 4);
    BUILDER_ROW(b, TABLE_NestedClass, 3, 2);
    BUILDER_ROW(b, TABLE_InterfaceImpl, 2, 0x01000002);
    BUILDER_ROW(b, TABLE_GenericParam, 0, 0, NESTED, builder_string(b, "T"));
    BUILDER_ROW(b, TABLE_GenericParamConstraint, 1, OBJECT_REF);
    BUILDER_ROW(b, TABLE_ClassLayout, 8, 16, 2);
    BUILDER_ROW(b, TABLE_TypeSpec, builder_blob(b, "\x1D\x8", 2));
    uint32_t int_field = builder_blob(b, "\6\x8", 2);
    BUILDER_ROW(b, TABLE_Field, 0x8011, builder_string(b, "answer"), int_field);
    BUILDER_ROW(b, TABLE_Field, 0x111, builder_string(b, "data"), int_field);
    BUILDER_ROW(b, TABLE_Constant, 8, FIELD_ANSWER, builder_blob(b, "\x2A\0\0\0", 4));
    BUILDER_ROW(b, TABLE_FieldRva, builder_data(b, "\1\2\3\4", 4), 2);
    BUILDER_ROW(b, TABLE_FieldLayout, 4, 1);
}

static void members_fill(ImageBuilder *b) {
    uint32_t constructor = builder_blob(b, "\x20\0\1", 3);
    BUILDER_ROW(b, TABLE_MemberRef, OBJECT_REF, builder_string(b, ".ctor"), constructor);
    BUILDER_ROW(b, TABLE_MemberRef, 0x1B000001, builder_string(b, "Get"), constructor);
    BUILDER_ROW(b, TABLE_CustomAttribute, MAIN, CTOR_REF, builder_blob(b, "\1\0\0\0", 4));
    BUILDER_ROW(b, TABLE_CustomAttribute, PROGRAM, CTOR_REF, builder_blob(b, "\1\0\0\0", 4));
    BUILDER_ROW(b, TABLE_PropertyMap, 2, 1);
    BUILDER_ROW(b, TABLE_Property, 0, builder_string(b, "Value"), builder_blob(b, "\x28\0\x8", 3));
    BUILDER_ROW(b, TABLE_EventMap, 2, 1);
    BUILDER_ROW(b, TABLE_Event, 0, builder_string(b, "Changed"), OBJECT_REF);
    BUILDER_ROW(b, TABLE_MethodSemantics, 2, 2, 0x17000001);
    BUILDER_ROW(b, TABLE_MethodImpl, 2, 0x06000002, 0x0A000002);
    BUILDER_ROW(b, TABLE_MethodSpec, 0x06000004, builder_blob(b, "\xA\1\x8", 3));
}

static void assembly_fill(ImageBuilder *b) {
    BUILDER_ROW(b, TABLE_Module, 0, builder_string(b, "app.dll"), builder_guid(b, 0xAB), 0, 0);
    BUILDER_ROW(b, TABLE_Assembly, 0x8004, 1, 2, 3, 4, 0, 0, builder_string(b, "app"), 0);
    BUILDER_ROW(b, TABLE_AssemblyRef, 10, 0, 0, 0, 0, builder_blob(b, "\x12\x34", 2),
                builder_string(b, "System.Runtime"), 0, 0);
    BUILDER_ROW(b, TABLE_ManifestResource, builder_resource(b, "<linker/>"), 1,
                builder_string(b, "ILLink.Descriptors.xml"), 0);
    BUILDER_ROW(b, TABLE_ManifestResource, 0, 1, builder_string(b, "elsewhere"), 0x23000001);
    BUILDER_ROW(b, TABLE_ExportedType, 0x200000, 0, builder_string(b, "Moved"), builder_string(b, "App"),
                0x23000001);
}

static void debug_fill(ImageBuilder *b) {
    Bytes pdb = sample_pdb(b->arena);
    uLongf size = compressBound(pdb.size) + 16;
    uint8_t *packed = ARENA_ARRAY(b->arena, uint8_t, size);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)pdb.data,
                       .avail_in = (uInt)pdb.size,
                       .next_out = packed,
                       .avail_out = (uInt)size};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    deflate(&stream, Z_FINISH);
    buffer_bytes(b->arena, &b->debug_data, "MPDB", 4);
    buffer_number(b->arena, &b->debug_data, pdb.size, 4);
    buffer_bytes(b->arena, &b->debug_data, packed, stream.total_out);
    deflateEnd(&stream);
}

void sample_image_fill(ImageBuilder *b) {
    assembly_fill(b);
    types_fill(b);
    methods_fill(b);
    members_fill(b);
    debug_fill(b);
}

Bytes sample_image(Arena *arena) {
    ImageBuilder b;
    builder_init(&b, arena);
    sample_image_fill(&b);
    return builder_finish(&b);
}

// ---- the PDB ------------------------------------------------------------------------------------

// One document "/src/App.cs"; Main has the points (0, 9:5), (2, hidden), (5, 11:9), (6, 10:3).
static uint32_t pdb_blobs_fill(Arena *arena, ByteBuffer *blobs, uint32_t *name) {
    static const uint8_t points[] = {1, 0, 0, 9, 9, 5, 2, 0, 0, 3, 0, 9, 4, 8, 1, 1, 2, 0x7F, 0x75};
    buffer_number(arena, blobs, 0, 1);
    uint32_t source = blobs->count;
    buffer_bytes(arena, blobs, "\3src", 4);
    uint32_t file = blobs->count;
    buffer_bytes(arena, blobs, "\6App.cs", 7);
    *name = blobs->count;
    buffer_bytes(arena, blobs, "\4/\0", 3);
    buffer_number(arena, blobs, source | file << 8, 2);
    uint32_t offset = blobs->count;
    buffer_number(arena, blobs, sizeof points, 1);
    buffer_bytes(arena, blobs, points, sizeof points);
    buffer_align(arena, blobs, 4);
    return offset;
}

Bytes sample_pdb(Arena *arena) {
    ByteBuffer blobs = {0}, tables = {0}, file = {0};
    uint32_t name;
    uint32_t points = pdb_blobs_fill(arena, &blobs, &name);
    buffer_number(arena, &tables, 0, 8);
    buffer_number(arena, &tables, 3ull << 48, 8); // Document, MethodDebugInformation
    buffer_number(arena, &tables, 0, 8);
    buffer_number(arena, &tables, 1 | 4ull << 32, 8);
    buffer_number(arena, &tables, name, 8);
    buffer_number(arena, &tables, 1 | points << 16, 4);
    for (int i = 0; i < 3; i++)
        buffer_number(arena, &tables, 0, 4);

    struct {
        const char *name;
        uint32_t name_size;
        ByteBuffer content;
    } streams[] = {{"#Pdb\0\0\0", 8, {0}}, {"#~\0", 4, tables}, {"#Blob\0\0", 8, blobs}};
    for (int i = 0; i < 8; i++)
        buffer_number(arena, &streams[0].content, 0x11111111, 4);
    uint32_t offset = 20 + 12 + 3 * 8 + 20;
    buffer_number(arena, &file, 0x424A5342, 4);
    buffer_number(arena, &file, 0x00010001, 8);
    buffer_number(arena, &file, 12, 4);
    buffer_bytes(arena, &file, "PDB v1.0\0\0\0", 12);
    buffer_number(arena, &file, 3 << 16, 4);
    for (int i = 0; i < 3; i++) {
        buffer_number(arena, &file, offset | (uint64_t)streams[i].content.count << 32, 8);
        buffer_bytes(arena, &file, streams[i].name, streams[i].name_size);
        offset += streams[i].content.count;
    }
    for (int i = 0; i < 3; i++)
        buffer_bytes(arena, &file, streams[i].content.items, streams[i].content.count);
    return (Bytes){file.items, file.count};
}
