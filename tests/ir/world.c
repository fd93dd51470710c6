// Does optimised code keep a visible reference to every object it still uses? (design llvm.md 3.2)
//
// Each generated function runs twice on the same data: once undisturbed, once with polls that scan the stack
// and the callee-saved registers as the collector does and overwrite an array that no word points into.
// Another result means that the function went on to use an array whose last reference it had hidden.
#define _GNU_SOURCE
#include "world.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASK   0x5555555555555555 // callers keep no plain address of the arrays
#define HEADER 24                 // object header, method table, length

enum { N = 10000, K = 3, HEAP = 4 << 20 };

typedef struct Object {
    Array *array;
    size_t size; // of the object, its header included
    bool lost;
} Object;

volatile uint32_t RhpTrapThreads = 1;
__attribute__((used)) uintptr_t stack_end;

static Object objects[2];
static bool scanning;

// ---- Collection ---------------------------------------------------------------------------------

static bool is_found(const Object *object, const uintptr_t *from) {
    for (const uintptr_t *word = from; (uintptr_t)word < stack_end; word++)
        if (*word - (uintptr_t)object->array < object->size)
            return true;
    return false;
}

__attribute__((used)) static void poll_from(uintptr_t *stack) {
    for (int i = 0; scanning && i < 2; i++)
        if (!objects[i].lost && !is_found(&objects[i], stack)) {
            objects[i].lost = true;
            memset(objects[i].array->data, 0xDD, objects[i].size - HEADER);
        }
}

// Callee-saved registers become part of the stack that is scanned.
__attribute__((naked, noinline)) void poll(void) {
    __asm__("push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; sub $8, %rsp\n"
            "mov %rsp, %rdi; call poll_from\n"
            "add $8, %rsp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret");
}

// Calls `walk` with the arrays behind the masked addresses: what it is given stands in registers only, and
// the stack from `stack_end` on belongs to its callers.
__attribute__((naked, noinline)) static long walk_alone(Walk *walk, const uintptr_t *masked, long n, long k) {
    __asm__("push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; sub $8, %rsp\n"
            "mov %rdi, %rax; mov %rsi, %r10; mov $0x5555555555555555, %r11\n"
            "mov (%r10), %rdi; xor %r11, %rdi; mov 8(%r10), %rsi; xor %r11, %rsi\n"
            "xor %ebx, %ebx; xor %ebp, %ebp; xor %r12d, %r12d; xor %r13d, %r13d; xor %r14d, %r14d; xor "
            "%r15d, %r15d\n"
            "mov %rsp, stack_end(%rip); call *%rax\n"
            "add $8, %rsp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret");
}

void throw_range(void) {
    puts("an index is out of range: the generator is wrong");
    exit(2);
}

// ---- Functions ----------------------------------------------------------------------------------

static void object_fill(Object *object, long data_size, int seed) {
    object->size = ((size_t)data_size + HEADER + 7) & ~(size_t)7;
    object->lost = false;
    object->array->length = 60000;
    for (size_t i = 0; i < object->size - HEADER; i++)
        object->array->data[i] = (unsigned char)(i * (size_t)(2 * seed + 5) + (size_t)seed);
}

static long function_run(const Function *function, bool with_collections) {
    object_fill(&objects[0], function->a_size, 1);
    object_fill(&objects[1], function->b_size, 4);
    uintptr_t masked[] = {(uintptr_t)objects[0].array ^ MASK, (uintptr_t)objects[1].array ^ MASK};
    scanning = with_collections;
    long result = walk_alone(function->walk, masked, N, K);
    scanning = false;
    return result;
}

static bool has_hole(const Function *function) {
    return function_run(function, false) != function_run(function, true);
}

// What an optimiser must not do: the only reference is hidden while there is a poll.
__attribute__((noinline)) static long walk_hidden(Array *a, Array *b, long n, long k) {
    (void)b, (void)k;
    uintptr_t hidden = (uintptr_t)a ^ MASK;
    long sum = 0;
    for (long i = 0; i < n; i++) {
        poll();
        __asm__ volatile(""
                         : "+r"(hidden)); // keeps the plain address from being computed once before the loop
        sum += ((Array *)(hidden ^ MASK))->data[i];
    }
    return sum;
}

int main(void) {
    for (int i = 0; i < 2; i++) {
        unsigned char *heap = calloc(1, HEAP);
        if (!heap)
            return 2;
        objects[i].array = (Array *)(heap + HEAP / 4);
    }
    const Function control = {walk_hidden, "control", N, 1};
    if (!has_hole(&control)) {
        puts("the control, which hides its array, was not found");
        return 1;
    }
    int holes = 0;
    for (int i = 0; i < function_count; i++)
        if (has_hole(&functions[i])) {
            printf("f%d loses an array: %s\n", i, functions[i].name);
            holes++;
        }
    printf("%d functions, %d holes\n", function_count, holes);
    return holes ? 1 : 0;
}
