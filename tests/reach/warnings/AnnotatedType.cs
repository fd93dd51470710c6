using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// an annotation on a type reaches members with requirements of their own
class AnnotatedType
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    class Base
    {
        [RequiresUnreferencedCode("in base", Url = "https://example.org/base")] public void DangerInBase() { }
        public void TakesInBase([DynamicallyAccessedMembers(Methods)] Type t) { }
        [DynamicallyAccessedMembers(Methods)] public Type fieldInBase;
        [RequiresUnreferencedCode("virtual")] public virtual void Overridden() { }
    }
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicFields)]
    class Annotated : Base
    {
        [RequiresUnreferencedCode("own")] public void Danger() { }
        [RequiresDynamicCode("own")] public void DangerForAot() { }
        public void Takes([DynamicallyAccessedMembers(Methods)] Type t) { }
        [DynamicallyAccessedMembers(Methods)] public Type field;
        [DynamicallyAccessedMembers(Methods)] public Type Property { get; set; }
    }
    class Derived : Annotated
    {
        [RequiresUnreferencedCode("derived")] public void DangerInDerived() { }
        public void TakesInDerived([DynamicallyAccessedMembers(Methods)] Type t) { }
    }
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)]
    interface IAnnotated
    {
        [RequiresUnreferencedCode("interface")] void Danger() { }
    }
    class Implementer : IAnnotated
    {
        [RequiresUnreferencedCode("implementer")] public void DangerInImplementer() { }
        public class Nested { [RequiresUnreferencedCode("nested")] public void DangerInNested() { } }
    }
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)]
    class NeverAsked
    {
        [RequiresUnreferencedCode("never")] public void Danger() { }
    }
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
    class OnlySuppressed
    {
        [UnconditionalSuppressMessage("Trimming", "IL2112")] [RequiresUnreferencedCode("suppressed")] public void Danger() { }
    }
    [RequiresUnreferencedCode("class")]
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
    class RequiresItself { public void Instance() { } public static void Static() { } }
    static void Look(Annotated a, IAnnotated i, OnlySuppressed o) => Console.WriteLine(a.GetType().GetMethods() + "" + a.GetType().GetFields() + i.GetType().GetMethods() + o.GetType().GetMethods());
    public static void Run(string s)
    {
        Look(s.Length > 1 ? new Annotated() : new Derived(), new Implementer(), new OnlySuppressed());
        Console.WriteLine(new NeverAsked() + "" + typeof(RequiresItself));
    }
}
