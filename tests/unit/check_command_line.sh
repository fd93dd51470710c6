#!/bin/sh
# The executable from outside: exit codes, the order of events, what happens when its reader goes away.
# Usage: check_command_line.sh TAILOR
tailor=$1
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# expect NAME EXIT_CODE PATTERN: the last run's exit code, and a line of its output.
expect() {
    [ "$code" -eq "$2" ] || { echo "$1: exit code $code, expected $2" >&2; cat "$work/out" >&2; failed=1; }
    grep -q -e "$3" "$work/out" || { echo "$1: no line matches: $3" >&2; cat "$work/out" >&2; failed=1; }
}
run() { "$tailor" "$@" > "$work/out" 2>&1; code=$?; }
last_is_result() {
    tail -n 1 "$work/out" | grep -q '^{"event":"result"' || { echo "$1: the last line is no result" >&2; failed=1; }
}

run --help < /dev/null;         expect help 0 'usage: tailor'
run --version < /dev/null;      expect version 0 '^tailor [0-9.]*, LLVM 19'
run --nonsense < /dev/null;     expect option 2 "error TLR0004: '--nonsense' is not an option"
run --dump < /dev/null;         expect value 2 'error TLR0004: --dump needs a value'
run --dump=nothing < /dev/null; expect stage 2 "error TLR0004: there is no stage 'nothing' to dump"
run < /dev/null;                expect empty 2 '^request(1): error TLR0001'
run --events < /dev/null;       expect events 2 '"code":"TLR0001"'
last_is_result events
head -n 1 "$work/out" | grep -q '^{"event":"hello","schema":1' || { echo "the first line is no hello" >&2; failed=1; }
run --events --nonsense < /dev/null; expect events_option 2 '"code":"TLR0004"'
last_is_result events_option

missing='{"schema":1,"output":{"object":"'$work'/app.o"},"inputs":{"assemblies":["'$work'/app.dll"]}}'
echo "$missing" | "$tailor" --dump=load > "$work/out" 2>&1; code=$?
expect missing 1 'app.dll : error TLR1003: Cannot read the file'
echo 'no assembly' > "$work/app.dll"
echo "$missing" | "$tailor" --events --dump=load > "$work/out" 2>&1; code=$?
expect invalid 1 "\"code\":\"TLR2002\".*is not a valid .NET assembly"
last_is_result invalid
[ ! -e "$work/app.o" ] || { echo "an object was left behind" >&2; failed=1; }

# Waiting for a request while the reader of its events has gone: it must end by itself.
mkfifo "$work/request" "$work/events"
exec 3<> "$work/request"
"$tailor" --events < "$work/request" > "$work/events" & pid=$!
head -c 0 < "$work/events"
waited=0
while kill -0 $pid 2> /dev/null && [ $waited -lt 50 ]; do sleep 0.1; waited=$((waited + 1)); done
if [ $waited -eq 50 ]; then echo "it goes on without a reader" >&2; failed=1; kill $pid; fi
exec 3>&-
[ $failed -eq 0 ]
