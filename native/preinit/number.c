// Arithmetic, comparisons, conversions (III.3) as the generated code has them; what would throw fails.
#include "preinit/internal.h"

#include <math.h>

static bool is_float(const Item *item) {
    return item->kind == STACK_Float32 || item->kind == STACK_Float64;
}

static bool is_integer(const Item *item) {
    return item->ref == REF_None &&
           (item->kind == STACK_Int32 || item->kind == STACK_Int64 || item->kind == STACK_NativeInt);
}

static StackKind wider(StackKind a, StackKind b) {
    if (a == b)
        return a;
    return a == STACK_Int64 || b == STACK_Int64 ? STACK_Int64 : STACK_NativeInt;
}

// ---- Binary -------------------------------------------------------------------------------------

static bool float_binary(Run *run, Opcode op, const Item *a, const Item *b, Item *out) {
    bool single = a->kind == STACK_Float32 && b->kind == STACK_Float32;
    double x = a->real, y = b->real, value = 0;
    switch (op) { // NOLINT: integers only
    case OP_add: value = single ? (double)((float)x + (float)y) : x + y; break;
    case OP_sub: value = single ? (double)((float)x - (float)y) : x - y; break;
    case OP_mul: value = single ? (double)((float)x * (float)y) : x * y; break;
    case OP_div: value = single ? (double)((float)x / (float)y) : x / y; break;
    case OP_rem: value = single ? (double)fmodf((float)x, (float)y) : fmod(x, y); break;
    default: return run_fail(run, "an operation on floating-point numbers");
    }
    *out = (Item){.kind = single ? STACK_Float32 : STACK_Float64, .real = value};
    return true;
}

/// Address plus or minus an integer, or the distance of two addresses in one place.
static bool address_binary(Run *run, Opcode op, const Item *a, const Item *b, Item *out) {
    if (a->ref == REF_Memory && b->ref == REF_None && (op == OP_add || op == OP_sub)) {
        *out = *a;
        out->integer += op == OP_add ? b->integer : -b->integer;
        return true;
    }
    if (b->ref == REF_Memory && a->ref == REF_None && op == OP_add) {
        *out = *b;
        out->integer += a->integer;
        return true;
    }
    if (a->ref == REF_Memory && b->ref == REF_Memory && a->target == b->target && op == OP_sub) {
        *out = item_integer(STACK_NativeInt, a->integer - b->integer);
        return true;
    }
    return run_fail(run, "computes with an address");
}

static bool divide(Run *run, Opcode op, bool is_64, int64_t a, int64_t b, int64_t *out) {
    bool is_signed = op == OP_div || op == OP_rem;
    uint64_t ua = is_64 ? (uint64_t)a : (uint32_t)a, ub = is_64 ? (uint64_t)b : (uint32_t)b;
    if (b == 0)
        return run_fail(run, "divides by zero");
    if (is_signed && b == -1) {
        if (a == (is_64 ? INT64_MIN : INT32_MIN))
            return run_fail(run, "a division overflows");
        *out = op == OP_div ? -a : 0;
        return true;
    }
    if (op == OP_div)
        *out = a / b;
    else if (op == OP_rem)
        *out = a % b;
    else
        *out = (int64_t)(op == OP_div_un ? ua / ub : ua % ub);
    return true;
}

static bool shift(Run *run, Opcode op, bool is_64, int64_t a, int64_t count, int64_t *out) {
    if (count < 0 || count > (is_64 ? 63 : 31))
        return run_fail(run, "shifts by more than the width");
    if (op == OP_shl)
        *out = (int64_t)((uint64_t)a << count);
    else if (op == OP_shr)
        *out = a >> count;
    else
        *out = (int64_t)((is_64 ? (uint64_t)a : (uint32_t)a) >> count);
    return true;
}

static bool overflow_binary(Run *run, Opcode op, bool is_64, int64_t a, int64_t b, int64_t *out) {
    bool overflows;
    if (op == OP_add_ovf || op == OP_sub_ovf || op == OP_mul_ovf) {
        overflows = op == OP_add_ovf   ? __builtin_add_overflow(a, b, out)
                    : op == OP_sub_ovf ? __builtin_sub_overflow(a, b, out)
                                       : __builtin_mul_overflow(a, b, out);
        overflows |= !is_64 && *out != (int32_t)*out;
    } else {
        uint64_t ua = is_64 ? (uint64_t)a : (uint32_t)a, ub = is_64 ? (uint64_t)b : (uint32_t)b, value;
        overflows = op == OP_add_ovf_un   ? __builtin_add_overflow(ua, ub, &value)
                    : op == OP_sub_ovf_un ? __builtin_sub_overflow(ua, ub, &value)
                                          : __builtin_mul_overflow(ua, ub, &value);
        overflows |= !is_64 && value != (uint32_t)value;
        *out = (int64_t)value;
    }
    return !overflows || run_fail(run, "an operation overflows");
}

