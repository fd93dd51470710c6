// Annotations that the dataflow needs, read once per module: DynamicallyAccessedMembers and Requires* on its
// members, the rows of flow_intrinsic.def, and how the module wants to be trimmed.
#include "reach/flow.h"
#include "reach/flow_call.h"

typedef enum AttributeClass {
    CLASS_None,
    CLASS_Dam,
    CLASS_RequiresUnreferencedCode,
    CLASS_RequiresDynamicCode,
    CLASS_RequiresAssemblyFiles,
    CLASS_DynamicDependency,
    CLASS_Suppress,
    CLASS_AssemblyMetadata,
    CLASS_COUNT
} AttributeClass;

static const struct {
    const char *name_space, *name;
} classes[CLASS_COUNT] = {
    [CLASS_Dam] = {"System.Diagnostics.CodeAnalysis", "DynamicallyAccessedMembersAttribute"},
    [CLASS_RequiresUnreferencedCode] = {"System.Diagnostics.CodeAnalysis",
                                        "RequiresUnreferencedCodeAttribute"},
    [CLASS_RequiresDynamicCode] = {"System.Diagnostics.CodeAnalysis", "RequiresDynamicCodeAttribute"},
    [CLASS_RequiresAssemblyFiles] = {"System.Diagnostics.CodeAnalysis", "RequiresAssemblyFilesAttribute"},
    [CLASS_DynamicDependency] = {"System.Diagnostics.CodeAnalysis", "DynamicDependencyAttribute"},
    [CLASS_Suppress] = {"System.Diagnostics.CodeAnalysis", "UnconditionalSuppressMessageAttribute"},
    [CLASS_AssemblyMetadata] = {"System.Reflection", "AssemblyMetadataAttribute"},
};

static AttributeClass class_by_name(Text name_space, Text name) {
    for (uint32_t i = 1; i < CLASS_COUNT; i++)
        if (text_equal_z(name, classes[i].name) && text_equal_z(name_space, classes[i].name_space))
            return (AttributeClass)i;
    return CLASS_None;
}

/// Which class a constructor token belongs to, for every token that can stand in a CustomAttribute row.
typedef struct Constructors {
    uint8_t *member_refs;                            // by rid - 1
    uint32_t first[CLASS_COUNT], count[CLASS_COUNT]; // MethodDef rids of classes this module defines itself
} Constructors;

static void constructors_find(World *w, const Module *module, Constructors *out, Arena *arena) {
    const Image *image = module->image;
    uint32_t type_count = table_row_count(image, TABLE_TypeRef),
             count = table_row_count(image, TABLE_MemberRef);
    uint8_t *types = ARENA_ARRAY(arena, uint8_t, type_count + 1);
    for (uint32_t rid = 1; rid <= type_count; rid++)
        types[rid] = (uint8_t)class_by_name(column_text(image, COLUMN_TypeRef_TypeNamespace, rid),
                                            column_text(image, COLUMN_TypeRef_TypeName, rid));
    out->member_refs = ARENA_ARRAY(arena, uint8_t, count + 1);
    for (uint32_t rid = 1; rid <= count; rid++) {
        Token class = column_token(image, COLUMN_MemberRef_Class, rid);
        if (token_table(class) == TABLE_TypeRef && token_rid(class))
            out->member_refs[rid] = types[token_rid(class)];
    }
    for (uint32_t i = 1; i < CLASS_COUNT; i++) {
        const Type *type = type_find(w->ts, (Module *)module, classes[i].name_space, classes[i].name);
        if (!type || type->def->module != module)
            continue;
        out->first[i] = type->def->first_method_rid;
        out->count[i] = type->def->method_count;
    }
}

static AttributeClass class_of(const Constructors *constructors, Token token) {
    uint32_t rid = token_rid(token);
    if (token_table(token) == TABLE_MemberRef)
        return (AttributeClass)constructors->member_refs[rid];
    for (uint32_t i = 1; i < CLASS_COUNT; i++)
        if (rid >= constructors->first[i] && rid < constructors->first[i] + constructors->count[i])
            return (AttributeClass)i;
    return CLASS_None;
}

// ---- Rows ---------------------------------------------------------------------------------------

