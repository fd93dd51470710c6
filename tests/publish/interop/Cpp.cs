using System.Runtime.InteropServices;

// A static C++ library that throws and catches inside itself, and one that handles faults of its own.
unsafe class Program
{
    [DllImport("cpp")] static extern int cpp_catch(int n);
    [DllImport("cpp")] static extern int cpp_catch_around(delegate* unmanaged<int, int> callback, int n);
    [DllImport("cpp")] static extern void cpp_handle_faults();
    [DllImport("cpp")] static extern int cpp_probe(int* address);
    [DllImport("cpp")] static extern void cpp_restore_faults();

    [UnmanagedCallersOnly]
    static int Callback(int n)
    {
        try
        {
            if (n > 1)
                throw new InvalidOperationException("inside");
        }
        catch (InvalidOperationException)
        {
            n += 10;
        }
        return n + cpp_catch(1);
    }

    static int NullReference(string? s)
    {
        try
        {
            return s!.Length;
        }
        catch (NullReferenceException)
        {
            return -1;
        }
    }

    static void Main()
    {
        Console.WriteLine(cpp_catch(5));
        Console.WriteLine(cpp_catch_around(&Callback, 2));
        Console.WriteLine(cpp_catch_around(&Callback, -500));
        int value = 42;
        cpp_handle_faults();
        Console.WriteLine(cpp_probe(&value));
        Console.WriteLine(cpp_probe((int*)16));
        Console.WriteLine(NullReference(null));
        GC.Collect();
        cpp_restore_faults();
        Console.WriteLine(NullReference(null));
        Console.WriteLine(cpp_catch(2));
    }
}
