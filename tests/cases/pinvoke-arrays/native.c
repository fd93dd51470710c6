#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int32_t id; char *name; } Item;
int sum32(const int32_t *v, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) sum += v[i];
    return v ? sum : -1;
}
void scale64(double *v, int n, double by) { for (int i = 0; i < n; i++) v[i] *= by; }
void squares(int32_t *v, int n) { for (int i = 0; i < n; i++) v[i] = i * i; }
int true32(const int32_t *v, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) count += v[i] == 1;
    return count;
}
void invert32(int32_t *v, int n) { for (int i = 0; i < n; i++) v[i] = !v[i]; }
int true8(const uint8_t *v, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) count += v[i];
    return count;
}
int chars16(const uint16_t *v, int n) { return n ? v[0] * 1000 + v[n - 1] : 0; }
int chars8(const char *v, int n) { return n ? v[0] * 1000 + v[n - 1] : 0; }
void rows(int32_t **out, int *count)
{
    *count = 4;
    *out = malloc(4 * sizeof(int32_t));
    for (int i = 0; i < 4; i++) (*out)[i] = 10 + i;
}
void names(char ***out, int *count)
{
    *count = 2;
    *out = malloc(2 * sizeof(char *));
    (*out)[0] = strdup("first");
    (*out)[1] = strdup("s\xC3\xA9" "cond");
}
void items_change(Item *v, int n)
{
    for (int i = 0; i < n; i++) {
        v[i].id += 100;
        free(v[i].name);
        v[i].name = strdup(i ? "other" : "first");
    }
}
int points(const float (*v)[2], int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++) sum += v[i][0] * v[i][1];
    return (int)sum;
}
