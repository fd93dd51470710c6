"""Programs in F# and Visual Basic (languages/). The expected output is that of the JIT and of the stock compiler; where these
differ (late binding to members that were trimmed), the stock compiler's."""
import os

from lib.dotnet import run
from lib.cases import first_difference

CORE = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "languages")


def read(name):
    with open(os.path.join(HERE, name), "rb") as f:
        return f.read()


def check(c, language, properties=(), items=""):
    project = c.project(source=read("Program." + language).decode("utf-8"), language=language, items=items,
                        properties=[("InvariantGlobalization", "true"), ("SatelliteResourceLanguages", "en")] + list(properties))
    project.must_publish()
    outcome = run([project.executable])
    expected = read(language + ".expected")
    assert outcome.code == 0, "exit code %s\n%s" % (outcome.code, outcome.log[-2000:])
    assert outcome.stdout == expected, first_difference(expected, outcome.stdout)


def test_fsharp(c):
    check(c, "fs", items='  <ItemGroup><Compile Include="Program.fs" /></ItemGroup>\n')


def test_visual_basic(c):
    check(c, "vb", properties=[("RootNamespace", "Vb"), ("ImplicitUsings", "disable"), ("Nullable", "")])
