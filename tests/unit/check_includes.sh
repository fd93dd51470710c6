#!/bin/sh
# The direction of includes (native/README.md): a folder may include only itself, support/ and the folders before it;
# foreign libraries stay behind the folders that own them. Usage: check_includes.sh NATIVE_DIRECTORY
cd "$1" || exit 2

awk '
function rule(folder, own, foreign) { allowed[folder] = " " own " "; libraries[folder] = " uthash " foreign " " }
function complain(text) { print FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1 }
BEGIN {
    rule("support", "support", "jansson pcre2")
    rule("request", "support request", "jansson libxml")
    rule("load", "support load", "zlib")
    rule("types", "support request load types", "")
    rule("il", "support request load types il", "")
    rule("preinit", "support request load types il preinit", "")
    rule("reach", "support request load types il preinit reach", "")
    rule("lower", "support request load types il preinit reach lower", "llvm-c")
    rule("emit", "support request load types il preinit reach lower emit", "llvm-c xxhash")
    rule("report", "support request load types il preinit reach lower emit report", "jansson")
    foreign = " uthash jansson pcre2 libxml zlib llvm-c xxhash "
}
{ folder = FILENAME; sub(/\/.*/, "", folder) }
!(folder in allowed) { next }
/^#include "/ {
    split($0, parts, "\"")
    from = parts[2]
    sub(/\/.*/, "", from)
    if (index(allowed[folder], " " from " ") == 0)
        complain("includes \"" parts[2] "\"; " folder "/ may use only:" allowed[folder])
}
/^#include </ {
    split($0, parts, /[<>]/)
    library = parts[2]
    sub(/[\/.].*/, "", library)
    if (index(foreign, " " library " ") && index(libraries[folder], " " library " ") == 0)
        complain("includes <" parts[2] ">; " folder "/ may use only:" libraries[folder])
    if (library == "pcre2" && FILENAME != "support/pattern.c") complain("PCRE2 belongs in support/pattern.c")
    if (library == "jansson" && folder == "support" && FILENAME !~ /json_util/) complain("jansson belongs in json_util")
}
END { exit failed }
' */*.c */*.h
