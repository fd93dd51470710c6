using System;
using System.Reflection;
using System.Reflection.Emit;
namespace Snippets;
class ReflectionEmit
{
    public static void Run(string s)
    {
        var a = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(s), AssemblyBuilderAccess.Run);
        Console.WriteLine(a);
        Console.WriteLine(Assembly.LoadFrom(s));
    }
}
