#!/usr/bin/env python3
"""Writes C functions that walk over arrays in the ways that make an optimiser keep a derived pointer instead of the array's.

generate.py SEED COUNT > functions.c

Each function gets two arrays that nobody else refers to, and a poll stands in each loop. The arrays are exactly as long as the
function needs, so a pointer that left the object would be seen as no reference to it.
"""
import random
import sys

LENGTH = 10000  # what callers pass as n
SCALE = 3       # what callers pass as k, unknown to the compiler
TYPES = {"int8_t": 1, "int16_t": 2, "int32_t": 4, "int64_t": 8, "double": 8}
BIASES = [1, 7, 100, 1000, 4095, 5000, 9000]
POLLS = ["POLL;", "POLL;", "poll();", "if ((i & 15) == 3) POLL;"]

PROLOGUE = """#include "world.h"
#define POLL do { if (__builtin_expect(RhpTrapThreads, 0)) poll(); } while (0)
"""


class Function:
    """One function's choices; the shapes below are its methods and give (statements, elements of a, elements of b)."""

    def __init__(self, draw):
        self.draw = draw
        self.type = draw.choice(list(TYPES))
        self.checked = draw.random() < 0.5
        self.writes = draw.random() < 0.35
        self.bias = draw.choice(BIASES)
        self.poll = draw.choice(POLLS)

    def element(self, array, index):
        return f"(({self.type} *){array}->data)[{index}]"

    def use(self, array, index):
        check = f"if ((uint64_t)({index}) >= {array}->length) throw_range();" if self.checked else ""
        write = f"{self.element(array, index)} += ({self.type})i;" if self.writes else ""
        return f"{check} {write} sum += (long){self.element(array, index)};"

    def loop(self, start, condition, step, *statements):
        return f"for (long i = {start}; {condition}; {step}) {{ {' '.join(statements)} {self.poll} }}"

    # ---- Induction with a constant bias

    def forward(self):
        return self.loop("0", "i < n", "i++", self.use("a", "i")), LENGTH, 1

    def backward(self):
        return self.loop("n - 1", "i >= 0", "i--", self.use("a", "i")), LENGTH, 1

    def strided(self):
        return self.loop("0", "i < n / 4", "i++", self.use("a", "i * k")), LENGTH // 4 * SCALE, 1

    def biased_up(self):
        return self.loop("0", "i < n", "i++", self.use("a", f"i + {self.bias}")), LENGTH + self.bias, 1

    def biased_down(self):
        return self.loop(self.bias, f"i < n + {self.bias}", "i++", self.use("a", f"i - {self.bias}")), LENGTH, 1

    # ---- Two arrays: the difference of their addresses must not be formed

    def two_arrays(self):
        return self.loop("0", "i < n", "i++", self.use("a", "i"), self.use("b", "i")), LENGTH, LENGTH

    def two_arrays_crossing(self):
        body = self.use("a", f"i - {self.bias}"), self.use("b", f"n - 1 - (i - {self.bias})")
        return self.loop(self.bias, f"i < n + {self.bias}", "i++", *body), LENGTH, LENGTH

    def two_arrays_uneven(self):
        body = self.use("a", f"i - {self.bias}"), f"if (i & 1) sum += (long){self.element('b', f'i - {self.bias} + 3')};"
        return self.loop(self.bias, f"i < n + {self.bias}", "i++", *body), LENGTH + 1, LENGTH + 3

    # ---- Pointers, as loops over spans become

    def end_pointer(self):
        head = f"{self.type} *p = ({self.type} *)a->data, *end = p + n;"
        return head + self.loop("0", "p != end", "p++, i++", "sum += (long)*p;"), LENGTH, 1

    def pointer_down(self):
        head = f"{self.type} *p = ({self.type} *)a->data + n;"
        return head + self.loop("0", "i < n", "i++", "sum += (long)*--p;"), LENGTH, 1

    def structs(self):
        head = f"struct S {{ {self.type} x, y, z; }} *p = (struct S *)a->data;"
        body = "sum += (long)p[i].x - (long)p[i].z;", self.poll, "sum += (long)p[i].y;"
        return head + self.loop("0", "i < n / 4", "i++", *body), 3 * (LENGTH // 4), 1

    # ---- A bias that is invariant but unknown: it may be hoisted and added to the array's address

    def hoisted_base(self):
        head = f"long base = -(k * {self.bias});"
        body = self.use("a", "i + base")
        return head + self.loop(f"k * {self.bias}", f"i < n + k * {self.bias}", "i++", body), LENGTH, 1

    def hoisted_pointer(self):
        head = f"long base = -(k * {self.bias}), x = k * {self.bias};"
        body = f"{self.type} *p = &{self.element('a', 'base')}; sum += (long)p[x]; x++; sum ^= i;"
        return head + self.loop("0", "i < n", "i++", body), LENGTH, 1

    def rows(self):
        inner = self.loop("1", "i <= n / 20", "i++", self.use("a", "(i - 1) + (j - 1) * (n / 20)"))
        return f"for (long j = 1; j <= 20; j++) {inner}", LENGTH, 1

    def rows_from_unknown(self):
        inner = self.loop("c", "i < c + n / 20", "i++", self.use("a", "(i - c) + j * (n / 20)"))
        return f"long c = k * {self.bias}; for (long j = 0; j < 20; j++) {inner}", LENGTH, 1

    # ---- Indexes that no induction describes

    def random_indexes(self):
        bias = self.draw.choice([str(self.bias), f"k * {self.bias}"])
        parts = "".join(f"{self.use('a', f'i - {bias} + {offset}')} {self.poll}" for offset in range(3))
        step = f"h = h * 1103515245u + 12345u; long i = (h >> 8) % (n - 10) + {bias};"
        return f"unsigned h = 1; for (long turn = 0; turn < n; turn++) {{ {step} {parts} }}", LENGTH, 1


SHAPES = [member for name, member in vars(Function).items()
          if callable(member) and not name.startswith("_") and name not in ("element", "use", "loop")]


def main():
    draw = random.Random(int(sys.argv[1]))
    count = int(sys.argv[2])
    print(PROLOGUE)
    rows = []
    for index in range(count):
        function, shape = Function(draw), draw.choice(SHAPES)
        body, a, b = shape(function)
        print(f"static long f{index}(Array *a, Array *b, long n, long k) {{ long sum = 0; {body} return sum; }}")
        size = TYPES[function.type]
        checked = "checked" if function.checked else "unchecked"
        name = f"{shape.__name__} of {function.type}, bias {function.bias}, {checked}"
        rows.append(f'    {{f{index}, "{name}", {a * size}, {b * size}}},')
    print("const Function functions[] = {", *rows, "};", f"const int function_count = {count};", sep="\n")


main()
