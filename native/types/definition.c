// Rows of TypeDef, MethodDef and Field as definitions, made on demand; lookup of members by name.
#include "types/private.h"

#include <stdlib.h>

enum { // II.23.1.15, .10, .11, .5
    TYPE_Interface = 0x20,
    TYPE_Abstract = 0x80,
    TYPE_Sealed = 0x100,
    TYPE_BeforeFieldInit = 0x100000,
    METHOD_Static = 0x10,
    METHOD_Final = 0x20,
    METHOD_Virtual = 0x40,
    METHOD_NewSlot = 0x100,
    METHOD_Abstract = 0x400,
    METHOD_RtSpecialName = 0x1000,
    METHOD_PInvokeImpl = 0x2000,
    IMPL_CodeTypeMask = 0x3,
    IMPL_Runtime = 0x3,
    IMPL_NoInlining = 0x8,
    IMPL_Synchronized = 0x20,
    IMPL_AggressiveInlining = 0x100,
    IMPL_InternalCall = 0x1000,
    FIELD_Static = 0x10,
    FIELD_InitOnly = 0x20,
    FIELD_Literal = 0x40,
    FIELD_HasRva = 0x100,
};

// ---- Owners -------------------------------------------------------------------------------------

static uint32_t *owners_read(ModuleRecord *module, ColumnId list_column, uint32_t member_count) {
    uint32_t *owners = ARENA_ARRAY(module->ts->arena, uint32_t, member_count + 1);
    for (uint32_t rid = 1; rid <= module->type_def_count; rid++) {
        uint32_t first, count = column_list(module->module.image, list_column, rid, &first);
        for (uint32_t i = 0; i < count && first + i <= member_count; i++)
            owners[first + i - 1] = rid;
    }
    return owners;
}

uint32_t method_owner_rid(ModuleRecord *module, uint32_t rid) {
    if (!module->method_owners)
        module->method_owners = owners_read(module, COLUMN_TypeDef_MethodList, module->method_def_count);
    return rid && rid <= module->method_def_count ? module->method_owners[rid - 1] : 0;
}

uint32_t field_owner_rid(ModuleRecord *module, uint32_t rid) {
    if (!module->field_owners)
        module->field_owners = owners_read(module, COLUMN_TypeDef_FieldList, module->field_def_count);
    return rid && rid <= module->field_def_count ? module->field_owners[rid - 1] : 0;
}

// ---- Types --------------------------------------------------------------------------------------

typedef enum BaseKind { BASE_Other, BASE_ValueType, BASE_Enum, BASE_MulticastDelegate } BaseKind;

// The kind of a type follows from the name of its base class alone; resolving it could run in circles.
static BaseKind base_kind(TypeSystem *ts, const Image *image, Token extends) {
    ColumnId name_column, space_column;
    if (token_table(extends) == TABLE_TypeRef) {
        name_column = COLUMN_TypeRef_TypeName;
        space_column = COLUMN_TypeRef_TypeNamespace;
    } else {
        name_column = COLUMN_TypeDef_TypeName;
        space_column = COLUMN_TypeDef_TypeNamespace;
        if (token_table(extends) != TABLE_TypeDef)
            return BASE_Other;
    }
    if (!token_rid(extends) ||
        column_text(image, space_column, token_rid(extends)).data != ts->name_system.data)
        return BASE_Other;
    Text name = column_text(image, name_column, token_rid(extends));
    if (text_equal_z(name, "ValueType"))
        return BASE_ValueType;
    if (text_equal_z(name, "Enum"))
        return BASE_Enum;
    if (text_equal_z(name, "MulticastDelegate"))
        return BASE_MulticastDelegate;
    return BASE_Other;
}

