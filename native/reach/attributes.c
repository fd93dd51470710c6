// Custom attributes that reflection shows (reach.md 1.5, 4.2): those of entities with a record, once
// something can ask for them at all: the reader of that kind of record is compiled. Each brings its
// constructor, the setters and fields it names, and the types in its arguments.
#include "reach/flow.h"
#include "reach/world.h"

enum {
    BLOB_TYPE = 0x50,
    BLOB_BOXED = 0x51,
    BLOB_FIELD = 0x53,
    BLOB_PROPERTY = 0x54,
    BLOB_ENUM = 0x55
}; // II.23.3

/// The property of a record that shows them (Internal.Metadata.NativeFormat).
typedef struct Reader {
    const char *record, *getter;
} Reader;
static const Reader readers[ATTRIBUTES_COUNT] = {
    [ATTRIBUTES_Type] = {"TypeDefinition", "get_CustomAttributes"},
    [ATTRIBUTES_Method] = {"Method", "get_CustomAttributes"},
    [ATTRIBUTES_Field] = {"Field", "get_CustomAttributes"},
    [ATTRIBUTES_Property] = {"Property", "get_CustomAttributes"},
    [ATTRIBUTES_Event] = {"Event", "get_CustomAttributes"},
    [ATTRIBUTES_Parameter] = {"Parameter", "get_CustomAttributes"},
    [ATTRIBUTES_GenericParameter] = {"GenericParameter", "get_CustomAttributes"},
    [ATTRIBUTES_Assembly] = {"ScopeDefinition", "get_CustomAttributes"},
    [ATTRIBUTES_Module] = {"ScopeDefinition", "get_ModuleCustomAttributes"},
    [ATTRIBUTES_Constraints] = {"GenericParameter", "get_Constraints"},
    [ATTRIBUTES_Modifiers] = {"ModifiedType", "get_ModifierType"},
};

// ---- Instances that link attributes remove ------------------------------------------------------

static void removed_note(World *w, const XmlElement *type, const char *path) {
    for (uint32_t i = 0; i < type->child_count; i++) {
        const XmlElement *child = type->children[i];
        if (text_equal_z(xml_attribute(child, "internal"), "RemoveAttributeInstances") &&
            xml_feature_applies(child, w->reach->request, path, w->reach->diag))
            ARRAY_PUSH(&w->arena, &w->removed_attributes, xml_attribute(type, "fullname"));
    }
}

static void link_attributes_read(World *w, const Module *module) {
    Bytes bytes;
    if (!resource_find(module->image, "ILLink.LinkAttributes.xml", &bytes))
        return;
    const char *path = image_path(module->image);
    XmlElement *root = xml_read(bytes, path, &w->arena, w->reach->diag);
    for (uint32_t i = 0; root && i < root->child_count; i++) {
        const XmlElement *assembly = root->children[i];
        if (!xml_feature_applies(assembly, w->reach->request, path, w->reach->diag))
            continue;
        for (uint32_t k = 0; k < assembly->child_count; k++)
            if (xml_feature_applies(assembly->children[k], w->reach->request, path, w->reach->diag))
                removed_note(w, assembly->children[k], path);
    }
}

static bool attribute_removed(const World *w, const AttributeRow *row) {
    for (uint32_t i = 0; i < w->removed_attributes.count; i++) {
        Text name = w->removed_attributes.items[i];
        size_t size = row->name_space.size;
        if (name.size == size + 1 + row->name.size && name.data[size] == '.' &&
            memcmp(name.data, row->name_space.data, size) == 0 &&
            memcmp(name.data + size + 1, row->name.data, row->name.size) == 0)
            return true;
    }
    return false;
}

// ---- Blobs --------------------------------------------------------------------------------------

typedef struct BlobReader {
    World *w;
    const Module *module;
    const Node *from;
    Cursor cursor;
    uint32_t flags; // DynamicallyAccessedMembers of the parameter or member that is read
} BlobReader;

