// Hardware faults in compiled code (design D4). Null references and divisions by zero are tested explicitly,
// so a fault is either a write barrier of the runtime pack asked to store through a null reference, which
// becomes a NullReferenceException of its caller, or an error that ends the process with a message.
#pragma once

#pragma GCC visibility push(hidden)

/// Puts our handlers of SIGSEGV, SIGBUS and SIGFPE in front of those that RhInitialize has installed.
void tailor_fault_install(void);

#pragma GCC visibility pop
