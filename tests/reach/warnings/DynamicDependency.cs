using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
class DynamicDependency
{
    [DynamicDependency("NoSuchMember", typeof(DynamicDependency))]
    [DynamicDependency("M", "No.Such.Type", "warnings")]
    [DynamicDependency("M", "T", "No.Such.Assembly")]
    public static void Run(string s) => Console.WriteLine(s);
}