/// Records of its definitions and their bases: what reflection shows of a type without a MethodTable.
static void type_described(World *w, Type *type, const Node *from) {
    if (type->element)
        type_described(w, type->element, from);
    for (uint32_t i = 0; i < type->arg_count; i++)
        type_described(w, type->args[i], from);
    for (const TypeDef *def = type->def; def; def = def->enclosing)
        reflectable_type_visible(w, def, from);
    Type *base = type->def ? type_base(w->ts, type_from_def(w->ts, type->def)) : NULL;
    if (base)
        type_described(w, base, from);
}

static bool blob_type(BlobReader *b) {
    Text name;
    if (!ser_string_read(&b->cursor, &name))
        return false;
    Type *type = name.data ? type_name_resolve(b->w, name, b->module) : NULL;
    if (!type)
        return true;
    if (b->flags)
        flow_mark_members(b->w, type, b->flags, b->from, "type argument of an attribute");
    type_described(b->w, type, b->from);
    return true;
}

static bool blob_text(BlobReader *b) {
    Text text;
    if (!ser_string_read(&b->cursor, &text))
        return false;
    Type *type = text.data && b->flags ? type_name_resolve(b->w, text, b->module) : NULL;
    if (type)
        flow_mark_members(b->w, type, b->flags, b->from, "type name in an attribute");
    return true;
}

static bool blob_value(BlobReader *b, Type *type, uint32_t depth);

static bool blob_array(BlobReader *b, Type *element, uint32_t depth) {
    uint32_t count;
    if (!read_u32(&b->cursor, &count))
        return false;
    mark_allocated(b->w, type_sz_array(b->w->ts, element), b->from, "array in an attribute");
    if (count == UINT32_MAX)
        return true; // null
    for (uint32_t i = 0; i < count; i++)
        if (!blob_value(b, element, depth + 1))
            return false;
    return true;
}

/// FieldOrPropType of a boxed or named argument; NULL if it is malformed or the enum is missing.
static Type *blob_written_type(BlobReader *b) {
    TypeSystem *ts = b->w->ts;
    uint8_t kind;
    Text name;
    if (!read_u8(&b->cursor, &kind))
        return NULL;
    if (kind == BLOB_ENUM)
        return ser_string_read(&b->cursor, &name) && name.data ? type_name_resolve(b->w, name, b->module)
                                                               : NULL;
    if (kind == BLOB_TYPE)
        return well_known_type(ts, WELL_KNOWN_TYPE_Type);
    if (kind == BLOB_BOXED)
        return well_known_type(ts, WELL_KNOWN_TYPE_Object);
    if (kind == ELEMENT_TYPE_SZARRAY) {
        Type *element = blob_written_type(b);
        return element ? type_sz_array(ts, element) : NULL;
    }
    return kind == ELEMENT_TYPE_STRING || element_type_size((ElementType)kind)
               ? type_primitive(ts, (ElementType)kind)
               : NULL;
}

static bool blob_value(BlobReader *b, Type *type, uint32_t depth) {
    World *w = b->w;
    if (!type || depth > 8)
        return false;
    if (type == well_known_type(w->ts, WELL_KNOWN_TYPE_Type))
        return blob_type(b);
    if (type == well_known_type(w->ts, WELL_KNOWN_TYPE_String))
        return blob_text(b);
    if (type == well_known_type(w->ts, WELL_KNOWN_TYPE_Object))
        return blob_value(b, blob_written_type(b), depth + 1);
    if (type->kind == TYPE_SzArray)
        return blob_array(b, type->element, depth);
    mark_allocated(w, type, b->from, "value in an attribute");
    uint32_t size = element_type_size(type_reduced_element(w->ts, type));
    return size && cursor_skip(&b->cursor, size);
}

static Field *attribute_field(World *w, Type *owner, Text name) {
    for (Type *at = owner; at; at = type_base(w->ts, at)) {
        uint32_t count;
        Field *const *fields = type_fields(w->ts, at, &count);
        for (uint32_t i = 0; i < count; i++)
            if (text_equal(fields[i]->def->name, name))
                return fields[i];
    }
    return NULL;
}

