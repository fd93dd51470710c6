using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

struct Ints { public int A, B; }
struct Floats { public float X, Y; }
struct Doubles { public double X, Y; }
struct Floats3 { public float X, Y, Z; }
struct Mixed { public long N; public double D; }
struct Mixed2 { public double D; public int N; }
struct Small { public sbyte C; public float F; }
struct Large { public long A, B, C; }
struct Nested { public Ints I; public Floats F; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Packed { public byte B; public long L; }
unsafe struct Three { public fixed byte Bytes[3]; }
[InlineArray(4)] struct Four { int value; }
[StructLayout(LayoutKind.Explicit)] struct Either { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; }

struct Person
{
    public bool On;
    public char Letter;
    public string? Name;
    public int Number;

    public override string ToString() => $"{On} {Letter} {Name ?? "null"} {Number}";
}

struct Fixed
{
    public int Id;
    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string Text;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public short[]? Values;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 2)] public bool[] Flags;

    public override string ToString() => $"{Id} {Text} {string.Join('/', Values ?? [])} {string.Join('/', Flags)}";
}

[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
struct Wide
{
    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 6)] public string Text;
    public char Letter;
}

struct Outer
{
    public Person Person;
    public bool Flag;
    [MarshalAs(UnmanagedType.U1)] public bool Byte;
}

[StructLayout(LayoutKind.Sequential)] class IntsClass { public int A, B; }
[StructLayout(LayoutKind.Sequential)] class PersonClass { public bool On; public char Letter; public string? Name; public int Number; }

static class Native
{
    const string L = "native";

    [DllImport(L)] public static extern Ints ints(Ints v);
    [DllImport(L)] public static extern Floats floats(Floats v);
    [DllImport(L)] public static extern Doubles doubles(Doubles v);
    [DllImport(L)] public static extern Floats3 floats3(Floats3 v);
    [DllImport(L)] public static extern Mixed mixed(Mixed v);
    [DllImport(L)] public static extern Mixed2 mixed2(Mixed2 v);
    [DllImport(L)] public static extern Small small(Small v);
    [DllImport(L)] public static extern Large large(Large v);
    [DllImport(L)] public static extern Nested nested(Nested v);
    [DllImport(L)] public static extern Packed packed(Packed v);
    [DllImport(L)] public static extern Three three(Three v);
    [DllImport(L)] public static extern long four(Four v);
    [DllImport(L)] public static extern Either either(Either v);
    [DllImport(L)] public static extern double crowded(long a, long b, long c, long d, long e, Mixed m, Mixed n);
    [DllImport(L)] public static extern long crowded_ints(Ints a, Large b, long c, long d, long e, long f, Ints g, Doubles h);
    [DllImport(L)] public static extern int person_sum(Person p);
    [DllImport(L)] public static extern Person person_make(int n);
    [DllImport(L)] public static extern void person_change(ref Person p);
    [DllImport(L)] public static extern void person_new(out Person p);
    [DllImport(L)] public static extern int person_read(in Person p);
    [DllImport(L)] public static extern int fixed_sum(in Fixed f);
    [DllImport(L)] public static extern void fixed_change(ref Fixed f);
    [DllImport(L)] public static extern Fixed fixed_copy(Fixed f);
    [DllImport(L)] public static extern int wide_sum(Wide w);
    [DllImport(L)] public static extern int outer_sum(in Outer o);
    [DllImport(L)] public static extern void outer_change(ref Outer o);
    [DllImport(L)] public static extern int class_sum(IntsClass? p);
    [DllImport(L)] public static extern void class_change(IntsClass p);
    [DllImport(L)] public static extern int named_sum(PersonClass? p);
    [DllImport(L, EntryPoint = "person_change")] public static extern void ClassChange([In, Out] PersonClass p);
    [DllImport(L)] public static extern int persons_sum(Person[] p, int n);
    [DllImport(L)] public static extern DateTime date_plus(DateTime date);
    [DllImport(L)] public static extern int date_reads(ref DateTime date);
}

unsafe class Program
{
    static void Main()
    {
        ByValue();
        Converted();
        FixedParts();
        Classes();
        RunTime();
        ByOwnType();
    }

