#include "il/internal.h"

Code *synth_pinvoke(Il *il, const Method *method, Arena *arena, const Failure **failure)
{
    Builder b = builder_start(il, method, arena);
    (void)failure;
    for (uint32_t i = 0; i < b.code->arg_count; i++) build_index(&b, OP_ldarg, i);
    build_method(&b, OP_native_call, method);
    build(&b, OP_ret);
    return builder_finish(&b);
}
