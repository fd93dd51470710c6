#!/bin/sh
# A symbol is defined by one object file of all stages: linking archives would take the first and hide the other.
# Usage: check_symbols.sh BUILD_DIRECTORY
cd "$1" || exit 2
set -- $(ls libtailor_*.a | grep -v -e libtailor_runtime.a)
[ $# -gt 5 ] || { echo "stages are missing: $*"; exit 2; }
twice=$(nm --defined-only --extern-only -A "$@" | awk 'NF > 1 && $(NF - 1) ~ /^[TDBRC]$/ { print $NF }' | sort | uniq -d)
[ -z "$twice" ] || { echo "defined more than once:"; echo "$twice"; exit 1; }
