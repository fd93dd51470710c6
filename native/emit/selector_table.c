// Selector table (design G6): all (constructed type, selector) entries in one array of code addresses. The
// MethodTable's hidden slot holds the type's byte offset; a selector's symbol is the table plus 8 times the
// selector's number.
#include "emit/context.h"
#include "emit/row_displacement.h"

typedef struct TypeRow {
    Type *type;
    const SelectorEntry *entries;
} TypeRow;

static SparseRow sparse_row(EmitContext *e, const SelectorEntry *entries, uint32_t count) {
    uint32_t *columns = ARENA_ARRAY(&e->arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++)
        columns[i] = entries[i].selector;
    return (SparseRow){.columns = columns, .count = count};
}

static uint32_t rows_collect(EmitContext *e, TypeRow **type_rows, SparseRow **rows, uint32_t *highest_id) {
    uint32_t type_count, n = 0;
    Type *const *types = reach_types(e->reach, &type_count);
    *type_rows = ARENA_ARRAY(&e->arena, TypeRow, type_count + 1);
    *rows = ARENA_ARRAY(&e->arena, SparseRow, type_count + 1);
    *highest_id = 0;
    for (uint32_t i = 0; i < type_count; i++) {
        if (reach_type_level(e->reach, types[i]) != LEVEL_Constructed)
            continue;
        uint32_t count;
        const SelectorEntry *entries = reach_selector_row(e->reach, types[i], &count);
        if (!count)
            continue;
        (*rows)[n] = sparse_row(e, entries, count);
        (*type_rows)[n++] = (TypeRow){types[i], entries};
        if (types[i]->id > *highest_id)
            *highest_id = types[i]->id;
    }
    return n;
}

/// Place of an interface among those that the MethodTable lists.
static uint32_t interface_index(EmitContext *e, Type *type, const Type *interface) {
    uint32_t count, index = 0;
    Type *const *interfaces = type_interfaces(e->ts, type, &count);
    for (uint32_t i = 0; i < count && interfaces[i] != interface; i++)
        index += reach_type_level(e->reach, interfaces[i]) != LEVEL_None;
    return index;
}

enum { ANY_INTERFACE = UINT16_MAX }; // runtime/resolve.c

/// Count, then index of the interface and code of each case (runtime/resolve.c).
static Text switch_symbol(EmitContext *e, const Method *interface_switch) {
    uint32_t count;
    const SwitchCase *cases = reach_switch_cases(e->reach, interface_switch, &count);
    if (!e->switches) {
        e->switches = data_object_new(&e->set, "tailor_interface_switches", SECTION_ReadOnly, 4);
        data_label_z(&e->set, e->switches, "tailor_interface_switches");
    }
    Text symbol = data_symbol(&e->set, "switch.%u", data_size(e->switches));
    data_label(&e->set, e->switches, symbol);
    data_u32(&e->set, e->switches, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = cases[i].interface ? interface_index(e, interface_switch->owner, cases[i].interface)
                                            : ANY_INTERFACE;
        data_u32(&e->set, e->switches, index);
        data_relative(&e->set, e->switches, emit_code_symbol(e, cases[i].target), USE_Code, 0);
    }
    return symbol;
}

static Text entry_symbol(EmitContext *e, const TypeRow *row, const SparseRow *sparse, uint32_t selector) {
    for (uint32_t i = 0; i < sparse->count; i++)
        if (row->entries[i].selector == selector)
            return row->entries[i].target->synthetic == SYNTHETIC_InterfaceSwitch
                       ? switch_symbol(e, row->entries[i].target)
                       : emit_code_symbol(e, row->entries[i].target);
    return (Text){0};
}

// Selectors without entries (no type has them) still need an address: calls through them are unreachable.
static void table_write(EmitContext *e, const RowTable *table, const TypeRow *type_rows,
                        const SparseRow *rows, uint32_t selector_count) {
    DataObject *object = data_object_new(&e->set, "__SelectorTable", SECTION_ReadOnly, 8);
    uint32_t *by_number = ARENA_ARRAY(&e->arena, uint32_t, selector_count + 1);
    for (uint32_t i = 0; i < selector_count; i++)
        by_number[table->numbers[i]] = i;
    uint32_t size = table->size > selector_count ? table->size : selector_count;
    for (uint32_t at = 0; at < size; at++) {
        if (at < selector_count)
            data_label(&e->set, object, reach_selector_symbol(e->reach, by_number[at]));
        bool hole = at >= table->size || table->rows[at] == ROW_HOLE;
        Text target =
            hole ? (Text){0}
                 : entry_symbol(e, &type_rows[table->rows[at]], &rows[table->rows[at]], table->columns[at]);
        bool is_switch = !hole && e->switches && text_starts_with(target, "switch.");
        data_pointer(&e->set, object, target, is_switch ? USE_Data : USE_Code, 0);
    }
    if (e->switches)
        data_label_z(&e->set, e->switches, "tailor_interface_switches_end");
}

void emit_selector_table(EmitContext *e) {
    uint32_t selector_count, highest_id;
    reach_selectors(e->reach, &selector_count);
    if (!selector_count)
        return;
    TypeRow *type_rows;
    SparseRow *rows;
    uint32_t row_count = rows_collect(e, &type_rows, &rows, &highest_id);
    RowTable table = row_displacement_pack(&e->arena, rows, row_count, selector_count);
    uint32_t *offsets = ARENA_ARRAY(&e->arena, uint32_t, highest_id + 1);
    for (uint32_t i = 0; i < row_count; i++)
        offsets[type_rows[i].type->id] = rows[i].displacement * 8;
    e->rows = offsets;
    e->row_count = highest_id + 1;
    table_write(e, &table, type_rows, rows, selector_count);
}
