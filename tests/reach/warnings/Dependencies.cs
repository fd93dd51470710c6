using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// what DynamicDependency and attributes name
class Dependencies
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    class Target
    {
        [DynamicallyAccessedMembers(Methods)] public Type field;
        public void Takes([DynamicallyAccessedMembers(Methods)] Type t) { }
        [RequiresUnreferencedCode("dependency")] public void Danger() { }
    }
    class KeepAttribute : Attribute { public KeepAttribute([DynamicallyAccessedMembers(Methods)] Type t) { } }
    [DynamicDependency("Takes", typeof(Target))]
    [DynamicDependency("Danger", typeof(Target))]
    [DynamicDependency("field", typeof(Target))]
    public static void Run(string s) => Console.WriteLine(typeof(Attributed).GetCustomAttributes(true));
    [Keep(typeof(Target))] class Attributed { }
}
