// Threads whose stack is deep enough for recursion over input: nested types, LLVM's passes on huge functions.
#pragma once

#include <pthread.h>

/// Starts `run(context)`, to be joined. 0, or the error number.
int thread_start(pthread_t *thread, void *(*run)(void *context), void *context);
