using System;
namespace Snippets;
// Type.GetType with a name that is not known
class UnknownTypeName
{
    public static void Run(string s)
    {
        Console.WriteLine(Type.GetType(s));
    }
}
