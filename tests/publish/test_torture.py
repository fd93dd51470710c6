"""Threads that build structures, throw and collect, with collections forced besides: under the workstation and the server
collector, and in a library that threads of a C program call. TORTURE_SECONDS in the environment sets the time (the long run:
300)."""
import os
import re

from lib.dotnet import ENVIRONMENT, run

CORE = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torture")
SECONDS = os.environ.get("TORTURE_SECONDS", "8")
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


def survives(command, directory, wanted):
    """An interval above 1 leaves the threads time to get between the others' collections."""
    for interval in ("1", "50"):
        env = dict(ENVIRONMENT, TAILOR_GC_STRESS=interval, TAILOR_GC_STRESS_REPORT="1")
        outcome = run(command, directory, int(SECONDS) + 60, env=env)
        assert (outcome.code, outcome.stdout.decode()) == (0, wanted), "%s\n%s" % (outcome.code, outcome.log[-3000:])
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
