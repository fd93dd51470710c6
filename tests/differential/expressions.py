"""Random C# expressions of a wanted type over the variables and methods in scope."""

BITS = {"sbyte": 8, "byte": 8, "short": 16, "ushort": 16, "char": 16, "int": 32, "uint": 32, "long": 64, "ulong": 64,
        "nint": 64, "nuint": 64, "Int128": 128, "UInt128": 128}
UNSIGNED = {"byte", "ushort", "char", "uint", "ulong", "nuint", "UInt128"}
INTEGERS = list(BITS)
FLOATS = ["float", "double"]
NUMBERS = INTEGERS + FLOATS + ["decimal"]
PRIMITIVES = NUMBERS + ["bool", "string"]
# Int128 and decimal are library code: rarer, so that programs stay quick to compile.
WEIGHTED = ["int"] * 6 + ["long"] * 4 + ["uint", "ulong", "double"] * 3 + ["float", "byte", "short", "bool"] * 2 + \
    ["sbyte", "ushort", "char", "nint", "nuint", "string", "Int128", "UInt128", "decimal"]
EDGES = [0, 1, 2, 3, 5, 7, 8, 31, 32, 33, 63, 64, 100, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31,
         2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -1, -2, -7, -128, -129, -32768, -2**31, -2**31 - 1,
         -2**63]
FLOAT_EDGES = ["0.0", "-0.0", "1.0", "-1.0", "0.5", "1.5", "2.5", "-2.5", "3.99", "1e10", "-1e10", "1e20", "-1e20", "1e300",
               "2147483647.0", "2147483648.0", "-2147483649.0", "4294967295.5", "9223372036854775807.0",
               "18446744073709551615.0", "1e-310", "double.NaN", "double.PositiveInfinity", "double.NegativeInfinity",
               "double.Epsilon", "double.MaxValue", "0.1", "123456.789"]
STRINGS = ['""', '"a"', '"abc"', '"Hello"', '"x,y,,z"', '"\\u00e9\\u4e2d"', '"-12"', '"the quick brown fox"', "((string)null!)"]


def bounds(kind):
    bits = BITS[kind]
    return (0, 2**bits - 1) if kind in UNSIGNED else (-2**(bits - 1), 2**(bits - 1) - 1)


def integer_literal(random, kind):
    low, high = bounds(kind)
    value = random.choice(EDGES) if random.random() < 0.6 else random.randint(-200, 200)
    if random.random() < 0.15:
        value = random.choice([low, high, low + 1, high - 1])
    value = (value - low) % (high - low + 1) + low
    if kind in ("Int128", "UInt128"):
        return "new %s(%dUL, %dUL)" % (kind, value >> 64 & 2**64 - 1, value & 2**64 - 1)
    if kind == "char":
        return "(char)%d" % value
    if kind in ("int", "sbyte", "byte", "short", "ushort"):
        return "((%s)%s)" % (kind, "(%d)" % value if value != -2**31 else "int.MinValue")
    if kind == "uint":
        return "%du" % value
    if kind == "ulong":
        return "%dul" % value
    text = "long.MinValue" if value == -2**63 else "(%dL)" % value if value < 2**63 else "%dul" % value
    return text if kind == "long" else "unchecked((%s)%s)" % (kind, text)


def literal(random, kind):
    if kind in BITS:
        return integer_literal(random, kind)
    if kind in FLOATS:
        text = random.choice(FLOAT_EDGES) if random.random() < 0.6 else "%.3f" % random.uniform(-300, 300)
        return text if kind == "double" else "((float)%s)" % text
    if kind == "decimal":
        return random.choice(["O.Id(%sm)" % v for v in ("0", "1", "-1", "0.1", "12345.6789", "-0.005", "77.5")])
    if kind == "bool":
        return random.choice(["true", "false"])
    return random.choice(STRINGS)


