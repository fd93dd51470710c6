using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
class OverrideMismatch
{
    class B { public virtual void M() { } public virtual void N([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type t) { } }
    class D : B
    {
        [RequiresUnreferencedCode("derived only")]
        public override void M() { }
        public override void N(Type t) { }
    }
    public static void Run(string s) { B b = s == "x" ? new B() : new D(); b.M(); b.N(typeof(string)); }
}
