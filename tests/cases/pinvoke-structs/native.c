#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { int32_t a, b; } Ints;
typedef struct { float x, y; } Floats;
typedef struct { double x, y; } Doubles;
typedef struct { float x, y, z; } Floats3;
typedef struct { int64_t n; double d; } Mixed;
typedef struct { double d; int32_t n; } Mixed2;
typedef struct { char c; float f; } Small;
typedef struct { int64_t a, b, c; } Large;
typedef struct { Ints i; Floats f; } Nested;
typedef struct { uint8_t b; int64_t l; } __attribute__((packed)) Packed;
typedef struct { uint8_t bytes[3]; } Three;
typedef struct { int32_t values[4]; } Four;
typedef union { int32_t i; float f; } Either;

Ints ints(Ints v) { return (Ints){ v.b, v.a }; }
Floats floats(Floats v) { return (Floats){ v.y, v.x }; }
Doubles doubles(Doubles v) { return (Doubles){ v.y, v.x }; }
Floats3 floats3(Floats3 v) { return (Floats3){ v.z, v.y, v.x }; }
Mixed mixed(Mixed v) { return (Mixed){ v.n + 1, v.d * 2 }; }
Mixed2 mixed2(Mixed2 v) { return (Mixed2){ v.d / 2, v.n - 1 }; }
Small small(Small v) { return (Small){ v.c + 1, v.f + 1 }; }
Large large(Large v) { return (Large){ v.c, v.b, v.a }; }
Nested nested(Nested v) { return (Nested){ { v.i.b, v.i.a }, { v.f.y, v.f.x } }; }
Packed packed(Packed v) { return (Packed){ v.b + 1, v.l + 1 }; }
Three three(Three v) { return (Three){ { v.bytes[2], v.bytes[1], v.bytes[0] } }; }
int64_t four(Four v) { return (int64_t)v.values[0] * v.values[1] + v.values[2] * v.values[3]; }
Either either(Either v) { v.i++; return v; }
// The last struct no longer fits the registers.
double crowded(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, Mixed m, Mixed n)
{
    return a + b + c + d + e + m.n + m.d + n.n + n.d;
}
int64_t crowded_ints(Ints a, Large b, int64_t c, int64_t d, int64_t e, int64_t f, Ints g, Doubles h)
{
    return a.a + b.c + c + d + e + f + g.b + (int64_t)h.y;
}

typedef struct { int32_t on; char letter; char *name; int32_t number; } Person;
int person_sum(Person p) { return p.on + p.letter + (p.name ? (int)strlen(p.name) : 0) + p.number; }
Person person_make(int n)
{
    return (Person){ n & 1, 'p', n ? strdup("Pers\xC3\xB6n") : NULL, n };
}
void person_change(Person *p)
{
    p->on = !p->on;
    p->letter++;
    free(p->name);
    p->name = strdup("changed");
    p->number *= 2;
}
void person_new(Person *p) { *p = person_make(3); }
int person_read(const Person *p) { return person_sum(*p); }

typedef struct { int32_t id; char text[8]; int16_t values[3]; int32_t flags[2]; } Fixed;
int fixed_sum(const Fixed *f)
{
    return f->id + (int)strlen(f->text) + f->values[0] + f->values[1] + f->values[2] + f->flags[0] + f->flags[1];
}
void fixed_change(Fixed *f)
{
    f->id++;
    strcpy(f->text, "longest");
    for (int i = 0; i < 3; i++) f->values[i] *= 10;
    f->flags[0] = !f->flags[0];
}
Fixed fixed_copy(Fixed f) { f.id += 100; return f; }

typedef struct { uint16_t text[6]; uint16_t letter; } Wide;
int wide_sum(Wide w) { return w.text[0] + w.text[1] + w.letter; }

typedef struct { Person person; int32_t flag; uint8_t byte; } Outer;
int outer_sum(const Outer *o) { return person_sum(o->person) + o->flag + o->byte; }
void outer_change(Outer *o) { person_change(&o->person); o->flag = 0; o->byte++; }

int class_sum(const Ints *p) { return p ? p->a + p->b : -1; }
void class_change(Ints *p) { p->a += 10; p->b += 20; }
int named_sum(const Person *p) { return p ? person_sum(*p) : -1; }
int persons_sum(const Person *p, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) sum += person_sum(p[i]);
    return sum;
}
double date_plus(double date) { return date + 1; }
int date_reads(double *date) { *date += 2; return (int)*date; }

typedef struct { int32_t number; char *text; } Inner;
typedef struct { int32_t first; Inner inner; int32_t last; } WithClass;
int with_class_sum(WithClass *w)
{
    int sum = w->first + w->inner.number + w->last + (w->inner.text ? (int)strlen(w->inner.text) : -100);
    w->inner.number *= 10;
    w->last++;
    return sum;
}
int inner_change(Inner *inner)
{
    if (!inner) return -1;
    inner->number++;
    return (int)strlen(inner->text);
}
int call_twice(int (*callback)(int), int value) { return callback(callback(value)); }
typedef struct { int (*callback)(int); } WithCallback;
int call_twice_in_struct(WithCallback with, int value) { return call_twice(with.callback, value); }
static Ints the_ints = { 7, 8 };
Ints *static_ints(void) { return &the_ints; }
int wide_length(const uint16_t *text)
{
    int length = 0;
    while (text[length]) length++;
    return length;
}