static const Method *attribute_setter(World *w, Type *owner, Text name) {
    for (Type *at = owner; at; at = type_base(w->ts, at)) {
        uint32_t count;
        Method *const *methods = type_methods(w->ts, at, &count);
        for (uint32_t i = 0; i < count; i++) {
            Text own = methods[i]->name;
            if (own.size == name.size + 4 && text_starts_with(own, "set_") &&
                memcmp(own.data + 4, name.data, name.size) == 0)
                return methods[i];
        }
    }
    return NULL;
}

static bool blob_named(BlobReader *b, Type *owner) {
    uint8_t member;
    Text name;
    if (!read_u8(&b->cursor, &member))
        return false;
    Type *type = blob_written_type(b);
    if (!type || !ser_string_read(&b->cursor, &name) || !name.data)
        return false;
    b->flags = 0;
    if (member == BLOB_FIELD) {
        Field *field = attribute_field(b->w, owner, name);
        if (field) {
            b->flags = flow_field_flags(b->w, field->def);
            mark_reflectable_field(b->w, field, b->from, "field set by an attribute");
        }
    } else {
        const Method *setter = attribute_setter(b->w, owner, name);
        if (setter) {
            b->flags = flow_param_flags(b->w, setter->def, setter->signature->param_count - 1);
            mark_reflectable_method(b->w, setter, b->from, "property set by an attribute");
        }
    }
    return blob_value(b, type, 0);
}

static bool blob_read_all(BlobReader *b, const Method *constructor, Bytes blob) {
    uint16_t prolog, count;
    b->cursor = cursor_over(blob);
    if (!read_u16(&b->cursor, &prolog) || prolog != 1)
        return blob.size == 0;
    for (uint32_t i = 0; i < constructor->signature->param_count; i++) {
        b->flags = flow_param_flags(b->w, constructor->def, i);
        if (!blob_value(b, constructor->signature->params[i], 0))
            return false;
    }
    if (!read_u16(&b->cursor, &count))
        return false;
    for (uint16_t i = 0; i < count; i++)
        if (!blob_named(b, constructor->owner))
            return false;
    return true;
}

// ---- Entities -----------------------------------------------------------------------------------

static void attribute_mark(World *w, const AttributeEntity *entity, const AttributeRow *row) {
    Failure failure = {0};
    const Method *constructor =
        method_from_token(w->ts, (Module *)entity->module, row->constructor, NULL, &failure);
    if (!constructor || constructor->is_open)
        return;
    BlobReader reader = {.w = w, .module = entity->module, .from = entity->from};
    if (!blob_read_all(&reader, constructor, row->blob))
        return;
    mark_allocated(w, constructor->owner, entity->from, "attribute");
    mark_reflectable_method(w, constructor, entity->from, "attribute constructor");
    module_marks(w, entity->module)->attributes[row->rid - 1] = 1;
}

static void constraints_mark(World *w, const AttributeEntity *entity) {
    const Image *image = entity->module->image;
    uint32_t count, row = sorted_rows_find(image, COLUMN_GenericParamConstraint_Owner, entity->token, &count);
    for (uint32_t i = 0; row && i < count; i++) {
        Failure failure = {0};
        Token token = column_token(image, COLUMN_GenericParamConstraint_Constraint, row + i);
        Type *type = type_from_token(w->ts, (Module *)entity->module, token, NULL, &failure);
        if (type)
            mark_signature_type(w, type, entity->from, "constraint of a generic parameter");
    }
}

/// Whom to warn about what an attribute names; false if that is no type, method or field.
static bool origin_of(World *w, const AttributeEntity *entity, FlowOrigin *out) {
    Module *module = (Module *)entity->module;
    uint32_t rid = token_rid(entity->token);
    TableId table = token_table(entity->token);
    const TypeDef *owner = NULL;
    if (table == TABLE_TypeDef)
        owner = type_def_get(w->ts, module, rid);
    else if (table == TABLE_MethodDef)
        owner = method_def_get(w->ts, module, rid)->owner;
    else if (table == TABLE_Field)
        owner = field_def_get(w->ts, module, rid)->owner;
    if (owner)
        *out = flow_origin(owner, table, rid);
    return owner != NULL;
}