static const struct ElementRow {
    const char *name;
    ElementType element_type;
} element_rows[] = {
    {"Void", ELEMENT_TYPE_VOID},     {"Boolean", ELEMENT_TYPE_BOOLEAN},
    {"Char", ELEMENT_TYPE_CHAR},     {"SByte", ELEMENT_TYPE_I1},
    {"Byte", ELEMENT_TYPE_U1},       {"Int16", ELEMENT_TYPE_I2},
    {"UInt16", ELEMENT_TYPE_U2},     {"Int32", ELEMENT_TYPE_I4},
    {"UInt32", ELEMENT_TYPE_U4},     {"Int64", ELEMENT_TYPE_I8},
    {"UInt64", ELEMENT_TYPE_U8},     {"Single", ELEMENT_TYPE_R4},
    {"Double", ELEMENT_TYPE_R8},     {"String", ELEMENT_TYPE_STRING},
    {"IntPtr", ELEMENT_TYPE_I},      {"UIntPtr", ELEMENT_TYPE_U},
    {"Object", ELEMENT_TYPE_OBJECT}, {"TypedReference", ELEMENT_TYPE_TYPEDBYREF},
};

static bool module_is_core(const Module *module) {
    return text_equal_z(module->name, "System.Private.CoreLib");
}

static ElementType element_type_of(TypeSystem *ts, const TypeDef *def) {
    if (!def->enclosing && def->name_space.data == ts->name_system.data && module_is_core(def->module)) {
        for (size_t i = 0; i < sizeof element_rows / sizeof *element_rows; i++) {
            if (text_equal_z(def->name, element_rows[i].name))
                return element_rows[i].element_type;
        }
    }
    return def->is_value_type ? ELEMENT_TYPE_VALUETYPE : ELEMENT_TYPE_CLASS;
}

static void type_attributes_read(TypeDef *def) {
    AttributeScan scan = attribute_scan(def->module, token_make(TABLE_TypeDef, def->rid));
    AttributeRow row;
    while (attribute_next(&scan, &row)) {
        if (!text_equal_z(row.name_space, "System.Runtime.CompilerServices"))
            continue;
        if (text_equal_z(row.name, "IntrinsicAttribute"))
            def->is_intrinsic = true;
        if (text_equal_z(row.name, "IsByRefLikeAttribute"))
            def->is_byref_like = def->is_value_type;
        if (text_equal_z(row.name, "InlineArrayAttribute") && row.blob.size >= 6 && def->is_value_type) {
            Cursor cursor = cursor_over(row.blob); // prolog, then int32 length (II.23.3)
            uint16_t prolog;
            def->is_inline_array = read_u16(&cursor, &prolog) && read_u32(&cursor, &def->inline_array_count);
        }
    }
}

static bool is_finalizer_row(TypeSystem *ts, const Image *image, uint32_t rid) {
    if (column_text(image, COLUMN_MethodDef_Name, rid).data != ts->name_finalize.data)
        return false;
    uint32_t flags = column_read(image, COLUMN_MethodDef_Flags, rid);
    if ((flags & (METHOD_Virtual | METHOD_NewSlot | METHOD_Static)) != METHOD_Virtual)
        return false;
    Bytes blob = column_blob(image, COLUMN_MethodDef_Signature, rid);
    return blob.size >= 3 && blob.data[0] == 0x20 && blob.data[1] == 0 && blob.data[2] == ELEMENT_TYPE_VOID;
}

static void special_methods_find(TypeSystem *ts, TypeDef *def) {
    const Image *image = def->module->image;
    for (uint32_t i = 0; i < def->method_count; i++) {
        uint32_t rid = def->first_method_rid + i;
        const char *name = column_text(image, COLUMN_MethodDef_Name, rid).data;
        if (name == ts->name_static_constructor.data)
            def->static_constructor = method_def_get(ts, def->module, rid);
        if (name == ts->name_finalize.data && is_finalizer_row(ts, image, rid))
            def->finalizer = method_def_get(ts, def->module, rid);
    }
}

// The enclosing type, unless the chain is too long or runs in a circle.
static const TypeDef *enclosing_find(TypeSystem *ts, Module *module, uint32_t rid) {
    uint32_t outer = rid;
    for (uint32_t depth = 0; depth < DEPTH_LIMIT; depth++) {
        uint32_t count;
        uint32_t row = sorted_rows_find(module->image, COLUMN_NestedClass_NestedClass,
                                        token_make(TABLE_TypeDef, outer), &count);
        uint32_t next =
            row ? token_rid(column_token(module->image, COLUMN_NestedClass_EnclosingClass, row)) : 0;
        if (next == 0 && outer == rid)
            return NULL;
        if (next == 0) {
            row = sorted_rows_find(module->image, COLUMN_NestedClass_NestedClass,
                                   token_make(TABLE_TypeDef, rid), &count);
            return type_def_get(
                ts, module, token_rid(column_token(module->image, COLUMN_NestedClass_EnclosingClass, row)));
        }
        outer = next;
    }
    return NULL;
}

