#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int length8(const char *s) { return s ? (int)strlen(s) : -1; }
int length16(const uint16_t *s)
{
    int n = 0;
    if (!s) return -1;
    while (s[n]) n++;
    return n;
}
int sum8(const char *s)
{
    int sum = 0;
    for (; *s; s++) sum += (unsigned char)*s;
    return sum;
}
// The four bytes before a BSTR hold its size.
int bstr_bytes(const uint16_t *s) { return s ? (int)((const uint32_t *)s)[-1] : -1; }
char *copy8(const char *s) { return s ? strdup(s) : NULL; }
uint16_t *twice16(const uint16_t *s)
{
    int n = length16(s);
    uint16_t *copy = malloc(2 * (2 * n + 1));
    for (int i = 0; i < 2 * n; i++) copy[i] = s[i % n];
    copy[2 * n] = 0;
    return copy;
}
void replace8(char **s)
{
    char *old = *s;
    *s = malloc(old ? strlen(old) + 2 : 5);
    strcpy(*s, old ? old : "null");
    if (old) strcat(*s, "!");
    free(old);
}
void make8(char **s) { *s = strdup("made \xC3\xA9"); }
void make16(uint16_t **s)
{
    static const uint16_t text[] = { 'w', 0x20AC, 0 };
    *s = malloc(sizeof text);
    memcpy(*s, text, sizeof text);
}
int peek8(char **s) { return (int)strlen(*s); }
void fill8(char *buffer, int size)
{
    strncpy(buffer, "filled \xE2\x82\xAC", size - 1);
    buffer[size - 1] = 0;
}
int append8(char *buffer)
{
    int before = (int)strlen(buffer);
    strcat(buffer, "+tail");
    return before;
}
int append16(uint16_t *buffer)
{
    int n = length16(buffer);
    buffer[n] = 'Z';
    buffer[n + 1] = 0x00E9;
    buffer[n + 2] = 0;
    return n;
}
int joined8(const char **texts, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) sum += texts[i] ? (int)strlen(texts[i]) : 100;
    return sum;
}
int joined16(const uint16_t **texts, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) sum += texts[i] ? length16(texts[i]) : 100;
    return sum;
}
void upper8(char **texts, int count)
{
    for (int i = 0; i < count; i++) {
        free(texts[i]);
        char text[] = { 'A' + i, 'B', 0 };
        texts[i] = strdup(text);
    }
}
int char8(unsigned char c) { return c; }
int char16(uint16_t c) { return c; }
unsigned char next8(unsigned char c) { return c + 1; }
uint16_t next16(uint16_t c) { return c + 1; }
void bump16(uint16_t *c) { *c += 2; }
int bool32(int32_t b) { return b; }
int bool8(unsigned char b, int guard) { return b + guard; }
int32_t not32(int32_t b) { return b ? 0 : 256; }
unsigned char not8(unsigned char b) { return !b; }
void flip32(int32_t *b) { *b = !*b; }
void flip8(unsigned char *b) { *b = !*b; }
void set32(int32_t *b) { *b = 7; }
