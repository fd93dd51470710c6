#include "support/array.h"
#include "support/bytes.h"
#include "support/file.h"
#include "support/json_util.h"
#include "support/pattern.h"
#include "support/timer.h"
#include "support/wide_hash.h"

#include "cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const DiagLocation nowhere;

// ---- memory, text, bytes ------------------------------------------------------------------------

static void arena_gives_aligned_zeroed_memory(void **state) {
    (void)state;
    Arena arena = {0};
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        unsigned char *memory = arena_alloc(&arena, 100, alignment);
        assert_int_equal((uintptr_t)memory % alignment, 0);
        for (int i = 0; i < 100; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xFF, 100);
    }
    ArenaMark mark = arena_mark(&arena);
    (void)arena_alloc(&arena, 3000000, 8);
    arena_rewind(&arena, mark);
    arena_reset(&arena);
    assert_int_equal(arena.used_size, 0);
    assert_int_equal(*ARENA_NEW(&arena, int), 0);
    arena_free(&arena);
}

static void interned_texts_are_unique(void **state) {
    (void)state;
    Arena arena = {0};
    TextTable table = {.arena = &arena};
    char name[16];
    Text first = text_intern_z(&table, "name0");
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "name%d", i);
        text_intern_z(&table, name);
    }
    assert_ptr_equal(text_intern(&table, "name0!", 5).data, first.data);
    assert_ptr_not_equal(text_intern_z(&table, "name1").data, first.data);
    arena_free(&arena);
}

