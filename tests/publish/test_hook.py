"""The package's targets and tasks, with the stand-in compiler: what happens around a compilation."""
import json
import os
import signal
import subprocess
import time

from lib.dotnet import ENVIRONMENT, run

GENERATING = "Generating native code"


def request(project):
    with open(project.native(".tailor.json"), encoding="utf-8") as f:
        return json.load(f)


def options(*names):
    """Items that tell the stand-in compiler how to behave; they also test that user IlcArg items arrive."""
    return "  <ItemGroup>\n%s  </ItemGroup>\n" % "".join('    <IlcArg Include="--fake:%s" />\n' % n for n in names)


def run_app(project):
    outcome = run([project.executable])
    assert outcome.code == 0, "exit code %s" % outcome.code
    return outcome.stdout.decode()


def expect(condition, text, outcome):
    assert condition, text + "\n" + outcome.log[-3000:]


# ---- the ordinary way ------------------------------------------------------------------------------------------------

def test_default_publish_prints_three_lines(c):
    project = c.project()
    outcome = project.must_publish("--nologo")
    shown = [line.strip() for line in outcome.log.splitlines() if line.strip()]
    shown = [line for line in shown if "restore" not in line.lower()]
    expect(len(shown) == 3 and shown[1] == GENERATING, "expected three lines", outcome)
    assert run_app(project) == "fake app none\n"
    assert sorted(os.listdir(project.path("out"))) == ["app", "app.dbg"], os.listdir(project.path("out"))


def test_quiet_publish_prints_nothing(c):
    outcome = c.project().must_publish("-v:q", "--nologo")
    expect(outcome.log.strip() == "", "expected silence", outcome)


def test_normal_verbosity_shows_stages(c):
    outcome = c.project().must_publish("-v:n")
    expect(outcome.lines("app: 12 methods", "object"), "no line with counts and sizes", outcome)
    expect(outcome.lines("app: scan 0.3 s"), "no line with stages", outcome)


def test_request_holds_what_the_response_file_holds(c):
    """The stock response file, written beside the request, is the oracle."""
    project = c.project(properties=[("InvariantGlobalization", "true"), ("OptimizationPreference", "Size"),
                                    ("NoWarn", "$(NoWarn);IL2026"), ("StackTraceSupport", "false")],
                        items='  <ItemGroup>\n    <TrimmerRootAssembly Include="System.Linq" />\n  </ItemGroup>\n')
    project.must_publish()
    r = request(project)
    with open(project.native(".ilc.rsp"), encoding="utf-8") as f:
        rsp = [line.strip() for line in f]

    def values(option):
        return {line[len(option):] for line in rsp if line.startswith(option)}

    def pairs(entries):
        return {"%s=%s" % item for item in entries.items()}

    features = {}
    for feature in [line[len("--feature:"):] for line in rsp if line.startswith("--feature:")]:
        name, _, value = feature.partition("=")
        features[name] = value
    checks = [
        ("references", set(r["inputs"]["references"]), {os.path.abspath(p) for p in values("-r:")}),
        ("features", pairs(r["trim"]["features"]), pairs(features)),
        ("knobs", pairs(r["runtime"]["knobs"]), values("--runtimeknob:")),
        ("direct P/Invokes", set(r["interop"]["directPInvokes"]), values("--directpinvoke:")),
        ("init assemblies", set(r["runtime"]["initAssemblies"]), values("--initassembly:")),
        ("entry point assemblies", set(r["interop"]["unmanagedEntryPointAssemblies"]),
         values("--generateunmanagedentrypoints:")),
        ("roots", set(r["trim"].get("roots", [])), values("--root:")),
        ("single warn", set(r["diagnostics"]["noSingleWarnAssemblies"]), values("--nosinglewarnassembly:")),
        ("exported symbols", set(r["output"]["exportDynamicSymbols"]), values("--export-dynamic-symbol:")),
        ("folding", {r["codegen"]["methodBodyFolding"]}, values("--methodbodyfolding:")),
        ("noWarn", set(r["diagnostics"]["noWarn"]), set(";".join(values("--nowarn:")).strip('"').split(";"))),
        ("stack traces", r["runtime"]["stackTraceData"], "--stacktracedata" in rsp),
        ("optimize", r["codegen"]["optimize"], "-O" in rsp),
        ("size", r["codegen"]["preference"] == "Size", "--Os" in rsp),
        ("debug symbols", r["codegen"]["debugSymbols"], "-g" in rsp),
    ]
    for name, ours, stock in checks:
        assert ours == stock, "%s differ: only ours %s, only stock %s" % (
            name, sorted(ours - stock) if isinstance(ours, set) else ours,
            sorted(stock - ours) if isinstance(stock, set) else stock)
    assert list(r)[0] == "schema" and r["schema"] == 1
    assert list(r["trim"]["features"]) == sorted(r["trim"]["features"]), "features are not sorted"


