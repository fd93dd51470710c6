using System;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// requirements on a static constructor have no meaning
class StaticConstructor
{
    class Trim { public static int X = int.Parse("1"); [RequiresUnreferencedCode("static")] static Trim() { Danger(); } }
    class Aot { public static int X = int.Parse("1"); [RequiresDynamicCode("static")] static Aot() { } }
    class Files { public static int X = int.Parse("1"); [RequiresAssemblyFiles("static")] static Files() { } }
    [RequiresUnreferencedCode("called")] static void Danger() { }
    public static void Run(string s) => Console.WriteLine(Trim.X + Aot.X + Files.X);
}
