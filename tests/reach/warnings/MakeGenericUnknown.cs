using System;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
namespace Snippets;
class MakeGenericUnknown
{
    class G<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T> { }
    static void M<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>() { }
    static void V<T>() where T : struct { }
    static Type field;
    public static void Run(string s)
    {
        field = s.GetType();
        Console.WriteLine(typeof(G<>).MakeGenericType(field));
        Console.WriteLine(typeof(MakeGenericUnknown).GetMethod("M", BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(field));
        Console.WriteLine(typeof(MakeGenericUnknown).GetMethod("V", BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(field));
        Console.WriteLine(field.MakeGenericType(typeof(int)));
        Console.WriteLine(Array.CreateInstance(field, 2));
    }
}
