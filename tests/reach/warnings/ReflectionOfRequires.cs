using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
namespace Snippets;
// members with requirements found by reflection; the class's own hold for instance members too
class ReflectionOfRequires
{
    [RequiresUnreferencedCode("class")] [RequiresDynamicCode("class for AOT")]
    class C
    {
        public static int S;
        public int F;
        public int P { get; set; }
        public void M() { }
        public static void N() { }
        public class Nested { public static void T() { } public void U() { } }
    }
    class D { [RequiresUnreferencedCode("constructor")] public D() { } public int P { [RequiresUnreferencedCode("getter")] get; set; } public event Action E { [RequiresUnreferencedCode("add")] add { } remove { } } }
    public static void Run(string s)
    {
        Console.WriteLine(typeof(C).GetMethod("M"));
        Console.WriteLine(typeof(C).GetMethod("N"));
        Console.WriteLine(typeof(C).GetProperty("P"));
        Console.WriteLine(typeof(C).GetField("F"));
        Console.WriteLine(typeof(C).GetField("S"));
        Console.WriteLine(typeof(C.Nested).GetMethod("T"));
        Console.WriteLine(typeof(C.Nested).GetMethod("U"));
        C.Nested.T();
        Console.WriteLine(Activator.CreateInstance(typeof(D)));
        Console.WriteLine(typeof(D).GetProperty("P"));
        Console.WriteLine(typeof(D).GetEvent("E"));
        Console.WriteLine(typeof(C).GetMethods());
        Console.WriteLine(typeof(C).GetMethods());
        Expression<Action<C>> e = c => c.M();
        Console.WriteLine(e);
        Action a = new Holder(null).M;
        a();
    }
    [RequiresUnreferencedCode("holder")] class Holder { [UnconditionalSuppressMessage("Trimming", "IL2026")] public Holder(object o) { } public void M() { } }
}
