using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// annotation on something that is not a Type or a string
class BadAnnotation
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] static int number;
    static void M([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] int n) => number = n;
    public static void Run(string s) { M(s.Length); Console.WriteLine(number); }
}