static uint32_t *flags_table(World *w, uint32_t **table, const Image *image, TableId id) {
    if (!*table)
        *table = ARENA_ARRAY(&w->arena, uint32_t, table_row_count(image, id) + 1);
    return *table;
}

/// MethodDef that owns a Param row: the lists are ascending.
static uint32_t param_owner(const Image *image, uint32_t param) {
    uint32_t low = 1, high = table_row_count(image, TABLE_MethodDef), first;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        (void)column_list(image, COLUMN_MethodDef_ParamList, middle, &first);
        if (first <= param)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/// On a method the annotation is that of `this`.
static void dam_note_method(World *w, FlowFacts *facts, const Module *module, uint32_t rid, uint32_t flags) {
    const MethodDef *def = method_def_get(w->ts, (Module *)module, rid);
    facts->methods[rid - 1] |= METHOD_Dam;
    if (def && !def->is_static && flow_holds_types(w, type_from_def(w->ts, def->owner)))
        flags_table(w, &facts->method_this, module->image, TABLE_MethodDef)[rid - 1] = flags;
}

static void dam_note(World *w, FlowFacts *facts, const Module *module, Token parent, uint32_t flags) {
    uint32_t rid = token_rid(parent);
    const Image *image = module->image;
    switch (token_table(parent)) { // NOLINT: others cannot carry the attribute
    case TABLE_MethodDef: dam_note_method(w, facts, module, rid, flags); break;
    case TABLE_Param:
        flags_table(w, &facts->params, image, TABLE_Param)[rid - 1] = flags;
        facts->methods[param_owner(image, rid) - 1] |= METHOD_Dam;
        break;
    case TABLE_Field: flags_table(w, &facts->fields, image, TABLE_Field)[rid - 1] = flags; break;
    case TABLE_Property: flags_table(w, &facts->properties, image, TABLE_Property)[rid - 1] = flags; break;
    case TABLE_TypeDef:
        flags_table(w, &facts->type_flags, image, TABLE_TypeDef)[rid - 1] = flags;
        facts->types[rid - 1] |= TYPE_Dam;
        break;
    case TABLE_GenericParam: {
        flags_table(w, &facts->generics, image, TABLE_GenericParam)[rid - 1] = flags;
        Token owner = column_token(image, COLUMN_GenericParam_Owner, rid);
        if (token_table(owner) == TABLE_TypeDef)
            facts->types[token_rid(owner) - 1] |= TYPE_DamGeneric;
        else
            facts->methods[token_rid(owner) - 1] |= METHOD_DamGeneric;
        break;
    }
    default: break;
    }
}

uint32_t flow_message_size(Bytes blob) {
    Text message;
    return attribute_string_argument(blob, 0, &message) && message.size
               ? (uint32_t)(message.data + message.size - (const char *)blob.data) - 2
               : 0;
}

static void requires_note(FlowFacts *facts, const Image *image, Token parent, uint32_t needed, Bytes blob) {
    uint32_t rid = token_rid(parent);
    int32_t statics_excluded = 0;
    if (token_table(parent) == TABLE_TypeDef) {
        (void)attribute_named_integer(blob, flow_message_size(blob), "ExcludeStatics", &statics_excluded);
        facts->types[rid - 1] |= (uint8_t)(needed | (statics_excluded ? TYPE_StaticsExcluded : 0));
    }
    if (token_table(parent) == TABLE_MethodDef)
        facts->methods[rid - 1] |= (uint8_t)(needed << METHOD_RequiresShift);
    if (token_table(parent) != TABLE_Property && token_table(parent) != TABLE_Event)
        return;
    uint32_t count, row = sorted_rows_find(image, COLUMN_MethodSemantics_Association, parent, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        uint32_t method = token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i));
        facts->methods[method - 1] |= (uint8_t)(needed << METHOD_RequiresShift);
    }
}

static uint32_t first_int32(Bytes blob) {
    Cursor cursor = cursor_over(blob);
    uint16_t prolog;
    uint32_t value;
    return read_u16(&cursor, &prolog) && read_u32(&cursor, &value) ? value : 0;
}

