using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
namespace Snippets;
// reflection over members whose own annotations it cannot honour
class AnnotatedByReflection
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    class Target
    {
        [DynamicallyAccessedMembers(Methods)] public Type field;
        [DynamicallyAccessedMembers(Methods)] public static Type other;
        [DynamicallyAccessedMembers(Methods)] public Type Property { get; set; }
        public Target() { }
        public Target([DynamicallyAccessedMembers(Methods)] Type t) => field = t;
        public void Takes([DynamicallyAccessedMembers(Methods)] Type t) => field = t;
        [return: DynamicallyAccessedMembers(Methods)] public Type Returns() => field;
        [return: DynamicallyAccessedMembers(Methods)] public virtual Type ReturnsVirtually() => field;
        public void Generic<[DynamicallyAccessedMembers(Methods)] T>() { }
        public void Lambda() { Action<Type> a = ([DynamicallyAccessedMembers(Methods)] t) => Console.WriteLine(t); a(null); }
    }
    class All { public void Takes([DynamicallyAccessedMembers(Methods)] Type t) { } [RequiresUnreferencedCode("all")] public void Danger() { } }
    static void Need([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type t) => Console.WriteLine(t);
    delegate void Taker([DynamicallyAccessedMembers(Methods)] Type t);
    delegate void Plain(Type t);
    static void TakesStatic([DynamicallyAccessedMembers(Methods)] Type t) => Console.WriteLine(t);
    public static void Run(string s)
    {
        Console.WriteLine(typeof(Target).GetField("field"));
        Console.WriteLine(typeof(Target).GetField(nameof(Target.other)));
        Console.WriteLine(typeof(Target).GetProperty("Property"));
        Console.WriteLine(typeof(Target).GetMethod("Takes"));
        Console.WriteLine(typeof(Target).GetMethod("Returns"));
        Console.WriteLine(typeof(Target).GetMethod("ReturnsVirtually"));
        Console.WriteLine(typeof(Target).GetMethod("Generic"));
        Console.WriteLine(typeof(Target).GetMethod("Lambda"));
        Console.WriteLine(typeof(Target).GetConstructors());
        Console.WriteLine(typeof(Target).GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance));
        Console.WriteLine(typeof(Target).GetFields());
        Console.WriteLine(typeof(Target).GetProperties());
        Need(typeof(All));
        Expression<Action<Target>> e = t => t.Takes(null);
        Expression<Func<Target, Type>> f = t => t.field;
        Console.WriteLine(e + "" + f);
        Plain p = TakesStatic;
        Taker q = TakesStatic;
        p(null);
        q(null);
        new Target().Lambda();
        Suppressed();
        Required();
    }
    [UnconditionalSuppressMessage("Trimming", "IL2111")]
    static void Suppressed() => Console.WriteLine(typeof(Target).GetMethod("Takes"));
    [RequiresUnreferencedCode("itself")]
    static void Required2() => Console.WriteLine(typeof(Target).GetMethod("Takes"));
    [UnconditionalSuppressMessage("Trimming", "IL2026")]
    static void Required() => Required2();
    [DynamicDependency("Takes", typeof(Dependency))]
    [DynamicDependency("field", typeof(Dependency))]
    static Type dependency = typeof(Dependency);
    class Dependency { [DynamicallyAccessedMembers(Methods)] public Type field; public void Takes([DynamicallyAccessedMembers(Methods)] Type t) => field = t; }
}
