using System;
namespace Snippets;
// reflection over the result of object.GetType
class GetTypeResult
{
    public static void Run(object s)
    {
        Console.WriteLine(s.GetType().GetProperty("Length"));
    }
}
