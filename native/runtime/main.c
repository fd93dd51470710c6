// Start of an executable, in place of libbootstrapper.o of the runtime pack (runtime-contract.md 2.1).
// Nothing is registered as managed code (design D2), so RhRegisterOSModule is not called: the class library's
// functions are found through the TypeManager that InitializeModules makes.
#include "runtime/fault.h"
#include "runtime/runtime_pack.h"
#include "runtime/vector_state.h"

/// Indexes are the runtime's ClasslibFunctionId.
static RuntimeCallback *class_library[] = {
    [0] = (RuntimeCallback *)GetRuntimeException,  [1] = (RuntimeCallback *)RuntimeFailFast,
    [2] = (RuntimeCallback *)ThreadEntryPoint,     [3] = (RuntimeCallback *)AppendExceptionStackFrame,
    [5] = (RuntimeCallback *)GetSystemArrayEEType, [6] = (RuntimeCallback *)OnFirstChanceException,
    [7] = (RuntimeCallback *)OnUnhandledException, [11] = NULL,
};

int main(int argc, char **argv) {
    if (!RhInitialize(false))
        return -1;
    // By call, so that DOTNET_gcConservative=0 in the environment cannot turn it off: there is no precise GC
    // info.
    _ZN15RuntimeInstance32EnableConservativeStackReportingEv(_Z18GetRuntimeInstancev());
    tailor_vector_state_init();
    tailor_fault_install();
    InitializeModules((void *)__ehdr_start, __start___modules,
                      (int32_t)(__stop___modules - __start___modules), class_library,
                      sizeof class_library / sizeof *class_library);
    return __managed__Main(argc, argv);
}
