using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// a call to a member that is not trim-safe
class RequiresUnreferencedCode
{
    public static void Run(string s)
    {
        Danger(s);
    }
    [RequiresUnreferencedCode("Looks types up by name.", Url = "https://example.org/help")]
    static void Danger(string s) => Console.WriteLine(s);
}
