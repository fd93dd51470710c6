unsafe class Program
{
    static void Show(string name, Func<object?> one)
    {
        try
        {
            Console.WriteLine(name + ": " + (one() ?? "null"));
        }
        catch (Exception e)
        {
            Console.WriteLine(name + ": " + e.GetType().Name);
        }
    }

    static object? Did(Action action)
    {
        action();
        return "done";
    }

    static nint P(void* p) => (nint)p;

    static void Blocks()
    {
        byte* a = stackalloc byte[32];
        byte* b = stackalloc byte[32];
        for (int i = 0; i < 32; i++) a[i] = (byte)(i + 250);
        Memory.CopyBlock(P(b), P(a), 20);
        Memory.CopyUnaligned(P(b + 21), P(a + 3), 5);
        Memory.Initialize(P(b + 27), 0xAB, 3);
        for (int i = 0; i < 32; i++) Console.Write(b[i] + " ");
        Console.WriteLine();
        Memory.CopyBlock(0, 0, 0);
        Memory.Initialize(0, 1, 0);
        Show("cpblk null", () => Did(() => Memory.CopyBlock(0, 0, 4)));
        Show("initblk null", () => Did(() => Memory.Initialize(0, 1, 4)));
        *(double*)(b + 1) = 0;
        Memory.StoreUnaligned(P(b + 1), 2.5);
        Console.WriteLine(*(double*)(b + 1) + " " + Memory.LoadUnaligned(P(a + 3)));
        Console.WriteLine(Memory.Sums(P(a)) + " " + Memory.Sums(P(a + 7)));
        Console.WriteLine(Memory.LocalLoc(40) + " " + Memory.LocalLocZero());
    }

    static void Objects()
    {
        var x = new Pair { A = 3, B = "three" };
        Pair y = default;
        Memory.CopyObject(ref y, ref x);
        object from = "object", to = "other";
        Memory.CopyReference(ref to, ref from);
        int one = 1, two = 2;
        Memory.CopyGeneric(ref one, ref two);
        string left = "left", right = "right";
        Memory.CopyGeneric(ref left, ref right);
        Console.WriteLine(y.A + y.B + " " + to + " " + one + " " + left);
        Memory.Clear(ref x);
        Memory.Clear(ref left);
        Console.WriteLine(x.A + " " + (x.B is null) + " " + (left is null) + " " + Memory.VolatileStatic(8));
        Console.WriteLine(Memory.UnboxStruct(y) + " " + Memory.BoxString("s") + " " + Memory.SizeOfs());
        Show("unbox null", () => Memory.UnboxStruct(null!));
        Show("unbox other", () => Memory.UnboxStruct(5));
        Show("unbox nullable", () => Memory.UnboxNullable(5));
        Show("unbox nullable null", () => Memory.UnboxNullable(null!));
        Show("unbox nullable value", () => Memory.UnboxNullableValue(7));
        Show("unbox nullable wrong", () => Memory.UnboxNullableValue("7"));
    }

    static void TypedReferences()
    {
        int number = 41;
        object o = "o";
        Console.WriteLine(Memory.RefType(ref number) + " " + Memory.RefType(ref o) + " " + Memory.RefValue(ref number));
        Memory.Give(ref number);
        Console.WriteLine(number);
        Show("refanyval", () => Memory.RefWrongType(ref o));
    }

    static void Nulls()
    {
        Show("load null ref", () => Memory.LoadNullRef());
        Show("store null ref", () => Did(Memory.StoreNullRef));
        Show("load null ref plus 8", () => Memory.LoadNullRefPlus(8));
        Show("load null field", () => Memory.LoadNullField());
    }

    static void Arrays()
    {
        string[] strings = { "one", "three" };
        Console.WriteLine(Memory.ReadOnlyElement(strings, 1));
        Show("ldelema", () => Did(() => Memory.ElementAddress(strings, 0)));
        Show("ldelema exact", () => Did(() => Memory.ElementAddress(new object[1], 0)));
        Show("ldelem out of range", () => Memory.NoCheck(new int[2], 2));
        Show("ldelem negative", () => Memory.NoCheck(new int[2], -1));
        Show("stelem native index", () => Memory.ElementsByNative(new int[4], 2));
        Show("stelem native index far", () => Memory.ElementsByNative(new int[4], unchecked((nint)0x100000001)));
    }

    static void Flow()
    {
        int[] two = new int[2];
        Console.WriteLine(Memory.CompareReferences(ref two[0], ref two[1]) + " " + Memory.CompareReferences(ref two[1], ref two[0]));
        for (int i = -2; i < 5; i++) Console.Write(Memory.SwitchNegative(i) + " ");
        Console.WriteLine(Memory.NotInitialised() is null);
        Console.WriteLine(Memory.MixedFloats(1.1f, 2.2) + " " + Memory.FloatsMeet(true, 1.1f, 2.2) + " " + Memory.FloatsMeet(false, 1.1f, 2.2));
        Console.WriteLine(Memory.StackAcrossBranches(true, 5) + " " + Memory.StackAcrossBranches(false, 5));
        Console.WriteLine(Memory.MergeTypes(true) + " " + Memory.MergeTypes(false));
    }

    static void Main()
    {
        Blocks();
        Objects();
        TypedReferences();
        Nulls();
        Arrays();
        Flow();
    }
}
