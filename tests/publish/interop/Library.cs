using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

static class Library
{
    static int started;

    [ModuleInitializer]
    internal static void Start() => started++;

    [UnmanagedCallersOnly(EntryPoint = "lib_add")]
    static int Add(int a, int b) => a + b + started - 1;

    [UnmanagedCallersOnly(EntryPoint = "lib_greet")]
    static nint Greet(nint name)
    {
        string text = "Hello, " + Marshal.PtrToStringUTF8(name) + "!";
        return Marshal.StringToCoTaskMemUTF8(text);
    }

    [UnmanagedCallersOnly(EntryPoint = "lib_catch")]
    static int Catch(int n)
    {
        try
        {
            int[] values = new int[n];
            return values[n];
        }
        catch (IndexOutOfRangeException)
        {
            return -1;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "lib_collect")]
    static long Collect(int rounds)
    {
        var list = new List<string>();
        for (int i = 0; i < rounds; i++)
        {
            list.Add(i.ToString());
            if (i % 100 == 0)
                GC.Collect();
        }
        long sum = 0;
        foreach (string text in list)
            sum += text.Length;
        return sum;
    }

    [UnmanagedCallersOnly]
    static int NotExported() => 1;
}
