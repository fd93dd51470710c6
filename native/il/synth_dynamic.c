// Calls of interface methods on objects that say at run time what implements them
// (generics-and-dispatch.md 4.4).
#include "il/internal.h"

/// Asks the object for the implementing interface, then calls its method with the same arguments.
Code *synth_dynamic_dispatch(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    Failure failure = {0};
    Type *interface = method->owner;
    const Method *of = well_known_method(il->ts, WELL_KNOWN_METHOD_MethodTableOf);
    uint32_t target = code_builder_local(&b, il->native_int);
    build_index(&b, OP_ldarg, 0);
    build_method(&b, OP_call, method_instantiate(il->ts, of->def, of->owner, &interface, 1, &failure));
    build_method(&b, OP_ldselector, method->synthetic_method);
    build_method(&b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_GetDynamicInterfaceImplementation));
    build_index(&b, OP_stloc, target);
    for (uint32_t i = 0; i < b.code->arg_count; i++)
        build_index(&b, OP_ldarg, i);
    build_index(&b, OP_ldloc, target);
    build_signature(&b, OP_calli, method->signature);
    build(&b, OP_ret);
    return code_builder_finish(&b);
}
