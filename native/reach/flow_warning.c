#include "reach/flow_call.h"
void flow_warn_requirement(Flow *f, const FlowValue *value, const Place *target) { (void)f; (void)value; (void)target; }
void flow_warn(Flow *f, const char *code, const char *format, ...) { (void)f; (void)code; (void)format; }
const char *flow_method_name(Flow *f, const MethodDef *def) { (void)f; (void)def; return ""; }
void flow_warn_requires(Flow *f, const MethodDef *def) { (void)f; (void)def; }
void flow_warn_requires_field(Flow *f, const FieldDef *def) { (void)f; (void)def; }
