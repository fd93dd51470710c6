using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
class DerivedFromRequires
{
    [RequiresUnreferencedCode("base type")]
    class B { public B() { } }
    class D : B { [RequiresUnreferencedCode("d")] public D() { } }
    interface I { [RequiresDynamicCode("i")] void M(); }
    class C : I { public void M() { } }
    [RequiresAssemblyFiles("needs files")] static void Files() { }
    public static void Run(string s) { Console.WriteLine(typeof(D)); I i = new C(); i.M(); Files(); Action a = new C().M; a += Danger; a(); }
    [RequiresUnreferencedCode("delegate target")] static void Danger() { }
}
