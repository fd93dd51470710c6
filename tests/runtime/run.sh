#!/bin/sh
# Runs one test program: all cases in the process, then the cases that end it, then the facts about the file itself.
# A program linked with the stress arguments runs its cases under forced collections.
program=$1
passed=0
failed=0

result() { # text, 0 or not
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $1"
    fi
}

cases() { # text: all in-process cases under the present environment; counts the checks of the program
    output=$($program 2>err.$$.txt)
    code=$?
    echo "$output"
    result "$1: exit code $code" $code
    checks=$(echo "$output" | sed -n 's/^\([0-9]*\) checks, .*/\1/p')
    passed=$((passed + ${checks:-0}))
}

ends() { # case, exit code, text that standard error must hold, text that it must not
    $program "$1" >out.$$.txt 2>err.$$.txt
    code=$?
    [ $code = "$2" ]
    result "$1: exit code $code, expected $2" $?
    [ -z "$3" ] || grep -q "$3" err.$$.txt
    result "$1: standard error lacks \"$3\"" $?
    [ -z "$4" ] || ! grep -q "$4" err.$$.txt
    result "$1: standard error has \"$4\"" $?
}

if nm "$program" 2>/dev/null | grep -q __wrap_RhpGcAlloc; then
    for interval in 1 3 50; do
        export TAILOR_GC_STRESS=$interval TAILOR_GC_STRESS_REPORT=1
        cases "collection at every event number $interval"
        grep 'TAILOR_GC_STRESS:' err.$$.txt
        grep -q 'TAILOR_GC_STRESS: [1-9][0-9]* collections ([1-9][0-9]* polls, [1-9][0-9]* allocations, [1-9]' err.$$.txt
        result "collections were forced" $?
    done
    unset TAILOR_GC_STRESS
    cases "stress linked in, switched off"
    grep -q 'TAILOR_GC_STRESS: 0 collections' err.$$.txt
    result "no collection is forced without TAILOR_GC_STRESS" $?
else
    cases "all"
    export DOTNET_gcConservative=0
    cases "DOTNET_gcConservative=0 has no effect"
    unset DOTNET_gcConservative
fi

ulimit -c 0
ends unhandled 134 'unhandled 1' 'finally ran'
ends unhandled 134 'fail fast 2, exception 1, located'
ends unhandled-in-callback 134 'fail fast 2, exception 2' 'finally ran'
ends unhandled-callbacks-throw 134 'fail fast 2, exception 1' 'finally ran'
ends native-frame 134 'fail fast 2, exception 1'
ends null-load 134 'Address: 0x8'
ends wild-load 134 'Access Violation: Attempted to read or write protected memory'
ends divide 134 'divided an integer by zero'
ends stack-overflow 139 '' 'terminated'
ends native-fault 139 '' 'terminated'

needed=$(readelf -d "$program" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -v '^libc\.\|^libm\.\|^ld-linux\|^libdl\|^librt\|^libpthread')
[ -z "$needed" ]
result "needs $needed" $?
newest=$(readelf -V "$program" | grep -o 'GLIBC_2\.[0-9]*' | sort -t. -k2 -n | tail -1)
[ "${newest#GLIBC_2.}" -le 34 ]
result "needs $newest, stock programs GLIBC_2.34" $?

case $program in
*resume*)
    ! nm "$program" | grep -q _Unwind_
    result "libgcc's unwinder is linked" $?
    ;;
esac

rm -f out.$$.txt err.$$.txt
echo "$program: $((passed + failed)) checks, $failed failed"
[ $failed = 0 ]