class Expressions:
    """Mixed into the generator: needs self.random, self.scope (list of (text, type, assignable)), self.methods,
    self.checked."""

    def pick(self, *options):
        return self.random.choice(options)

    def chance(self, probability):
        return self.random.random() < probability

    def variables(self, kind, assignable=False):
        return [v for v in self.scope if v[1] == kind and (v[2] or not assignable)]

    def constant(self, kind):
        # Constants in a checked context are computed by the C# compiler, which rejects overflow.
        text = literal(self.random, kind)
        return "O.Id(%s)" % text if self.checked or self.chance(0.15) else text

    def leaf(self, kind):
        if kind not in PRIMITIVES:
            return self.composite(kind, 0)
        found = self.variables(kind)
        if found and self.chance(0.75):
            return self.random.choice(found)[0]
        if kind in NUMBERS and self.chance(0.4):
            other = [v for v in self.scope if v[1] in NUMBERS]
            if other:
                text, source, _ = self.random.choice(other)
                return self.convert(kind, source, text)
        return self.constant(kind)

    def convert(self, kind, source, text):
        return "((%s)(%s))" % (kind, text) if kind != source else text

    def expression(self, kind, depth=3):
        if depth <= 0:
            return self.leaf(kind)
        if self.chance(0.12):
            call = self.call_of(kind, depth)
            if call:
                return call
        if kind == "bool":
            return self.condition(depth)
        if kind == "string":
            return self.text(depth)
        if kind in BITS:
            return self.integer(kind, depth)
        if kind in FLOATS or kind == "decimal":
            return self.real(kind, depth)
        return self.composite(kind, depth)

    def conditional(self, kind, depth):
        return "(%s ? %s : %s)" % (self.condition(depth - 1), self.expression(kind, depth - 1),
                                   self.expression(kind, depth - 1))

    # ---- Numbers ----

    def integer(self, kind, depth):
        roll = self.random.random()
        if roll < 0.12:
            return self.leaf(kind)
        if roll < 0.20:
            return self.conditional(kind, depth)
        if roll < 0.34:
            source = self.random.choice(NUMBERS if self.chance(0.5) else WEIGHTED[:-4])
            if source in NUMBERS:
                return self.conversion(kind, source, depth)
        if roll < 0.44:
            return self.integer_call(kind, depth)
        if roll < 0.50:
            return "((%s)(%s %s))" % (kind, self.pick("-", "~") if kind not in ("ulong", "nuint") else "~",
                                     self.expression(kind, depth - 1))
        if roll < 0.55:
            return self.indexed(kind, depth)
        work = kind if self.chance(0.7) else self.pick("int", "uint", "long", "ulong", kind)
        return self.operation(kind, work, depth)

    def operation(self, kind, work, depth):
        operator = self.pick("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "+", "-", "*")
        left = self.convert(work, "", self.expression(work, depth - 1))
        if operator in ("<<", ">>", ">>>"):
            shift = self.expression("int", depth - 1) if self.chance(0.5) else "%d" % self.random.randint(0, 70)
            return "((%s)(%s %s %s))" % (kind, left, operator, shift)
        right = self.convert(work, "", self.expression(work, depth - 1))
        if operator in "/%":
            if self.chance(0.4):
                right = "O.Id((%s)%d)" % (work, self.pick(1, 2, 3, 5, 7, 8, 10, 100))
                if self.chance(0.7):
                    right = "((%s)%d)" % (work, self.pick(2, 3, 5, 7, 8, 10, 16, 100))
            elif self.chance(0.95):
                right = "((%s)(%s | %s))" % (work, right, self.convert(work, "", "1"))
            else:
                right = "O.Id(%s)" % right
        text = "((%s)(%s %s %s))" % (kind, left, operator, right)
        if not self.checked and self.chance(0.08 if self.guarded else 0.004):
            text = self.checked_copy(kind, work)
        return text

    def checked_copy(self, kind, work):
        self.checked = True
        left, right = self.expression(work, 1), self.expression(work, 1)
        self.checked = False
        return "checked((%s)(%s %s %s))" % (kind, self.convert(work, "", left), self.pick("+", "-", "*"),
                                            self.convert(work, "", right))

    def conversion(self, kind, source, depth):
        text = self.expression(source, depth - 1)
        if source == "decimal" or kind == "decimal":
            text = "O.Small(%s)" % text
            if source == "decimal" and not self.guarded:
                text = "decimal.Abs(%s)" % text  # most programs should get beyond their first conversion
        return "((%s)%s)" % (kind, text if text.startswith("(") else "(%s)" % text)

    def integer_call(self, kind, depth):
        argument = lambda k=kind: self.expression(k, depth - 1)  # noqa: E731
        if kind == "int":
            return self.pick(
                lambda: "BitOperations.PopCount(%s)" % argument("ulong"),
                lambda: "BitOperations.LeadingZeroCount(%s)" % argument("uint"),
                lambda: "BitOperations.TrailingZeroCount(%s)" % argument("long"),
                lambda: "O.Length(%s)" % argument("string"),
                lambda: "string.CompareOrdinal(%s, %s)" % (argument("string"), argument("string")),
                lambda: "Math.Sign(O.Finite(%s))" % argument("double"),
                lambda: "BitConverter.SingleToInt32Bits(O.Finite(%s))" % argument("float"),
                lambda: "%s.CompareTo(%s)" % (argument("long"), argument("long")),
                lambda: "Unsafe.SizeOf<%s>()" % self.pick("int", "Guid", "S0", "(byte, long)", "decimal"))()
        if kind in ("uint", "ulong", "long") and self.chance(0.5):
            return self.pick(
                lambda: "BitOperations.RotateLeft((ulong)%s, %s)" % (argument("ulong"), argument("int")),
                lambda: "BinaryPrimitives.ReverseEndianness((ulong)%s)" % argument("ulong"),
                lambda: "Math.BigMul((uint)%s, (uint)%s)" % (argument("uint"), argument("uint")),
                lambda: "(ulong)BitConverter.DoubleToInt64Bits(O.Finite(%s))" % argument("double"),
                lambda: "Math.BigMul(%s, %s, out O.Low)" % (argument("ulong"), argument("ulong")))() \
                .join(["((%s)(" % kind, "))"])
        name = self.pick("Math.Max", "Math.Min", "%s.CreateTruncating" % kind, "%s.CreateSaturating" % kind,
                         "%s.Clamp" % kind, "%s.Max" % kind, "%s.LeadingZeroCount" % kind, "%s.Abs" % kind)
        if kind in ("Int128", "UInt128") and name.startswith("Math") or kind == "char" or \
                name.endswith("Abs") and kind in UNSIGNED:
            name = "O.Id"
        if "Create" in name:
            return "%s(%s)" % (name, argument(self.pick(*[n for n in NUMBERS if n not in ("char", "decimal")])))
        if "Clamp" in name:
            return "O.Clamp(%s, %s, %s)" % (argument(), argument(), argument())
        if "Count" in name or "Abs" in name or name == "O.Id":
            return "((%s)%s(%s))" % (kind, name, argument())
        return "%s(%s, %s)" % (name, argument(), argument())

    def real(self, kind, depth):
        roll = self.random.random()
        if roll < 0.15:
            return self.leaf(kind)
        if roll < 0.25:
            return self.conditional(kind, depth)
        if roll < 0.45:
            return self.conversion(kind, self.random.choice([n for n in NUMBERS if n not in ("char", kind)]), depth)
        if kind == "decimal":
            return "O.Decimal(%s, %s, %d)" % (self.expression(kind, depth - 1), self.expression(kind, depth - 1),
                                              self.random.randint(0, 5))
        if roll < 0.60:
            name = self.pick("Floor", "Ceiling", "Truncate", "Sqrt", "Abs", "Round")
            return "%s.%s(%s)" % (self.pick("Math" if kind == "double" else "MathF", kind), name,
                                  self.expression(kind, depth - 1))
        if roll < 0.68:
            return "%s(%s, %s)" % (self.pick("Math.Max", "Math.Min", kind + ".MaxNumber", kind + ".CopySign",
                                             kind + ".MinMagnitude"),
                                   self.expression(kind, depth - 1), self.expression(kind, depth - 1))
        if roll < 0.72:
            return "(- %s)" % self.expression(kind, depth - 1)
        return "(%s %s %s)" % (self.expression(kind, depth - 1), self.pick("+", "-", "*", "/", "%", "*", "+"),
                               self.expression(kind, depth - 1))

    # ---- Conditions, strings ----

    def condition(self, depth):
        if depth <= 0 or self.chance(0.1):
            return self.leaf("bool")
        roll = self.random.random()
        if roll < 0.25:
            return "(%s %s %s)" % (self.condition(depth - 1), self.pick("&&", "||", "^", "&", "|"),
                                   self.condition(depth - 1))
        if roll < 0.32:
            return "(!%s)" % self.condition(depth - 1)
        if roll < 0.40:
            return "(%s is %s %s)" % (self.expression("int", depth - 1), self.pick("> 3 and < 40", "0 or 1 or 7",
                                                                                  "not 5", "< 0 or 'a'", ">= 100"), "")
        if roll < 0.45:
            kind = self.pick("float", "double")
            return "%s.%s(%s)" % (kind, self.pick("IsNaN", "IsFinite", "IsNegative", "IsInteger"),
                                  self.expression(kind, depth - 1))
        kind = self.random.choice([w for w in WEIGHTED if w not in ("bool", "string")])
        if roll < 0.50:
            return "(%s == %s)" % (self.expression("string", depth - 1), self.expression("string", depth - 1))
        return "(%s %s %s)" % (self.expression(kind, depth - 1), self.pick("<", "<=", ">", ">=", "==", "!="),
                               self.expression(kind, depth - 1))

    def text(self, depth):
        sub = lambda kind: self.expression(kind, depth - 1)  # noqa: E731
        kind = self.random.choice(WEIGHTED)
        return self.pick(
            lambda: self.leaf("string"),
            lambda: "O.Cut(%s + %s)" % (sub("string"), sub("string")),
            lambda: "O.Cut($\"{%s}-{%s,4}-{%s:X}\")" % (self.leaf("int"), self.leaf("char"), self.leaf("long")),
            lambda: "O.Str(%s)" % sub(kind),
            lambda: "O.Part(%s, %s, %s)" % (sub("string"), sub("int"), sub("int")),
            lambda: "(%s ?? %s)" % (sub("string"), self.pick('"n"', '"null"')),
            lambda: self.conditional("string", depth),
            lambda: "O.Hex(%s)" % sub(self.pick("int", "uint", "long", "byte")))()

    # ---- Memory ----

    def indexed(self, kind, depth):
        arrays = [v for v in self.scope if v[1] == kind + "[]"]
        if not arrays:
            return self.leaf(kind)
        text = self.random.choice(arrays)[0]
        if self.chance(0.08):
            return "%s[%s]" % (text, self.expression("int", depth - 1))
        return "%s[(%s) & 7]" % (text, self.expression("int", depth - 1))

    def call_of(self, kind, depth):
        found = [m for m in self.methods if m.result == kind]
        if not found:
            return None
        method = self.random.choice(found)
        arguments = []
        for mode, parameter in method.parameters:
            if mode in ("ref", "out"):
                variables = self.variables(parameter, assignable=True)
                if not variables:
                    return None
                arguments.append("%s %s" % (mode, self.random.choice(variables)[0]))
            else:
                arguments.append(self.expression(parameter, min(depth - 1, 1)))
        return "%s(%s)" % (method.name, ", ".join(arguments))

    def composite(self, kind, depth):
        """Structs and anything else: a variable, or a fresh value."""
        found = self.variables(kind)
        if found and self.chance(0.6):
            return self.random.choice(found)[0]
        fields = self.structs.get(kind)
        if fields is None:
            return "default(%s)!" % kind
        chosen = [f for f in fields if depth > 0 and self.chance(0.6) and (kind != "U" or f[1] not in FLOATS)]
        return "new %s { %s }" % (kind, ", ".join("%s = %s" % (n, self.expression(k, min(depth - 1, 1)))
                                                 for n, k in chosen))
