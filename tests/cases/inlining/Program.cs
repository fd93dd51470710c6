// Small methods that become part of their callers: what a call does must still happen, in order and once.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

Console.WriteLine("truncation");
Console.WriteLine(Small.ToByte(Opaque.Int(300)));
Console.WriteLine(Small.ToSByte(Opaque.Int(200)));
Console.WriteLine(Small.Widen(unchecked((byte)Opaque.Int(511))));
Console.WriteLine(Small.Flag(Opaque.Int(2)));
Console.WriteLine(Small.Single(Opaque.Double(0.1)));

Console.WriteLine("order");
int x = Opaque.Int(1);
Console.WriteLine(Order.Subtract(x, x = 10));
Console.WriteLine(Order.Swapped(x++, x++));
Console.WriteLine(x);

Console.WriteLine("copies");
Pair pair = new Pair(3, 4);
Console.WriteLine(Copies.Changed(pair));
Console.WriteLine(pair.A + " " + pair.B);
pair = new Pair(pair.B, pair.A);
Console.WriteLine(pair.A + " " + pair.B);
Copies.Change(ref pair);
Console.WriteLine(pair.A + " " + pair.B);
pair = pair.Next();
Console.WriteLine(pair.A + " " + pair.B);

Console.WriteLine("locals start as zero each time");
for (int i = 0; i < 3; i++)
{
    Console.WriteLine(Locals.Count(i));
}

Console.WriteLine("null");
Node? none = Opaque.Null<Node>();
Throws("getter", () => none!.Value);
Throws("setter", () => none!.Value = 1);
Throws("constant", () => none!.Constant);
Throws("this", () => none!.Self is null ? 1 : 2);
Throws("nothing", () => { none!.Nothing(); return 0; });
Throws("argument first", () => none!.Add(Noisy("argument")));
Throws("address", () => Copies.Read(ref none!.Field));

Console.WriteLine("class constructors");
Console.WriteLine(Lazy.Answer());
Console.WriteLine(new Lazy().Instance);

Console.WriteLine("recursion");
Console.WriteLine(Recursion.Even(10));
Console.WriteLine(Recursion.Even(7));

Console.WriteLine("generics");
Console.WriteLine(Generic<int>.Kind() + " " + Generic<string>.Kind() + " " + Generic<Pair>.Kind());
Console.WriteLine(Generic<string>.Make("a").Item);
Console.WriteLine(Generic<Pair>.Make(new Pair(1, 2)).Item.B);

Console.WriteLine("handlers");
try
{
    Console.WriteLine(Order.Subtract(1, Thrower.Throw("inner")));
}
catch (InvalidOperationException e) when (Thrower.Matches(e))
{
    Console.WriteLine("caught " + e.Message);
}
finally
{
    Console.WriteLine(Small.Flag(1));
}

Console.WriteLine("chains");
Console.WriteLine(Chain.A(5));
Span<int> span = stackalloc int[] { 1, 2, 3 };
Console.WriteLine(Chain.Last(span));
Console.WriteLine(Chain.Last(span[..1]));
List<Pair> list = new List<Pair> { new Pair(5, 6) };
Console.WriteLine(list[0].A);

static void Throws(string what, Func<int> action)
{
    try
    {
        Console.WriteLine(what + " " + action());
    }
    catch (NullReferenceException)
    {
        Console.WriteLine(what + " throws");
    }
}

static int Noisy(string what)
{
    Console.WriteLine(what);
    return 1;
}

static class Opaque
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Int(int value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Double(double value) => value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T? Null<T>()
        where T : class => null;
}

static class Small
{
    public static byte ToByte(int value) => unchecked((byte)value);

    public static sbyte ToSByte(int value) => unchecked((sbyte)value);

    public static int Widen(byte value) => value + 1;

    public static bool Flag(int value) => value != 0;

    public static float Single(double value) => (float)value;
}

static class Order
{
    public static int Subtract(int a, int b) => a - b;

    public static int Swapped(int a, int b) => b * 100 + a;
}

struct Pair
{
    public int A;
    public int B;

    public Pair(int a, int b)
    {
        A = a;
        B = b;
    }

    public Pair Next() => new Pair(A + 1, B + 1);
}

static class Copies
{
    public static int Changed(Pair pair)
    {
        pair.A = 100;
        return pair.A + pair.B;
    }

    public static void Change(ref Pair pair) => pair.A = 50;

    public static int Read(ref int field) => field;
}

static class Locals
{
    public static int Count(int i)
    {
        Pair local = default;
        local.A += i;
        return local.A;
    }
}

class Node
{
    public int Field;

    public int Value { get; set; }

    public int Constant => 7;

    public Node Self => this;

    public void Nothing()
    {
    }

    public int Add(int value) => value + 1;
}

class Lazy
{
    static readonly int s_answer;

    static Lazy()
    {
        Console.WriteLine("Lazy..cctor");
        s_answer = 42;
    }

    public static int Answer() => s_answer;

    public int Instance => s_answer + 1;
}

static class Recursion
{
    public static bool Even(int n) => n == 0 || Odd(n - 1);

    public static bool Odd(int n) => n != 0 && Even(n - 1);
}

class Generic<T>
{
    public T Item;

    Generic(T item)
    {
        Item = item;
    }

    public static string Kind() => typeof(T) == typeof(int) ? "int" : typeof(T).IsValueType ? "struct" : "class";

    public static Generic<T> Make(T item) => new Generic<T>(item);
}

static class Thrower
{
    public static int Throw(string message) => throw new InvalidOperationException(message);

    public static bool Matches(Exception e) => e.Message == "inner";
}

static class Chain
{
    public static int A(int n) => B(n) + 1;

    static int B(int n) => C(n) * 2;

    static int C(int n) => n - 1;

    public static int Last(Span<int> span) => span[^1];
}
