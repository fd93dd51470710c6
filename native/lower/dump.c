#include "lower/lower.h"

#include "support/pattern.h"

static void print(char *text, FILE *file) {
    fputs(text, file);
    LLVMDisposeMessage(text);
}

static void dump_function(const Unit *unit, Text symbol, FILE *file) {
    LLVMValueRef function = LLVMGetNamedFunction(unit->module, symbol.data);
    if (function)
        print(LLVMPrintValueToString(function), file);
}

void lower_dump(const Unit *unit, const Reach *reach, const struct Pattern *pattern, FILE *file) {
    if (!pattern) {
        print(LLVMPrintModuleToString(unit->module), file);
        return;
    }
    Arena scratch = {0};
    TypeSystem *ts = il_types(reach_il(reach));
    for (uint32_t i = 0; i < unit->method_count; i++) {
        const Method *method = unit->methods[i];
        if (pattern_matches(pattern, method_display(ts, method, &scratch))) {
            dump_function(unit, reach_symbol(reach, SYMBOL_Method, method), file);
            if (reach_body(reach, method) == method)
                dump_function(unit, reach_symbol(reach, SYMBOL_SharedBody, method), file);
        }
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}
