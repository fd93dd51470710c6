"""Projects made for a test, and `dotnet` on them."""
import os
import shutil
import signal
import subprocess
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, "out")
INJECT = os.path.join(OUT, "inject", "Tailor.props")
ENVIRONMENT = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1",
                   DOTNET_CLI_USE_MSBUILD_SERVER="0", MSBUILDDISABLENODEREUSE="1", DOTNET_CLI_UI_LANGUAGE="en",
                   MSBUILDTERMINALLOGGER="off")

CSPROJ = """<Project Sdk="Microsoft.NET.Sdk">

  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <!-- A commit between two publishes must not change the assembly's version. -->
    <EnableSourceControlManagerQueries>false</EnableSourceControlManagerQueries>
%s  </PropertyGroup>
%s
</Project>
"""


class Outcome:
    """A finished process. code: None after a time-out, 128+N for signal N."""

    def __init__(self, code, stdout, stderr, seconds):
        self.code, self.stdout, self.stderr, self.seconds = code, stdout, stderr, seconds

    @property
    def log(self):
        return (self.stdout + self.stderr).decode("utf-8", "replace")

    def lines(self, *words):
        """The lines of the log that contain all words."""
        return [line for line in self.log.splitlines() if all(w in line for w in words)]


def run(command, cwd=None, timeout=600, stdin=b"", env=None):
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=env or ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(stdin, timeout)
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    except subprocess.TimeoutExpired:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        out, err = process.communicate()
        code = None
    return Outcome(code, out, err, time.monotonic() - started)


ASSEMBLER = "runtime.linux-x64.microsoft.netcore.ilasm"
ASSEMBLER_VERSION = "10.0.12"
assembler_lock = threading.Lock()


def assembler():
    """Path of the IL assembler, which NuGet restores on first use."""
    packages = os.environ.get("NUGET_PACKAGES", os.path.expanduser("~/.nuget/packages"))
    path = os.path.join(packages, ASSEMBLER, ASSEMBLER_VERSION, "runtimes", "linux-x64", "native", "ilasm")
    with assembler_lock:
        if not os.path.exists(path):
            item = '<ItemGroup><PackageDownload Include="%s" Version="[%s]" /></ItemGroup>' % (ASSEMBLER, ASSEMBLER_VERSION)
            outcome = Project(os.path.join(OUT, "tests", "ilasm"), "ilasm", "", inject=None, items=item).dotnet(
                "build", "-t:Restore")
            assert os.path.exists(path), "the IL assembler was not restored\n" + outcome.log[-2000:]
    os.chmod(path, 0o755)
    return path


def assemble(source, library):
    outcome = run([assembler(), "-quiet", "-dll", "-output=" + library, source])
    assert outcome.code == 0, outcome.log[-3000:]


class Project:
    """A project in a folder of its own. Nothing outside the folder reaches it except the injected file. language: cs, fs, vb."""

    def __init__(self, directory, name, source, properties=(), inject=INJECT, items="", csproj=CSPROJ, language="cs"):
        self.directory, self.name, self.file = directory, name, "%s.%sproj" % (name, language)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        self.write("Program." + language, source)
        lines = "".join("    <%s>%s</%s>\n" % (n, v, n) for n, v in properties)
        self.write(self.file, csproj % (lines, items) if "%s" in csproj else csproj)
        self.write("Directory.Build.targets", "<Project />\n")
        if inject:
            shutil.copy(inject, os.path.join(directory, "Directory.Build.props"))
        else:
            self.write("Directory.Build.props", "<Project />\n")

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def dotnet(self, verb, *arguments, timeout=600, env=None):
        return run(["dotnet", verb, self.file, "-c", "Release", "-nodeReuse:false"] + list(arguments),
                   self.directory, timeout, env=env)

    def publish(self, *arguments, timeout=600, env=None):
        return self.dotnet("publish", "-r", "linux-x64", "-p:PublishAot=true", "-o", self.path("out"), *arguments,
                           timeout=timeout, env=env)

    def must_publish(self, *arguments, env=None):
        outcome = self.publish(*arguments, env=env)
        assert outcome.code == 0, "publish failed (%s)\n%s" % (outcome.code, outcome.log[-3000:])
        return outcome

    @property
    def executable(self):
        return self.path("out", self.name)

    def native(self, suffix=""):
        """A file of the native compilation: NAME + suffix in obj/Release/net10.0/linux-x64/native."""
        return self.path("obj", "Release", "net10.0", "linux-x64", "native", self.name + suffix)