    static void ByValue()
    {
        Ints ints = Native.ints(new Ints { A = 1, B = 2 });
        Console.WriteLine($"{ints.A} {ints.B}");
        Floats floats = Native.floats(new Floats { X = 1.5f, Y = 2.5f });
        Console.WriteLine($"{floats.X} {floats.Y}");
        Doubles doubles = Native.doubles(new Doubles { X = 1.25, Y = 2.25 });
        Console.WriteLine($"{doubles.X} {doubles.Y}");
        Floats3 floats3 = Native.floats3(new Floats3 { X = 1, Y = 2, Z = 3 });
        Console.WriteLine($"{floats3.X} {floats3.Y} {floats3.Z}");
        Mixed mixed = Native.mixed(new Mixed { N = 41, D = 1.5 });
        Console.WriteLine($"{mixed.N} {mixed.D}");
        Mixed2 mixed2 = Native.mixed2(new Mixed2 { D = 5, N = 41 });
        Console.WriteLine($"{mixed2.D} {mixed2.N}");
        Small small = Native.small(new Small { C = 4, F = 0.5f });
        Console.WriteLine($"{small.C} {small.F}");
        Large large = Native.large(new Large { A = 1, B = 2, C = 3 });
        Console.WriteLine($"{large.A} {large.B} {large.C}");
        Nested nested = Native.nested(new Nested { I = new Ints { A = 1, B = 2 }, F = new Floats { X = 3, Y = 4 } });
        Console.WriteLine($"{nested.I.A} {nested.I.B} {nested.F.X} {nested.F.Y}");
        Packed packed = Native.packed(new Packed { B = 7, L = 1L << 40 });
        Console.WriteLine($"{packed.B} {packed.L}");
        Three three = default;
        three.Bytes[0] = 1;
        three.Bytes[2] = 3;
        three = Native.three(three);
        Console.WriteLine($"{three.Bytes[0]} {three.Bytes[1]} {three.Bytes[2]}");
        Four four = default;
        four[0] = 6;
        four[1] = 7;
        four[2] = 2;
        four[3] = 3;
        Console.WriteLine(Native.four(four));
        Either either = Native.either(new Either { F = 1 });
        Console.WriteLine(either.I.ToString("X"));
        Console.WriteLine(Native.crowded(1, 2, 3, 4, 5, new Mixed { N = 6, D = 0.5 }, new Mixed { N = 7, D = 0.25 }));
        Console.WriteLine(Native.crowded_ints(ints, large, 1, 2, 3, 4, ints, doubles));
    }

    static void Converted()
    {
        var person = new Person { On = true, Letter = 'a', Name = "Bj\u00f6rn", Number = 5 };
        Console.WriteLine(Native.person_sum(person));
        Console.WriteLine(Native.person_make(0));
        Console.WriteLine(Native.person_make(5));
        Native.person_change(ref person);
        Console.WriteLine(person);
        Native.person_new(out Person made);
        Console.WriteLine(made);
        Console.WriteLine(Native.person_read(made));
        var outer = new Outer { Person = made, Flag = true, Byte = false };
        Console.WriteLine(Native.outer_sum(outer));
        Native.outer_change(ref outer);
        Console.WriteLine($"{outer.Person} {outer.Flag} {outer.Byte}");
        Console.WriteLine(Native.persons_sum([person, made, default], 3));
        DateTime date = Native.date_plus(new DateTime(2024, 2, 28, 12, 0, 0));
        Console.WriteLine(date.ToString("s"));
        Console.WriteLine(Native.date_reads(ref date));
        Console.WriteLine(date.ToString("s"));
    }

    static void FixedParts()
    {
        var parts = new Fixed { Id = 1, Text = "four", Values = [1, 2, 3], Flags = [true, false] };
        Console.WriteLine(Native.fixed_sum(parts));
        Native.fixed_change(ref parts);
        Console.WriteLine(parts);
        parts.Text = "much too long";
        Console.WriteLine(Native.fixed_copy(parts));
        Console.WriteLine(Native.wide_sum(new Wide { Text = "ab", Letter = '\u00e9' }));
    }