def test_path_with_spaces_and_other_letters(c):
    project = c.project(name="Grüße App", folder="straße mit leer")
    project.must_publish()
    r = request(project)
    assert r["project"]["directory"] == project.directory, r["project"]["directory"]
    assert run_app(project) == "fake Grüße App none\n"


def test_user_arguments_are_passed(c):
    project = c.project(items=options("hello", "hello", "two"))
    project.must_publish()
    assert request(project)["extraArguments"] == ["--fake:hello", "--fake:two"], request(project).get("extraArguments")


def test_build_stays_untouched(c):
    project = c.project(properties=[("PublishAot", "true")])
    outcome = project.dotnet("build")
    expect(outcome.code == 0, "build failed", outcome)
    assert not os.path.exists(os.path.dirname(project.native())), "a native directory after dotnet build"
    outcome = project.dotnet("publish", "-p:PublishAot=false", "-o", project.path("out"))
    expect(outcome.code == 0 and os.path.exists(project.path("out", "app.dll")), "publish without PublishAot", outcome)


def test_binlog_holds_request_and_statistics(c):
    project = c.project()
    log = project.path("publish.binlog")
    project.must_publish("-bl:" + log)
    outcome = run(["dotnet", "msbuild", log, "-v:diag", "-nodeReuse:false", "--nologo"])
    for text in ("stat scan.wall", "TailorWriteRequest", "codegen.methodBodyFolding", "tailor 0.0.0"):
        expect(outcome.lines(text), "'%s' is not in the binlog" % text, run(["true"]))


# ---- incremental -----------------------------------------------------------------------------------------------------

def test_incremental_publish(c):
    project = c.project(items=options("warn") + '  <ItemGroup>\n    <TrimmerRootDescriptor Include="roots.xml" />\n'
                        "  </ItemGroup>\n")
    project.write("roots.xml", "<linker />\n")
    first = project.must_publish()
    expect(first.lines("Program.cs(9", "Trim analysis warning IL2026"), "no warning", first)

    second = project.must_publish()
    expect(not second.lines(GENERATING), "the second publish compiled", second)
    expect(second.lines("Program.cs(9", "Trim analysis warning IL2026"), "the warning was not repeated", second)

    def compiles(what, *arguments):
        outcome = project.must_publish(*arguments)
        expect(outcome.lines(GENERATING), "no compilation after a changed " + what, outcome)

    compiles("property", "-p:OptimizationPreference=Size")
    assert run_app(project) == "fake app Size\n"
    compiles("property (back)")
    project.write("Program.cs", 'Console.WriteLine("other");\n')
    compiles("source")
    project.write("roots.xml", "<linker></linker>\n")
    compiles("descriptor")

    linked = project.must_publish("-v:n", "-p:StripSymbols=false")
    expect(not linked.lines(GENERATING), "a link property led to a compilation", linked)
    expect(linked.lines("-Wl,--gc-sections"), "a changed link property did not lead to a link", linked)
    again = project.must_publish("-v:n", "-p:StripSymbols=false")
    expect(not again.lines("-Wl,--gc-sections"), "an unchanged project was linked again", again)


