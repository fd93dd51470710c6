#include "emit/context.h"
void emit_metadata(EmitContext *e) { (void)e; }
