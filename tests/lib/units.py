"""Tests that CMake registers (cmocka units, C runtime, stage goldens, malformed images): each ctest test counts as one."""
import os
import subprocess
import xml.etree.ElementTree as ElementTree

from lib.dotnet import ENVIRONMENT, ROOT, run

BUILD = os.path.join(ROOT, "build", "dev")


def build(results):
    """Configures and builds the preset dev; False (and a failure) if that does not work."""
    for command in (["cmake", "--preset", "dev"], ["cmake", "--build", "--preset", "dev"]):
        outcome = run(command, ROOT, timeout=2400)
        if outcome.code != 0:
            results.add("build of preset dev", "%s failed" % " ".join(command), detail=outcome.log[-6000:])
            return False
    return True


def test(results, quick):
    report = os.path.join(BUILD, "ctest.xml")
    if os.path.exists(report):
        os.remove(report)
    command = ["ctest", "--test-dir", BUILD, "--output-junit", report, "--output-on-failure", "-j", "2"]
    command += ["-L", "quick"] if quick else []
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    if not os.path.exists(report):
        results.add("ctest", "wrote no report")
        return
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name, seconds = case.get("name"), float(case.get("time") or 0)
        if case.get("status") == "run":
            results.add(name, None, seconds)
        elif case.get("status") in ("disabled", "notrun"):
            results.add(name, "was not run", seconds)
        else:
            results.add(name, "failed", seconds, (case.findtext("system-out") or "")[-4000:])
