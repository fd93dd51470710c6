using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
namespace Snippets;
// the position and the member name of compiler-generated code
class LocalFunctionsAndLambdas
{
    public static void Run(string s)
    {
        Action a = () => Danger();
        a();
        Local();
        foreach (var x in Iterate()) Console.WriteLine(x);
        Async().Wait();
        void Local() => Danger();
    }
    static IEnumerable<int> Iterate() { Danger(); yield return 1; }
    static async System.Threading.Tasks.Task Async() { await System.Threading.Tasks.Task.Yield(); Danger(); }
    [RequiresUnreferencedCode("generated code")] static void Danger() { }
}
