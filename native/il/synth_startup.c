// <Module>.StartupCode of libraries and <Module>.StartupCodeMain (corelib-contract 3.1): library
// initialisers, arguments, module initialisers, Main, exit code.
#include "il/internal.h"

/// LibraryInitializer.InitializeLibrary of each assembly that the request asks to initialise, in order.
static void initialize_libraries(Builder *b) {
    const TextList *assemblies = &b->il->request->runtime.init_assemblies;
    for (uint32_t i = 0; i < assemblies->count; i++) {
        Module *module = module_find(b->ts, assemblies->items[i]);
        Type *type = module
                         ? type_find(b->ts, module, "Internal.Runtime.CompilerHelpers", "LibraryInitializer")
                         : NULL;
        Method *method = type ? type_find_method(b->ts, type, "InitializeLibrary", NULL) : NULL;
        if (method)
            build_method(b, OP_call, method);
    }
}

/// Runs once, before the first managed code that native code calls.
Code *synth_library_startup(Il *il, const Method *method, Arena *arena) {
    Builder b = code_builder_start(il, method, arena);
    initialize_libraries(&b);
    build_method(&b, OP_call, well_known_method(il->ts, WELL_KNOWN_METHOD_RunModuleInitializers));
    build(&b, OP_ret);
    return code_builder_finish(&b);
}

Code *synth_startup(Il *il, const Method *method, Arena *arena, const Failure **failure) {
    TypeSystem *ts = il->ts;
    const Method *main_method = method->synthetic_method;
    Builder b = code_builder_start(il, method, arena);
    if (!main_method) {
        *failure = failure_make(arena, FAILURE_MissingMethod, "Main");
        return NULL;
    }
    bool started = il->request->output.custom_native_main; // by __managed__Startup
    if (!started)
        initialize_libraries(&b);
    build_index(&b, OP_ldarg, 0);
    build_index(&b, OP_ldarg, 1);
    build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_InitializeCommandLineArgs));
    build_type(&b, OP_ldtoken, method->owner);
    build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_InitializeEntryAssembly));
    if (!started)
        build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_RunModuleInitializers));
    if (main_method->signature->param_count)
        build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_GetMainMethodArguments));
    build_method(&b, OP_call, main_method);
    if (main_method->signature->return_type != il->void_type)
        build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_SetLatchedExitCode));
    build_method(&b, OP_call, well_known_method(ts, WELL_KNOWN_METHOD_Shutdown));
    build(&b, OP_ret);
    return code_builder_finish(&b);
}
