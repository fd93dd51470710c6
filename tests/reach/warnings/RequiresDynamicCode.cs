using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// a call to a member that is not AOT-safe
class RequiresDynamicCode
{
    public static void Run(string s)
    {
        Emit(s);
    }
    [RequiresDynamicCode("Generates code at run time.")]
    static void Emit(string s) => Console.WriteLine(s);
}
