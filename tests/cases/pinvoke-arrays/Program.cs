using System.Runtime.InteropServices;

// Arrays: pinned where the elements are the same on both sides, copied element by element elsewhere.
struct Item { public int Id; public string? Name; }
struct Point { public float X, Y; }
enum Color : int { Red = 1, Green = 2 }

static class Native
{
    const string L = "native";

    [DllImport(L)] public static extern int sum32(int[]? v, int n);
    [DllImport(L, EntryPoint = "sum32")] public static extern int SumColors(Color[] v, int n);
    [DllImport(L)] public static extern void scale64([In, Out] double[] v, int n, double by);
    [DllImport(L)] public static extern void squares([Out] int[] v, int n);
    [DllImport(L)] public static extern int true32(bool[] v, int n);
    [DllImport(L)] public static extern void invert32([In, Out] bool[] v, int n);
    [DllImport(L)] public static extern int true8([MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.U1)] bool[] v, int n);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern int chars16(char[] v, int n);
    [DllImport(L, CharSet = CharSet.Ansi)] public static extern int chars8(char[] v, int n);
    [DllImport(L)] public static extern void rows([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] out int[] v, out int count);
    [DllImport(L)] public static extern void names([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] out string[] v, out int count);
    [DllImport(L)] public static extern void items_change([In, Out] Item[] v, int n);
    [DllImport(L)] public static extern int points(Point[] v, int n);
    [DllImport(L, EntryPoint = "sum32")] public static extern int SumSpan(in int first, int n);
}

class Program
{
    static void Main()
    {
        Console.WriteLine(Native.sum32([1, 2, 3], 3));
        Console.WriteLine(Native.sum32([], 0) >= -1);
        Console.WriteLine(Native.sum32(null, 5 - 5));
        Console.WriteLine(Native.SumColors([Color.Red, Color.Green], 2));
        double[] doubles = [1, 2.5];
        Native.scale64(doubles, 2, 2);
        Console.WriteLine(string.Join(" ", doubles));
        int[] squares = new int[5];
        Native.squares(squares, 5);
        Console.WriteLine(string.Join(" ", squares));
        bool[] flags = [true, false, true];
        Console.WriteLine(Native.true32(flags, 3));
        Native.invert32(flags, 3);
        Console.WriteLine(string.Join(" ", flags));
        Console.WriteLine(Native.true8([true, true, false], 3));
        Console.WriteLine(Native.chars16(['a', '\u20ac'], 2));
        Console.WriteLine(Native.chars8(['a', 'b'], 2));
        Native.rows(out int[] rows, out int count);
        Console.WriteLine(count + ": " + string.Join(" ", rows));
        Native.names(out string[] names, out count);
        Console.WriteLine(count + ": " + string.Join(" ", names));
        Item[] items = [new Item { Id = 1, Name = "a" }, new Item { Id = 2 }];
        Native.items_change(items, 2);
        Console.WriteLine($"{items[0].Id} {items[0].Name} {items[1].Id} {items[1].Name}");
        Console.WriteLine(Native.points([new Point { X = 2, Y = 3 }, new Point { X = 4, Y = 5 }], 2));
        Span<int> span = [5, 6, 7];
        Console.WriteLine(Native.SumSpan(in span[1], 2));
    }
}
