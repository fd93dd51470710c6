#!/bin/sh
# The direction of includes (native/README.md): a folder may include only itself, support/ and the folders before it;
# foreign libraries stay behind the folders that own them. Usage: check_includes.sh NATIVE_DIRECTORY
cd "$1" || exit 2

# folder:what its own includes may begin with:foreign headers it may use (all beside the C library)
rules='
support:support:jansson pcre2 uthash
request:support request:jansson libxml uthash
load:support load:zlib uthash
types:support request load types:uthash
il:support request load types il:uthash
reach:support request load types il reach:uthash
lower:support request load types il reach lower:llvm-c uthash
emit:support request load types il reach lower emit:llvm-c uthash xxhash
report:support request load types il reach lower emit report:jansson uthash
'
failed=0
complain() { echo "$1" >&2; failed=1; }

for rule in $(echo "$rules" | tr ' ' ',' | grep ':'); do
    folder=${rule%%:*}
    rest=${rule#*:}
    allowed=$(echo "${rest%%:*}" | tr ',' ' ')
    foreign=$(echo "${rest#*:}" | tr ',' ' ')
    [ -d "$folder" ] || continue
    for file in "$folder"/*.c "$folder"/*.h; do
        [ -f "$file" ] || continue
        for included in $(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file"); do
            case " $allowed " in
            *" ${included%%/*} "*) ;;
            *) complain "$file: includes \"$included\"; $folder/ may use only: $allowed" ;;
            esac
        done
        for library in llvm-c libxml jansson pcre2 zlib uthash xxhash; do
            grep -q "^#include <$library[/.]" "$file" || continue
            case " $foreign " in
            *" $library "*) ;;
            *) complain "$file: includes <$library>; $folder/ may use only: $foreign" ;;
            esac
        done
    done
done

# PCRE2 and jansson have one place each inside support/.
for file in support/*.c support/*.h; do
    case $file in
    support/pattern.c) ;;
    *) grep -q '^#include <pcre2' "$file" && complain "$file: PCRE2 belongs in support/pattern.c" ;;
    esac
    case $file in
    support/json_util.*) ;;
    *) grep -q '^#include <jansson' "$file" && complain "$file: jansson belongs in support/json_util" ;;
    esac
done
[ $failed -eq 0 ]
