using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// suppressed: nothing must be printed
class Suppressed
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "test")]
    public static void Run(string s) => Danger(s);
    [RequiresUnreferencedCode("never seen")]
    static void Danger(string s) => Console.WriteLine(s);
}
