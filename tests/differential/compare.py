#!/usr/bin/env python3
"""Random programs on the JIT and with Tailor (README.md)."""
import argparse
import json
import os
import re
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
sys.dont_write_bytecode = True

from lib.dotnet import ENVIRONMENT, OUT, Project, run  # noqa: E402
from program import Program  # noqa: E402

USINGS = "".join("global using %s;\n" % n for n in [
    "System", "System.Buffers.Binary", "System.Collections.Generic", "System.Linq", "System.Numerics",
    "System.Runtime.CompilerServices", "System.Runtime.InteropServices", "System.Runtime.Intrinsics", "System.Threading.Tasks"])
MODES = {"default": None, "size": "Size", "speed": "Speed"}
STOCK = "stock"  # beside the modes: the stock compiler
NATIVE = os.path.join("obj", "Release", "net10.0", "linux-x64", "native")
RUNTIME = {"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "10.0.0"},
                              "configProperties": {"System.Globalization.Invariant": True}}}
PROPERTIES = [("AllowUnsafeBlocks", "true"), ("InvariantGlobalization", "true"), ("Nullable", "annotations"),
              ("NoWarn", "$(NoWarn);CS0162;CS0164;CS0168;CS0219;CS0649;CS1718;CS8519;CS8520;CS0652")]


class Bench:
    """A project that is published once; later programs only go through the C# compiler, the core and the linker."""

    def __init__(self, directory, core=None):
        self.directory = directory
        self.project = Project(os.path.join(directory, "template"), "Batch", "Console.WriteLine(args.Length);", PROPERTIES)
        outcome = self.project.publish("-v:d")
        assert outcome.code == 0, outcome.log[-3000:]
        self.link = self.find_link(outcome.log)
        self.core = core or self.find_core(outcome.log)
        self.stock = None  # published when a mode asks for it
        with open(self.project.native(".tailor.json"), encoding="utf-8") as f:
            self.request = json.load(f)
        self.references = sorted(set(re.findall(r"/reference:(\S+\.dll)", outcome.log)))
        self.compiler = re.search(r"(/\S+/Roslyn/bincore/csc)(?:\.dll)? ", outcome.log).group(1) + ".dll"

    @staticmethod
    def find_link(log):
        return next(line.strip() for line in log.splitlines() if line.lstrip().startswith('"') and "--version-script" in line)

    @staticmethod
    def find_core(log):
        archive = re.search(r'"([^"]*)/libtailor_runtime.a"', log).group(1)
        return os.path.join(archive, "tailor")

    def build(self, source, optimize):
        """Compiles the program; the path of its assembly, or None and the errors."""
        folder = os.path.join(self.directory, "release" if optimize else "debug")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for name, text in source.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(text)
        command = ["dotnet", self.compiler, "/noconfig", "/nologo",
                   "/unsafe+", "/langversion:latest", "/nullable:annotations", "/warn:0", "/out:Batch.dll", "/target:exe",
                   "/deterministic", "/nostdlib", "/optimize" + ("+" if optimize else "-"), "/debug-"]
        command += ["/reference:" + r for r in self.references] + sorted(source)
        outcome = run(command, folder)
        if outcome.code != 0:
            return None, outcome.log
        with open(os.path.join(folder, "Batch.runtimeconfig.json"), "w") as f:
            json.dump(RUNTIME, f)
        return os.path.join(folder, "Batch.dll"), ""

    def compile(self, assembly, mode):
        """The executable of `assembly` in one mode."""
        folder = os.path.join(self.directory, mode)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return self.compile_stock(assembly, folder) if mode == STOCK else self.compile_tailor(assembly, mode, folder)

    def compile_tailor(self, assembly, mode, folder):
        text = json.dumps(self.request).replace(self.project.path(NATIVE), folder)
        text = re.sub(r'"[^"]*/Batch\.dll"', json.dumps(assembly), text)
        request = json.loads(text)
        if MODES[mode]:
            request["codegen"]["preference"] = MODES[mode]
        outcome = run([self.core], folder, 1800, json.dumps(request).encode())
        if outcome.code != 0:
            return None, outcome.log
        with open(os.path.join(folder, "Batch.units"), encoding="utf-8") as f:
            units = " ".join(f.read().split())
        return self.link_with(self.link.replace(" -o ", " %s -o " % units, 1), folder)

    def compile_stock(self, assembly, folder):
        if not self.stock:
            self.stock = StockTemplate(self.directory)
        outcome = run(self.stock.command(assembly, folder), self.stock.project.directory, 1800)
        return self.link_with(self.stock.link, folder) if outcome.code == 0 else (None, outcome.log)

    @staticmethod
    def link_with(command, folder):
        command = command.replace(NATIVE, folder).replace("bin/Release/net10.0/linux-x64/native/", folder + "/")
        outcome = run(["sh", "-c", command], folder)
        return (os.path.join(folder, "Batch"), outcome.log) if outcome.code == 0 else (None, outcome.log)


