using System;
using System.Reflection;
namespace Snippets;
// single-file: no location
class AssemblyLocation
{
    public static void Run(string s)
    {
        Console.WriteLine(typeof(AssemblyLocation).Assembly.Location);
        Console.WriteLine(typeof(AssemblyLocation).Assembly.GetFiles().Length);
    }
}
