// What data_module.c (objects, symbols) and data_region.c (the objects with absolute addresses) share.
#pragma once

#include "emit/data_module.h"

/// Where an object lies: in a global of its own, or in the region.
typedef struct Place {
    LLVMValueRef global;
    uint64_t offset;
    bool in_region;
} Place;

typedef struct DataWriter {
    const DataSet *set;
    LLVMModuleRef module;
    LLVMTypeRef i8, i32, i64, pointer, function;
    Place *places;       // by index of the object
    LLVMValueRef region; // NULL: no object belongs in it
    uint64_t region_size;
    uint32_t region_alignment;
    Arena scratch;
} DataWriter;

/// The packed struct of an object; in the region its slots are 64-bit distances.
LLVMTypeRef data_object_type(DataWriter *w, const DataObject *object, bool in_region);
LLVMValueRef data_object_value(DataWriter *w, const DataObject *object, const Place *place);

/// Whether the fix-up is an address that the region can hold as a distance. A weak one is not: it may be 0.
bool fixup_is_slot(const Fixup *f);
/// Places the object in the region if it belongs there.
bool data_region_takes(DataWriter *w, const DataObject *object, Place *place);
/// When all objects are placed: the global.
void data_region_declare(DataWriter *w);
/// When all symbols are known: its content and what relocates it at start-up.
void data_region_fill(DataWriter *w);