static void utf16_and_utf8_agree(void **state) {
    (void)state;
    Arena arena = {0};
    Text text = TEXT_LITERAL("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    Utf16 units = text_to_utf16(&arena, text);
    assert_int_equal(units.count, 5);
    assert_true(text_equal(utf16_to_text(&arena, units), text));
    assert_true(text_is_utf8(text));
    assert_false(text_is_utf8(TEXT_LITERAL("\xED\xA0\x80"))); // a surrogate
    assert_true(text_is_utf8(TEXT_LITERAL("\xEF\xBF\xBD")));
    uint16_t lone = 0xD800;
    assert_true(text_equal_z(utf16_to_text(&arena, (Utf16){&lone, 1}), "\xEF\xBF\xBD"));
    arena_free(&arena);
}

// ECMA-335 II.23.2, the examples of the standard.
static void compressed_integers_are_read(void **state) {
    (void)state;
    static const struct {
        uint8_t bytes[4];
        uint32_t size, value;
        int32_t signed_value;
    } rows[] = {
        {{0x03}, 1, 3, -63},
        {{0x7F}, 1, 0x7F, -1},
        {{0x80, 0x80}, 2, 0x80, 64},
        {{0xBF, 0xFF}, 2, 0x3FFF, -1},
        {{0xC0, 0x00, 0x40, 0x00}, 4, 0x4000, 8192},
        {{0xDF, 0xFF, 0xFF, 0xFF}, 4, 0x1FFFFFFF, -1},
        {{0x06}, 1, 6, 3},
        {{0x7B}, 1, 0x7B, -3},
        {{0x01}, 1, 1, -64},
        {{0x80, 0x01}, 2, 1, -8192},
        {{0xC0, 0x00, 0x00, 0x01}, 4, 1, -268435456},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Cursor c = {rows[i].bytes, rows[i].size, 0};
        uint32_t value;
        int32_t signed_value;
        assert_true(read_compressed_u32(&c, &value));
        assert_int_equal(value, rows[i].value);
        c.at = 0;
        assert_true(read_compressed_i32(&c, &signed_value));
        assert_int_equal(signed_value, rows[i].signed_value);
        c.at = 0;
        c.size--;
        assert_false(read_compressed_u32(&c, &value));
    }
}

static void slices_stay_inside(void **state) {
    (void)state;
    Bytes bytes = {(const uint8_t *)"abc", 3}, out;
    assert_true(bytes_slice(bytes, 3, 0, &out));
    assert_false(bytes_slice(bytes, 4, 0, &out));
    assert_false(bytes_slice(bytes, 1, SIZE_MAX, &out));
    assert_true(bytes_slice(bytes, 1, 2, &out));
    assert_memory_equal(out.data, "bc", 2);
}

static void json_strings_are_escaped(void **state) {
    (void)state;
    Arena arena = {0};
    TextBuilder builder = {.arena = &arena};
    json_append_string(&builder, TEXT_LITERAL("a\"\\\n\x01\xFF\xC3\xA9"));
    assert_string_equal(text_built(&builder).data, "\"a\\\"\\\\\\u000a\\u0001\xEF\xBF\xBD\xC3\xA9\"");
    arena_free(&arena);
}

// ---- diagnostics --------------------------------------------------------------------------------

// What diag_flush writes to `stream`, through a pipe's file.
static char *flushed(Diag *diag, int descriptor) {
    static char buffer[4096];
    FILE *file = tmpfile();
    fflush(stdout);
    int saved = dup(descriptor);
    dup2(fileno(file), descriptor);
    diag_flush(diag);
    dup2(saved, descriptor);
    close(saved);
    rewind(file);
    buffer[fread(buffer, 1, sizeof buffer - 1, file)] = 0;
    fclose(file);
    return buffer;
}

static void diagnostics_are_canonical_and_sorted(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    diag_report(diag, DIAG_EntryPointMissing, nowhere, "app");
    diag_report_il(diag, "IL2026", "Trim analysis", (DiagLocation){"/b.cs", 9, 0, "P.Run()"}, "Using it");
    diag_report(diag, DIAG_DescriptorSyntax, (DiagLocation){"/a.xml", 12, 4, NULL}, "bad");
    diag_report(diag, DIAG_DescriptorSyntax, (DiagLocation){"/a.xml", 4, 5, NULL}, "worse");
    diag_report(diag, DIAG_DescriptorSyntax, (DiagLocation){"/a.xml", 4, 5, NULL}, "worse"); // once is enough
    assert_int_equal(diag_error_count(diag), 3);
    assert_int_equal(diag_warning_count(diag), 1);
    assert_string_equal(flushed(diag, STDERR_FILENO),
                        "tailor : error TLR2005: 'app' has no entry point (Main)\n"
                        "/a.xml(4,5): error IL1003: worse\n"
                        "/a.xml(12,4): error IL1003: bad\n"
                        "/b.cs(9): Trim analysis warning IL2026: P.Run(): Using it\n");
    diag_close(diag);
}

static void diagnostics_become_events(void **state) {
    (void)state;
    Diag *diag = diag_open(true);
    diag_report_il(diag, "IL2026", "Trim analysis", (DiagLocation){"/b.cs", 9, 2, "P.Run()"}, "Using \"it\"");
    assert_string_equal(flushed(diag, STDOUT_FILENO),
                        "{\"event\":\"diagnostic\",\"severity\":\"warning\",\"code\":\"IL2026\",\"category\":"
                        "\"Trim analysis\","
                        "\"file\":\"/b.cs\",\"line\":9,\"column\":2,\"member\":\"P.Run()\","
                        "\"message\":\"P.Run(): Using \\\"it\\\"\"}\n");
    diag_close(diag);
}

static void severities_follow_the_request(void **state) {
    (void)state;
    const Text no_warn[] = {TEXT_LITERAL("2026"), TEXT_LITERAL("tlr2003")};
    const Text not_errors[] = {TEXT_LITERAL("IL2070")};
    const Text errors[] = {TEXT_LITERAL("IL2055")};
    DiagOptions options = {.no_warn = no_warn,
                           .no_warn_count = 2,
                           .warnings_not_as_errors = not_errors,
                           .warnings_not_as_errors_count = 1,
                           .warnings_as_errors = errors,
                           .warnings_as_errors_count = 1};
    Diag *diag = diag_open(false);
    diag_configure(diag, &options);
    diag_report_il(diag, "IL2026", NULL, nowhere, "quiet");
    diag_report(diag, DIAG_AssemblyNotFound, nowhere, "a", "b");
    assert_int_equal(diag_record_count(diag), 0);
    diag_report_il(diag, "IL2055", NULL, nowhere, "promoted");
    diag_report_il(diag, "IL2057", NULL, nowhere, "left");
    assert_int_equal(diag_error_count(diag), 1);
    assert_int_equal(diag_warning_count(diag), 1);
    options.treat_warnings_as_errors = true;
    diag_configure(diag, &options);
    diag_report_il(diag, "IL2070", NULL, nowhere, "excepted");
    diag_report_il(diag, "IL2075", NULL, nowhere, "promoted");
    assert_int_equal(diag_error_count(diag), 2);
    assert_int_equal(diag_warning_count(diag), 2);
    assert_string_equal(diag_record(diag, 0)->code, "IL2055");
    assert_null(diag_record(diag, 4));
    diag_close(diag);
}

static void *report_many(void *diag) {
    char text[16];
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "%d", i);
        diag_report(diag, DIAG_MemberNotFound, nowhere, text);
    }
    return NULL;
}

static void threads_report_together(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, report_many, diag);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(diag_warning_count(diag), 200);
    diag_close(diag);
}

// ---- files, patterns ----------------------------------------------------------------------------