static void suppress_note(FlowFacts *facts, Token parent) {
    uint32_t rid = token_rid(parent);
    if (token_table(parent) == TABLE_MethodDef)
        facts->methods[rid - 1] |= METHOD_Suppressed;
    else if (token_table(parent) == TABLE_TypeDef)
        facts->types[rid - 1] |= TYPE_Suppressed;
    else
        facts->has_suppressions = true;
}

static void row_note(World *w, FlowFacts *facts, const Module *module, uint32_t rid, AttributeClass class) {
    const Image *image = module->image;
    Token parent = column_token(image, COLUMN_CustomAttribute_Parent, rid);
    Bytes blob = column_blob(image, COLUMN_CustomAttribute_Value, rid);
    Text key, value;
    switch (class) {
    case CLASS_Dam: dam_note(w, facts, module, parent, first_int32(blob)); break;
    case CLASS_RequiresUnreferencedCode:
        requires_note(facts, image, parent, REQUIRES_UnreferencedCode, blob);
        break;
    case CLASS_RequiresDynamicCode: requires_note(facts, image, parent, REQUIRES_DynamicCode, blob); break;
    case CLASS_RequiresAssemblyFiles:
        requires_note(facts, image, parent, REQUIRES_AssemblyFiles, blob);
        break;
    case CLASS_DynamicDependency:
        if (token_table(parent) == TABLE_MethodDef)
            facts->methods[token_rid(parent) - 1] |= METHOD_DynamicDependency;
        break;
    case CLASS_Suppress: suppress_note(facts, parent); break;
    case CLASS_AssemblyMetadata:
        if (token_table(parent) == TABLE_Assembly && attribute_string_argument(blob, 0, &key) &&
            attribute_string_argument(blob, 1, &value) && text_equal_z(key, "IsTrimmable") &&
            value.size == 4 && (value.data[0] | 0x20) == 't')
            facts->is_trimmable = true;
        break;
    case CLASS_None:
    case CLASS_COUNT: break;
    }
}

// ---- Properties: their annotation holds for accessors and the backing field ---------------------

static bool is_compiler_generated(const Module *module, Token member) {
    Bytes blob;
    return attribute_find(module, member, "System.Runtime.CompilerServices", "CompilerGeneratedAttribute",
                          &blob);
}

/// The field of an automatic property, unless it has an annotation of its own.
static void backing_field_note(World *w, FlowFacts *facts, const TypeDef *owner, uint32_t property_rid,
                               uint32_t flags) {
    const Image *image = owner->module->image;
    uint32_t field = flow_backing_field(w, owner, property_rid);
    uint32_t *place = field ? &flags_table(w, &facts->fields, image, TABLE_Field)[field - 1] : NULL;
    if (place && !*place)
        *place = flags;
}

uint32_t flow_backing_field(World *w, const TypeDef *owner, uint32_t property_rid) {
    const Image *image = owner->module->image;
    char *name = arena_format(&w->scratch, "<%.*s>k__BackingField",
                              TEXT_ARG(column_text(image, COLUMN_Property_Name, property_rid)));
    for (uint32_t i = 0; i < owner->field_count; i++)
        if (text_equal_z(column_text(image, COLUMN_Field_Name, owner->first_field_rid + i), name))
            return owner->first_field_rid + i;
    return 0;
}

static void property_note(World *w, FlowFacts *facts, const Module *module, uint32_t rid) {
    const Image *image = module->image;
    Failure failure = {0};
    const Signature *signature = property_signature(w->ts, (Module *)module, rid, NULL, NULL, &failure);
    bool automatic = false;
    uint32_t flags = facts->properties[rid - 1], count;
    if (!signature || !flow_holds_types(w, signature->return_type))
        return;
    uint32_t row =
        sorted_rows_find(image, COLUMN_MethodSemantics_Association, token_make(TABLE_Property, rid), &count);
    MethodDef *accessor = NULL;
    for (uint32_t i = 0; row && i < count; i++) {
        accessor = method_def_get(w->ts, (Module *)module,
                                  token_rid(column_token(image, COLUMN_MethodSemantics_Method, row + i)));
        if (!accessor)
            return;
        bool is_setter = column_read(image, COLUMN_MethodSemantics_Semantics, row + i) == 1;
        automatic |= is_compiler_generated(module, token_make(TABLE_MethodDef, accessor->rid));
        uint32_t param = flow_param_row(accessor, is_setter ? accessor->param_count : 0);
        facts->methods[accessor->rid - 1] |= METHOD_Dam;
        // Without a Param row the flags stand at the method itself; accessors have no other use of it.
        uint32_t *place =
            param ? &flags_table(w, &facts->params, image, TABLE_Param)[param - 1]
                  : &flags_table(w, &facts->method_this, image, TABLE_MethodDef)[accessor->rid - 1];
        if (!*place)
            *place = flags;
    }
    if (automatic)
        backing_field_note(w, facts, accessor->owner, rid, flags);
}

