// Definitions that instantiate themselves with ever larger arguments: what is needed runs, the rest is cut off.

Console.WriteLine(Depth<int>(4));
Console.WriteLine(References<string>(4));
Console.WriteLine(Pairs<int>(3));
Console.WriteLine(new Node<string>(2).Count());
Console.WriteLine(Written());
Console.WriteLine(typeof(Nested<Nested<Nested<int>>>));
Console.WriteLine(Four.Length(2, new Span<int>(new int[2])));
foreach (IRecursive recursive in new IRecursive[] { new First(), new Second(), new Third() })
{
    Console.WriteLine(recursive.Name<int>(2));
    Console.WriteLine(recursive.Name<string>(1));
}
INext next = new Next1<int>();
Console.WriteLine(next.Follow().Follow().Name());
next = new Next2<string>();
Console.WriteLine(next.Follow().Follow().Name());
foreach (Visitor<int> visitor in new[] { new Visitor<int>(), new OtherVisitor<int>() })
    Console.WriteLine(visitor.Visit(2));

static int Depth<T>(int n)
{
    return n == 0 ? 0 : 1 + Depth<Box<T>>(n - 1);
}

static int References<T>(int n)
{
    return n == 0 ? 0 : 1 + References<List<T>>(n - 1);
}

static int Pairs<T>(int n)
{
    return n == 0 ? 0 : 1 + Pairs<(T, T)>(n - 1);
}

// Deep, but written out: nothing is cut.
static string Written()
{
    var deep = new List<List<List<List<List<List<string>>>>>>();
    deep.Add(new());
    deep[0].Add(new());
    deep[0][0].Add(new());
    return deep.GetType().ToString() + deep[0][0].Count;
}

struct Box<T>
{
    public T Value;
}

struct Nested<T>
{
    public Nested<Nested<T>>[]? Inner;
}

class Node<T>(int depth)
{
    public int Count()
    {
        return depth == 0 ? 1 : 1 + new Node<T[]>(depth - 1).Count();
    }
}

// Four ways at each step: none of the structs nests often, but there are too many orders.
struct A<T>
{
    public T Value;
}

struct B<T>
{
    public T Value;
}

struct C<T>
{
    public T Value;
}

struct D<T>
{
    public T Value;
}

ref struct SpanOf<T>
{
    public Span<T> Span;
    public T Value;

    public SpanOf(Span<T> span)
    {
        Span = span;
    }

    public int Size() => Span.Length + System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
}

static class Four
{
    public static int Length<T>(int n, Span<T> span)
    {
        if (n == 0)
            return span.Length;
        int length = Length(n - 1, new Span<A<T>>(new A<T>[1])) + Length(n - 1, new Span<B<T>>(new B<T>[2]));
        length += Length(n - 1, new Span<C<T>>(new C<T>[3])) + Length(n - 1, new Span<D<T>>(new D<T>[4]));
        return length + new SpanOf<T>(span).Size();
    }
}

// Through tables: generic virtual methods, interfaces, virtual methods.
interface IRecursive
{
    string Name<T>(int n);
}

class First : IRecursive
{
    public string Name<T>(int n) => n == 0 ? typeof(T).Name : ((IRecursive)this).Name<A<T>>(n - 1);
}

class Second : IRecursive
{
    public virtual string Name<T>(int n) => n == 0 ? "second " + typeof(T).Name : ((IRecursive)new First()).Name<List<T>>(n - 1);
}

class Third : Second
{
    public override string Name<T>(int n) => n == 0 ? "third" : base.Name<B<T>>(n - 1);
}

interface INext
{
    INext Follow();
    string Name();
}

class Next1<T> : INext
{
    public INext Follow() => new Next1<A<T>>();
    public string Name() => typeof(T).Name;
}

class Next2<T> : INext
{
    public INext Follow() => new Next2<B<T>>();
    public string Name() => "other " + typeof(T).Name;
}

class Visitor<T>
{
    public virtual object Visit(int n) => n == 0 ? typeof(T).Name : new Visitor<A<T>>().Visit(n - 1);
}

class OtherVisitor<T> : Visitor<T>
{
    public override object Visit(int n) => n == 0 ? "other" : new OtherVisitor<B<T>>().Visit(n - 1);
}
