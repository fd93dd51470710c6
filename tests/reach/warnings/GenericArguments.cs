using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// arguments of annotated generic parameters
class GenericArguments
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    class Target { [RequiresUnreferencedCode("argument")] public void Danger() { } public void Takes([DynamicallyAccessedMembers(Methods)] Type t) { } }
    class Other { [RequiresUnreferencedCode("other")] public void Danger() { } }
    class Third { [RequiresUnreferencedCode("third")] public void Danger() { } }
    class Fourth { [RequiresUnreferencedCode("fourth")] public void Danger() { } }
    static void Generic<[DynamicallyAccessedMembers(Methods)] T>() => Console.WriteLine(typeof(T).GetMethods());
    class Holder<[DynamicallyAccessedMembers(Methods)] T> { public static int S; public int I; }
    class Derived : Holder<Third> { }
    static Holder<Fourth> inField;
    public static void Run(string s)
    {
        Generic<Target>();
        Console.WriteLine(new Holder<Other>());
        Console.WriteLine();
        Console.WriteLine(new Derived());
        Console.WriteLine(inField);
        Console.WriteLine(typeof(Holder<Target>));
    }
}
