#include "lower/lowering.h"

LLVMValueRef gep_bytes(Lowering *l, LLVMValueRef base, uint64_t offset) {
    if (offset == 0)
        return base;
    LLVMValueRef index = LLVMConstInt(l->u->i64, offset, true);
    return LLVMBuildInBoundsGEP2(l->builder, l->u->i8, base, &index, 1, "");
}

LLVMValueRef gep_dynamic(Lowering *l, LLVMValueRef base, LLVMValueRef byte_offset) {
    return LLVMBuildGEP2(l->builder, l->u->i8, base, &byte_offset, 1, "");
}

// ---- Addresses ----------------------------------------------------------------------------------

Access access_through(Lowering *l, Value address) {
    Access access = {.prefixes = l->in->prefixes, .facts = address.facts};
    check_null(l, address);
    access.address = value_pointer(l, address);
    if (address.kind != STACK_ByRef && address.kind != STACK_Object)
        access.alignment = 1; // a raw pointer promises nothing
    if (l->in->prefixes & PREFIX_Unaligned)
        access.alignment = l->in->alignment ? l->in->alignment : 1;
    return access;
}

static uint32_t access_alignment(const Access *access, const Storage *storage) {
    return access->alignment && access->alignment < storage->alignment ? access->alignment
                                                                       : storage->alignment;
}

/// Volatile accesses acquire and release (I.12.6.7). LLVM wants natural alignment for atomics; a misaligned
/// volatile access is only kept, not ordered.
static void mark_volatile(LLVMValueRef instruction, const Access *access, const Storage *storage,
                          LLVMAtomicOrdering ordering) {
    if (!(access->prefixes & PREFIX_Volatile))
        return;
    LLVMSetVolatile(instruction, true);
    if (access_alignment(access, storage) == storage->size)
        LLVMSetOrdering(instruction, ordering);
}

// ---- Loads --------------------------------------------------------------------------------------

Value load_value_at(Lowering *l, Type *type, Access access) {
    Storage storage = storage_of(l->u, type);
    Value value = {.kind = storage.kind, .type = storage.kind == STACK_ByRef ? type->element : type};
    if (storage.kind == STACK_Value) {
        value.ref = temp_struct(l, type);
        copy_bytes(l, value.ref, access.address, storage.size, access_alignment(&access, &storage));
        if (access.prefixes & PREFIX_Volatile)
            LLVMBuildFence(l->builder, LLVMAtomicOrderingAcquire, false, "");
        return value;
    }
    LLVMValueRef load = LLVMBuildLoad2(l->builder, storage.type, access.address, "");
    LLVMSetAlignment(load, access_alignment(&access, &storage));
    // References must not be read twice or in halves: lock-free code of the library tests one and then uses
    // it.
    if (storage.kind == STACK_Object && !(access.facts & FACT_Stack) &&
        access_alignment(&access, &storage) == 8)
        LLVMSetOrdering(load, LLVMAtomicOrderingUnordered);
    mark_volatile(load, &access, &storage, LLVMAtomicOrderingAcquire);
    value.ref = load;
    if (storage.kind == STACK_Int32 && storage.size < 4)
        value.ref = storage.is_signed ? LLVMBuildSExt(l->builder, load, l->u->i32, "")
                                      : LLVMBuildZExt(l->builder, load, l->u->i32, "");
    return value;
}

void load_value(Lowering *l, Type *type, Access access) {
    stack_push(l, load_value_at(l, type, access));
}

LLVMValueRef load_invariant(Lowering *l, LLVMTypeRef type, LLVMValueRef address) {
    LLVMValueRef load = LLVMBuildLoad2(l->builder, type, address, "");
    LLVMSetMetadata(load, l->u->metadata_invariant_load, l->u->empty_node);
    return load;
}

LLVMValueRef load_method_table(Lowering *l, LLVMValueRef object) {
    return load_invariant(l, l->u->ptr, object);
}

LLVMValueRef load_array_length(Lowering *l, LLVMValueRef array) {
    enum { ARRAY_LENGTH_OFFSET = 8 };
    LLVMValueRef load = load_invariant(l, l->u->i32, gep_bytes(l, array, ARRAY_LENGTH_OFFSET));
    LLVMSetMetadata(load, l->u->metadata_range, l->u->length_range);
    return load;
}

// ---- Stores -------------------------------------------------------------------------------------

static void call_barrier(Lowering *l, const char *name, LLVMValueRef address, LLVMValueRef reference) {
    call_runtime(l, name, l->u->type_void, (LLVMValueRef[]){address, reference},
                 (LLVMTypeRef[]){l->u->ptr, l->u->ptr}, 2, false);
}

