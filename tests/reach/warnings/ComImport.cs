using System;
using System.Runtime.InteropServices;
namespace Snippets;
class ComImport
{
    [DllImport("libfoo")]
    static extern void TakesObject([MarshalAs(UnmanagedType.IUnknown)] object o);
    public static void Run(object s)
    {
        TakesObject(s);
    }
}
