#include <stdint.h>
#include <string.h>

typedef struct { double x; int32_t n; } Pair;
int flag_length(int32_t flag, const char *s) { return flag ? (int)strlen(s) : -1; }
int call_twice(int (*f)(int), int n) { return f(f(n)); }
Pair pair_with(Pair (*f)(Pair, void *), Pair p, void *context) { return f(p, context); }
int64_t sum10(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h, int64_t i, int64_t j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
