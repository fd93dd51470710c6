// DataSet -> globals of an LLVM module: one packed struct per object, labels as the global itself or hidden
// aliases into it.
#pragma once

#include "emit/data_object.h"

#include <llvm-c/Core.h>

/// Defines every object. Symbols without a label are declared (hidden); declarations that the module has
/// already are replaced.
void data_module_define(const DataSet *set, LLVMModuleRef module);
