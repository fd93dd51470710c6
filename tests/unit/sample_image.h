// One small assembly with a row of nearly every kind, for the tests of load/ and for damaging it.
#pragma once

#include "image_builder.h"

/// Fills `b`; see sample_image.c for what is in it.
void sample_image_fill(ImageBuilder *b);
/// A finished sample with default options.
Bytes sample_image(Arena *arena);
/// A portable PDB for it, as in a file.
Bytes sample_pdb(Arena *arena);