static void files_are_replaced_whole(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    char directory[] = "/tmp/tailor-test-XXXXXX", path[64], temporary[72];
    Bytes bytes;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/out.o", directory);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    assert_true(file_write_atomic(path, (Bytes){(const uint8_t *)"old", 3}, diag));
    assert_true(file_write_atomic(path, (Bytes){(const uint8_t *)"newer", 5}, diag));
    assert_true(file_map(path, &bytes, diag));
    assert_int_equal(bytes.size, 5);
    assert_memory_equal(bytes.data, "newer", 5);
    file_unmap(bytes);
    assert_true(file_exists(path));
    assert_false(file_exists(directory));
    assert_false(file_exists(temporary));
    assert_int_equal(diag_error_count(diag), 0);

    unlink(path);
    assert_true(file_write_atomic(path, (Bytes){NULL, 0}, diag));
    assert_true(file_map(path, &bytes, diag));
    assert_int_equal(bytes.size, 0);
    file_unmap(bytes);
    unlink(path);

    mkdir(path, 0777); // renaming onto a directory fails
    assert_false(file_write_atomic(path, (Bytes){(const uint8_t *)"x", 1}, diag));
    assert_false(file_exists(temporary));
    assert_false(file_map(path, &bytes, diag));
    assert_false(file_map("/nonexistent/file", &bytes, diag));
    assert_int_equal(diag_error_count(diag), 3);
    rmdir(path);
    rmdir(directory);
    diag_close(diag);
}

static void patterns_match(void **state) {
    (void)state;
    Diag *diag = diag_open(false);
    Pattern *pattern = pattern_open("Program\\.M.*n$", diag);
    assert_true(pattern_matches(pattern, TEXT_LITERAL("App.Program.Main")));
    assert_false(pattern_matches(pattern, TEXT_LITERAL("App.Program.Mains")));
    assert_false(pattern_matches(pattern, (Text){0}));
    pattern_close(pattern);
    pattern = pattern_open_wildcard(TEXT_LITERAL("System.*[1]+A"), diag);
    assert_true(pattern_matches(pattern, TEXT_LITERAL("System.B`1[1]+A")));
    assert_false(pattern_matches(pattern, TEXT_LITERAL("SystemXB[1]+A")));
    assert_false(pattern_matches(pattern, TEXT_LITERAL("My.System.[1]+A")));
    pattern_close(pattern);
    assert_null(pattern_open("a(b", diag));
    assert_string_equal(diag_record(diag, 0)->code, "TLR1012");
    pattern_close(NULL);
    diag_close(diag);
}

static void timers_add_up(void **state) {
    (void)state;
    Timer timer = {0};
    timer_begin(&timer, "a");
    timer_end(&timer);
    timer_begin(&timer, "b");
    timer_end(&timer);
    timer_begin(&timer, "a");
    timer_end(&timer);
    assert_int_equal(timer.stage_count, 2);
    assert_string_equal(timer.stages[1].name, "a");
    timer_count(&timer, "methods", 12, "");
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    timer_print(&timer, file);
    fclose(file);
    assert_non_null(strstr(text, "12 methods\n"));
    free(text);
}

static WideHash hash_of(const uint64_t *values, int count) {
    WideHash hash = wide_hash_begin();
    for (int i = 0; i < count; i++)
        wide_hash_add(&hash, values[i]);
    return hash;
}

/// Sequences of 0, 1 and 2 up to six numbers long: all hashes differ, in each lane.
static void wide_hashes_tell_short_sequences_apart(void **state) {
    (void)state;
    enum { LENGTH_MAX = 6, COUNT = 1 + 3 + 9 + 27 + 81 + 243 + 729 };
    WideHash hashes[COUNT];
    uint32_t count = 0;
    for (int length = 0, sequences = 1; length <= LENGTH_MAX; length++, sequences *= 3)
        for (int i = 0; i < sequences; i++) {
            uint64_t values[LENGTH_MAX];
            for (int j = 0, rest = i; j < length; j++, rest /= 3)
                values[j] = (uint64_t)(rest % 3);
            hashes[count++] = hash_of(values, length);
        }
    assert_int_equal(count, COUNT);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            for (int lane = 0; lane < 2; lane++)
                assert_true(hashes[i].lanes[lane] != hashes[j].lanes[lane]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_aligned_zeroed_memory),
        cmocka_unit_test(interned_texts_are_unique),
        cmocka_unit_test(utf16_and_utf8_agree),
        cmocka_unit_test(compressed_integers_are_read),
        cmocka_unit_test(slices_stay_inside),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(diagnostics_are_canonical_and_sorted),
        cmocka_unit_test(diagnostics_become_events),
        cmocka_unit_test(severities_follow_the_request),
        cmocka_unit_test(threads_report_together),
        cmocka_unit_test(files_are_replaced_whole),
        cmocka_unit_test(patterns_match),
        cmocka_unit_test(timers_add_up),
        cmocka_unit_test(wide_hashes_tell_short_sequences_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
