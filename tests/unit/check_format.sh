#!/bin/sh
# C files are formatted as .clang-format says. Usage: check_format.sh ROOT
cd "$1" || exit 2
find native tests -name '*.[ch]' ! -path '*/cases/*' -print0 | xargs -0 clang-format-19 --dry-run --Werror
