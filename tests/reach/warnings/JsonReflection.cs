using System;
using System.Text.Json;
namespace Snippets;
class JsonReflection
{
    public int Value { get; set; }
    public static void Run(string s)
    {
        Console.WriteLine(JsonSerializer.Serialize(new JsonReflection()));
    }
}
