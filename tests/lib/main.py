"""tests/run after its set-up: see there for the arguments."""
import argparse
import concurrent.futures
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True

from lib import cases, publish, units  # noqa: E402
from lib.dotnet import ROOT, run  # noqa: E402
from lib.results import Results  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("group", nargs="?", choices=["units", "cases", "publish", "differential"])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--jit", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    return parser.parse_intermixed_args()


def build_package(results):
    outcome = run([os.path.join(ROOT, "targets", "build")], ROOT, timeout=2400)
    if outcome.code != 0:
        results.add("build of the package", "targets/build failed", detail=outcome.log[-6000:])
    return outcome.code == 0


def test_cases(results, options):
    names = options.names if options.group == "cases" else []
    one = cases.test_case_on_jit if options.jit else cases.test_case
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda case: one(case, results, options.keep), cases.find(names)))


def test_differential(results):
    """Random programs with fixed seeds; the long run is tests/differential/compare.py itself."""
    def check():
        outcome = run([sys.executable, os.path.join(ROOT, "tests", "differential", "compare.py"), "--count", "80"], ROOT, 1800)
        assert outcome.code == 0, outcome.log[-4000:]

    results.run("differential, 80 programs", check)


def main():
    options = parse()
    results = Results()
    groups = [options.group] if options.group else ["units", "cases", "publish", "differential"]
    if options.quick:
        groups = ["units"]
    if "units" in groups and (options.no_build or units.build(results)):
        units.test(results, options.quick)
    package = "cases" in groups and not options.jit or "publish" in groups or "differential" in groups
    packed = not package or options.no_build or build_package(results)
    if "cases" in groups and packed:
        test_cases(results, options)
    if "publish" in groups:
        publish.test(results, options.names if options.group == "publish" else [], options.jobs, options.keep, packed)
    if "differential" in groups and packed:
        test_differential(results)
    return results.finish()


sys.exit(main())
