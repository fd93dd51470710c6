using System.Runtime.InteropServices;

// Delegates as native function pointers, native function pointers as delegates.
struct Pair { public int X; public double Y; }
struct Large { public long A, B, C; }
struct Named { public bool On; public string Name; }
struct Table { public Op Op; public int Bias; }

[UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate int Op(int a, int b);
delegate string TextFunction(string s, bool b);
delegate Pair PairFunction(Pair p);
delegate Large LargeFunction(Large p, int n);
delegate bool NamedFunction(Named a, ref Named b);
delegate void RefFunction(ref int a, out bool b, in long c);
delegate int ArrayFunction([In, Out, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] a, int n,
    [MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 3)] string[] names, int m);
delegate double FloatFunction(float a, double b, int c, float d);
delegate long ManyFunction(sbyte a, byte b, short c, ushort d, int e, uint f, long g, Pair h, Large i);
delegate nuint LengthFunction(string s);

static class Native
{
    const string L = "native";

    [DllImport(L)] public static extern int apply(Op op, int a, int b);
    [DllImport(L)] public static extern Op choose(bool plus);
    [DllImport(L, EntryPoint = "choose")] public static extern nint ChoosePointer(bool plus);
    [DllImport(L)] public static extern string text_of(TextFunction f, string s, bool b);
    [DllImport(L)] public static extern Pair pair_of(PairFunction f, Pair p);
    [DllImport(L)] public static extern Large large_of(LargeFunction f, Large p);
    [DllImport(L)] public static extern int named_of(NamedFunction f, int n);
    [DllImport(L)] public static extern void ref_of(RefFunction f, ref int a);
    [DllImport(L)] public static extern int array_of(ArrayFunction f, int n);
    [DllImport(L)] public static extern double floats_of(FloatFunction f, int n);
    [DllImport(L)] public static extern long many_of(ManyFunction f);
    [DllImport(L)] public static extern void keep(Op op);
    [DllImport(L)] public static extern int call_kept(int a, int b);
    [DllImport(L)] public static extern long on_threads(int threads, long calls);
    [DllImport(L)] public static extern int table_call(in Table t, int a, int b);
    [DllImport(L)] public static extern void table_set(out Table t);
}

class Counter
{
    public int Calls;

    public int Add(int a, int b)
    {
        Calls++;
        return a + b + Calls;
    }

    public int Allocate(int a, int b)
    {
        string text = a.ToString() + "/" + b;
        return text.Length;
    }
}

class Program
{
    static void Main()
    {
        Simple();
        Converted();
        Pointers();
        Kept();
        Console.WriteLine(Native.on_threads(4, 50));
    }

    static int Subtract(int a, int b) => a - b;

    static void Simple()
    {
        var counter = new Counter();
        int captured = 100;
        Console.WriteLine(Native.apply(Subtract, 7, 2));
        Console.WriteLine(Native.apply(counter.Add, 7, 2));
        Console.WriteLine(Native.apply((a, b) => a * b + captured, 7, 2));
        Op multicast = counter.Add;
        multicast += Subtract;
        Console.WriteLine(Native.apply(multicast, 9, 4));
        Console.WriteLine(counter.Calls);
        Console.WriteLine(Native.floats_of((a, b, c, d) => a + b * c - d, 10));
        Console.WriteLine(Native.many_of((a, b, c, d, e, f, g, h, i) => a + b + c + d + e + f + g + h.X + i.A + i.B + i.C));
    }

    static void Converted()
    {
        Console.WriteLine(Native.text_of((s, b) => s + (b ? " yes \u20ac" : " no"), "h\u00e9", true));
        Console.WriteLine(Native.text_of((s, b) => s + (b ? " yes" : " no"), "x", false));
        Pair pair = Native.pair_of(p => new Pair { X = p.X + 1, Y = p.Y * 2 }, new Pair { X = 1, Y = 1.5 });
        Console.WriteLine($"{pair.X} {pair.Y}");
        Large large = Native.large_of((p, n) => new Large { A = p.C * n, B = p.B, C = p.A }, new Large { A = 1, B = 2, C = 3 });
        Console.WriteLine($"{large.A} {large.B} {large.C}");
        int named = Native.named_of(ChangeNamed, 10);
        Console.WriteLine(named);
        int number = 5;
        Native.ref_of(ChangeRef, ref number);
        Console.WriteLine(number);
        Console.WriteLine(Native.array_of(SumArray, 4));
    }

    static bool ChangeNamed(Named a, ref Named b)
    {
        Console.WriteLine($"{a.On} {a.Name} {b.On} {b.Name}");
        b = new Named { On = true, Name = b.Name + "erence" };
        return a.On;
    }

    static void ChangeRef(ref int a, out bool b, in long c)
    {
        a += (int)c;
        b = a == 10;
    }

    static int SumArray(int[] values, int n, string[] names, int m)
    {
        Console.WriteLine(string.Join(" ", values) + " " + string.Join(" ", names));
        int sum = 0;
        foreach (int value in values)
            sum += value;
        values[0] = 1000;
        return sum + n + m;
    }

    static void Pointers()
    {
        Op plus = Native.choose(true);
        Console.WriteLine(plus(20, 22));
        Op times = Marshal.GetDelegateForFunctionPointer<Op>(Native.ChoosePointer(false));
        Console.WriteLine(times(6, 7));
        Console.WriteLine(Native.apply(plus, 1, 2));
        Console.WriteLine(Marshal.GetFunctionPointerForDelegate(times) == Native.ChoosePointer(false));
        Op own = Subtract;
        nint pointer = Marshal.GetFunctionPointerForDelegate(own);
        Console.WriteLine(Marshal.GetFunctionPointerForDelegate(own) == pointer);
        Console.WriteLine(ReferenceEquals(Marshal.GetDelegateForFunctionPointer<Op>(pointer), own));
        unsafe
        {
            Console.WriteLine(((delegate* unmanaged<int, int, int>)pointer)(50, 8));
        }
        Console.WriteLine(Native.table_call(new Table { Op = Subtract, Bias = 1 }, 5, 2));
        Native.table_set(out Table table);
        Console.WriteLine(table.Op(3, 4) + table.Bias);
        nint strlen = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "strlen");
        Console.WriteLine(Marshal.GetDelegateForFunctionPointer<LengthFunction>(strlen)("\u20acuro"));
        GC.KeepAlive(own);
    }

    static void Kept()
    {
        var counter = new Counter();
        Op op = counter.Allocate;
        Native.keep(op);
        for (int i = 0; i < 3; i++)
            GC.Collect();
        Console.WriteLine(Native.call_kept(1234, 56));
        Console.WriteLine(Native.on_threads(3, 20));
        GC.KeepAlive(op);
        Op second = (a, b) => a + b;
        Native.keep(second);
        roots = second;
    }

    static object? roots;
}
