using System;
using System.Reflection;
using System.Runtime.CompilerServices;
namespace Snippets;
class RunClassConstructorAndNested
{
    static Type field;
    public static void Run(string s)
    {
        field = s.GetType();
        RuntimeHelpers.RunClassConstructor(field.TypeHandle);
        Console.WriteLine(field.GetNestedType("X"));
        Console.WriteLine(field.GetInterface("X"));
        Console.WriteLine(Activator.CreateInstance("asm", s));
        field.InvokeMember(s, BindingFlags.InvokeMethod, null, null, null);
    }
}
