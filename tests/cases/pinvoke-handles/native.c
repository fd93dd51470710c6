#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static int open_count;
intptr_t handle_open(int n) { open_count++; return n; }
void handle_create(intptr_t *h) { open_count++; *h = 77; }
void handle_swap(intptr_t *h, int change) { if (change) { open_count++; *h = 88; } }
int handle_close(intptr_t h) { open_count--; return h != 0; }
int handle_value(intptr_t h) { return (int)h; }
int handles_open(void) { return open_count; }
int fail(int error) { errno = error; return -1; }
int32_t hresult_ok(int a, int *result) { *result = a * 2; return 0; }
int32_t hresult_bad(int a) { (void)a; return (int32_t)0x80070057; }
