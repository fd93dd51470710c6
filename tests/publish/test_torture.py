"""Threads that build structures, throw and collect, with collections forced besides: under the workstation and the server
collector, and in a library that threads of a C program call. TORTURE_SECONDS in the environment sets the time (the long run:
300)."""
import glob
import os
import re
import shutil

from lib.dotnet import ENVIRONMENT, run

CORE = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torture")
SECONDS = os.environ.get("TORTURE_SECONDS", "8")
KEEPS_CORE = ["sh", "-c", 'ulimit -c unlimited; exec "$0" "$@"']
PROPERTIES = [("AllowUnsafeBlocks", "true"), ("InvariantGlobalization", "true"), ("TailorRequired", "true"),
              ("TailorGcStress", "true")]


def project(c, main, properties):
    made = c.project(name="torture", properties=PROPERTIES + properties, source=read(main))
    made.write("Torture.cs", read("Torture.cs"))
    made.must_publish()
    return made


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return f.read()


def stacks(executable, directory):
    """All stacks of a program that crashed, if it left a core and there is a debugger: such a crash seldom comes twice."""
    cores = glob.glob(os.path.join(directory, "core*"))
    if not cores or not shutil.which("gdb"):
        return "no core, or no gdb"
    commands = ["info sharedlibrary", "info registers", "x/8i $rip - 12", "thread apply all bt 16"]
    return run(["gdb", "-batch"] + [a for c in commands for a in ("-ex", c)] + [executable, cores[0]], directory, 100).log[-12000:]


def survives(command, directory, wanted):
    """An interval above 1 leaves the threads time to get between the others' collections."""
    for interval in ("1", "50"):
        env = dict(ENVIRONMENT, TAILOR_GC_STRESS=interval, TAILOR_GC_STRESS_REPORT="1")
        outcome = run(KEEPS_CORE + command, directory, int(SECONDS) + 60, env=env)
        if (outcome.code, outcome.stdout.decode()) != (0, wanted):
            raise AssertionError("%s\n%s\n%s" % (outcome.code, outcome.log[-3000:], stacks(command[0], directory)))
        report = re.search(rb"TAILOR_GC_STRESS: (\d+) collections", outcome.stderr)
        assert report and int(report.group(1)) > 100, "hardly anything was collected\n" + outcome.log[-500:]
        print(outcome.stderr.decode().strip(), flush=True)


def test_torture_under_the_workstation_collector(c):
    made = project(c, "Program.cs", [])
    survives([made.executable, SECONDS], made.directory, "0 errors, worked: True, right collector: True\n")


def test_torture_under_the_server_collector(c):
    made = project(c, "Program.cs", [("ServerGarbageCollection", "true")])
    survives([made.executable, SECONDS, "S"], made.directory, "0 errors, worked: True, right collector: True\n")


def test_torture_in_a_library(c):
    made = project(c, "Library.cs", [("OutputType", "Library"), ("NativeLib", "Shared")])
    out = made.path("out")
    outcome = run(["gcc", os.path.join(HERE, "library_main.c"), "-o", "main", "torture.so", "-Wl,-rpath," + out, "-pthread"], out)
    assert outcome.code == 0, outcome.log
    survives([os.path.join(out, "main"), SECONDS], out, "0 errors\n")