static TypeDef *type_def_make(TypeSystem *ts, Module *module, uint32_t rid) {
    const Image *image = module->image;
    TypeDefRecord *record = ARENA_NEW(ts->arena, TypeDefRecord);
    TypeDef *def = &record->def;
    module->types[rid - 1] = def;
    record->extends = column_token(image, COLUMN_TypeDef_Extends, rid);
    def->module = module;
    def->rid = rid;
    def->flags = column_read(image, COLUMN_TypeDef_Flags, rid);
    def->name = column_text(image, COLUMN_TypeDef_TypeName, rid);
    def->name_space = column_text(image, COLUMN_TypeDef_TypeNamespace, rid);
    def->enclosing = enclosing_find(ts, module, rid);
    uint32_t count;
    if (sorted_rows_find(image, COLUMN_GenericParam_Owner, token_make(TABLE_TypeDef, rid), &count))
        def->generic_count = (uint16_t)count;
    BaseKind base = base_kind(ts, image, record->extends);
    bool is_enum_class = base == BASE_ValueType && text_equal_z(def->name, "Enum") &&
                         def->name_space.data == ts->name_system.data && module_is_core(module);
    def->is_interface = (def->flags & TYPE_Interface) != 0;
    def->is_enum = base == BASE_Enum && !def->is_interface;
    def->is_value_type = def->is_enum || (base == BASE_ValueType && !is_enum_class && !def->is_interface);
    def->is_delegate = base == BASE_MulticastDelegate;
    def->is_abstract = (def->flags & TYPE_Abstract) != 0;
    def->is_sealed = (def->flags & TYPE_Sealed) != 0;
    def->is_before_field_init = (def->flags & TYPE_BeforeFieldInit) != 0;
    def->element_type = element_type_of(ts, def);
    def->is_nullable = def->is_value_type && !def->enclosing && text_equal_z(def->name, "Nullable`1") &&
                       def->name_space.data == ts->name_system.data && module_is_core(module);
    def->method_count = column_list(image, COLUMN_TypeDef_MethodList, rid, &def->first_method_rid);
    def->field_count = column_list(image, COLUMN_TypeDef_FieldList, rid, &def->first_field_rid);
    type_attributes_read(def);
    special_methods_find(ts, def);
    return def;
}

TypeDef *type_def_get(TypeSystem *ts, Module *module, uint32_t rid) {
    if (rid == 0 || rid > module_record(module)->type_def_count)
        return NULL;
    TypeDef *def = module->types[rid - 1];
    return def ? def : type_def_make(ts, module, rid);
}

// ---- Methods and fields -------------------------------------------------------------------------

static void method_attributes_read(MethodDef *def) {
    AttributeScan scan = attribute_scan(def->owner->module, token_make(TABLE_MethodDef, def->rid));
    AttributeRow row;
    while (attribute_next(&scan, &row)) {
        if (text_equal_z(row.name, "IntrinsicAttribute") &&
            text_equal_z(row.name_space, "System.Runtime.CompilerServices"))
            def->is_intrinsic = true;
        if (text_equal_z(row.name, "UnmanagedCallersOnlyAttribute") &&
            text_equal_z(row.name_space, "System.Runtime.InteropServices"))
            def->is_unmanaged_callers_only = true;
    }
}

// Counts from the head of the signature (II.23.2.1), without decoding it.
static void method_counts_read(MethodDef *def) {
    Cursor cursor = cursor_over(column_blob(def->owner->module->image, COLUMN_MethodDef_Signature, def->rid));
    uint8_t head;
    uint32_t generic_count = 0;
    if (!read_u8(&cursor, &head))
        return;
    if ((head & 0x10) && !read_compressed_u32(&cursor, &generic_count))
        return;
    if (!read_compressed_u32(&cursor, &def->param_count))
        def->param_count = 0;
    def->generic_count = generic_count <= UINT16_MAX ? (uint16_t)generic_count : 0;
}

