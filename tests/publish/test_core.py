"""The package with the real compiler: what is published, and what the compiler says when something is wrong. Errors are
provoked by replaying the request of one published project with something changed in it."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree

from lib.dotnet import ENVIRONMENT, ROOT, Project, run

CORE = True
shared = {}
lock = threading.Lock()


def hello(c):
    """A published hello world that all tests of this file may read (not change)."""
    with lock:
        if "project" not in shared:
            directory = os.path.join(os.path.dirname(c.directory), "shared-hello", "app")
            shared["project"] = Project(directory, "app", 'Console.WriteLine("Hello, World!");\n', inject=c.inject)
            shared["outcome"] = shared["project"].publish("-bl:" + shared["project"].path("publish.binlog"))
    assert shared["outcome"].code == 0, "publishing hello failed\n" + shared["outcome"].log[-3000:]
    return shared["project"]


def core_of(project):
    with open(project.native(".tailor.json"), encoding="utf-8") as f:
        return json.load(f)["tool"]["core"]


def replay(c, change=None, raw=None, timeout=300, prefix=(), core=None, arguments=()):
    """Runs the compiler on hello's request with outputs of its own. -> (outcome, path of the object)"""
    project = hello(c)
    with open(project.native(".tailor.json"), encoding="utf-8") as f:
        request = json.load(f)
    directory = os.path.join(c.directory, "native")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    request["output"].update(object=os.path.join(directory, "app.o"), exportsFile=os.path.join(directory, "app.exports"),
                             intermediateDirectory=directory + "/")
    if change:
        change(request)
    text = raw if raw is not None else json.dumps(request).encode()
    command = list(prefix) + [core or core_of(project)] + list(arguments)
    return run(command, c.directory, timeout, text), request["output"]["object"]


def fails(outcome, obj, code, *words):
    """One canonical error line with code and words, exit code 1 or 2, no object."""
    assert outcome.code in (1, 2), "exit code %s\n%s" % (outcome.code, outcome.log[-2000:])
    errors = [line for line in outcome.log.splitlines() if re.search(r"(^|: )error ", line)]
    assert len(errors) == 1, "expected one error line\n" + outcome.log[-2000:]
    assert "error %s: " % code in errors[0], "expected %s: %s" % (code, errors[0])
    for word in words:
        assert word in errors[0], "'%s' is not in: %s" % (word, errors[0])
    assert not os.path.exists(obj), "an object remains"


