using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
class RequiresOnType
{
    [RequiresUnreferencedCode("whole class")]
    class C { public static int X = 1; public static void M() { } public C() { } static C() { Console.WriteLine(); } }
    public static void Run(string s) { C.M(); new C(); Console.WriteLine(C.X); Console.WriteLine(typeof(RequiresOnType).Assembly.GetType("Snippets.RequiresOnType+C")?.GetMethods().Length); }
}
