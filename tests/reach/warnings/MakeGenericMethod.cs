using System;
using System.Reflection;
namespace Snippets;
class MakeGenericMethod
{
    static void G<T>() => Console.WriteLine(typeof(T));
    public static void Run(string s)
    {
        MethodInfo m = typeof(MakeGenericMethod).GetMethod("G", BindingFlags.Static | BindingFlags.NonPublic);
        m.MakeGenericMethod(s.GetType()).Invoke(null, null);
    }
}
