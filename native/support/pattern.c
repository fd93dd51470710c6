#include "support/pattern.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// A pattern that backtracks more often than this does not match: a bad expression must not hang the build.
enum { MOST_BACKTRACKS = 1000000 };

struct Pattern {
    pcre2_code *code;
    pcre2_match_context *context;
};

static Pattern *pattern_compile(Text expression, const char *shown, uint32_t options, Diag *diag) {
    int error;
    PCRE2_SIZE offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)expression.data, expression.size,
                                     options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, NULL);
    if (!code) {
        PCRE2_UCHAR reason[160] = {0};
        char at[24];
        pcre2_get_error_message(error, reason, sizeof reason);
        snprintf(at, sizeof at, "%zu", (size_t)offset + 1);
        diag_report(diag, DIAG_Pattern, (DiagLocation){0}, shown, at, (const char *)reason);
        return NULL;
    }
    Pattern *pattern = checked_malloc(sizeof *pattern);
    pattern->code = code;
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->context)
        pcre2_set_match_limit(pattern->context, MOST_BACKTRACKS);
    return pattern;
}

Pattern *pattern_open(const char *expression, Diag *diag) {
    return pattern_compile((Text){expression, strlen(expression)}, expression, 0, diag);
}

Pattern *pattern_open_wildcard(Text text, Diag *diag) {
    Arena scratch = {0};
    TextBuilder expression = {.arena = &scratch};
    for (size_t i = 0; i < text.size; i++) {
        Text one = {text.data + i, 1};
        if (*one.data == '*') {
            text_append_z(&expression, ".*");
            continue;
        }
        if (*one.data == 0) {
            text_append_z(&expression, "\\x00");
            continue;
        }
        if (ispunct((unsigned char)*one.data))
            text_append_z(&expression, "\\");
        text_append(&expression, one);
    }
    Text built = text_built(&expression);
    Pattern *pattern = pattern_compile(built, arena_format(&scratch, "%.*s", TEXT_ARG(text)),
                                       PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL, diag);
    arena_free(&scratch);
    return pattern;
}

bool pattern_matches(const Pattern *pattern, Text subject) {
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    if (!match)
        return false;
    const char *data = subject.data ? subject.data : "";
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)data, subject.size, 0, 0, match, pattern->context);
    pcre2_match_data_free(match);
    return found >= 0;
}

void pattern_close(Pattern *pattern) {
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->context);
    pcre2_code_free(pattern->code);
    free(pattern);
}
