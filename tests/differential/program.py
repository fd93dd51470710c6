"""One random C# program: a static class P<number> with `Run`, and the types it needs nested in it."""
import random

from expressions import FLOATS, INTEGERS, NUMBERS, WEIGHTED, literal
from features import Features


class Method:
    def __init__(self, name, parameters, result):
        self.name, self.parameters, self.result = name, parameters, result


class Program(Features):
    def __init__(self, seed, number, skip=()):
        self.random = random.Random(seed)
        self.number, self.skip = number, set(skip)
        self.scope, self.methods, self.structs = [], [], {}
        self.checked = False
        self.names = 0
        self.statements = 0
        self.loops = []
        self.result = "void"
        self.handlers = 0
        self.guarded = False  # inside a try with a handler for everything
        self.in_finally = False

    def name(self, prefix):
        self.names += 1
        return "%s%d" % (prefix, self.names)

    # ---- Types ----

    def field_type(self):
        return self.random.choice(list(self.structs)) if self.structs and self.chance(0.2) else \
            self.random.choice(WEIGHTED)

    def make_structs(self):
        text = []
        for i in range(3):
            name = "S%d" % i
            fields = [("F%d" % k, self.field_type()) for k in range(self.pick(1, 2, 2, 3, 4, 6))]
            members = "".join("public %s %s; " % (kind, field) for field, kind in fields)
            text.append("public struct %s { %s\n    public override string ToString() => %s; }" %
                        (name, members, ' + "," + '.join("O.Str(%s)" % f for f, _ in fields)))
            self.structs[name] = fields
        layout = [(0, "long", "A"), (0, "int", "B"), (4, "uint", "C"), (2, "short", "D"), (7, "byte", "E"),
                  (0, "double", "G"), (4, "float", "H")]
        chosen = [f for f in layout if self.chance(0.6)] or layout[:2]
        self.structs["U"] = [(n, k) for _, k, n in chosen]
        text.append("[StructLayout(LayoutKind.Explicit)] public struct U { %s\n"
                    "    public override string ToString() => %s; }" %
                    ("".join("[FieldOffset(%d)] public %s %s; " % f for f in chosen),
                     ' + "," + '.join("O.Str(%s)" % n for _, _, n in chosen)))
        text.append("[InlineArray(%d)] public struct Inline { public %s E0; }" %
                    (8, self.pick("int", "byte", "long", "S0", "double")))
        return text

    def make_classes(self):
        first, second = self.random.choice(WEIGHTED), self.random.choice(WEIGHTED[:-4])
        result = self.pick("int", "long", "double", "S0", "U")
        self.scope = [("this.N", "int", True), ("x", first, True), ("y", second, True)]
        text = ["public interface IV { %s V(%s x, %s y); int D(int x) => x * 3 + O.Tick(); }" % (result, first, second)]
        bodies = []
        for i, head in enumerate(["class C0 : IV", "class C1 : C0", "sealed class C2 : C0, IV", "struct CS : IV"]):
            modifier = "virtual" if i == 0 else "" if i == 3 else "override"
            value = self.expression(result, 2)
            extra = ["", "", " int IV.D(int x) => x - 7;", " public int D(int x) => N ^ x;"][i]
            number = "public int N;" if i in (0, 3) else ""
            generic = "" if i == 3 else "public %s string GV<T>(T x) => \"%d\" + typeof(T).Name + O.Str(x);" % (modifier, i)
            bodies.append("public %s { %s public %s %s V(%s x, %s y) { unchecked { this.N += %d; return %s; } }%s %s }" % (
                head, number, modifier, result, first, second, i + 1, value, extra, generic))
        self.virtual = (result, first, second)
        text += bodies
        text.append("public class G<T> { public static int Count = O.Tick(); public static T? Last; public T? Item; "
                    "public T Put(T x) { Count++; Last = Item; Item = x; return x; } "
                    "public U2 Map<U2>(Func<T, U2> f) => f(Item!); "
                    "public override string ToString() => typeof(T).Name + O.Str(Item) + O.Str(Last) + Count; }")
        text.append("public static T Sum<T>(T[] a, T seed) where T : INumber<T> { unchecked { T s = seed; "
                    "foreach (T x in a) s = s * (T.One + T.One) + x; return s; } }")
        text.append("public static IEnumerable<T> Walk<T>(T[] a, int n) { try { for (int i = 0; i < a.Length; i++) { "
                    "if (i == n) yield break; yield return a[i]; } } finally { O.Tick(); } }")
        self.scope = []
        return text

    def make_statics(self):
        text, self.statics = [], []
        for i in range(4):
            kind = self.field_type()
            modifier = "readonly " if self.chance(0.3) else ""
            text.append("%sstatic %s%s T%d = %s;" % ("[ThreadStatic] " if not modifier and self.chance(0.15) else "",
                                                     modifier, kind, i, "unchecked(%s)" % self.expression(kind, 1)))
            self.statics.append(("T%d" % i, kind, not modifier))
        return text

    # ---- Methods ----

    def make_method(self, index):
        parameters = []
        for _ in range(self.pick(0, 1, 2, 3, 4, 7)):
            parameters.append((self.pick("", "", "", "", "ref", "out", "in"), self.field_type()))
        result = self.field_type()
        name = "M%d" % index
        self.scope = list(self.statics)
        declared, prologue = [], []
        for i, (mode, kind) in enumerate(parameters):
            declared.append("%s %s p%d" % (mode, kind, i))
            self.scope.append(("p%d" % i, kind, mode != "in"))
            if mode == "out":
                prologue.append("p%d = %s;" % (i, literal(self.random, kind) if kind not in self.structs else "default"))
        attribute = self.pick("", "", "[MethodImpl(MethodImplOptions.NoInlining)] ",
                              "[MethodImpl(MethodImplOptions.AggressiveInlining)] ")
        self.result = result
        body = self.body(self.pick(2, 4, 6))
        text = ["%sstatic %s %s(%s)" % (attribute, result, name, ", ".join(declared)), "{ unchecked {"]
        text += prologue + ["if (!O.Go()) return default!;"] + body
        text += ["return %s;" % self.expression(result, 2), "} }"]
        self.scope = []
        self.methods.append(Method(name, parameters, result))
        return text

    def body(self, count):
        """Declarations of locals, then statements."""
        text = []
        for _ in range(self.pick(2, 4, 6)):
            kind, name = self.field_type(), self.name("v")
            text.append("%s %s = %s;" % (kind, name, self.expression(kind, 2)))
            self.scope.append((name, kind, True))
        for _ in range(self.pick(1, 2)):
            kind, name = self.random.choice(WEIGHTED), self.name("a")
            values = ", ".join(self.expression(kind, 1) for _ in range(8))
            text.append("%s[] %s = { %s };" % (kind, name, values))
            self.scope.append((name, kind + "[]", False))
        for kind in self.structs:
            for name, fields in [(v[0], self.structs[v[1]]) for v in self.scope if v[1] == kind and v[2]]:
                if name.count(".") == 0:
                    # What a NaN's bits are is up to the processor, so nothing stores one in a union.
                    self.scope += [("%s.%s" % (name, f), k, kind != "U" or k not in FLOATS) for f, k in fields]
        return text + self.block(count, 3)

    def block(self, count, depth):
        saved = list(self.scope)
        text = []
        for _ in range(count):
            text += self.statement(depth)
        self.scope = saved
        return text

    def statement(self, depth):
        number = self.statements
        self.statements += 1
        saved = list(self.scope)
        text = self.make_statement(depth)
        self.scope = saved
        return [] if number in self.skip else text

    def make_statement(self, depth):
        simple = [self.assign] * 5 + [self.trace] * 2 + [self.compound] * 3 + [self.store, self.use_span, self.use_virtual,
                  self.use_generic, self.use_lambda, self.use_linq, self.use_object, self.throw, self.use_ref,
                  self.use_tuple, self.use_inline, self.use_rectangular, self.use_nullable, self.call, self.use_pointer] + self.feature_statements()
        nested = [self.conditional_statement] * 3 + [self.loop] * 3 + [self.try_statement] * 3 + [
            self.switch_statement, self.switch_text, self.while_loop, self.each, self.checked_block, self.goto_loop,
            self.local_function, self.plain_loop]
        return self.random.choice(simple + nested if depth > 0 else simple)() if depth <= 0 else \
            self.dispatch(self.random.choice(simple + nested), depth)

    def dispatch(self, make, depth):
        return make(depth) if make.__code__.co_argcount > 1 else make()

    # ---- Simple statements ----

    def target(self, kinds=None):
        found = [v for v in self.scope if v[2] and (kinds is None or v[1] in kinds)]
        return self.random.choice(found) if found else None

    def assign(self):
        target = self.target()
        return ["%s = %s;" % (target[0], self.expression(target[1], 3))] if target else []

    def compound(self):
        target = self.target(NUMBERS)
        if not target:
            return []
        name, kind, _ = target
        if self.chance(0.2):
            return ["%s%s;" % (name, self.pick("++", "--"))] if kind != "decimal" else []
        if kind == "decimal":
            return ["%s = O.Decimal(%s, %s, 0);" % (name, name, self.expression(kind, 1))]
        if kind in FLOATS:
            return ["%s %s= %s;" % (name, self.pick("+", "-", "*", "/"), self.expression(kind, 2))]
        if self.chance(0.25):
            return ["%s %s= %s;" % (name, self.pick("<<", ">>", ">>>"), self.expression("int", 1))]
        return ["%s %s= %s;" % (name, self.pick("+", "-", "*", "&", "|", "^"), self.expression(kind, 2))]

    def trace(self):
        variables = [v for v in self.scope if not v[1].endswith("[]")]
        if self.chance(0.6) and variables:
            return ["O.Trace(%s);" % self.random.choice(variables)[0]]
        return ["O.Trace(%s);" % self.expression(self.random.choice(WEIGHTED), 3)]

    def arrays(self, kinds=None):
        return [v for v in self.scope if v[1].endswith("[]") and (kinds is None or v[1][:-2] in kinds)]

    def store(self):
        arrays = self.arrays()
        if not arrays:
            return []
        name, kind, _ = self.random.choice(arrays)
        index = "(%s) & 7" % self.expression("int", 2) if self.chance(0.9) else self.expression("int", 2)
        operator = "=" if kind[:-2] in ("bool", "string", "decimal") else self.pick("=", "=", "+=", "*=")
        return ["%s[%s] %s %s;" % (name, index, operator, self.expression(kind[:-2], 2))]

    def use_span(self):
        kind, name = self.pick("int", "byte", "long", "double", "ushort"), self.name("s")
        source = "%s %s[8]" % (self.stackalloc(), kind)
        arrays = self.arrays([kind])
        if arrays and self.chance(0.5):
            source = "%s.AsSpan(%d)" % (self.random.choice(arrays)[0], self.pick(0, 0, 1))
        text = ["{ Span<%s> %s = %s;" % (kind, name, source)]
        for _ in range(3):
            index = self.pick("0", "%s.Length - 1" % name, "^1", "(%s) & 7" % self.expression("int", 1), "5")
            text.append("%s[%s] %s %s;" % (name, index, self.pick("=", "+="), self.expression(kind, 1)))
        text.append(self.pick("O.Trace(%s[2..5].Length);", "%s.Reverse();", "%s.Slice(1).Fill(default);",
                              "%s[..4].CopyTo(%s[3..]);" % (name, "%s"), "%s.Sort();",
                              "O.Trace(%s.IndexOf((" + kind + ")0));", "O.Trace(MemoryMarshal.AsBytes(%s).Length);",
                              "O.Trace(MemoryMarshal.AsBytes(%s)[3]);") % name)
        text.append("foreach (var e in %s) O.Trace(e); }" % name)
        return text

    def stackalloc(self):
        return "new" if self.handlers else "stackalloc"  # CS0255

    def use_virtual(self):
        result, first, second = self.virtual
        name = self.name("o")
        made = self.pick("new C0()", "new C1 { N = 4 }", "new C2()", "new CS { N = 9 }",
                         "%s ? new C1() : new C2()" % self.condition(1))
        call = "%s.V(%s, %s)" % (name, self.expression(first, 1), self.expression(second, 1))
        static = "IV" if "CS" in made or self.chance(0.5) else "C0"
        text = ["{ %s %s = %s;" % (static, name, made), "O.Trace(%s);" % call]
        if static == "IV":
            text.append("O.Trace(%s.D(%s));" % (name, self.expression("int", 1)))
            text.append("if (%s is C0 c) O.Trace(c.N); if (%s is C2) O.Tick();" % (name, name))
        else:
            text.append("O.Trace(%s.GV(%s));" % (name, self.expression(self.pick("int", "string", "S0", "byte"), 1)))
            text.append("O.Trace(%s as C1 is null);" % name)
        return text + ["}"]

    def use_generic(self):
        kind, name = self.field_type(), self.name("g")
        text = ["{ var %s = new G<%s>();" % (name, kind)]
        for _ in range(2):
            text.append("%s.Put(%s);" % (name, self.expression(kind, 2)))
        other = self.random.choice(WEIGHTED)
        text.append("O.Trace(%s.Map(z => %s));" % (name, self.safe_expression(other)))
        arrays = self.arrays([k for k in INTEGERS + FLOATS if k != "char"])
        if arrays:
            array, element, _ = self.random.choice(arrays)
            text.append("O.Trace(Sum(%s, %s));" % (array, self.expression(element[:-2], 1)))
        return text + ["O.Trace(%s.ToString()); }" % name]

    def use_lambda(self):
        target = self.target(WEIGHTED)
        if not target or not target[0].startswith("v"):
            return []
        name, kind, _ = target
        function, argument = self.name("f"), self.random.choice(WEIGHTED)
        return ["{ Func<%s, %s> %s = q => { %s = %s; return %s; };" % (argument, kind, function, name,
                                                                       self.safe_expression(kind), name),
                "%s += q => %s;" % (function, self.safe_expression(kind)),
                "O.Trace(%s(%s)); O.Trace(%s); }" % (function, self.expression(argument, 1), name)]

    def safe_expression(self, kind):
        """An expression that a lambda may hold: no ref, in or out parameters."""
        saved = self.scope
        self.scope = [v for v in saved if not v[0].startswith("p")]
        text = self.expression(kind, 2)
        self.scope = saved
        return text

    def use_linq(self):
        arrays = self.arrays(["int", "long", "string", "byte", "double"])
        if not arrays:
            return []
        name, kind, _ = self.random.choice(arrays)
        return ["foreach (var e in Walk(%s, (%s) & 7)) { O.Trace(e);%s }" % (
            name, self.expression("int", 1), self.pick("", " break;", " if (!O.Go()) break;"))]

    def use_object(self):
        kind, name = self.field_type(), self.name("b")
        value = self.pick("null", self.expression("string", 1), self.expression(kind, 2), self.expression("int", 1))
        text = ["{ object? %s = %s;" % (name, value)]
        text.append("O.Trace(%s switch { int i when i > 5 => i - 5, int i => i, string { Length: > 2 } s => s[1], null => -1, "
                    "S0 s => O.Str(s.F0).Length, long or ulong => 7, IConvertible => 8, _ => %d });" % (
                        name, self.random.randint(10, 99)))
        if self.chance(0.4):
            text.append("O.Trace((%s)%s!);" % (self.pick(kind, "string", "int"), name))
        return text + ["O.Trace(%s is %s); }" % (name, self.pick("int", "string", "S1", "IComparable", "Enum"))]

    def throw(self):
        return ["if (%s) throw new %s;" % (self.condition(2), self.pick(
            "E1(%s)" % self.expression("int", 1), "InvalidOperationException()", "E2(%d)" % self.random.randint(0, 9)))]

    def use_ref(self):
        target = self.target(WEIGHTED + list(self.structs))
        if not target:
            return []
        name, kind, _ = target
        reference = self.name("r")
        arrays = self.arrays([kind])
        source = "ref %s" % name
        if arrays:
            source = "ref (%s ? ref %s : ref %s[(%s) & 7])" % (self.condition(1), name, self.random.choice(arrays)[0],
                                                               self.expression("int", 1))
        return ["{ ref %s %s = %s;" % (kind, reference, source),
                "%s = %s; O.Trace(%s); }" % (reference, self.expression(kind, 2), name)]

    def use_tuple(self):
        a, b, name = self.random.choice(WEIGHTED), self.field_type(), self.name("t")
        return ["{ (%s A, %s B) %s = (%s, %s);" % (a, b, name, self.expression(a, 2), self.expression(b, 2)),
                "var (m, n) = %s; O.Trace(m); O.Trace(n); O.Trace(%s.Equals((m, n))); }" % (name, name)]

    def use_inline(self):
        name = self.name("i")
        return ["{ Inline %s = default; %s[(%s) & 7] = %s[3];" % (name, name, self.expression("int", 1), name),
                "foreach (var e in %s) O.Trace(e); Span<byte> s = MemoryMarshal.AsBytes(%s int[2]%s); "
                "s[(%s) & 7] = 9; foreach (var e in s) O.Trace(e); }" % (
                    name, self.stackalloc(), ".AsSpan()" if self.handlers else "", self.expression("int", 1))]

    def use_rectangular(self):
        kind, name = self.pick("int", "byte", "string", "S0", "double", "long"), self.name("m")
        i, j = self.expression("int", 1), self.expression("int", 1)
        return ["{ var %s = new %s[3, 4]; %s[((%s) & 1) + 1, (%s) & 3] = %s;" % (name, kind, name, i, j,
                                                                                 self.expression(kind, 2)),
                "foreach (var e in %s) O.Trace(e); O.Trace(%s.GetLength(1)); }" % (name, name)]

    def use_nullable(self):
        kind, name = self.random.choice([w for w in WEIGHTED if w != "string"]), self.name("n")
        return ["{ %s? %s = %s ? %s : null; object? o = %s; O.Trace(o); O.Trace(%s ?? %s); O.Trace(%s.HasValue);" % (
            kind, name, self.condition(2), self.expression(kind, 2), name, name, self.expression(kind, 1), name),
                "if (o is %s z) O.Trace(z); O.Trace((%s?)o == %s); }" % (kind, kind, name)]

    def call(self):
        if not self.methods:
            return []
        method = self.random.choice(self.methods)
        text = self.call_of(method.result, 2)
        return ["O.Trace(%s);" % text] if text else []

    def use_pointer(self):
        kind, name = self.pick("int", "byte", "long", "short", "double", "S0" if self.unmanaged("S0") else "int"), self.name("q")
        if self.handlers:
            return []
        return ["unsafe { %s* %s = stackalloc %s[4]; %s[1] = %s; *(%s + 2) = %s[1]; O.Trace(*(byte*)(%s + 2)); O.Trace(%s[2]);" % (
            kind, name, kind, name, self.expression(kind, 2), name, name, name, name),
                "Unsafe.Unbox<int>((object)5) = 3; O.Trace((int)(%s + 3 - %s)); }" % (name, name)]

    def unmanaged(self, kind):
        return all(k != "string" and (k not in self.structs or self.unmanaged(k)) for _, k in self.structs[kind])

    # ---- Nested statements ----

    def conditional_statement(self, depth):
        text = ["if (%s) {" % self.condition(2)] + self.block(self.pick(1, 2, 3), depth - 1) + ["}"]
        if self.chance(0.4):
            text += ["else {"] + self.block(self.pick(1, 2), depth - 1) + ["}"]
        return text

    def loop(self, depth):
        name = self.name("i")
        self.scope.append((name, "int", False))
        step = self.pick("++", "++", " += 2", "--")
        first, last = ("0", "%d" % self.random.randint(1, 7)) if step != "--" else ("5", "0")
        if step == "++" and self.chance(0.3):
            arrays = self.arrays()
            last = "%s.Length" % self.random.choice(arrays)[0] if arrays else last
        head = "for (int %s = %s; %s %s %s && O.Go(); %s%s) {" % (name, first, name, ">" if step == "--" else "<", last, name,
                                                                 step)
        return [head] + self.loop_body(depth) + ["}"]

    def loop_body(self, depth):
        self.loops.append(self.in_finally)
        text = self.block(self.pick(1, 2, 3), depth - 1)
        if self.chance(0.25):
            text += ["if (%s) %s;" % (self.condition(1), self.pick("break", "continue"))] + \
                self.block(1, depth - 1)
        self.loops.pop()
        return text

    def plain_loop(self, depth):
        """A loop that a loop optimiser likes: no calls, arrays indexed by the counter."""
        arrays = self.arrays([k for k in INTEGERS + FLOATS if k not in ("Int128", "UInt128")])
        target = self.target(["int", "long", "uint", "ulong", "double"])
        if not arrays or not target:
            return []
        name, kind, _ = self.random.choice(arrays)
        element, index = kind[:-2], self.name("k")
        return ["for (int %s = %d; %s < %s.Length; %s++) { %s = (%s)(%s %s %s[%s]); %s[%s] = (%s)(%s[%s] %s %s); }" % (
            index, self.pick(0, 0, 1), index, name, index, target[0], target[1], target[0], self.pick("+", "^" if target[1] != "double" and element not in FLOATS else "-", "*"),
            "(%s)%s" % (target[1], name), index, name, index, element, name, index, self.pick("+", "-", "*"), "(%s)%s" % (element, index))]

    def while_loop(self, depth):
        head = "while (%s && O.Go()) {" % self.condition(1)
        if self.chance(0.3):
            return ["do {"] + self.loop_body(depth) + ["} while (%s && O.Go());" % self.condition(1)]
        return [head] + self.loop_body(depth) + ["}"]

    def each(self, depth):
        arrays = self.arrays()
        if not arrays:
            return []
        name, kind, _ = self.random.choice(arrays)
        item = self.name("e")
        self.scope.append((item, kind[:-2], False))
        return ["foreach (var %s in %s) { if (!O.Go()) break;" % (item, name)] + self.loop_body(depth) + ["}"]

    def goto_loop(self, depth):
        label = self.name("L")
        return ["%s: ;" % label] + self.block(2, depth - 1) + ["if (%s && O.Go()) goto %s;" % (self.condition(1), label)]

    def checked_block(self, depth):
        saved, self.checked = self.checked, True
        text = ["try { checked {"] + self.block(2, depth - 1) + ["} } catch (OverflowException) { O.Trace(\"ovf\"); }"]
        self.checked = saved
        return text

    def try_statement(self, depth):
        caught = self.name("x")
        finally_only = self.chance(0.25)
        saved, self.guarded = self.guarded, self.guarded or not finally_only
        text = ["try {"] + self.block(self.pick(1, 2, 3), depth - 1) + ["}"]
        self.guarded = saved
        self.handlers += 1
        if not finally_only:
            if self.chance(0.4):
                text += ["catch (E1 %s) when (%s) {" % (caught, self.pick(caught + ".Code > 3", "O.Say(%s.Code) > 0" % caught,
                                                                         self.condition(1))),
                         "O.Trace(%s.Code);" % caught] + self.block(1, depth - 1) + ["}"]
            if self.chance(0.4):
                text += ["catch (%s) {" % self.pick("DivideByZeroException", "NullReferenceException", "ArithmeticException",
                                                    "IndexOutOfRangeException", "InvalidCastException")]
                text += self.block(1, depth - 1) + (["throw;"] if self.chance(0.2) else []) + ["}"]
            text += ["catch (Exception %s)%s {" % (caught, self.pick("", "", " when (O.Say(1) > %s)" % self.expression("int", 1))),
                     "O.Trace(%s.GetType().Name);" % caught] + self.block(self.pick(0, 1), depth - 1)
            text += (["throw;"] if self.chance(0.12) else ["throw new E2(1, %s);" % caught] if self.chance(0.1) else []) + ["}"]
        if finally_only or self.chance(0.35):
            saved_loops, self.loops = self.loops, []
            saved, self.in_finally = self.in_finally, True
            text += ["finally { O.Tick();"] + self.block(self.pick(1, 2), depth - 1) + ["}"]
            self.in_finally, self.loops = saved, saved_loops
        self.handlers -= 1
        return text

    def switch_statement(self, depth):
        kind = self.pick("int", "byte", "long", "char", "uint")
        values = self.random.sample(range(0, 9), 4) if self.chance(0.6) else [0, 7, 100, 127]
        subject = self.expression(kind, 2)
        if self.chance(0.6):
            subject = "(%s)((%s) & (%s)7)" % (kind, subject, kind)
        text = ["switch (%s) {" % subject]
        for value in values:
            text += ["case %s:" % ("(char)%d" % value if kind == "char" else value)]
            text += self.block(1, depth - 1) + ["break;"]
        return text + ["default:"] + self.block(1, depth - 1) + ["break; }"]

    def switch_text(self, depth):
        text = ["switch (%s) {" % self.expression("string", 2)]
        for value in self.random.sample(['"a"', '"abc"', '"Hello"', '""', '"7"', '"True"', '"0"', '"-1"'], 4):
            text += ["case %s:" % value] + self.block(1, depth - 1) + ["break;"]
        return text + ["default:"] + self.block(1, depth - 1) + ["break; }"]

    def local_function(self, depth):
        kind, name = self.random.choice(WEIGHTED), self.name("F")
        value = self.safe_expression(kind)
        return ["{ %s %s(int n) => n <= 0 || !O.Go() ? %s : %s(n - %d);" % (kind, name, value, name, self.pick(1, 2)),
                "O.Trace(%s((%s) & 15)); }" % (name, self.expression("int", 1))]

    # ---- The program ----

    def source(self):
        parts = self.make_structs() + self.make_classes() + self.make_feature_types() + self.make_statics()
        for i in range(self.pick(2, 3, 4, 5)):
            parts += self.make_method(i)
        self.scope = list(self.statics)
        self.result = "void"
        body = self.body(8)
        for name, kind, _ in [v for v in self.scope if "." not in v[0]]:
            body.append("foreach (var e in %s) O.Trace(e);" % name if kind.endswith("[]") else "O.Trace(%s);" % name)
        return "\n".join(["public static partial class P%d {" % self.number] + parts +
                         ["public static void Run() { unchecked {"] + body + ["} }", "}"])
