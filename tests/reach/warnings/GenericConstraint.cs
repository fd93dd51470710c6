using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// a type argument that lacks the annotation of the parameter
class GenericConstraint
{
    public static void Run(string s) => Outer<string>();
    static void Outer<T>() => Inner<T>();
    static void Inner<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>() => Console.WriteLine(typeof(T).GetMethods().Length);
}
