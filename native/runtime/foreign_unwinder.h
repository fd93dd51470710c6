// Where compiled code meets the platform's unwinder (libgcc): LLVM turns `resume` into a call of
// _Unwind_Resume, and exceptions of other languages ask for our personality. Neither needs more of libgcc
// than the layout below.
#pragma once

#include <stdint.h>

#pragma GCC visibility push(hidden)

/// What a dispatch record starts with: struct _Unwind_Exception.
typedef struct ForeignHeader {
    _Alignas(16) uint64_t exception_class;
    uintptr_t cleanup;
    uintptr_t stop; // "private_1": not 0 says forced unwinding, which asks this function at each frame
    uintptr_t stop_argument;
} ForeignHeader;
_Static_assert(sizeof(ForeignHeader) == 32, "Itanium C++ ABI, exception handling 1.2");

/// A header with which _Unwind_Resume comes back to tailor_resume before it has looked at any frame.
ForeignHeader tailor_foreign_header(void);

#pragma GCC visibility pop
