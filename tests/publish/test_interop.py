"""Libraries with exported entry points, called from a C program; executables with a native main; native code linked into
an executable. The sources are in interop/."""
import os
import re

from lib.dotnet import ENVIRONMENT, run

CORE = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop")
PROPERTIES = [("AllowUnsafeBlocks", "true"), ("InvariantGlobalization", "true")]
CALLED = b"42\nHello, C!\n-1\n490\n493\n496\n"


def source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return f.read()


def build(directory, *command):
    outcome = run(list(command), directory)
    assert outcome.code == 0, " ".join(command) + "\n" + outcome.log[-3000:]


def library(c, kind):
    properties = PROPERTIES + [("OutputType", "Library"), ("NativeLib", kind), ("TailorRequired", "true"), ("NoWarn", "CA2255")]
    return c.project(name="lib", source=source("Library.cs"), properties=properties)


def calls_work(program, directory, env=None):
    outcome = run([program], directory, 120, env=env)
    assert (outcome.code, outcome.stdout) == (0, CALLED), "%s\n%s" % (outcome.code, outcome.log)
    return outcome


def test_shared_library_is_called_from_c(c):
    project = library(c, "Shared")
    project.must_publish()
    out = project.path("out")
    build(out, "gcc", os.path.join(HERE, "library_main.c"), "-o", "main", "lib.so", "-Wl,-rpath," + out, "-pthread")
    calls_work(os.path.join(out, "main"), out)
    symbols = run(["nm", "-D", "--defined-only", "lib.so"], out).stdout.decode()
    functions = sorted(re.findall(r" T (\w+)", symbols))
    assert functions == ["lib_add", "lib_catch", "lib_collect", "lib_greet"], symbols
    project.must_publish("-p:TailorGcStress=true", "--no-restore")
    env = dict(ENVIRONMENT, TAILOR_GC_STRESS="1", TAILOR_GC_STRESS_REPORT="1")
    calls_work(os.path.join(out, "main"), out, env)


def test_static_library_is_called_from_c(c):
    project = library(c, "Static")
    project.must_publish()
    with open(project.path("obj", "Release", "net10.0", "linux-x64", "native", "lib.tailor.json"), encoding="utf-8") as f:
        pack = re.search(r'"runtimePackDirectory": *"([^"]+)"', f.read()).group(1)
    native = os.path.join(pack, "runtimes", "linux-x64", "native")
    # What the stock compiler's static libraries are linked with.
    names = ["libbootstrapperdll.o", "libRuntime.WorkstationGC.a", "libeventpipe-disabled.a", "libRuntime.VxsortDisabled.a",
             "libstandalonegc-disabled.a", "libaotminipal.a", "libstdc++compat.a", "libSystem.Native.a"]
    build(project.path("out"), "gcc", os.path.join(HERE, "library_main.c"), "lib.a", "-Wl,--start-group",
          *[os.path.join(native, name) for name in names], "-Wl,--end-group", "-o", "main", "-pthread", "-ldl", "-lm")
    calls_work(project.path("out", "main"), project.path("out"))


def test_native_main(c):
    items = '  <ItemGroup>\n    <NativeLibrary Include="native_main.o" />\n  </ItemGroup>\n'
    project = c.project(name="native_main", source=source("NativeMain.cs"),
                        properties=PROPERTIES + [("CustomNativeMain", "true"), ("TailorRequired", "true")], items=items)
    build(project.directory, "gcc", "-c", os.path.join(HERE, "native_main.c"), "-o", "native_main.o")
    project.must_publish()
    outcome = run([project.executable, "a", "b"], project.directory)
    assert outcome.stdout == b"native main 42\nmanaged main: a,b\ncode 7\n", outcome.log
    assert outcome.code == 7


def test_static_cpp_library_with_exceptions_and_a_fault_handler(c):
    items = ('  <ItemGroup>\n    <DirectPInvoke Include="cpp" />\n    <NativeLibrary Include="libcpp.a" />\n'
             '    <LinkerArg Include="-Wl,--no-as-needed -lstdc++ -Wl,--as-needed" />\n  </ItemGroup>\n')
    project = c.project(name="cpp", source=source("Cpp.cs"), properties=PROPERTIES, items=items)
    build(project.directory, "g++", "-c", "-O1", "-fPIC", os.path.join(HERE, "cpp.cpp"), "-o", "cpp.o")
    build(project.directory, "ar", "crs", "libcpp.a", "cpp.o")
    project.must_publish()
    outcome = run([project.executable], project.directory)
    assert (outcome.code, outcome.stdout) == (0, b"608\n221\n0\n42\n-11\n-1\n-1\n308\n"), outcome.log


RESX = """<root>
  <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
  <resheader name="version"><value>2.0</value></resheader>
  <resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader>
  <resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader>
  <data name="Hello"><value>%s</value></data>
</root>
"""

CULTURES = """using System.Globalization;
using System.Resources;

var texts = new ResourceManager("app.Texts", typeof(Program).Assembly);
foreach (string culture in new[] { "", "sv", "sv-SE", "de-AT", "fr" })
    Console.WriteLine(texts.GetString("Hello", CultureInfo.GetCultureInfo(culture)));
"""


def test_satellite_assemblies_are_compiled_in(c):
    project = c.project(source=CULTURES)
    for name, text in [("Texts.resx", "Hello"), ("Texts.sv.resx", "Hej"), ("Texts.de.resx", "Hallo")]:
        project.write(name, RESX % text)
    project.must_publish()
    outcome = run([project.executable], project.directory)
    assert outcome.stdout == b"Hello\nHej\nHej\nHallo\nHello\n", outcome.log
