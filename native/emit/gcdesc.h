// GCDesc: where a type's instances hold references (corelib-contract 1.6, runtime-contract 5.3). The words
// lie before the MethodTable and are read downwards from it; here they are given in ascending address order.
#pragma once

#include "support/array.h"

typedef ARRAY(uint64_t) GcWords;

/// Class, boxed struct or static base: offsets of the references from the object pointer, ascending. Nothing
/// for none.
void gcdesc_object(Arena *arena, const uint32_t *offsets, uint32_t count, uint32_t base_size, GcWords *out);
/// Array of references: the series reaches from `data_offset` to the end of the object.
void gcdesc_reference_array(Arena *arena, uint32_t data_offset, uint32_t base_size, GcWords *out);
/// Array of structs: offsets of the references within one element, ascending.
void gcdesc_struct_array(Arena *arena, const uint32_t *offsets, uint32_t count, uint32_t element_size,
                         uint32_t data_offset, GcWords *out);
