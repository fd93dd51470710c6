using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// annotations on methods, properties and their accessors
class PropertyAnnotations
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    [DynamicallyAccessedMembers(Methods)] void OnMethod(Type t) { }
    [DynamicallyAccessedMembers(Methods)] static void OnStaticMethod(Type t) { }
    [DynamicallyAccessedMembers(Methods)] Type Computed { get => typeof(string); }
    [DynamicallyAccessedMembers(Methods)] Type Automatic { get; set; } = typeof(string);
    [DynamicallyAccessedMembers(Methods)] Type Conflicting
    {
        [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)]
        get => typeof(string);
        [param: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)]
        set { }
    }
    [DynamicallyAccessedMembers(Methods)] [field: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)]
    Type Backed { get; set; } = typeof(string);
    [DynamicallyAccessedMembers(Methods)] int Number { get; set; }
    [DynamicallyAccessedMembers(Methods)] Type HalfComputed { get; set => field = value; } = typeof(string);
    [DynamicallyAccessedMembers(Methods)] [System.Runtime.CompilerServices.CompilerGenerated]
    Type Marked { [System.Runtime.CompilerServices.CompilerGenerated] get => typeof(string); }
    public static void Run(string s)
    {
        var p = new PropertyAnnotations();
        p.OnMethod(typeof(string));
        OnStaticMethod(typeof(string));
        p.Automatic = s.GetType();
        p.Conflicting = s.GetType();
        p.Backed = s.GetType();
        p.Number = s.Length;
        p.HalfComputed = s.GetType();
        Console.WriteLine(p.Computed + "" + p.Automatic + p.Conflicting + p.Backed + p.Number + p.HalfComputed + p.Marked);
    }
}
