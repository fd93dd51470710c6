using System;
using System.Linq.Expressions;
namespace Snippets;
class ExpressionByName
{
    public static void Run(string s)
    {
        var e = Expression.Property(Expression.Constant(s), typeof(string), "Length");
        Console.WriteLine(Expression.Call(typeof(ExpressionByName), s, Type.EmptyTypes));
    }
}