class StockTemplate:
    """The same project published by the stock compiler: its command line is used again for each batch."""

    def __init__(self, directory):
        self.project = Project(os.path.join(directory, "stock-template"), "Batch", "Console.WriteLine(args.Length);", PROPERTIES)
        outcome = self.project.publish("-v:d", "-p:UseTailor=false")
        assert outcome.code == 0, outcome.log[-3000:]
        self.link = Bench.find_link(outcome.log)
        self.compiler = re.search(r'"?(/\S+/tools/ilc)"? @', outcome.log).group(1)
        with open(self.project.native(".ilc.rsp"), encoding="utf-8") as f:
            self.arguments = f.read()

    def command(self, assembly, folder):
        text = re.sub(r"^\S*/Batch\.dll$", assembly, self.arguments, flags=re.M).replace(NATIVE, folder)
        response = os.path.join(folder, "Batch.ilc.rsp")
        with open(response, "w", encoding="utf-8") as f:
            f.write(text)
        return [self.compiler, "@" + response]


def run_all(command, count, env=None, extra=()):
    """The result line of every program; a program that ends the process is named so and the rest is run anyway."""
    lines, first = {}, 0
    while first < count:
        outcome = run(command + [str(first)] + list(extra), "/", 120, env=dict(ENVIRONMENT, **(env or {})))
        got = re.findall(r"^P(\d+) (.*)$", outcome.stdout.decode("utf-8", "replace"), re.M)
        for number, text in got:
            lines[int(number)] = text
        reached = max([int(n) for n, _ in got], default=first - 1) + 1
        if outcome.code == 0 and reached >= count:
            break
        note = outcome.stderr.decode("utf-8", "replace").strip().splitlines()
        lines[reached] = "ended with %s %s" % (outcome.code, " | ".join(note[:4])[:300])
        first = reached + 1
    return lines


def sources(programs):
    with open(os.path.join(HERE, "Frame.cs"), encoding="utf-8") as f:
        frame = f.read()
    table = "public static class Programs { public static readonly Action[] All = { %s }; }\n" % ", ".join(
        "P%d.Run" % i for i in range(len(programs)))
    files = {"Frame.cs": frame, "Table.cs": table, "Usings.cs": USINGS}
    for i, text in enumerate(programs):
        files["P%03d.cs" % i] = text
    return files


def drop_invalid(bench, make):
    """Programs that the C# compiler rejects are left out (and counted): the generator is not a type checker."""
    wanted = list(make)
    for _ in range(4):
        programs = [Program(seed, i, skip).source() for i, (seed, skip) in enumerate(wanted)]
        assembly, log = bench.build(sources(programs), True)
        if assembly:
            return wanted, programs, assembly
        bad = {int(n) for n in re.findall(r"^P(\d+)\.cs", log, re.M)}
        assert bad, log[:3000]
        if os.environ.get("SHOW_REJECTED"):
            print("\n".join(sorted(set(re.findall(r"^P\d+.*error.*$", log, re.M)))[:20]))
        wanted = [w for i, w in enumerate(wanted) if i not in bad]
    raise AssertionError("the generator makes too many invalid programs\n" + log[:2000])


