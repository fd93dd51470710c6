using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Function pointers and [UnmanagedCallersOnly].
struct Pair { public double X; public int N; }

unsafe class Program
{
    static nint library;

    static void Main()
    {
        library = NativeLibrary.Load("native", typeof(Program).Assembly, null);
        Call();
        CallBack();
    }

    static void Call()
    {
        var length = (delegate* unmanaged[Cdecl]<int, byte*, int>)NativeLibrary.GetExport(library, "flag_length");
        fixed (byte* text = "four\0"u8)
            Console.WriteLine(length(1, text));
        var quick = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, byte*, int>)length;
        Console.WriteLine(quick(0, null));
        var converted = (delegate* unmanaged<bool, string, int>)length;
        Console.WriteLine(converted(true, "\u20ac"));
        Console.WriteLine(converted(false, "x"));
        var sum = (delegate* unmanaged<long, long, long, long, long, long, long, long, long, long, long>)NativeLibrary.GetExport(library, "sum10");
        Console.WriteLine(sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    }

    [UnmanagedCallersOnly]
    static int Triple(int n) => 3 * n;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static Pair Change(Pair p, void* context)
    {
        *(int*)context += p.N;
        string text = p.X.ToString();
        return new Pair { X = p.X * 2, N = p.N + text.Length };
    }

    [UnmanagedCallersOnly]
    static int Generic(int n) => new List<int> { n, n }.Count + n;

    static void CallBack()
    {
        var twice = (delegate* unmanaged<delegate* unmanaged<int, int>, int, int>)NativeLibrary.GetExport(library, "call_twice");
        Console.WriteLine(twice(&Triple, 5));
        Console.WriteLine(twice(&Generic, 5));
        var with = (delegate* unmanaged<delegate* unmanaged[Cdecl]<Pair, void*, Pair>, Pair, void*, Pair>)NativeLibrary.GetExport(library, "pair_with");
        int context = 1;
        Pair pair = with(&Change, new Pair { X = 1.25, N = 3 }, &context);
        Console.WriteLine($"{pair.X} {pair.N} {context}");
        delegate* unmanaged<int, int> direct = &Triple;
        Console.WriteLine(direct(14));
    }
}
