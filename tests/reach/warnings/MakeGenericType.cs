using System;
using System.Collections.Generic;
namespace Snippets;
// instantiation over a type that is only known at run time
class MakeGenericType
{
    public static void Run(string s)
    {
        Type t = typeof(List<>).MakeGenericType(s.GetType());
        Console.WriteLine(t);
    }
}