static bool integer_binary(Run *run, Opcode op, const Item *a, const Item *b, Item *out) {
    bool is_shift = op == OP_shl || op == OP_shr || op == OP_shr_un;
    StackKind kind = is_shift ? a->kind : wider(a->kind, b->kind);
    bool is_64 = kind != STACK_Int32;
    uint64_t ua = (uint64_t)a->integer, ub = (uint64_t)b->integer;
    int64_t value = 0;
    bool ok = true;
    switch (op) { // NOLINT: the others do not come here
    case OP_add: value = (int64_t)(ua + ub); break;
    case OP_sub: value = (int64_t)(ua - ub); break;
    case OP_mul: value = (int64_t)(ua * ub); break;
    case OP_and: value = (int64_t)(ua & ub); break;
    case OP_or: value = (int64_t)(ua | ub); break;
    case OP_xor: value = (int64_t)(ua ^ ub); break;
    case OP_shl:
    case OP_shr:
    case OP_shr_un: ok = shift(run, op, is_64, a->integer, b->integer, &value); break;
    case OP_div:
    case OP_div_un:
    case OP_rem:
    case OP_rem_un: ok = divide(run, op, is_64, a->integer, b->integer, &value); break;
    default: ok = overflow_binary(run, op, is_64, a->integer, b->integer, &value); break;
    }
    *out = item_integer(kind, value);
    return ok;
}

static bool op_unary(Run *run, Frame *frame, Opcode op) {
    Item *top = item_top(frame, 0);
    if (is_float(top) && op == OP_neg) {
        top->real = -top->real;
        return true;
    }
    if (!is_integer(top))
        return run_fail(run, "computes with an address");
    uint64_t value = op == OP_neg ? 0 - (uint64_t)top->integer : ~(uint64_t)top->integer;
    *top = item_integer(top->kind, (int64_t)value);
    return true;
}

static bool op_compare(Run *run, Frame *frame, Opcode op) {
    static const Opcode branches[] = {OP_beq, OP_bgt, OP_bgt_un, OP_blt, OP_blt_un};
    static const Opcode compares[] = {OP_ceq, OP_cgt, OP_cgt_un, OP_clt, OP_clt_un};
    Item b = item_pop(frame), a = item_pop(frame);
    bool value = false;
    for (size_t i = 0; i < sizeof compares / sizeof *compares; i++)
        if (compares[i] == op && !item_compare(run, branches[i], &a, &b, &value))
            return false;
    item_push(run, frame, item_integer(STACK_Int32, value));
    return true;
}

bool run_number(Run *run, Frame *frame, const Instruction *in) {
    if (in->op == OP_neg || in->op == OP_not)
        return op_unary(run, frame, in->op);
    if (in->op >= OP_ceq && in->op <= OP_clt_un)
        return op_compare(run, frame, in->op);
    Item b = item_pop(frame), a = item_pop(frame), out;
    bool ok;
    if (is_float(&a) && is_float(&b))
        ok = float_binary(run, in->op, &a, &b, &out);
    else if (is_integer(&a) && is_integer(&b))
        ok = integer_binary(run, in->op, &a, &b, &out);
    else
        ok = address_binary(run, in->op, &a, &b, &out);
    if (ok)
        item_push(run, frame, out);
    return ok;
}

// ---- Comparisons --------------------------------------------------------------------------------

static bool float_compare(Opcode op, double a, double b) {
    bool unordered = a != a || b != b; // NOLINT: NaN
    switch (op) {                      // NOLINT: the others do not come here
    case OP_beq: return a == b;
    case OP_bne_un: return unordered || a != b;
    case OP_bge: return a >= b;
    case OP_bge_un: return unordered || a >= b;
    case OP_bgt: return a > b;
    case OP_bgt_un: return unordered || a > b;
    case OP_ble: return a <= b;
    case OP_ble_un: return unordered || a <= b;
    case OP_blt: return a < b;
    default: return unordered || a < b;
    }
}

