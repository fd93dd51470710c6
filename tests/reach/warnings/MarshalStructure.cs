using System;
using System.Runtime.InteropServices;
namespace Snippets;
class MarshalStructure
{
    public static void Run(object s)
    {
        Console.WriteLine(Marshal.SizeOf(s.GetType()));
        Console.WriteLine(Marshal.PtrToStructure(IntPtr.Zero, s.GetType()));
    }
}
