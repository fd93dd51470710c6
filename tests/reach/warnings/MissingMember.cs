using System;
using System.Reflection;
namespace Snippets;
// names that cannot be resolved
class MissingMember
{
    public static void Run(string s)
    {
        Console.WriteLine(Type.GetType("Snippets.NotThere, warnings"));
        Console.WriteLine(Assembly.Load("System.Xml").GetType(s));
    }
}
