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
NESTED = """.class public auto ansi beforefieldinit G`1<T> extends [System.Runtime]System.Object
{
  .method public specialname rtspecialname instance void .ctor() cil managed
  {
    ldarg.0
    call instance void [System.Runtime]System.Object::.ctor()
    ret
  }
}
.class public abstract sealed beforefieldinit Nested extends [System.Runtime]System.Object
{
  .method public static object Make() cil managed
  {
    newobj instance void %s::.ctor()
    ret
  }
}
"""
ARRAY = """.class public abstract sealed beforefieldinit Large extends [System.Runtime]System.Object
{
  .class nested private explicit ansi sealed Block extends [System.Runtime]System.ValueType
  {
    .pack 1
    .size 20971520
  }
  .field static assembly valuetype Large/Block Data at D
  .method public static int32[] Make() cil managed
  {
    ldc.i4 5242880
    newarr int32
    dup
    ldtoken field valuetype Large/Block Large::Data
    call void [System.Runtime]System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray(class [System.Runtime]System.Array, valuetype [System.Runtime]System.RuntimeFieldHandle)
    ret
  }
}
.data D = int32(7)[5242880]
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


def deep_base_chain(length):
    root = "[System.Runtime]System.Object"
    classes = [CLASS % ("C0", root, root, VIRTUAL)]
    classes += [CLASS % ("C%d" % i, "C%d" % (i - 1), "C%d" % (i - 1), "") for i in range(1, length)]
    return "".join(classes) + MAKE % (length - 1)


def nested_generic_instance(depth):
    name = "int32"
    for _ in range(depth):
        name = "class G`1<%s>" % name
    return NESTED % name


def test_deep_and_large_declarations(c):
    library = HEAD + deep_base_chain(10000) + nested_generic_instance(60) + ARRAY
    source = '''Console.WriteLine(Deep.Make().V() + " " + (Deep.Make() is C0));
Console.WriteLine(Nested.Make().GetType().ToString().Length);
int sum = 0;
foreach (int x in Large.Make())
    sum += x;
Console.WriteLine(sum);
'''
    output = publish_and_run(c, source, library)
    assert output == "7 True\n%d\n36700160\n" % (len("System.Int32") + 60 * len("G`1[]")), output


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
