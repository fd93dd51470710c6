#include "emit/build.h"
void emit_stack_trace_map(EmitContext *e, bool (*survives)(void *context, Text symbol), void *context) { (void)e;(void)survives;(void)context;}