// ---- Intrinsics ---------------------------------------------------------------------------------

static const struct {
    const char *name_space, *type, *method;
} intrinsics[FLOW_COUNT] = {
#define FLOW(id, name_space, type, method) [FLOW_##id] = {name_space, type, method},
#include "reach/flow_intrinsic.def"
#undef FLOW
};

static void intrinsics_find(World *w, FlowFacts *facts, const Module *module) {
    const Module *core = well_known_type(w->ts, WELL_KNOWN_TYPE_Object)->def->module;
    if (module != core && !text_equal_z(module->name, "System.Linq.Expressions"))
        return;
    const Image *image = module->image;
    facts->intrinsics = ARENA_ARRAY(&w->arena, uint8_t, table_row_count(image, TABLE_MethodDef) + 1);
    for (uint32_t i = 1; i < FLOW_COUNT; i++) {
        const Type *type = type_find(w->ts, (Module *)module, intrinsics[i].name_space, intrinsics[i].type);
        if (!type || type->def->module != module)
            continue;
        for (uint32_t k = 0; k < type->def->method_count; k++) {
            uint32_t rid = type->def->first_method_rid + k;
            if (!text_equal_z(column_text(image, COLUMN_MethodDef_Name, rid), intrinsics[i].method))
                continue;
            facts->intrinsics[rid - 1] = (uint8_t)i;
            if (i > FLOW_LAST_PASSIVE)
                facts->methods[rid - 1] |= METHOD_Intrinsic;
        }
    }
}

const FlowFacts *flow_facts(World *w, const Module *module) {
    ModuleMarks *marks = module_marks(w, module);
    if (marks->facts)
        return marks->facts;
    const Image *image = module->image;
    FlowFacts *facts = ARENA_NEW(&w->arena, FlowFacts);
    marks->facts = facts;
    facts->methods = ARENA_ARRAY(&w->arena, uint8_t, table_row_count(image, TABLE_MethodDef) + 1);
    facts->types = ARENA_ARRAY(&w->arena, uint8_t, table_row_count(image, TABLE_TypeDef) + 1);
    Arena arena = {0};
    Constructors constructors = {0};
    constructors_find(w, module, &constructors, &arena);
    uint32_t count = table_row_count(image, TABLE_CustomAttribute);
    for (uint32_t rid = 1; rid <= count; rid++) {
        AttributeClass class = class_of(&constructors, column_token(image, COLUMN_CustomAttribute_Type, rid));
        if (class != CLASS_None)
            row_note(w, facts, module, rid, class);
    }
    for (uint32_t rid = 1; facts->properties && rid <= table_row_count(image, TABLE_Property); rid++)
        if (facts->properties[rid - 1])
            property_note(w, facts, module, rid);
    intrinsics_find(w, facts, module);
    arena_free(&arena);
    return facts;
}

// ---- Questions ----------------------------------------------------------------------------------

uint32_t flow_param_row(const MethodDef *def, uint32_t sequence) {
    const Image *image = def->owner->module->image;
    uint32_t first, count = column_list(image, COLUMN_MethodDef_ParamList, def->rid, &first);
    for (uint32_t rid = first; rid < first + count; rid++)
        if (column_read(image, COLUMN_Param_Sequence, rid) == sequence)
            return rid;
    return 0;
}

static uint32_t param_flags(World *w, const MethodDef *def, uint32_t sequence) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    if (!(facts->methods[def->rid - 1] & METHOD_Dam))
        return 0;
    uint32_t row = flow_param_row(def, sequence);
    return row && facts->params ? facts->params[row - 1] : 0;
}

uint32_t flow_param_flags(World *w, const MethodDef *def, uint32_t index) {
    return def ? param_flags(w, def, index + 1) : 0;
}