def needed_libraries(executable):
    out = subprocess.run(["readelf", "-d", executable], stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted(re.findall(r"\(NEEDED\).*\[(.*)\]", out))


def highest_glibc(executable):
    out = subprocess.run(["readelf", "-V", executable], stdout=subprocess.PIPE, check=True).stdout.decode()
    return max(tuple(int(n) for n in v.split(".")) for v in re.findall(r"GLIBC_([0-9.]+)", out))


def says_hello(executable):
    outcome = run([executable])
    assert (outcome.code, outcome.stdout) == (0, b"Hello, World!\n"), "exit code %s, output %r\n%s" % (
        outcome.code, outcome.stdout, outcome.stderr.decode("utf-8", "replace"))


# ---- the executable --------------------------------------------------------------------------------------------------

def test_hello_needs_what_stock_needs(c):
    project = hello(c)
    says_hello(project.executable)
    stock = c.project(folder="stock", inject=None)
    stock.must_publish()
    assert needed_libraries(project.executable) == needed_libraries(stock.executable), (
        "ours needs %s, stock %s" % (needed_libraries(project.executable), needed_libraries(stock.executable)))
    assert highest_glibc(project.executable) <= highest_glibc(stock.executable), (
        "ours needs glibc %s, stock %s" % (highest_glibc(project.executable), highest_glibc(stock.executable)))
    assert sorted(os.listdir(project.path("out"))) == sorted(os.listdir(stock.path("out")))


def test_stock_compiler_does_not_run(c):
    project = c.project()
    log = os.path.join(c.directory, "execve.log")
    outcome = run(["strace", "-f", "-qq", "-s", "300", "-e", "trace=execve", "-o", log, "dotnet", "publish", "app.csproj",
                   "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true", "-nodeReuse:false", "-o", project.path("out")],
                  project.directory)
    assert outcome.code == 0, outcome.log[-3000:]
    with open(log, encoding="utf-8", errors="replace") as f:
        started = re.findall(r'execve\("([^"]+)".* = 0$', f.read(), re.MULTILINE)
    assert any(path == core_of(project) for path in started), "tailor did not run"
    stock = [path for path in started if "ilcompiler" in path.lower() or os.path.basename(path) in ("ilc", "crossgen2")]
    assert not stock, stock


def test_debug_lines_name_the_source(c):
    project = hello(c)
    dump = subprocess.run(["readelf", "--debug-dump=decodedline", project.executable + ".dbg"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    assert re.search(r"Program\.cs\s+1\s", dump), "no line of Program.cs in the debug file"


def path_with(c, missing, alias=None):
    """A PATH with everything of /usr/bin but programs named like `missing`, and alias -> target."""
    directory = os.path.join(c.directory, "bin")
    os.makedirs(directory)
    if alias:
        os.symlink(shutil.which(alias[1]), os.path.join(directory, alias[0]))
    for source in ("/usr/sbin", "/usr/bin", "/usr/local/bin"):
        for name in os.listdir(source):
            link = os.path.join(directory, name)
            if not re.search(missing, name) and not os.path.lexists(link):
                os.symlink(os.path.join(source, name), link)
    return dict(ENVIRONMENT, PATH=directory)


def test_links_with_gcc_alone(c):
    project = c.project()
    outcome = project.must_publish("-v:n", env=path_with(c, r"^clang|^cc$"))
    assert outcome.lines('"gcc" '), "gcc was not used"
    says_hello(project.executable)


def test_links_with_clang_alone(c):
    project = c.project()
    outcome = project.must_publish("-v:n", env=path_with(c, r"(^|-)(gcc|g\+\+|cc|c\+\+|cpp)(-|$)", ("clang", "clang-19")))
    assert outcome.lines('"clang" '), "clang was not used"
    says_hello(project.executable)


def test_switches_make_hello_smaller(c):
    def size(folder, *arguments):
        project = c.project(folder=folder)
        project.must_publish(*arguments)
        says_hello(project.executable)
        return os.path.getsize(project.executable)

    default = size("default")
    for switch in ("OptimizationPreference=Size", "InvariantGlobalization=true", "UseSystemResourceKeys=true",
                   "StackTraceSupport=false"):
        smaller = size(switch.split("=")[0], "-p:" + switch)
        assert smaller < default, "%s: %d bytes, default %d" % (switch, smaller, default)


def test_hello_keeps_to_its_budget(c):
    """Size and memory that the first version may take (stock: 1.27 MB, 130 MB). Time is measured by benchmarks, not here:
    the bound only tells a runaway compilation (about 10 CPU s) from a noisy machine."""
    assert os.path.getsize(hello(c).executable) <= 1_800_000, "%d bytes" % os.path.getsize(hello(c).executable)
    with open(hello(c).native(".tailor.json"), "rb") as request:
        process = subprocess.Popen([core_of(hello(c)), "--time"], stdin=request, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
    times = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    assert process.returncode == 0, "exit code %d" % process.returncode
    seconds = usage.ru_utime + usage.ru_stime
    assert seconds <= 60, "%.1f CPU s" % seconds
    assert usage.ru_maxrss <= 400_000, "%d KB" % usage.ru_maxrss
    methods = re.search(r"(\d+) methods", times)
    assert methods and int(methods.group(1)) <= 3000, times


def test_compiled_data_needs_no_relocations(c):
    """What is left are those of the runtime pack's archives and of lists that the linker collects."""
    listing = run(["readelf", "--relocs", "--wide", hello(c).executable]).log
    assert 0 < listing.count("R_X86_64_RELATIVE") < 700, listing.count("R_X86_64_RELATIVE")


def test_map_file_accounts_for_every_byte(c):
    """IlcGenerateMapFile: the elements add up to the sections of the object; --sizes shows the same sections."""
    path = os.path.join(c.directory, "app.map.xml")
    outcome, obj = replay(c, lambda request: request["output"].update(map=path), arguments=["--sizes"])
    assert outcome.code == 0, outcome.log[-2000:]
    listed = {}
    names = {}
    for element in xml.etree.ElementTree.parse(path).getroot():
        section = element.get("Section")
        listed[section] = listed.get(section, 0) + int(element.get("Length"))
        names.setdefault(element.tag, []).append(element.get("Name"))
    sections = {}
    for line in run(["size", "-A", "-d", obj]).log.splitlines():
        words = line.split()
        if len(words) == 3 and words[1].isdigit():
            base = next((b for b in (".data.rel.ro", ".data") if words[0].startswith(b)), words[0])
            sections[base] = sections.get(base, 0) + int(words[1])
    for section in ("tailor_text", ".data", "__unbox"):
        assert listed[section] == sections[section], (section, listed[section], sections[section])
        assert outcome.lines("%d %s" % (sections[section], section)), outcome.log[-2000:]
    assert any("Program" in name and "Main" in name for name in names["MethodCode"]), names["MethodCode"][:20]
    assert any(name.startswith("mt$System.String") for name in names["ConstructedEEType"])


def test_graph_file_tells_reasons(c):
    """IlcGenerateDgmlFile: whatever is in the program has a chain of first reasons that begins at a root."""
    path = os.path.join(c.directory, "app.codegen.dgml.xml")
    outcome, _ = replay(c, lambda request: request["output"].update(dgml=path))
    assert outcome.code == 0, outcome.log[-2000:]
    graph = xml.etree.ElementTree.parse(path).getroot()
    space = "{http://schemas.microsoft.com/vs/2009/dgml}"
    labels = {node.get("Id"): node.get("Label") for node in graph.find(space + "Nodes")}
    reasons = {link.get("Target"): link.get("Source") for link in graph.find(space + "Links")}
    assert len(reasons) == len(graph.find(space + "Links")) and set(reasons) | set(reasons.values()) <= set(labels)
    roots = [label for id, label in labels.items() if id not in reasons]
    assert any("StartupCodeMain" in label for label in roots), roots
    node = next(id for id, label in labels.items() if label.startswith("method") and "Console::WriteLine" in label)
    chain = []
    while node in reasons:
        node = reasons[node]
        chain.append(labels[node])
    assert any("Program::<Main>$" in label for label in chain), chain


def test_stages_are_dumped_whole(c):
    """Without --method a dump shows everything."""
    expected = {"load": "Program", "types": "System.String", "il": "Program::<Main>$", "reach": "Program"}
    for stage, text in expected.items():
        outcome, _ = replay(c, arguments=["--dump=" + stage])
        assert outcome.code == 0, "%s: exit code %s" % (stage, outcome.code)
        assert text in outcome.log, "%s: %s" % (stage, outcome.log[:300])


def test_two_runs_are_identical(c):
    contents = []
    for _ in range(2):
        outcome, obj = replay(c)
        assert outcome.code == 0, outcome.log[-2000:]
        files = {}
        for directory, _, names in os.walk(os.path.dirname(obj)):
            for name in names:
                if name.endswith((".o", ".exports", ".units")):
                    with open(os.path.join(directory, name), "rb") as f:
                        files[name] = f.read()
        contents.append(files)
    assert contents[0].keys() == contents[1].keys()
    differing = [name for name in contents[0] if contents[0][name] != contents[1][name]]
    assert not differing, differing


def test_word_count_sample(c):
    folder = os.path.join(ROOT, "samples", "WordCount")
    with open(os.path.join(folder, "Program.cs"), encoding="utf-8") as f:
        source = f.read()
    project = c.project(name="WordCount", source=source, properties=[("InvariantGlobalization", "true")])
    project.must_publish("-p:OptimizationPreference=Speed")
    text = os.path.join(folder, "sample.txt")
    outcome = run([project.executable, "-n", "3", text])
    want = "       5 fox\n       4 the\n       2 dog\n24 words, 14 different\n"
    assert (outcome.code, outcome.stdout.decode()) == (0, want), outcome.log
    with open(text, "rb") as f:
        piped = run([project.executable, "-n", "3"], stdin=f.read())
    assert (piped.code, piped.stdout) == (0, outcome.stdout), piped.log
    missing = run([project.executable, "/nosuch/file"])
    assert missing.code == 1 and b"WordCount: " in missing.stderr, missing.log


# ---- the compiler as a program ---------------------------------------------------------------------------------------

def test_core_starts_in_an_empty_root(c):
    root = os.path.join(c.directory, "root")
    os.makedirs(root)
    shutil.copy(core_of(hello(c)), os.path.join(root, "tailor"))
    outcome = run(["unshare", "-r", "chroot", root, "/tailor", "--version"])
    assert outcome.code == 0 and "tailor" in outcome.log.lower(), outcome.log


def test_sanitized_compiler_is_clean(c):
    """The compiler of the preset dev (address and undefined-behaviour sanitizers) over a whole hello world."""
    sanitized = os.path.join(ROOT, "build", "dev", "native", "tailor")
    assert os.path.exists(sanitized), "build the preset dev first: tests/run units"
    outcome, obj = replay(c, timeout=900, core=sanitized)
    assert outcome.code == 0 and os.path.exists(obj), outcome.log[-4000:]
    assert b"runtime error" not in outcome.stderr and b"Sanitizer" not in outcome.stderr, outcome.log[-4000:]


def test_malformed_request(c):
    fails(*replay(c, raw=b'{\n  "schema": 1,\n  "project": {\n'), "TLR0001", "request(")


def test_unknown_key_in_request(c):
    fails(*replay(c, lambda r: r["codegen"].update(optimise=True)), "TLR0002", "optimise")


def test_greater_schema(c):
    fails(*replay(c, lambda r: r.update(schema=99)), "TLR0003", "99")


def test_path_that_is_not_utf8(c):
    outcome, obj = replay(c)
    with open(hello(c).native(".tailor.json"), "rb") as f:
        text = f.read().replace(b'"directory": "', b'"directory": "/\xff\xfe')
    outcome, obj = replay(c, raw=text)
    assert outcome.code in (1, 2), outcome.log[-2000:]
    assert len([line for line in outcome.log.splitlines() if "error TLR" in line]) == 1, outcome.log[-2000:]


def test_reference_that_is_no_assembly(c):
    """One that the program needs, and one that nothing refers to."""
    for name in ("System.Console.dll", "System.Xml.dll"):
        bad = os.path.join(c.directory, name)
        with open(bad, "w") as f:
            f.write("this is not a .NET assembly\n")

        def exchange(request):
            request["inputs"]["references"] = [bad if p.endswith("/" + name) else p
                                               for p in request["inputs"]["references"]]

        fails(*replay(c, exchange), "TLR2002", name)


def test_truncated_application(c):
    short = os.path.join(c.directory, "app.dll")

    def truncate(request):
        with open(request["inputs"]["assemblies"][0], "rb") as f, open(short, "wb") as out:
            out.write(f.read()[:700])
        request["inputs"]["assemblies"] = [short]

    fails(*replay(c, truncate), "TLR2002", "app.dll")


def test_missing_runtime_pack(c):
    def drop(request):
        pack = request["tool"]["runtimePackDirectory"]
        request["tool"]["runtimePackDirectory"] = "/nosuch/10.0.12"
        request["inputs"]["references"] = [p.replace(pack, "/nosuch/10.0.12") for p in request["inputs"]["references"]]

    # A publish never gets here: the targets check the pack first (incomplete-runtime-pack).
    fails(*replay(c, drop), "TLR1003", "/nosuch/10.0.12")


def test_runtime_pack_of_another_layout(c):
    def doctor(request):
        pack = request["tool"]["runtimePackDirectory"]
        copy = os.path.join(c.directory, "pack", "10.0.12")
        native = os.path.join("runtimes", "linux-x64", "native")
        shutil.copytree(os.path.join(pack, native), os.path.join(copy, native))
        archive = os.path.join(copy, native, "libRuntime.WorkstationGC.a")
        with open(archive, "rb") as f:
            content = f.read()
        assert b"RhpNewFast" in content
        with open(archive, "wb") as f:
            f.write(content.replace(b"RhpNewFast", b"RhpNewFasX"))
        request["tool"]["runtimePackDirectory"] = copy

    fails(*replay(c, doctor), "TLR1007", "RhpNewFast")


def test_descriptor_with_a_syntax_error(c):
    project = c.project(items='  <ItemGroup>\n    <TrimmerRootDescriptor Include="roots.xml" />\n  </ItemGroup>\n')
    project.write("roots.xml", "<linker>\n  <assembly fullname=\"app\">\n    <type fullname=\"X\">\n  </assembly>\n</linker>\n")
    outcome = project.publish()
    errors = sorted(set(outcome.lines(": error ")))
    assert outcome.code not in (0, None) and len(errors) == 1, outcome.log[-2000:]
    assert re.search(r"roots\.xml\(4,\d+\): error IL1003: ", errors[0]), errors[0]


def test_missing_descriptor(c):
    project = c.project(items='  <ItemGroup>\n    <TrimmerRootDescriptor Include="nosuch.xml" />\n  </ItemGroup>\n')
    outcome = project.publish()
    errors = sorted(set(outcome.lines(": error ")))
    assert outcome.code not in (0, None) and len(errors) == 1 and "IL1033" in errors[0], outcome.log[-2000:]


def test_full_disk(c):
    """A file system of 64 KB: one error, nothing half-written."""
    small = os.path.join(c.directory, "small")
    os.makedirs(small)

    def there(request):
        request["output"].update(object=small + "/app.o", exportsFile=small + "/app.exports", intermediateDirectory=small + "/")

    script = 'mount -t tmpfs -o size=64k none "$1" && shift && "$@"; code=$?; find "$0" -type f -printf "remains: %P\\n" >&2; exit $code'
    outcome, _ = replay(c, there, prefix=["unshare", "-rm", "sh", "-c", script, small, small])
    errors = outcome.lines("error ")
    assert outcome.code == 1 and len(errors) == 1, outcome.log[-2000:]
    assert "TLR1004" in errors[0] and "No space left on device" in errors[0], outcome.log[-2000:]
    assert not outcome.lines("remains: "), "a file remains\n" + outcome.log[-2000:]


def test_killed_compiler_leaves_nothing(c):
    project = hello(c)
    with open(project.native(".tailor.json"), encoding="utf-8") as f:
        request = json.load(f)
    obj = os.path.join(c.directory, "app.o")
    request["output"].update(object=obj, exportsFile=os.path.join(c.directory, "app.exports"),
                             intermediateDirectory=c.directory + "/")
    for delay in (0.05, 0.3, 0.8):
        process = subprocess.Popen([core_of(project)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
        time.sleep(delay)
        ended = process.poll()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert ended is not None or not os.path.exists(obj), "an object after SIGKILL"


def test_unhandled_exception_ends_as_stock_does(c):
    source = ('Console.WriteLine("before");\nThrow();\n\n'
              'static void Throw()\n{\n    throw new InvalidOperationException("broken");\n}\n')
    project = c.project(source=source)
    project.must_publish()
    outcome = run([project.executable])
    stderr = outcome.stderr.decode("utf-8", "replace")
    assert outcome.code == 134, "exit code %s" % outcome.code
    assert outcome.stdout == b"before\n", outcome.stdout
    assert "Unhandled exception. System.InvalidOperationException: broken" in stderr, stderr
    assert "Throw" in stderr, "no stack trace: " + stderr
