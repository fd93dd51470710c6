"""Input that is larger than any programmer writes it: bounded time and memory, and the right result."""
import os

from lib.dotnet import Project, assemble, run

CORE = True

HEAD = """.assembly extern System.Runtime { .publickeytoken = (B0 3F 5F 7F 11 D5 0A 3A) .ver 10:0:0:0 }
.assembly Library { .ver 1:0:0:0 }
.module Library.dll
"""
CLASS = """.class public auto ansi beforefieldinit %s extends %s
{
  .method public specialname rtspecialname instance void .ctor() cil managed
  {
    ldarg.0
    call instance void %s::.ctor()
    ret
  }
%s}
"""
VIRTUAL = """  .method public hidebysig newslot virtual instance int32 V() cil managed
  {
    ldc.i4.7
    ret
  }
"""
MAKE = """.class public abstract sealed beforefieldinit Deep extends [System.Runtime]System.Object
{
  .method public static class C0 Make() cil managed
  {
    newobj instance void C%d::.ctor()
    ret
  }
}
"""


def publish_and_run(c, source, library=None):
    items = '  <ItemGroup><Reference Include="Library.dll" /></ItemGroup>' if library else ""
    project = Project(os.path.join(c.directory, "app"), "app", source, inject=c.inject, items=items)
    if library:
        project.write("Library.il", library)
        assemble(project.path("Library.il"), project.path("Library.dll"))
    project.must_publish()
    outcome = run([project.executable], project.directory, 60)
    assert outcome.code == 0, outcome.log[-2000:]
    return outcome.stdout.decode()


def test_deep_base_chain(c):
    root = "[System.Runtime]System.Object"
    classes = [CLASS % ("C0", root, root, VIRTUAL)]
    classes += [CLASS % ("C%d" % i, "C%d" % (i - 1), "C%d" % (i - 1), "") for i in range(1, 3000)]
    output = publish_and_run(c, 'Console.WriteLine(Deep.Make().V() + " " + (Deep.Make() is C0));\n',
                             HEAD + "".join(classes) + MAKE % 2999)
    assert output == "7 True\n", output


def test_large_method(c):
    """90 000 instructions in one method."""
    lines = ["s = s * 31 + (a ^ %d) - b;\n        if ((s & %d) == 3) x++;" % (i, i | 1) for i in range(8000)]
    source = "class P\n{\n    static int x;\n\n    static int Big(int a, int b)\n    {\n        int s = 0;\n        %s\n        return s;\n    }\n\n" \
             "    static void Main() => Console.WriteLine(Big(3, 4) + \" \" + (x >= 0));\n}\n" % "\n        ".join(lines)
    s = 0
    for i in range(8000):
        s = (s * 31 + (3 ^ i) - 4 + 2**31) % 2**32 - 2**31
    output = publish_and_run(c, source)
    assert output == "%d True\n" % s, output
