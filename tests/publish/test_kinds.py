"""Kinds of projects: a solution, another SDK, names, and which files lie beside the executable. The stock compiler's publish of
the same project is the oracle; nothing here depends on what is compiled."""
import json
import os
import shutil

from lib.dotnet import Project, run


def files_below(*roots):
    """Relative paths of all files, without those that only the compilers' own work leaves."""
    found = set()
    for root in roots:
        for directory, _, names in os.walk(root):
            found.update(os.path.relpath(os.path.join(directory, name), root) for name in names)
    return sorted(found)


def must(outcome):
    assert outcome.code == 0, "exit code %s\n%s" % (outcome.code, outcome.log[-3000:])
    return outcome


def same_files(c, make, arguments=(), verb="publish", publish="out"):
    """Publishes the project that make(folder) creates with Tailor and with the stock compiler. -> the files, the project"""
    lists, projects = [], []
    for folder, extra in (("ours", ()), ("stock", ("-p:UseTailor=false",))):
        project = make(folder)
        must(project.dotnet(verb, *arguments, *extra))
        lists.append((files_below(project.path(publish)), files_below(project.path("bin"))))
        projects.append(project)
    for ours, stock in zip(*lists):
        assert ours == stock, "only ours: %s\nonly stock's: %s" % (sorted(set(ours) - set(stock)), sorted(set(stock) - set(ours)))
    return lists[0][0], projects[0]


PROPERTIES = """<Project>
  <PropertyGroup>
    <EnableSourceControlManagerQueries>false</EnableSourceControlManagerQueries>
  </PropertyGroup>
%s</Project>
"""

APP = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <AssemblyName>My App.Tool</AssemblyName>
    <RootNamespace>Other.Name</RootNamespace>
    <PublishAot>true</PublishAot>
    <InvariantGlobalization>true</InvariantGlobalization>
    <EventSourceSupport>true</EventSourceSupport>
    <IlcGenerateMapFile>true</IlcGenerateMapFile>
    <IlcGenerateMstatFile>true</IlcGenerateMstatFile>
    <IlcGenerateDgmlFile>true</IlcGenerateDgmlFile>
    <IlcFoldIdenticalMethodBodies>true</IlcFoldIdenticalMethodBodies>
    <IlcTrimMetadata>true</IlcTrimMetadata>
    <GenerateDocumentationFile>true</GenerateDocumentationFile>
    <NoWarn>$(NoWarn);CS1591</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../Library/Library.csproj" />
    <PackageReference Include="SQLitePCLRaw.lib.e_sqlite3" Version="2.1.11" />
    <Content Include="data/published.txt" CopyToPublishDirectory="PreserveNewest" />
    <None Include="data/built.txt" CopyToOutputDirectory="Always" />
    <None Include="../shared.txt" Link="linked/shared.txt" CopyToOutputDirectory="PreserveNewest" />
    <None Include="data/unpublished.txt" CopyToOutputDirectory="Always" CopyToPublishDirectory="Never" />
    <EmbeddedResource Include="data/embedded.txt" LogicalName="embedded" />
  </ItemGroup>
</Project>
"""

LIBRARY = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <LangVersion>latest</LangVersion>
    <GenerateDocumentationFile>true</GenerateDocumentationFile>
    <NoWarn>$(NoWarn);CS1591</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <Content Include="of-library.txt" CopyToOutputDirectory="PreserveNewest" />
  </ItemGroup>
</Project>
"""

RESX = """<root>
  <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
  <resheader name="version"><value>2.0</value></resheader>
  <resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader>
  <resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader>
  <data name="Greeting" xml:space="preserve"><value>%s</value></data>
</root>
"""


class Solution:
    """An application, a class library with two target frameworks and satellites, content of both."""

    def __init__(self, c, folder):
        self.directory = os.path.join(c.directory, folder)
        os.makedirs(self.directory)
        shutil.copy(c.inject, self.path("Directory.Build.props"))
        self.write("Directory.Build.targets", PROPERTIES % "")
        self.write("App/App.csproj", APP)
        self.write("App/Program.cs", "System.Console.WriteLine(Library.Greeter.Greet(typeof(Program).Assembly.GetName().Name!));\n")
        for name in ("published", "built", "unpublished", "embedded"):
            self.write("App/data/%s.txt" % name, name)
        self.write("shared.txt", "shared")
        self.write("Library/Library.csproj", LIBRARY)
        self.write("Library/of-library.txt", "content")
        self.write("Library/Greeter.cs", """namespace Library;

public static class Greeter
{
    public static string Greet(string name) => new System.Resources.ResourceManager("Library.Texts", typeof(Greeter).Assembly).GetString("Greeting") + name;
}
""")
        self.write("Library/Texts.resx", RESX % "Hello, ")
        self.write("Library/Texts.de.resx", RESX % "Hallo, ")
        must(run(["dotnet", "new", "sln", "-n", "All", "--format", "sln"], self.directory))
        must(run(["dotnet", "sln", "add", "App/App.csproj", "Library/Library.csproj"], self.directory))

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def dotnet(self, verb, *arguments):
        return run(["dotnet", verb, "All.sln", "-c", "Release", "-nodeReuse:false"] + list(arguments), self.directory)


def test_solution_has_the_files_of_stock(c):
    files, solution = same_files(c, lambda folder: Solution(c, folder), publish="App/bin/Release/net10.0/linux-x64/publish")
    for name in ("My App.Tool", "My App.Tool.dbg", "My App.Tool.xml", "data/published.txt", "data/built.txt",
                 "linked/shared.txt", "of-library.txt", "libe_sqlite3.so"):
        assert name in files, "%s is not in %s" % (name, files)
    native = solution.path("App", "obj", "Release", "net10.0", "linux-x64", "native")
    with open(os.path.join(native, "My App.Tool.tailor.json"), encoding="utf-8") as f:
        assert json.load(f)["project"]["assemblyName"] == "My App.Tool"
    assert run([solution.path("App/bin/Release/net10.0/linux-x64/publish/My App.Tool")]).code == 0


def template(c, name, folder):
    """A project as `dotnet new` makes it."""
    directory = os.path.join(c.directory, folder)
    project = Project(directory, "app", "", inject=c.inject)
    for file in ("Program.cs", "app.csproj"):
        os.remove(project.path(file))
    must(run(["dotnet", "new", name, "-n", "app", "-o", directory, "--no-restore", "--force"]))
    return project


def test_worker_template_has_the_files_of_stock(c):
    files, _ = same_files(c, lambda folder: template(c, "worker", folder),
                          arguments=("-p:PublishAot=true", "--self-contained", "-p:PublishDir=out/", "-r", "linux-x64"))
    assert "appsettings.json" in files, files