static bool order_decides(Opcode op, int signed_order, int unsigned_order) {
    switch (op) { // NOLINT: the others do not come here
    case OP_beq: return signed_order == 0;
    case OP_bne_un: return signed_order != 0;
    case OP_bge: return signed_order >= 0;
    case OP_bge_un: return unsigned_order >= 0;
    case OP_bgt: return signed_order > 0;
    case OP_bgt_un: return unsigned_order > 0;
    case OP_ble: return signed_order <= 0;
    case OP_ble_un: return unsigned_order <= 0;
    case OP_blt: return signed_order < 0;
    default: return unsigned_order < 0;
    }
}

static int order_of(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

static int unsigned_order_of(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

/// Of two things that are not both plain numbers, only whether they are the same is known, and null comes
/// first.
static bool address_compare(Run *run, Opcode op, const Item *a, const Item *b, bool *out) {
    if (a->ref == REF_Memory && b->ref == REF_Memory && a->target == b->target) {
        int order = order_of(a->integer, b->integer);
        *out = order_decides(op, order, order);
        return true;
    }
    bool null_a = a->ref == REF_None && a->integer == 0, null_b = b->ref == REF_None && b->integer == 0;
    bool same = a->ref == b->ref && a->target == b->target;
    bool comparable = null_a || null_b || (a->ref == b->ref && a->ref != REF_Memory);
    bool is_signed = op == OP_bge || op == OP_bgt || op == OP_ble || op == OP_blt;
    bool equality = op == OP_beq || op == OP_bne_un;
    if (!comparable || (!equality && (is_signed || (!null_a && !null_b))))
        return run_fail(run, "compares addresses");
    int order = same ? 0 : null_a ? -1 : 1;
    *out = order_decides(op, order, order);
    return true;
}

bool item_compare(Run *run, Opcode op, const Item *a, const Item *b, bool *out) {
    if (is_float(a) && is_float(b)) {
        *out = float_compare(op, a->real, b->real);
        return true;
    }
    if (is_float(a) || is_float(b) || a->kind == STACK_Value || b->kind == STACK_Value)
        return run_fail(run, "compares things of different kinds");
    if (a->ref != REF_None || b->ref != REF_None)
        return address_compare(run, op, a, b, out);
    bool is_64 = a->kind != STACK_Int32 || b->kind != STACK_Int32;
    uint64_t ua = is_64 ? (uint64_t)a->integer : (uint32_t)a->integer;
    uint64_t ub = is_64 ? (uint64_t)b->integer : (uint32_t)b->integer;
    *out = order_decides(op, order_of(a->integer, b->integer), unsigned_order_of(ua, ub));
    return true;
}

// ---- Conversions --------------------------------------------------------------------------------

typedef struct Target {
    StackKind kind;
    uint32_t bits;
    bool is_signed;
} Target;

static Target conversion_target(Opcode op) {
    switch (op) { // NOLINT: the others do not come here
    case OP_conv_i1:
    case OP_conv_ovf_i1:
    case OP_conv_ovf_i1_un: return (Target){STACK_Int32, 8, true};
    case OP_conv_u1:
    case OP_conv_ovf_u1:
    case OP_conv_ovf_u1_un: return (Target){STACK_Int32, 8, false};
    case OP_conv_i2:
    case OP_conv_ovf_i2:
    case OP_conv_ovf_i2_un: return (Target){STACK_Int32, 16, true};
    case OP_conv_u2:
    case OP_conv_ovf_u2:
    case OP_conv_ovf_u2_un: return (Target){STACK_Int32, 16, false};
    case OP_conv_i4:
    case OP_conv_ovf_i4:
    case OP_conv_ovf_i4_un: return (Target){STACK_Int32, 32, true};
    case OP_conv_u4:
    case OP_conv_ovf_u4:
    case OP_conv_ovf_u4_un: return (Target){STACK_Int32, 32, false};
    case OP_conv_i8:
    case OP_conv_ovf_i8:
    case OP_conv_ovf_i8_un: return (Target){STACK_Int64, 64, true};
    case OP_conv_u8:
    case OP_conv_ovf_u8:
    case OP_conv_ovf_u8_un: return (Target){STACK_Int64, 64, false};
    case OP_conv_i:
    case OP_conv_ovf_i:
    case OP_conv_ovf_i_un: return (Target){STACK_NativeInt, 64, true};
    default: return (Target){STACK_NativeInt, 64, false};
    }
}

static int64_t narrowed(uint64_t value, Target to) {
    uint32_t unused = 64 - to.bits;
    if (to.is_signed)
        return (int64_t)(value << unused) >> unused;
    return (int64_t)(value << unused >> unused);
}

/// Conversions of floating-point numbers saturate, NaN gives 0.
static int64_t saturated(double real, bool is_signed, uint32_t bits) {
    double low = is_signed ? -ldexp(1, (int)bits - 1) : 0,
           high = ldexp(1, (int)(is_signed ? bits - 1 : bits));
    if (real != real) // NOLINT: NaN
        return 0;
    if (real <= low)
        return is_signed ? INT64_MIN >> (64 - bits) : 0;
    if (real >= high)
        return is_signed ? INT64_MAX >> (64 - bits) : (int64_t)(UINT64_MAX >> (64 - bits));
    return is_signed ? (int64_t)real : (int64_t)(uint64_t)real;
}

static int64_t from_float(double real, Target to) {
    if (to.bits >= 32)
        return saturated(real, to.is_signed, to.bits);
    return narrowed((uint64_t)saturated(real, true, 32), to);
}

static bool convert_checked(Run *run, const Item *item, Target to, bool from_unsigned, int64_t *out) {
    if (is_float(item)) {
        double whole = trunc(item->real);
        double low = to.is_signed ? -ldexp(1, (int)to.bits - 1) : 0;
        double high = ldexp(1, (int)(to.is_signed ? to.bits - 1 : to.bits));
        if (!(whole >= low && whole < high))
            return run_fail(run, "a conversion overflows");
        *out = to.is_signed ? (int64_t)whole : (int64_t)(uint64_t)whole;
        return true;
    }
    uint64_t value = (uint64_t)item->integer;
    if (from_unsigned && item->kind == STACK_Int32)
        value = (uint32_t)value;
    bool negative = !from_unsigned && (int64_t)value < 0;
    uint64_t limit = to.is_signed ? (uint64_t)(INT64_MAX >> (64 - to.bits)) : UINT64_MAX >> (64 - to.bits);
    bool fits = negative ? to.is_signed && (int64_t)value >= INT64_MIN >> (64 - to.bits) : value <= limit;
    *out = (int64_t)value;
    return fits || run_fail(run, "a conversion overflows");
}

static bool to_float(Run *run, Opcode op, Item *item) {
    double real = item->real;
    bool single = op == OP_conv_r4;
    if (!is_float(item)) {
        if (!is_integer(item))
            return run_fail(run, "computes with an address");
        uint64_t value = item->kind == STACK_Int32 ? (uint32_t)item->integer : (uint64_t)item->integer;
        if (op == OP_conv_r_un)
            real = (double)value;
        else
            real = single ? (double)(float)item->integer : (double)item->integer;
    }
    *item =
        (Item){.kind = single ? STACK_Float32 : STACK_Float64, .real = single ? (double)(float)real : real};
    return true;
}

static bool is_checked(Opcode op) {
    return op >= OP_conv_ovf_i1 && op <= OP_conv_ovf_u_un;
}

bool run_convert(Run *run, Frame *frame, const Instruction *in) {
    Item *top = item_top(frame, 0);
    if (in->op == OP_conv_r4 || in->op == OP_conv_r8 || in->op == OP_conv_r_un)
        return to_float(run, in->op, top);
    Target to = conversion_target(in->op);
    if (top->ref != REF_None) { // the address of something stays what it is
        if (to.kind != STACK_NativeInt || top->ref == REF_Object)
            return run_fail(run, "converts an address");
        top->kind = STACK_NativeInt;
        return true;
    }
    if (top->kind == STACK_Value || (top->kind == STACK_Object && to.bits < 64))
        return run_fail(run, "converts something that is no number");
    int64_t value = 0;
    if (is_checked(in->op)) {
        if (!convert_checked(run, top, to, in->op >= OP_conv_ovf_i1_un, &value))
            return false;
    } else if (is_float(top)) {
        value = from_float(top->real, to);
    } else {
        uint64_t wide = (uint64_t)top->integer;
        if (top->kind == STACK_Int32 && to.bits == 64 && !to.is_signed)
            wide = (uint32_t)wide; // III.3.27: conv.u8 and conv.u extend with zeros
        value = narrowed(wide, to);
    }
    *top = item_integer(to.kind, value);
    return true;
}
