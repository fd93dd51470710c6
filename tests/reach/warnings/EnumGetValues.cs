using System;
namespace Snippets;
class EnumGetValues
{
    public static void Run(object s)
    {
        Console.WriteLine(Enum.GetValues(s.GetType()).Length);
    }
}
