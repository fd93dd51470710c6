using System;
using System.Reflection;
namespace Snippets;
class CurrentMethod
{
    public static void Run(string s)
    {
        Console.WriteLine(MethodBase.GetCurrentMethod());
    }
}