def test_clean_removes_native_directories(c):
    project = c.project(properties=[("PublishAot", "true")])
    directories = [os.path.dirname(project.native()), project.path("bin", "Release", "net10.0", "linux-x64", "native")]
    for arguments in (["-r", "linux-x64"], []):
        project.must_publish()
        assert all(os.path.exists(d) for d in directories)
        outcome = project.dotnet("clean", *arguments)
        expect(outcome.code == 0, "clean failed", outcome)
        left = [d for d in directories if os.path.exists(d)]
        assert not left, "%s after clean %s" % (left, arguments)


def test_no_warn(c):
    project = c.project(properties=[("NoWarn", "$(NoWarn);IL2026")], items=options("warn"))
    outcome = project.must_publish()
    expect(not outcome.lines("IL2026"), "NoWarn did not silence the warning", outcome)


# ---- the stock compiler ----------------------------------------------------------------------------------------------

def test_use_tailor_false_is_stock(c):
    project = c.project()
    outcome = project.must_publish("-p:UseTailor=false")
    assert run_app(project) == "Hello, World!\n"
    assert not os.path.exists(project.native(".tailor.json")), "a request was written"
    expect(not outcome.lines("TLR"), "a message of ours", outcome)


def test_unsupported_project_is_left_to_stock_with_one_warning(c):
    project = c.project(properties=[("StaticICULinking", "true"),
                                    ("InvariantGlobalization", "true")],
                        items='  <ItemGroup>\n    <LinkerArg Include="-Wl,--no-as-needed -lstdc++" />\n  </ItemGroup>\n')
    outcome = project.must_publish()
    expect(len(set(outcome.lines("warning TLR1009"))) == 1, "expected one warning TLR1009", outcome)
    assert run_app(project) == "Hello, World!\n"
    required = project.publish("-p:TailorRequired=true")
    expect(required.code != 0 and required.lines("error TLR1009"), "TailorRequired is not an error", required)


# ---- errors ----------------------------------------------------------------------------------------------------------

def fails(project, code, *words, arguments=(), env=None):
    """Publish fails with exactly one error, which has the code and words, and leaves no object."""
    outcome = project.publish(*arguments, env=env)
    expect(outcome.code not in (0, None), "publish did not fail", outcome)
    errors = sorted(set(outcome.lines(": error ")))
    expect(len(errors) == 1, "expected one error, got %d" % len(errors), outcome)
    for word in (" error %s: " % code,) + words:
        expect(word in errors[0], "'%s' is not in: %s" % (word, errors[0]), outcome)
    expect(not outcome.lines("   at "), "a stack dump", outcome)
    assert not os.path.exists(project.native(".o")), "an object remains"
    return outcome


def test_unknown_preference(c):
    fails(c.project(), "TLR1002", "Property 'OptimizationPreference' has the value 'Sped', which is not one of: Blended, Speed, Size.",
          "app.csproj", arguments=["-p:OptimizationPreference=Sped"])


def test_feature_that_is_not_boolean(c):
    fails(c.project(), "TLR1001", "Property 'InvariantGlobalization' has the value 'yes'",
          arguments=["-p:InvariantGlobalization=yes"])


def test_unknown_linker_flavor(c):
    fails(c.project(), "TLR1002", "'LinkerFlavor'", "'nosuch'", arguments=["-p:LinkerFlavor=nosuch"])


def tools_without(c, *missing):
    """A PATH with everything of /usr/bin but the named programs."""
    directory = os.path.join(c.directory, "bin")
    os.makedirs(directory)
    for source in ("/usr/sbin", "/usr/bin", "/usr/local/bin"):
        for name in os.listdir(source):
            link = os.path.join(directory, name)
            if not any(name == m or name.startswith(m + "-") for m in missing) and not os.path.lexists(link):
                os.symlink(os.path.join(source, name), link)
    return dict(ENVIRONMENT, PATH=directory)


def test_missing_linker_names_the_package(c):
    fails(c.project(), "TLR4001", "apt-get install gcc", env=tools_without(c, "gcc", "clang", "cc"))


def test_requested_linker_is_missing(c):
    fails(c.project(), "TLR4001", "CppCompilerAndLinker", "'nosuch'", arguments=["-p:CppCompilerAndLinker=nosuch"])