/// C# getters have no Param row for their return value unless something stands on it.
static bool is_getter(const MethodDef *def) {
    return def->flags & 0x0800 && text_starts_with(def->name, "get_");
}

uint32_t flow_return_flags(World *w, const MethodDef *def) {
    if (!def)
        return 0;
    uint32_t flags = param_flags(w, def, 0);
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    if (!flags && facts->method_this && is_getter(def))
        flags = facts->method_this[def->rid - 1];
    return flags;
}

uint32_t flow_this_flags(World *w, const MethodDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    return !def->is_static && facts->method_this && !is_getter(def) ? facts->method_this[def->rid - 1] : 0;
}

uint32_t flow_field_flags(World *w, const FieldDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    return facts->fields ? facts->fields[def->rid - 1] : 0;
}

uint32_t flow_generic_flags(World *w, const TypeDef *type, const MethodDef *method, uint32_t index) {
    const Module *module = method ? method->owner->module : type->module;
    const FlowFacts *facts = flow_facts(w, module);
    uint8_t bits = method ? facts->methods[method->rid - 1] & METHOD_DamGeneric
                          : facts->types[type->rid - 1] & TYPE_DamGeneric;
    if (!bits)
        return 0;
    Token owner = method ? token_make(TABLE_MethodDef, method->rid) : token_make(TABLE_TypeDef, type->rid);
    uint32_t count, row = sorted_rows_find(module->image, COLUMN_GenericParam_Owner, owner, &count);
    for (uint32_t i = 0; row && i < count; i++)
        if (column_read(module->image, COLUMN_GenericParam_Number, row + i) == index)
            return facts->generics[row + i - 1];
    return 0;
}

uint32_t flow_promised_flags(World *w, const TypeDef *type, const MethodDef *method, uint32_t index) {
    enum { CONSTRAINT_Struct = 0x08, CONSTRAINT_New = 0x10 }; // II.23.1.7
    uint32_t constraints = generic_param_flags(method ? NULL : type, method, index);
    uint32_t flags = flow_generic_flags(w, type, method, index);
    return constraints & (CONSTRAINT_Struct | CONSTRAINT_New) ? flags | DAM_PublicParameterlessConstructor
                                                              : flags;
}

bool flow_holds_types(World *w, const Type *type) {
    while (type->kind == TYPE_ByRef)
        type = type->element;
    if (type->kind != TYPE_Named)
        return false;
    return type == well_known_type(w->ts, WELL_KNOWN_TYPE_String) ||
           text_equal_z(type->def->name, "IReflect") ||
           type_is_derived_from(w->ts, (Type *)type, well_known_type(w->ts, WELL_KNOWN_TYPE_Type));
}

static uint32_t def_flags(World *w, const Type *type) {
    if (!type->def || !type->def->rid)
        return 0;
    const FlowFacts *facts = flow_facts(w, type->def->module);
    return facts->type_flags ? facts->type_flags[type->def->rid - 1] : 0;
}

uint32_t flow_type_flags(World *w, Type *type) {
    uint32_t flags = 0, count;
    for (Type *at = type; at; at = type_base(w->ts, at))
        flags |= def_flags(w, at);
    Type *const *interfaces = type_interfaces(w->ts, type, &count);
    for (uint32_t i = 0; i < count; i++)
        flags |= def_flags(w, interfaces[i]);
    return flags;
}

uint32_t flow_requires_scope(World *w, const MethodDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    uint32_t own = (facts->methods[def->rid - 1] >> METHOD_RequiresShift) & TYPE_Requires;
    uint32_t types = facts->types[def->owner->rid - 1];
    uint32_t of_class = types & TYPE_StaticsExcluded && def->is_static ? 0 : types & TYPE_Requires;
    return def == def->owner->static_constructor ? of_class : own | of_class; // its own have no meaning
}

uint32_t flow_requires(World *w, const MethodDef *def) {
    const FlowFacts *facts = flow_facts(w, def->owner->module);
    if (def == def->owner->static_constructor)
        return 0;
    return def->is_static || def->is_constructor
               ? flow_requires_scope(w, def)
               : (facts->methods[def->rid - 1] >> METHOD_RequiresShift) & TYPE_Requires;
}
