using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
namespace Snippets;
// a property whose accessors use several fields
class PropertyBackingField
{
    const DynamicallyAccessedMemberTypes Methods = DynamicallyAccessedMemberTypes.PublicMethods;
    static Type one = typeof(string);
    static Type other = typeof(int);
    [DynamicallyAccessedMembers(Methods)]
    static Type Two { [CompilerGenerated] get => other == null ? one : other; }
    [DynamicallyAccessedMembers(Methods)]
    static Type SetTwo { [CompilerGenerated] set { one = value; other = value; } }
    [DynamicallyAccessedMembers(Methods)]
    static Type Different { [CompilerGenerated] get => one; [CompilerGenerated] set => other = value; }
    [DynamicallyAccessedMembers(Methods)]
    static Type ByHand { get { return field; } set { field = value; } }
    public static void Run(string s)
    {
        SetTwo = typeof(string);
        Different = typeof(string);
        ByHand = typeof(string);
        Console.WriteLine(Two + "" + Different + ByHand);
    }
}
