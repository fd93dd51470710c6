using System;
namespace Snippets;
// reflection over an unannotated parameter
class UnannotatedParameter
{
    public static void Run(string s) => Look(s.GetType());
    static void Look(Type t)
    {
        Console.WriteLine(t.GetMethods().Length);
    }
}