def compare(bench, wanted, modes, debug_il):
    """[(seed, what differs)] of a batch."""
    wanted, programs, assembly = drop_invalid(bench, wanted)
    count = len(programs)
    debug_assembly, log = bench.build(sources(programs), False)
    assert debug_assembly, log[:2000]
    peer = run_all(["dotnet", assembly], count, {"DOTNET_TieredCompilation": "0"})
    differences = []

    # Where the JIT's builds differ from each other (it has mistakes too), either is right.
    debug = run_all(["dotnet", debug_assembly], count, {"DOTNET_TieredCompilation": "0"})
    for i in range(count):
        if debug.get(i) != peer.get(i):
            print("seed %d: the JIT's builds differ: Debug %s, Release %s" % (wanted[i][0], debug.get(i), peer.get(i)), flush=True)

    def check(name, lines):
        for i in range(count):
            if lines.get(i) not in (peer.get(i), debug.get(i)):
                differences.append((wanted[i], "%s: %s, JIT Release: %s" % (name, lines.get(i), peer.get(i))))

    for mode in modes:
        executable, log = bench.compile(debug_assembly if debug_il else assembly, mode)
        if not executable:
            differences.append(((wanted[0][0], ()), "%s: not compiled: %s" % (mode, log[:1500])))
            continue
        check(mode, run_all([executable], count))
    return wanted, differences


def reduce(bench, seed, mode, debug_il):
    """Leaves out statements of a program as long as it behaves differently: each step tries many candidates in one batch."""
    skip = set()
    whole = Program(seed, 0)
    whole.source()
    remaining, size = list(range(whole.statements)), max(1, whole.statements // 2)
    while size >= 1:
        groups = [remaining[i:i + size] for i in range(0, len(remaining), size)]
        candidates = [(seed, tuple(sorted(skip | set(g)))) for g in groups]
        kept, differences = compare(bench, candidates, [mode], debug_il)
        good = {w[1] for w, what in differences if what.startswith(mode)}
        removable = [g for g, c in zip(groups, candidates) if c[1] in good]
        if removable:
            merged = set().union(*removable)
            _, together = compare(bench, [(seed, tuple(sorted(skip | merged)))], [mode], debug_il)
            taken = merged if together else set(removable[0])
            skip |= taken
            remaining = [r for r in remaining if r not in taken]
            print("reduce: %d of %d statements left" % (len(remaining), whole.statements), flush=True)
            if together and size > 1:
                size = min(size, max(1, len(remaining) // 2))
                continue
            if not together:
                continue
        size //= 2
    return tuple(sorted(skip))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first program")
    parser.add_argument("--count", type=int, default=60, help="programs in a batch")
    parser.add_argument("--batches", type=int, default=1)
    parser.add_argument("--modes", default="default,size,speed", help="which of these, and 'stock'")
    parser.add_argument("--core", help="the compiler to test instead of the package's")
    parser.add_argument("--debug-il", action="store_true", help="give Tailor the Debug build's assembly")
    parser.add_argument("--reduce", type=int, metavar="SEED")
    parser.add_argument("--show", type=int, metavar="SEED", help="print a program and stop")
    parser.add_argument("--directory", default=os.path.join(OUT, "tests", "differential"))
    return parser.parse_args()


def main():
    options = parse()
    if options.show is not None:
        print(Program(options.show, 0).source())
        return 0
    bench = Bench(options.directory, options.core)
    modes = options.modes.split(",")
    if options.reduce is not None:
        skip = reduce(bench, options.reduce, modes[0], options.debug_il)
        print(Program(options.reduce, 0, skip).source())
        return 0
    total, found = 0, 0
    for batch in range(options.batches):
        started = time.monotonic()
        first = options.seed + batch * options.count
        kept, differences = compare(bench, [(s, ()) for s in range(first, first + options.count)], modes, options.debug_il)
        total += len(kept)
        found += len(differences)
        for (seed, _), what in differences:
            print("seed %d: %s" % (seed, what), flush=True)
        print("seeds %d to %d: %d programs, %d differences, %.0f s" % (first, first + options.count - 1, len(kept), len(differences),
                                                                      time.monotonic() - started), flush=True)
    print("%d programs, %d differences" % (total, found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
