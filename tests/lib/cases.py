"""tests/cases: a folder with Program.cs is a test (tests/README.md). Each goes through a real publish, is run, and is run
again with a collection forced at every n-th opportunity."""
import os
import re
import shutil

from lib.dotnet import ENVIRONMENT, OUT, ROOT, Project, assemble, run

CASES = os.path.join(ROOT, "tests", "cases")
STRESS_TIMEOUT = 240


def find(names):
    found = [n for n in sorted(os.listdir(CASES)) if os.path.isfile(os.path.join(CASES, n, "Program.cs"))]
    return [n for n in found if not names or n in names]


def read(case, name, default=b""):
    path = os.path.join(CASES, case, name)
    if not os.path.exists(path):
        return default
    with open(path, "rb") as f:
        return f.read()


def lines(case, name):
    return [line for line in read(case, name).decode().splitlines() if line and not line.startswith("#")]


def first_difference(want, got):
    want_lines, got_lines = want.split(b"\n"), got.split(b"\n")
    for i in range(max(len(want_lines), len(got_lines))):
        a = want_lines[i] if i < len(want_lines) else b"<end>"
        b = got_lines[i] if i < len(got_lines) else b"<end>"
        if a != b:
            return "line %d: expected '%s', got '%s'" % (i + 1, a.decode("utf-8", "replace")[:160],
                                                         b.decode("utf-8", "replace")[:160])
    return "no difference"


def make_project(case, inject=True):
    properties = [line.split("=", 1) for line in lines(case, "properties.txt")]
    directory = os.path.join(OUT, "tests", "cases", case)
    arguments = {} if inject else {"inject": None}
    il = os.path.join(CASES, case, "Library.il")
    items = ['<PackageReference Include="%s" Version="%s" />' % tuple(line.split("=", 1))
             for line in lines(case, "packages.txt")]
    if os.path.exists(il):
        items.append('<Reference Include="Library.dll" />')
    item_group = "  <ItemGroup>\n%s  </ItemGroup>\n" % "".join("    %s\n" % item for item in items) if items else ""
    project = Project(directory, case, read(case, "Program.cs").decode("utf-8"), properties, items=item_group,
                      **arguments)
    if os.path.exists(il):
        assemble(il, project.path("Library.dll"))
    return project


def build_native(case, directory):
    """native.c of the case as libnative.so beside the program."""
    source = os.path.join(CASES, case, "native.c")
    if os.path.exists(source):
        library = os.path.join(directory, "libnative.so")
        outcome = run(["gcc", "-O1", "-shared", "-fPIC", "-pthread", "-o", library, source], directory)
        assert outcome.code == 0, "native.c does not compile\n" + outcome.log[-2000:]


def check_run(case, command, cwd, env=None, timeout=60, arguments="args.txt"):
    """Runs the program; fails where output or exit code differ from what is expected."""
    outcome = run(command + lines(case, arguments), cwd, timeout, read(case, "stdin.txt"), env)
    want_code = int(read(case, "expected-exit-code.txt", b"0"))
    want = read(case, "expected.out")
    stderr = outcome.stderr.decode("utf-8", "replace")[-2000:]
    assert outcome.code is not None, "timed out after %d s\n%s" % (timeout, stderr)
    problems = []
    if outcome.code != want_code:
        problems.append("exit code %d, expected %d" % (outcome.code, want_code))
    if outcome.stdout != want:
        problems.append(first_difference(want, outcome.stdout))
    assert not problems, "; ".join(problems) + "\n" + stderr
    return outcome


def test_case(case, results, keep=False):
    project = make_project(case)
    published = [False]

    def plain():
        project.must_publish()
        build_native(case, project.path("out"))
        published[0] = True
        check_run(case, [project.executable], project.path("out"))

    results.run("case " + case, plain)
    if published[0] and not lines(case, "no-stress.txt"):
        results.run("case %s, forced collections" % case, lambda: stress(case, project))
    if not keep:
        shutil.rmtree(project.directory, ignore_errors=True)


def stress(case, project):
    """The program linked for forced collections; interval 1 unless stress-interval.txt names a larger one."""
    project.must_publish("-p:TailorGcStress=true", "--no-restore")
    interval = read(case, "stress-interval.txt", b"1").decode().strip()
    env = dict(ENVIRONMENT, TAILOR_GC_STRESS=interval, TAILOR_GC_STRESS_REPORT="1")
    arguments = "stress-args.txt" if lines(case, "stress-args.txt") else "args.txt"
    outcome = check_run(case, [project.executable], project.path("out"), env, STRESS_TIMEOUT, arguments)
    # A process that ends by a signal prints no report.
    report = re.search(rb"TAILOR_GC_STRESS: (\d+) collections", outcome.stderr)
    assert outcome.code > 128 or (report and int(report.group(1)) > 0), "nothing was collected\n" + outcome.log[-500:]


def test_case_on_jit(case, results, keep=False):
    """Checks the case itself: the same program on the JIT must give what is expected."""
    def check():
        project = make_project(case, inject=False)
        outcome = project.dotnet("build", "-o", project.path("out"))
        assert outcome.code == 0, "build failed\n" + outcome.log[-3000:]
        build_native(case, project.path("out"))
        check_run(case, ["dotnet", project.path("out", case + ".dll")], project.path("out"))
        if not keep:
            shutil.rmtree(project.directory, ignore_errors=True)

    results.run("case %s on the JIT" % case, check)
