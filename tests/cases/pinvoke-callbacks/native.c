#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int32_t x; double y; } Pair;
typedef struct { int64_t a, b, c; } Large;
typedef struct { int32_t on; char *name; } Named;
typedef int Op(int, int);
int apply(Op *op, int a, int b) { return op(a, b); }
Op *choose(int plus);
static int plus(int a, int b) { return a + b; }
static int times(int a, int b) { return a * b; }
Op *choose(int add) { return add ? plus : times; }
char *text_of(char *(*f)(const char *, int32_t), const char *s, int32_t b) { return f(s, b); }
Pair pair_of(Pair (*f)(Pair), Pair p) { return f(p); }
Large large_of(Large (*f)(Large, int), Large p) { return f(p, 2); }
int named_of(int32_t (*f)(Named, Named *), int n)
{
    Named by_value = { 1, "value" }, by_ref = { 0, strdup("ref") };
    int result = f(by_value, &by_ref);
    result += by_ref.on * 1000 + (int)strlen(by_ref.name) * n;
    free(by_ref.name);
    return result;
}
void ref_of(void (*f)(int *, int32_t *, int64_t *), int *a) { int32_t b = 1; int64_t c = 5; f(a, &b, &c); *a += b * 100 + (int)c; }
int array_of(int (*f)(int *, int, const char **, int), int n)
{
    int values[] = { 1, 2, 3, 4 };
    const char *names[] = { "one", "three" };
    int result = f(values, n, names, 2);
    return result + values[0];
}
double floats_of(double (*f)(float, double, int, float), int n) { return f(1.5f, 2.5, n, 4); }
// Every register and the stack.
int64_t many_of(int64_t (*f)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, Pair, Large))
{
    return f(-1, 255, -2, 65535, -3, 4000000000u, 7, (Pair){ 8, 0.5 }, (Large){ 1, 2, 3 });
}
static Op *kept;
void keep(Op *op) { kept = op; }
int call_kept(int a, int b) { return kept(a, b); }
static void *thread_body(void *count)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < (int64_t)count; i++) sum += kept((int)i, 1);
    return (void *)sum;
}
int64_t on_threads(int threads, int64_t calls)
{
    pthread_t ids[16];
    int64_t sum = 0;
    for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, thread_body, (void *)calls);
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(ids[i], &result);
        sum += (int64_t)result;
    }
    return sum;
}
typedef struct { Op *op; int32_t bias; } Table;
int table_call(const Table *t, int a, int b) { return t->op(a, b) + t->bias; }
void table_set(Table *t) { t->op = times; t->bias = 5; }
