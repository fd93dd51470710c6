using System.Runtime.InteropServices;

static class Program
{
    [UnmanagedCallersOnly(EntryPoint = "app_twice")]
    static int Twice(int n) => 2 * n;

    static int Main(string[] args)
    {
        Console.WriteLine("managed main: " + string.Join(",", args));
        return 7;
    }
}
