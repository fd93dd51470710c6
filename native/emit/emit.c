// The data unit from a Reach: order of its parts and the small helpers they share.
#include "emit/emit.h"

#include "emit/build.h"
#include "emit/context.h"
#include "emit/data_module.h"

#include <stdlib.h>

void emit_internal_error(EmitContext *e, const char *what, const Type *type) {
    Text name = type ? type_display(e->ts, type, &e->arena) : TEXT_LITERAL("?");
    const char *text = arena_format(&e->arena, "emit: %s '%.*s'", what, TEXT_ARG(name));
    diag_report(e->diag, DIAG_Internal, (DiagLocation){0}, text);
    e->failed = true;
}

Text emit_bytes(EmitContext *e, const char *name, const void *bytes, size_t size, uint32_t alignment) {
    Text symbol = data_symbol(&e->set, "%s.%u", name, e->set.objects.count);
    DataObject *object = data_object_new(&e->set, symbol.data, SECTION_ReadOnly, alignment);
    data_label(&e->set, object, symbol);
    data_bytes(&e->set, object, bytes, size);
    return symbol;
}

Text emit_type_symbol(EmitContext *e, const Type *type) {
    if (reach_type_level(e->reach, type) == LEVEL_None)
        emit_internal_error(e, "no MethodTable was marked for", type);
    return reach_symbol(e->reach, SYMBOL_MethodTable, type);
}

Text emit_method_symbol(EmitContext *e, const Method *method) {
    return reach_symbol(e->reach, SYMBOL_Method, method);
}

Text emit_code_symbol(EmitContext *e, const Method *method) {
    return reach_symbol(e->reach, SYMBOL_Code, method);
}

EmitContext *emit_build(const Reach *reach, Diag *diag) {
    EmitContext *e = checked_malloc(sizeof *e);
    *e = (EmitContext){.reach = reach, .request = reach_request(reach), .il = reach_il(reach), .diag = diag};
    e->ts = il_types(e->il);
    e->texts.arena = &e->arena;
    e->set = (DataSet){.arena = &e->arena, .texts = &e->texts};
    emit_selector_table(e); // first: MethodTables hold the rows
    emit_dynamic_implementations(e);
    emit_method_tables(e);
    emit_frozen(e);
    emit_statics(e);
    emit_module(e);
    emit_metadata_begin(e);
    return e;
}

void emit_build_close(EmitContext *e) {
    arena_free(&e->arena);
    free(e);
}

void emit_module_create(Unit *unit, LLVMTargetMachineRef machine) {
    unit->context = LLVMContextCreate();
    unit->module = LLVMModuleCreateWithNameInContext("data", unit->context);
    LLVMSetSourceFileName(unit->module, "data", 4);
    char *triple = LLVMGetTargetMachineTriple(machine);
    LLVMSetTarget(unit->module, triple);
    LLVMDisposeMessage(triple);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(unit->module, layout);
    LLVMDisposeTargetData(layout);
}

bool emit_data_unit(Unit *unit, const Reach *reach, LLVMTargetMachineRef machine, Diag *diag) {
    EmitContext *e = emit_build(reach, diag);
    emit_finish(e, NULL, NULL);
    emit_module_create(unit, machine);
    data_module_define(&e->set, unit->module);
    bool ok = !e->failed;
    emit_build_close(e);
    return ok;
}