static MethodDef *method_def_make(TypeSystem *ts, Module *module, uint32_t rid) {
    const Image *image = module->image;
    TypeDef *owner = type_def_get(ts, module, method_owner_rid(module_record(module), rid));
    if (!owner)
        return NULL;
    if (module->methods[rid - 1])
        return module->methods[rid - 1]; // made while the owner was
    MethodDefRecord *record = ARENA_NEW(ts->arena, MethodDefRecord);
    MethodDef *def = &record->def;
    module->methods[rid - 1] = def;
    def->owner = owner;
    def->rid = rid;
    def->flags = (uint16_t)column_read(image, COLUMN_MethodDef_Flags, rid);
    def->impl_flags = (uint16_t)column_read(image, COLUMN_MethodDef_ImplFlags, rid);
    def->rva = column_read(image, COLUMN_MethodDef_Rva, rid);
    def->name = column_text(image, COLUMN_MethodDef_Name, rid);
    def->is_static = (def->flags & METHOD_Static) != 0;
    def->is_virtual = (def->flags & METHOD_Virtual) != 0;
    def->is_final = (def->flags & METHOD_Final) != 0;
    def->is_abstract = (def->flags & METHOD_Abstract) != 0;
    def->is_new_slot = (def->flags & METHOD_NewSlot) != 0;
    def->is_constructor = (def->flags & METHOD_RtSpecialName) && def->name.data == ts->name_constructor.data;
    def->is_no_inlining = (def->impl_flags & IMPL_NoInlining) != 0;
    def->is_aggressive_inlining = (def->impl_flags & IMPL_AggressiveInlining) != 0;
    def->is_synchronized = (def->impl_flags & IMPL_Synchronized) != 0;
    def->is_internal_call = (def->impl_flags & IMPL_InternalCall) != 0;
    def->is_runtime = (def->impl_flags & IMPL_CodeTypeMask) == IMPL_Runtime;
    def->is_pinvoke = (def->flags & METHOD_PInvokeImpl) != 0;
    method_counts_read(def);
    method_attributes_read(def);
    return def;
}

MethodDef *method_def_get(TypeSystem *ts, Module *module, uint32_t rid) {
    if (rid == 0 || rid > module_record(module)->method_def_count)
        return NULL;
    MethodDef *def = module->methods[rid - 1];
    return def ? def : method_def_make(ts, module, rid);
}

FieldDef *field_def_get(TypeSystem *ts, Module *module, uint32_t rid) {
    if (rid == 0 || rid > module_record(module)->field_def_count)
        return NULL;
    if (module->fields[rid - 1])
        return module->fields[rid - 1];
    TypeDef *owner = type_def_get(ts, module, field_owner_rid(module_record(module), rid));
    if (!owner)
        return NULL;
    FieldDefRecord *record = ARENA_NEW(ts->arena, FieldDefRecord);
    FieldDef *def = &record->def;
    module->fields[rid - 1] = def;
    def->owner = owner;
    def->rid = rid;
    def->flags = (uint16_t)column_read(module->image, COLUMN_Field_Flags, rid);
    def->name = column_text(module->image, COLUMN_Field_Name, rid);
    def->is_static = (def->flags & FIELD_Static) != 0;
    def->is_init_only = (def->flags & FIELD_InitOnly) != 0;
    def->is_literal = (def->flags & FIELD_Literal) != 0;
    def->has_rva = (def->flags & FIELD_HasRva) != 0;
    Bytes blob;
    def->is_thread_static = def->is_static && attribute_find(module, token_make(TABLE_Field, rid), "System",
                                                             "ThreadStaticAttribute", &blob);
    return def;
}

// ---- Signatures of definitions ------------------------------------------------------------------

const Signature *method_def_signature(TypeSystem *ts, const MethodDef *def, const Modifiers **modifiers,
                                      Failure *failure) {
    MethodDefRecord *record = method_def_record(def);
    if (record->state == ENTRY_Empty) {
        record->state = ENTRY_Busy;
        Module *module = def->owner->module;
        SignatureReader reader = signature_reader(
            ts, module, column_blob(module->image, COLUMN_MethodDef_Signature, def->rid), &record->failure);
        reader.modifier_arena = ts->arena;
        record->signature = signature_read_method(&reader);
        record->modifiers = signature_modifiers(&reader);
        record->state = record->signature ? ENTRY_Done : ENTRY_Failed;
    }
    if (!record->signature && failure)
        *failure = record->failure;
    if (modifiers)
        *modifiers = &record->modifiers;
    return record->signature;
}