    static void Classes()
    {
        var ints = new IntsClass { A = 1, B = 2 };
        Console.WriteLine(Native.class_sum(ints));
        Console.WriteLine(Native.class_sum(null));
        Native.class_change(ints);
        Console.WriteLine($"{ints.A} {ints.B}");
        var person = new PersonClass { On = true, Letter = 'z', Name = "class", Number = 1 };
        Console.WriteLine(Native.named_sum(person));
        Console.WriteLine(Native.named_sum(null));
        Native.ClassChange(person);
        Console.WriteLine($"{person.On} {person.Letter} {person.Name} {person.Number}");
    }

    static void RunTime()
    {
        Console.WriteLine(Marshal.SizeOf<Person>());
        Console.WriteLine(Marshal.SizeOf<Fixed>());
        Console.WriteLine(Marshal.SizeOf<Wide>());
        Console.WriteLine(Marshal.SizeOf<Outer>());
        Console.WriteLine(Marshal.SizeOf<Packed>());
        Console.WriteLine(Marshal.SizeOf<PersonClass>());
        Console.WriteLine(Marshal.OffsetOf<Person>("Name"));
        Console.WriteLine(Marshal.OffsetOf<Fixed>("Flags"));
        nint memory = Marshal.AllocHGlobal(Marshal.SizeOf<Fixed>());
        Marshal.StructureToPtr(new Fixed { Id = 9, Text = "abc", Values = [4, 5, 6], Flags = [false, true] }, memory, false);
        Console.WriteLine(Marshal.ReadByte(memory, 4));
        Console.WriteLine(Marshal.PtrToStructure<Fixed>(memory));
        Marshal.FreeHGlobal(memory);
        memory = Marshal.AllocHGlobal(Marshal.SizeOf<Person>());
        Marshal.StructureToPtr(new Person { Name = "kept" }, memory, false);
        Marshal.StructureToPtr(new Person { Name = "again", Number = 4 }, memory, true);
        Console.WriteLine(Marshal.PtrToStructure<Person>(memory));
        Marshal.DestroyStructure<Person>(memory);
        Marshal.FreeHGlobal(memory);
    }

    [StructLayout(LayoutKind.Sequential)]
    class Inner
    {
        public int Number;

        [MarshalAs(UnmanagedType.LPStr)]
        public string? Text;
    }

    struct WithClass
    {
        public int First;

        public Inner? Inner;

        public int Last;
    }

    struct WithDelegate
    {
        public Delegate? Callback;
    }

    struct OnlyMeasured
    {
        public bool Flag;

        public long Number;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Twice(int value);

    [DllImport("native")]
    static extern int with_class_sum(ref WithClass value);

    [DllImport("native")]
    static extern int inner_change([In, Out, MarshalAs(UnmanagedType.AsAny)] object? value);

    [DllImport("native")]
    static extern int call_twice(Delegate callback, int value);

    [DllImport("native", EntryPoint = "call_twice_in_struct")]
    static extern int call_twice(WithDelegate callback, int value);

    [DllImport("native")]
    static extern ref Ints static_ints();

    [DllImport("native")]
    static extern int wide_length([MarshalAs(UnmanagedType.LPTStr)] string text);

    static void ByOwnType()
    {
        var outer = new WithClass { First = 1, Inner = new Inner { Number = 2, Text = "three" }, Last = 4 };
        Console.WriteLine(with_class_sum(ref outer));
        Console.WriteLine($"{outer.First} {outer.Inner?.Number} {outer.Inner?.Text} {outer.Last}");
        outer.Inner = null;
        Console.WriteLine(with_class_sum(ref outer));

        Console.WriteLine(Marshal.SizeOf<Inner>());
        object any = new Inner { Number = 5, Text = "any" };
        Console.WriteLine(inner_change(any));
        Console.WriteLine($"{((Inner)any).Number} {((Inner)any).Text}");
        Console.WriteLine(inner_change(null));

        Twice twice = value => value * 2;
        Console.WriteLine(call_twice(twice, 21));
        Console.WriteLine(call_twice(new WithDelegate { Callback = twice }, 4));

        ref Ints ints = ref static_ints();
        ints.A++;
        Console.WriteLine($"{static_ints().A} {ints.B}");
        Console.WriteLine(wide_length("five!"));

        Console.WriteLine(Marshal.SizeOf(typeof(OnlyMeasured)));
        Console.WriteLine(Marshal.OffsetOf(typeof(WithClass), "Last"));
    }
}