def test_restore_without_aot(c):
    project = c.project()
    outcome = run(["dotnet", "restore", "app.csproj", "-r", "linux-x64"], project.directory)
    expect(outcome.code == 0, "restore failed", outcome)
    fails(project, "TLR1013", "restored without PublishAot", arguments=["--no-restore"])


def test_error_of_the_compiler_removes_outputs(c):
    project = c.project()
    project.must_publish()
    csproj = project.path("app.csproj")
    with open(csproj) as f:
        text = f.read()
    project.write("app.csproj", text.replace("</Project>", options("error") + "</Project>"))
    fails(project, "TLR2002", "not a valid .NET assembly", "app.csproj")
    fails(project, "TLR2002")
    project.write("app.csproj", text)
    project.must_publish()
    assert run_app(project) == "fake app none\n"


def test_killed_compiler(c):
    fails(c.project(items=options("kill")), "TLR9999", "SIGKILL")


def test_crashed_compiler(c):
    outcome = fails(c.project(items=options("crash")), "TLR9999", "signal 6", "app.tailor.json")
    expect(outcome.lines("about to crash"), "stderr of the compiler is not shown", outcome)


def test_silent_compiler(c):
    fails(c.project(items=options("silent")), "TLR9998", "without a result")


def test_wrong_event_schema(c):
    fails(c.project(items=options("schema")), "TLR9997", "do not belong together")


def test_missing_compiler(c):
    fails(c.project(), "TLR9996", "/nosuch/tailor", arguments=["-p:TailorToolPath=/nosuch/tailor"])


def test_lost_executable_bit_is_repaired(c):
    copy = os.path.join(c.directory, "it's the core")
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake-core"), "rb") as f, open(copy, "wb") as out:
        out.write(f.read())
    os.chmod(copy, 0o644)
    # root may execute only what somebody may: the mode counts for it, too.
    project = c.project()
    project.must_publish("-p:TailorToolPath=" + copy)
    assert os.access(copy, os.X_OK)


def test_incomplete_runtime_pack(c):
    fails(c.project(), "TLR1006", "System.Private.CoreLib.dll", arguments=["-p:IlcSdkPath=/nosuch/"])


def test_cancellation_ends_the_compiler(c):
    project = c.project(items=options("sleep"))
    process = subprocess.Popen(["dotnet", "publish", "app.csproj", "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true",
                                "-nodeReuse:false"], cwd=project.directory, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a background job ignores it
    request_file = project.native(".tailor.json")
    deadline = time.monotonic() + 120
    while not os.path.exists(request_file) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1.5)
    cancelled = time.monotonic()
    # As Ctrl-C does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode != 0, out.decode("utf-8", "replace")
    assert time.monotonic() - cancelled < 20, "took %.1f s" % (time.monotonic() - cancelled)
    assert not os.path.exists(project.native(".o")), "an object remains"
    left = subprocess.run(["pgrep", "-s", str(process.pid)], stdout=subprocess.PIPE).stdout.decode().split()
    assert not left, "processes remain: %s" % left


# ---- the injected file -----------------------------------------------------------------------------------------------

def test_version_follows_content(c):
    """Another compiler gives another version; the same one the same, so NuGet's cache never holds a stale package."""
    here = os.path.dirname(os.path.abspath(__file__))
    pack = os.path.join(here, "..", "..", "targets", "pack")
    runtime = os.path.join(c.package, "libtailor_runtime.a")
    versions = []
    for text in ("#!/bin/sh\nexit 1\n", "#!/bin/sh\nexit 2\n", "#!/bin/sh\nexit 1\n"):
        core = os.path.join(c.directory, "core")
        with open(core, "w") as f:
            f.write(text)
        outcome = run([pack, "--core", core, "--runtime", runtime, "--out", os.path.join(c.directory, "out")])
        assert outcome.code == 0, outcome.log
        feed = os.listdir(os.path.join(c.directory, "out", "feed"))
        assert len(feed) == 1, feed
        versions += feed
    assert versions[0] == versions[2] != versions[1], versions
