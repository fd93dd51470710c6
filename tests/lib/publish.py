"""tests/publish: every function test_* of a file test_*.py is a test. Files that say CORE = True need the real package, the
others run against a package with a stand-in compiler (tests/publish/fake-core), so they test the hook alone."""
import concurrent.futures
import importlib.util
import os
import shutil
import subprocess

from lib.dotnet import INJECT, OUT, ROOT, Project, run

HERE = os.path.join(ROOT, "tests", "publish")
HELLO = 'Console.WriteLine("Hello, World!");\n'


class Context:
    """What a test gets: a folder of its own and the file to inject."""

    def __init__(self, name, inject, package):
        self.inject = inject
        self.package = package
        self.directory = os.path.join(OUT, "tests", "publish", name)
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)

    def project(self, name="app", source=HELLO, properties=(), folder=None, **arguments):
        arguments.setdefault("inject", self.inject)
        return Project(os.path.join(self.directory, folder or name), name, source, properties, **arguments)


def make_fake_package():
    """-> path of the injected file of the package with the stand-in compiler"""
    directory = os.path.join(OUT, "tests", "fake")
    os.makedirs(directory, exist_ok=True)
    archive, member = os.path.join(directory, "libtailor_runtime.a"), os.path.join(directory, "empty.o")
    subprocess.run(["gcc", "-x", "c", "-c", "-o", member, "-"], input=b"int tailor_fake_runtime;\n", check=True)
    if os.path.exists(archive):
        os.remove(archive)
    subprocess.run(["ar", "crsD", archive, member], check=True)
    outcome = run([os.path.join(ROOT, "targets", "pack"), "--core", os.path.join(HERE, "fake-core"), "--runtime", archive,
                   "--out", directory])
    if outcome.code != 0:
        raise RuntimeError(outcome.log)
    return os.path.join(directory, "inject", "Tailor.props")


def load(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find(names):
    """-> list of (name, function, needs the real package)"""
    tests = []
    for file in sorted(os.listdir(HERE)):
        if file.startswith("test_") and file.endswith(".py"):
            module = load(os.path.join(HERE, file))
            for name, function in vars(module).items():
                if name.startswith("test_") and callable(function):
                    tests.append((name[5:].replace("_", "-"), function, getattr(module, "CORE", False)))
    return [t for t in tests if not names or t[0] in names]


def test(results, names, jobs, keep, packed):
    tests = find(names)
    fake = make_fake_package() if any(not needs_core for _, _, needs_core in tests) else None

    def one(entry):
        name, function, needs_core = entry
        if needs_core and not packed:
            results.skip("publish " + name, "the package was not built")
            return
        context = Context(name, INJECT if needs_core else fake, os.path.dirname(os.path.dirname(INJECT if needs_core else fake)))
        results.run("publish " + name, lambda: function(context))
        if not keep:
            shutil.rmtree(context.directory, ignore_errors=True)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, tests))
