#include "lower/lower.h"

#include "support/pattern.h"

static void print(char *text, FILE *file) {
    fputs(text, file);
    LLVMDisposeMessage(text);
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
            Text symbol = reach_symbol(reach, SYMBOL_Method, method);
            LLVMValueRef function = LLVMGetNamedFunction(unit->module, symbol.data);
            if (function)
                print(LLVMPrintValueToString(function), file);
        }
        arena_reset(&scratch);
    }
    arena_free(&scratch);
}