void store_reference(Lowering *l, Access access, LLVMValueRef reference) {
    // Null needs no card; neither does a frame, which the collector scans as a whole.
    if ((access.facts & FACT_Stack) || LLVMIsNull(reference)) {
        LLVMValueRef store = LLVMBuildStore(l->builder, reference, access.address);
        LLVMSetAlignment(store, access.alignment ? access.alignment : 8);
        if (!(access.facts & FACT_Stack) && !access.alignment)
            LLVMSetOrdering(store, access.prefixes & PREFIX_Volatile ? LLVMAtomicOrderingRelease
                                                                     : LLVMAtomicOrderingUnordered);
        return;
    }
    // The helper is an opaque call: a release as far as LLVM is concerned, and stores are ordered on x86-64.
    call_barrier(l, access.facts & FACT_Heap ? "RhpAssignRef" : "RhpCheckedAssignRef", access.address,
                 reference);
}

void store_value(Lowering *l, Type *type, Access access, Value value) {
    Storage storage = storage_of(l->u, type);
    if (storage.kind == STACK_Value) {
        if (value.kind != STACK_Value) {
            lower_internal(l, "a struct is stored from an operand that is none");
            return;
        }
        if (access.prefixes & PREFIX_Volatile)
            LLVMBuildFence(l->builder, LLVMAtomicOrderingRelease, false, "");
        copy_struct(l, type, access, value.ref, storage.alignment);
        return;
    }
    LLVMValueRef ref = value_for_storage(l, value, &storage);
    if (storage.kind == STACK_Object) {
        store_reference(l, access, ref);
        return;
    }
    LLVMValueRef store = LLVMBuildStore(l->builder, ref, access.address);
    LLVMSetAlignment(store, access_alignment(&access, &storage));
    mark_volatile(store, &access, &storage, LLVMAtomicOrderingRelease);
}

void copy_bytes(Lowering *l, LLVMValueRef dst, LLVMValueRef src, uint64_t size, uint32_t alignment) {
    LLVMBuildMemCpy(l->builder, dst, alignment, src, alignment, LLVMConstInt(l->u->i64, size, false));
}

/// Copies a struct with few references word by word: a barrier each for the references, plain copies between
/// them.
static void copy_by_fields(Lowering *l, const Layout *layout, uint32_t size, Access dst, LLVMValueRef src) {
    uint32_t at = 0;
    for (uint32_t i = 0; i <= layout->reference_count; i++) {
        uint32_t reference = i < layout->reference_count ? layout->reference_offsets[i] : size;
        if (reference > at)
            copy_bytes(l, gep_bytes(l, dst.address, at), gep_bytes(l, src, at), reference - at,
                       at % 8 ? 4 : 8);
        if (i == layout->reference_count)
            break;
        LLVMValueRef load = LLVMBuildLoad2(l->builder, l->u->ptr, gep_bytes(l, src, reference), "");
        LLVMSetAlignment(load, 8);
        store_reference(l, (Access){.address = gep_bytes(l, dst.address, reference), .facts = dst.facts},
                        load);
        at = reference + 8;
    }
}

void copy_struct(Lowering *l, Type *type, Access dst, LLVMValueRef src, uint32_t src_alignment) {
    enum { BARRIERS_MAX = 4 }; // above that one bulk copy is smaller and faster
    Storage storage = storage_of(l->u, type);
    uint32_t alignment = access_alignment(&dst, &storage);
    if (src_alignment < alignment)
        alignment = src_alignment;
    if ((dst.facts & FACT_Stack) || !type_has_references(l->u->ts, type)) {
        copy_bytes(l, dst.address, src, storage.size, alignment);
        return;
    }
    Failure failure = {.kind = FAILURE_None};
    const Layout *layout = type_layout(l->u->ts, type, &failure);
    if (layout && layout->reference_count <= BARRIERS_MAX && alignment >= 8) {
        copy_by_fields(l, layout, storage.size, dst, src);
        return;
    }
    call_runtime(l, "RhBulkMoveWithWriteBarrier", l->u->type_void,
                 (LLVMValueRef[]){dst.address, src, LLVMConstInt(l->u->i64, storage.size, false)},
                 (LLVMTypeRef[]){l->u->ptr, l->u->ptr, l->u->i64}, 3, false);
}

void zero_value(Lowering *l, Type *type, Access access) {
    Storage storage = storage_of(l->u, type);
    if (storage.kind == STACK_Value) {
        LLVMBuildMemSet(l->builder, access.address, LLVMConstInt(l->u->i8, 0, false),
                        LLVMConstInt(l->u->i64, storage.size, false), access_alignment(&access, &storage));
        return;
    }
    LLVMValueRef store = LLVMBuildStore(l->builder, LLVMConstNull(storage.type), access.address);
    LLVMSetAlignment(store, access_alignment(&access, &storage));
}
