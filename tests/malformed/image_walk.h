// Opens bytes as an assembly and asks it everything load/ can be asked. Whatever the bytes: no crash, no
// sanitizer report.
#pragma once

#include "load/load.h"

/// True if the bytes were accepted; otherwise exactly one error has been reported (checked here).
bool image_walk(Bytes bytes);