/// Of the signature of a method, field or property.
static Modifiers modifiers_of(World *w, const Module *module, Token token, Arena *arena) {
    Modifiers modifiers = {0};
    Failure failure = {0};
    uint32_t rid = token_rid(token);
    if (token_table(token) == TABLE_MethodDef) {
        const MethodDef *def = method_def_get(w->ts, (Module *)module, rid);
        return def ? method_modifiers(w->ts, def) : modifiers;
    }
    if (token_table(token) == TABLE_Field) {
        const FieldDef *def = field_def_get(w->ts, (Module *)module, rid);
        return def ? field_modifiers(w->ts, def) : modifiers;
    }
    (void)property_signature(w->ts, (Module *)module, rid, arena, &modifiers, &failure);
    return modifiers;
}

static void modifiers_mark(World *w, const AttributeEntity *entity) {
    Arena arena = {0};
    Modifiers modifiers = modifiers_of(w, entity->module, entity->token, &arena);
    for (uint32_t i = 0; i < modifiers.count; i++)
        if (modifiers.items[i].type)
            mark_signature_type(w, modifiers.items[i].type, entity->from, "custom modifier");
    arena_free(&arena);
}

bool reach_modifiers_shown(const Reach *reach) {
    return (reach->world->attributes_asked & 1U << ATTRIBUTES_Modifiers) != 0;
}

static void entity_process(World *w, AttributeKind kind, const AttributeEntity *entity) {
    if (kind == ATTRIBUTES_Constraints) {
        constraints_mark(w, entity);
        return;
    }
    if (kind == ATTRIBUTES_Modifiers) {
        modifiers_mark(w, entity);
        return;
    }
    Arena arena = {0};
    AttributeRow *rows;
    uint32_t count = attributes_of(entity->module, entity->token, &arena, &rows);
    FlowOrigin origin;
    const FlowOrigin *asker = w->asker;
    struct Flow *flow = w->flow;
    w->asker = count && origin_of(w, entity, &origin) ? &origin : NULL;
    w->flow = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!attribute_removed(w, &rows[i]))
            attribute_mark(w, entity, &rows[i]);
    w->asker = asker;
    w->flow = flow;
    arena_free(&arena);
}

/// Whether there is anything to ask for, as far as that is quickly told.
static bool has_rows(AttributeKind kind, const Module *module, Token token) {
    ColumnId owner =
        kind == ATTRIBUTES_Constraints ? COLUMN_GenericParamConstraint_Owner : COLUMN_CustomAttribute_Parent;
    uint32_t count;
    return kind == ATTRIBUTES_Modifiers || sorted_rows_find(module->image, owner, token, &count) != 0;
}

void attributes_visible(World *w, AttributeKind kind, const Module *module, Token token, const Node *from) {
    AttributeEntity entity = {module, token, from};
    if (!has_rows(kind, module, token))
        return;
    if (w->attributes_asked & 1U << kind)
        entity_process(w, kind, &entity);
    else
        ARRAY_PUSH(&w->arena, &w->attribute_entities[kind], entity);
}

void attributes_reader_marked(World *w, const Method *method) {
    if (!method->owner->def ||
        !text_equal_z(method->owner->def->name_space, "Internal.Metadata.NativeFormat"))
        return;
    if (text_equal_z(method->name, "get_Methods"))
        methods_reader_marked(w, &method_node(w, method)->code);
    for (uint32_t kind = 0; kind < ATTRIBUTES_COUNT; kind++) {
        if (!text_equal_z(method->owner->def->name, readers[kind].record) ||
            !text_equal_z(method->name, readers[kind].getter) || w->attributes_asked & 1U << kind)
            continue;
        w->attributes_asked |= 1U << kind;
        for (uint32_t i = 0; i < w->attribute_entities[kind].count; i++) {
            AttributeEntity entity = w->attribute_entities[kind].items[i]; // the list may move
            entity_process(w, (AttributeKind)kind, &entity);
        }
        w->attribute_entities[kind].count = 0;
    }
}

void attributes_open(World *w) {
    link_attributes_read(w, well_known_type(w->ts, WELL_KNOWN_TYPE_Object)->def->module);
}

bool reach_attribute_kept(const Reach *reach, const Module *module, uint32_t rid) {
    return module_marks(reach->world, module)->attributes[rid - 1];
}
