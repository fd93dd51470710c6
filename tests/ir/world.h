// What the generated functions know of the program around them.
#pragma once

#include <stdint.h>

typedef struct Array { // as an array of .NET: 8 bytes of object header stand before the next object
    void *method_table;
    uint32_t length, padding;
    unsigned char data[];
} Array;

typedef long Walk(Array *a, Array *b, long n, long k);

typedef struct Function {
    Walk *walk;
    const char *name;
    long a_size, b_size; // bytes of data
} Function;

extern const Function functions[];
extern const int function_count;

extern volatile uint32_t RhpTrapThreads;

/// Scans the stack as the collector does: conservatively, from the caller's frame on.
void poll(void) __attribute__((cold));
_Noreturn void throw_range(void) __attribute__((cold));
