using System;
namespace Snippets;
class ActivatorUnknown
{
    static Type field;
    public static void Run(string s)
    {
        field = s.GetType();
        Console.WriteLine(Activator.CreateInstance(field));
    }
}
