"""Statements about one feature of the language or the core library each, and the types that they need."""
from expressions import FLOATS, INTEGERS, Expressions

PLAIN = ["int", "long", "byte", "string", "double", "short", "uint", "bool"]  # equal values have equal hash codes


class Features(Expressions):
    # ---- Types ----

    def make_feature_types(self):
        kind, base = self.pick("int", "long", "byte", "string", "double"), self.pick("int", "byte", "long", "short", "uint")
        self.operand = kind
        self.scope = [("a", kind, False), ("b", kind, False)]
        first, second = self.expression(kind, 2), self.expression(kind, 2)
        self.scope = []
        return [
            "public interface IOp<T> { static abstract T Op(T a, T b); static virtual int Rank(int n) => n + 1; "
            "string Name<U>(U x) => \"I\" + typeof(U).Name; }",
            "public struct Op0 : IOp<%s> { public static %s Op(%s a, %s b) { unchecked { return %s; } } }" % (
                kind, kind, kind, kind, first),
            "public class Op1 : IOp<%s> { public static %s Op(%s a, %s b) { unchecked { return %s; } } "
            "public static int Rank(int n) => n * 3; public virtual string Name<U>(U x) => \"C\" + O.Str(x); }" % (
                kind, kind, kind, kind, second),
            "public sealed class Op2 : Op1 { public override string Name<U>(U x) => base.Name(x) + typeof(U[]).Name; }",
            "public static T Fold<TOp, T>(T[] all, T start) where TOp : IOp<T> { T r = start; foreach (T x in all) "
            "{ r = TOp.Op(r, x); if (TOp.Rank(3) > 5) O.Tick(); } return r; }",
            "[Flags] public enum Kind : %s { None = 0, A = 1, B = 2, C = 4, AB = 3, Big = 64 }" % base,
            "public record Node(int A, string B) { public int Twice => A * 2; }",
            "public sealed record Leaf(int A, string B, %s More) : Node(A, B);" % kind,
            "public record struct Pair<T>(T X, int Y) { public override string ToString() => O.Str(X) + Y; }",
            "public ref struct Cursor { public ref %s At; public Span<%s> Rest; public void Step(%s x) { At = x; "
            "Rest = Rest.Length > 1 ? Rest.Slice(1) : Rest; At = ref Rest[0]; } public void Dispose() => O.Tick(); }" % (
                kind, kind, kind),
            "public static async Task<T> Later<T>(T x, int n) { try { if ((n & 1) == 0) "
            "await Task.Yield(); if (n > 90) throw new E1(n); return x; } finally { O.Tick(); } }",
            "public static async ValueTask<int> Chain(int n) { int sum = 0; for (int i = 0; i < (n & 3); i++) "
            "{ try { sum += await Later(i, n + i); } catch (E1 e) when (e.Code > 91) { sum += e.Code; "
            "sum += await Later(1, 2); } } return sum; }",
            "public static async IAsyncEnumerable<T> Stream<T>(T[] all, int n) { foreach (T x in all) { if (--n < 0) yield break; "
            "yield return await Later(x, n); } }",
        ]

    # ---- Generics ----

    def use_static_abstract(self):
        kind, name = self.operand, self.name("w")
        made = self.pick("new Op0()", "new Op1()", "new Op2()")
        text = ["{ IOp<%s> %s = %s; O.Trace(%s.Name(%s)); O.Trace(%s.Name(%s));" % (
            kind, name, made, name, self.expression(self.pick("int", "string", "S0"), 1), name, self.expression("string", 1))]
        values = ", ".join(self.expression(kind, 1) for _ in range(3))
        for operation in ("Op0", "Op1", "Op2"):
            text.append("O.Trace(Fold<%s, %s>(new %s[] { %s }, %s));" % (operation, kind, kind, values, self.expression(kind, 1)))
        return text + ["}"]

    def use_variance(self):
        name = self.name("y")
        return ["{ object[] %s = %s; try { %s[0] = %s; } catch (ArrayTypeMismatchException) { O.Trace(\"type\"); }" % (
            name, self.pick("new string[2]", "new object[2]", "new Node[2]"), name,
            self.pick(self.expression("string", 1), "(object)" + self.expression("int", 1), "new Leaf(1, \"\", default!)")),
            "IEnumerable<object> all = %s; foreach (object e in all) O.Trace(e is null ? \"-\" : e.GetType().Name);" % name,
            "Func<Node, object> f = z => z.A; Func<Leaf, object> g = f; O.Trace(g(new Leaf(%s, \"q\", default!)));" %
            self.safe_expression("int"),
            "O.Trace(%s is %s); }" % (name, self.pick("string[]", "IList<string>", "IEnumerable<Node>", "IReadOnlyList<object>"))]

    # ---- Delegates ----

    def use_delegate(self):
        kind, name = self.pick("int", "long", "string", "S0"), self.name("d")
        return ["{ Func<%s, %s> %s = O.Id<%s>; %s += O.Id<%s>; O.Trace(%s.GetInvocationList().Length);" % (
            kind, kind, name, kind, name, kind, name),
            "%s -= O.Id<%s>; O.Trace(%s!(%s)); O.Trace(%s == O.Id<%s>); %s -= O.Id<%s>; O.Trace(%s is null); }" % (
                name, kind, name, self.expression(kind, 2), name, kind, name, kind, name)]

    # ---- Collections ----

    def use_dictionary(self):
        key, value, name = self.pick(*PLAIN), self.field_type(), self.name("h")
        text = ["{ var %s = new Dictionary<%s, %s>();" % (name, key, value)]
        for _ in range(3):
            text.append("%s[%s] = %s;" % (name, self.key(key), self.expression(value, 1)))
        text.append("O.Trace(%s.TryGetValue(%s, out var z)); O.Trace(z); O.Trace(%s.Remove(%s));" % (
            name, self.key(key), name, self.key(key)))
        return text + ["foreach (var (k, v) in %s) { O.Trace(k); O.Trace(v); } O.Trace(%s.Count); }" % (name, name)]

    def key(self, kind):
        return "(%s ?? \"\")" % self.expression(kind, 1) if kind == "string" else "O.Finite(%s)" % self.expression(kind, 1) \
            if kind == "double" else self.expression(kind, 1)

    def use_list(self):
        kind, name = self.pick("int", "long", "byte", "short", "uint"), self.name("l")
        values = ", ".join(self.expression(kind, 1) for _ in range(5))
        step = self.pick("%s.Sort();", "%s.Reverse();", "%s.RemoveAt(1);", "%s.Sort((m, n) => n.CompareTo(m));",
                         "%s.RemoveAll(m => m > 5);", "%s.Insert(2, 7);") % name
        query = self.pick("%s.Where(m => m > 3).Select(m => m + 1)", "%s.OrderByDescending(m => m & 7).ThenBy(m => m)",
                          "%s.GroupBy(m => m & 1).Select(m => m.Count())", "%s.Distinct().Skip(1)", "%s.Zip(%s, (m, n) => m ^ n)",
                          "%s.Chunk(2).Select(m => m.Length)")
        query = query.replace("%s", name)
        return ["{ var %s = new List<%s> { %s }; %s foreach (var e in %s) O.Trace(e);" % (name, kind, values, step, name),
                "foreach (var e in %s) O.Trace(e); O.Trace(%s.Aggregate(0L, (m, n) => m * 3 + (long)n)); }" % (query, name)]

    def use_sets(self):
        kind, name = self.pick(*PLAIN), self.name("h")
        values = ", ".join(self.key(kind) for _ in range(4))
        made = self.pick("HashSet<%s>", "SortedSet<%s>", "Queue<%s>", "Stack<%s>", "LinkedList<%s>") % kind
        return ["{ var %s = new %s(new %s[] { %s }); foreach (var e in %s) O.Trace(e);" % (name, made, kind, values, name),
                "O.Trace(%s.Contains(%s)); O.Trace(%s.Count); }" % (name, self.key(kind), name)]

    # ---- Records, patterns, enums ----

    def use_record(self):
        name = self.name("c")
        kind = self.pick("int", "string", "S0", "long")
        return ["{ Node %s = %s; O.Trace(%s); var copy = %s with { A = %s }; O.Trace(copy); O.Trace(copy == %s);" % (
            name, self.pick("new Node(%s, %s)", "new Leaf(%s, %s, default!)") % (self.expression("int", 1), self.expression("string", 1)),
            name, name, self.expression("int", 1), name),
            "O.Trace(%s switch { Leaf { A: > 4, B.Length: < 3 } => 1, Leaf => 2, (0, _) => 3, { Twice: < 0 } => 4, _ => 5 });" % name,
            "var p = new Pair<%s>(%s, %s); var (m, n) = p; O.Trace(m); O.Trace(n); O.Trace(p == (p with { Y = 4 })); }" % (
                kind, self.expression(kind, 1), self.expression("int", 1))]

    def use_list_pattern(self):
        arrays = self.arrays([k for k in INTEGERS if k not in ("char", "Int128", "UInt128", "nint", "nuint")])
        if not arrays:
            return []
        name, _, _ = self.random.choice(arrays)
        a, b = self.random.randint(0, 9), self.random.randint(0, 9)
        return ["O.Trace(%s switch { [] => \"none\", [%d, ..] => \"first\", [.., %d] => \"last\", [var m, .., var n] when m > n => \"down\", "
                "[_, _, > 5, .. var r] => \"r\" + r.Length, _ => \"else\" });" % (name, a, b)]

    def use_enum(self):
        name = self.name("k")
        return ["{ var %s = (Kind)(%s & 71) | Kind.%s; O.Trace(%s.ToString()); O.Trace(%s.HasFlag(Kind.%s)); O.Trace((%s)%s);" % (
            name, self.expression("byte", 1), self.pick("None", "A", "Big"), name, name, self.pick("A", "AB", "C"),
            self.pick("int", "byte", "long"), name),
            "O.Trace(Enum.TryParse<Kind>(%s, out var z)); O.Trace(z); object o = %s; O.Trace(o is Kind.A); O.Trace(o.Equals(Kind.B)); }" % (
                self.pick('"A"', '"AB, C"', '"12"', '"no"', self.expression("string", 1)), name)]

    # ---- Memory ----

    def use_ref_struct(self):
        kind, name = self.operand, self.name("u")
        arrays = self.arrays([kind])
        if not arrays:
            return []
        array = self.random.choice(arrays)[0]
        return ["using (var %s = new Cursor { At = ref %s[%d], Rest = %s }) { for (int j = 0; j < 3; j++) %s.Step(%s);" % (
            name, array, self.random.randint(0, 7), array, name, self.expression(kind, 1)),
            "O.Trace(%s.At); O.Trace(%s.Rest.Length); }" % (name, name)]

    def use_vector(self):
        kind, width, name = self.pick("int", "long", "short", "byte", "float", "double", "uint", "ulong"), self.pick(128, 128, 256, 64), \
            self.name("x")
        if kind in FLOATS:
            make = "Vector%d.Create(O.Finite(%s))"
            operators = ["+", "-", "*"]
        else:
            make = "Vector%d.Create(%s)"
            operators = ["+", "-", "&", "|", "^", "*"]
        a, b = (make % (width, self.expression(kind, 1)) for _ in range(2))
        more = self.pick("Vector{0}.ConditionalSelect(Vector{0}.LessThan(m, {1}), m, {1})", "Vector{0}.Max(m, {1})",
                         "Vector{0}.Equals(m, {1})", "Vector{0}.AndNot(m, {1})", "m.WithElement(0, {1}[0])",
                         "Vector{0}.GreaterThanOrEqual(m, {1})").format(width, name)
        return ["{ var %s = %s; var m = %s.WithElement(0, O.Id((%s)3)); m = m %s %s; m = %s;" % (
            name, a, b, kind, self.pick(*operators), name, more),
            "for (int j = 0; j < 64 / sizeof(%s) / 8; j++) O.Trace(m[j]); O.Trace(m == %s); O.Trace(Vector%d.ExtractMostSignificantBits(m)); }" % (
                kind, name, width)]

    # ---- Text ----

    def use_format(self):
        kind = self.pick("int", "long", "byte", "short", "ulong")
        value = self.expression(kind, 2)
        return ["O.Trace(%s);" % self.pick(
            "(%s).ToString(\"%s\")" % (value, self.pick("X", "D5", "N0", "x8", "G", "0,0.0")),
            "string.Format(System.Globalization.CultureInfo.InvariantCulture, \"{0:X}|{1,-5}|{2}\", %s, %s, %s)" % (
                value, self.expression("int", 1), self.expression("string", 1)),
            "%s.TryParse(%s, out var z%d) ? z%d : default" % (kind, self.expression("string", 2), self.names, self.names),
            "string.Join(\",\", new[] { %s, %s })" % (value, value),
            "new System.Text.StringBuilder().Append(%s).Append('x', 3).Insert(1, %s).Replace('x', 'y').ToString()" % (
                value, self.expression("bool", 1)),
            "(%s + \"abcabc\").IndexOf(\"%s\", StringComparison.%s)" % (
                self.expression("string", 1), self.pick("b", "ca", "BC", ""), self.pick("Ordinal", "OrdinalIgnoreCase")),
            "(%s ?? \"\").ToUpperInvariant().Trim().PadLeft(4).Split('1').Length" % self.expression("string", 1))]

    # ---- Tasks: their results alone, since nothing tells which thread goes on ----

    def use_task(self):
        name = self.name("j")
        kind = self.pick("int", "string", "S0", "long")
        text = ["{ int %s = %s; O.Trace(Later(%s, (%s & 63)).GetAwaiter().GetResult());" % (
            name, self.expression("int", 1), self.expression(kind, 1), name)]
        text.append(self.pick(
            "O.Trace(Chain(%s & 127).AsTask().Result);" % name,
            "foreach (var e in Task.WhenAll(Later(1, %s & 3), Later(2, 3)).Result) O.Trace(e);" % name,
            "try { O.Trace(Later(%s, 91).Result); } catch (AggregateException e) { O.Trace(((E1)e.InnerException!).Code); }" % name,
            "foreach (var e in TaskAsyncEnumerableExtensions.ToBlockingEnumerable(Stream(new[] { %s, 2, 3 }, 2))) "
            "O.Trace(e);" % name))
        return text + ["}"]

    def feature_statements(self):
        return [self.use_static_abstract, self.use_variance, self.use_delegate, self.use_dictionary, self.use_list, self.use_sets,
                self.use_record, self.use_list_pattern, self.use_enum, self.use_ref_struct, self.use_vector, self.use_format,
                self.use_task]
