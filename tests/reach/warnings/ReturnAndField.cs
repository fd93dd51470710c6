using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
class ReturnAndField
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] static Type annotated;
    static Type plain;
    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)]
    static Type Get() => plain;
    static Type Plain() => plain;
    static void Need([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] Type t) => Console.WriteLine(t);
    public static void Run(string s)
    {
        plain = s.GetType();
        annotated = plain;
        Need(Plain());
        Need(plain);
        Console.WriteLine(Get());
    }
}
