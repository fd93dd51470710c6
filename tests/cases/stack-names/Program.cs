// Names in stack traces: the method that throws, its callers, asynchronous ones.
using System.Runtime.CompilerServices;

try
{
    Outer.Call(3);
}
catch (InvalidOperationException e)
{
    string trace = e.StackTrace!;
    Console.WriteLine(trace.Contains("Inner.Throw(Int32") + " " + trace.Contains("Outer.Call(Int32"));
    Console.WriteLine(e.ToString().StartsWith("System.InvalidOperationException: 3"));
}
try
{
    await Later();
}
catch (InvalidOperationException e)
{
    Console.WriteLine(e.StackTrace!.Contains("Later"));
}

static async Task Later()
{
    await Task.Yield();
    throw new InvalidOperationException("later");
}

static class Outer
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Call(int number) => Inner.Throw(number) + 1;
}

static class Inner
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Throw(int number) => throw new InvalidOperationException(number.ToString());
}
