using System;
namespace Snippets;
class DynamicKeyword
{
    public static void Run(object s)
    {
        dynamic d = s;
        Console.WriteLine(d.Length);
    }
}