Type *field_def_type(TypeSystem *ts, const FieldDef *def, const Modifiers **modifiers, Failure *failure) {
    FieldDefRecord *record = field_def_record(def);
    if (record->state == ENTRY_Empty) {
        record->state = ENTRY_Busy;
        Module *module = def->owner->module;
        SignatureReader reader = signature_reader(
            ts, module, column_blob(module->image, COLUMN_Field_Signature, def->rid), &record->failure);
        reader.modifier_arena = ts->arena;
        record->type = signature_read_field(&reader);
        record->modifiers = signature_modifiers(&reader);
        record->state = record->type ? ENTRY_Done : ENTRY_Failed;
    }
    if (!record->type && failure)
        *failure = record->failure;
    if (modifiers)
        *modifiers = &record->modifiers;
    return record->type;
}

Modifiers method_modifiers(TypeSystem *ts, const MethodDef *def) {
    const Modifiers *modifiers;
    return method_def_signature(ts, def, &modifiers, NULL) ? *modifiers : (Modifiers){0};
}

Modifiers field_modifiers(TypeSystem *ts, const FieldDef *def) {
    const Modifiers *modifiers;
    return field_def_type(ts, def, &modifiers, NULL) ? *modifiers : (Modifiers){0};
}

bool modifiers_equal(const Modifiers *a, const Modifiers *b) {
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const Modifier *x = &a->items[i], *y = &b->items[i];
        if (x->position != y->position || x->required != y->required || x->type != y->type)
            return false;
    }
    return true;
}

bool method_modifiers_equal(TypeSystem *ts, const MethodDef *a, const MethodDef *b) {
    const Modifiers *x, *y;
    return method_def_signature(ts, a, &x, NULL) && method_def_signature(ts, b, &y, NULL) &&
           modifiers_equal(x, y);
}

// ---- Members by name ----------------------------------------------------------------------------

typedef struct NameRid {
    const char *name;
    uint32_t rid;
} NameRid;

static int name_rid_compare(const void *a, const void *b) {
    const NameRid *x = a, *y = b;
    if (x->name != y->name)
        return (uintptr_t)x->name < (uintptr_t)y->name ? -1 : 1;
    return (x->rid > y->rid) - (x->rid < y->rid);
}

static void name_index_build(NameIndex *index, const TypeDef *def, ColumnId name_column, uint32_t first,
                             uint32_t count) {
    TypeSystem *ts = module_record(def->module)->ts;
    ArenaMark mark = arena_mark(&ts->scratch);
    NameRid *rows = ARENA_ARRAY(&ts->scratch, NameRid, count);
    for (uint32_t i = 0; i < count; i++)
        rows[i] = (NameRid){column_text(def->module->image, name_column, first + i).data, first + i};
    if (count)
        qsort(rows, count, sizeof *rows, name_rid_compare);
    index->names = ARENA_ARRAY(ts->arena, const char *, count);
    index->rids = ARENA_ARRAY(ts->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        index->names[i] = rows[i].name;
        index->rids[i] = rows[i].rid;
    }
    index->count = count;
    index->built = true;
    arena_rewind(&ts->scratch, mark);
}

const NameIndex *method_index(const TypeDef *def) {
    NameIndex *index = &type_def_record(def)->methods;
    if (!index->built)
        name_index_build(index, def, COLUMN_MethodDef_Name, def->first_method_rid, def->method_count);
    return index;
}

const NameIndex *field_index(const TypeDef *def) {
    NameIndex *index = &type_def_record(def)->fields;
    if (!index->built)
        name_index_build(index, def, COLUMN_Field_Name, def->first_field_rid, def->field_count);
    return index;
}

uint32_t name_index_find(const NameIndex *index, Text name, uint32_t *first) {
    uint32_t low = 0, high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((uintptr_t)index->names[middle] < (uintptr_t)name.data)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    uint32_t count = 0;
    while (low + count < index->count && index->names[low + count] == name.data)
        count++;
    return count;
}
