// Start of a library, or of an executable whose `main` is native: libbootstrapperdll.o of the runtime pack
// starts the runtime at the first call into managed code and then runs __managed__Startup, which begins here.
#include "runtime/fault.h"
#include "runtime/runtime_pack.h"
#include "runtime/vector_state.h"

/// libbootstrapperdll.o registers the bounds of these two sections; nothing of ours is registered (design
/// D2), but the linker defines the bounds only if the sections exist.
__asm__(".pushsection __managedcode, \"axR\", @progbits\n\t.byte 0xcc\n\t.popsection\n\t"
        ".pushsection __unbox, \"axR\", @progbits\n\t.byte 0xcc\n\t.popsection");

void tailor_library_start(void) {
    _ZN15RuntimeInstance32EnableConservativeStackReportingEv(_Z18GetRuntimeInstancev());
    tailor_vector_state_init();
    tailor_fault_install();
}
