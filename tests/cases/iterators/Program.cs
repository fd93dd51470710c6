// Iterators: yield, dispose, laziness, nesting, LINQ over them.

foreach (int i in Count(5))
{
    Console.Write(i + " ");
}

Console.WriteLine();
foreach (var s in Pow("ab", 3))
{
    Console.Write(s + " ");
}

Console.WriteLine();
int n = 0;
foreach (long f in Fib())
{
    if (n++ == 15)
    {
        break;
    }

    Console.Write(f + " ");
}

Console.WriteLine();
using (var e = Count(3).GetEnumerator())
{
    while (e.MoveNext())
    {
        Console.Write(e.Current);
    }

    Console.WriteLine(e.MoveNext());
}

var lazy = Trace();
Console.WriteLine("created");
foreach (var x in lazy)
{
    Console.WriteLine("got " + x);
    if (x == 2)
    {
        break;
    }
}

foreach (var x in new Bag())
{
    Console.Write(x + ";");
}

Console.WriteLine();
foreach (var t in Walk(new T(1, new T(2, null, new T(3, null, null)), new T(4, null, null))))
{
    Console.Write(t + " ");
}

Console.WriteLine();
Console.WriteLine(string.Join(",", Count(10).Where(i => i % 3 == 0).Select(i => i * i)));
foreach (ref int r in new RefE(new[] { 1, 2, 3 }))
{
    r *= 2;
    Console.Write(r + " ");
}

Console.WriteLine();
var en = Count(2);
Console.WriteLine(en.Count() + en.Sum() + " " + ReferenceEquals(en.GetEnumerator(), en.GetEnumerator()));
foreach (var(i, c)in Index("xyz"))
    Console.Write(i + "" + c + " ");
Console.WriteLine();
IEnumerable<object> cov = Pow("z", 2);
foreach (object o in cov)
{
    Console.Write(o);
}

Console.WriteLine();
foreach (var d in new Duck())
{
    Console.Write(d);
}

Console.WriteLine();
System.Collections.IEnumerable old = new System.Collections.ArrayList { 1, "two", 3.0 };
foreach (object o in old)
{
    Console.Write(o + "|");
}

Console.WriteLine();
static IEnumerable<int> Count(int n)
{
    for (int i = 0; i < n; i++)
    {
        yield return i;
    }
}

static IEnumerable<string> Pow(string s, int n)
{
    if (n == 0)
    {
        yield return "";
        yield break;
    }

    foreach (var p in Pow(s, n - 1))
    {
        foreach (char c in s)
        {
            yield return p + c;
        }
    }
}

static IEnumerable<long> Fib()
{
    long a = 0, b = 1;
    while (true)
    {
        yield return a;
        (a, b) = (b, a + b);
    }
}

static IEnumerable<int> Trace()
{
    Console.WriteLine("start");
    try
    {
        yield return 1;
        Console.WriteLine("between");
        yield return 2;
        yield return 3;
    }
    finally
    {
        Console.WriteLine("cleanup");
    }
}

static IEnumerable<int> Walk(T? t)
{
    if (t == null)
    {
        yield break;
    }

    foreach (var x in Walk(t.L))
    {
        yield return x;
    }

    yield return t.V;
    foreach (var x in Walk(t.R))
    {
        yield return x;
    }
}

static IEnumerable<(int, X)> Index<X>(IEnumerable<X> e)
{
    int i = 0;
    foreach (var x in e)
    {
        yield return (i++, x);
    }
}

record T(int V, T? L, T? R);
class Bag : IEnumerable<string>
{
    public IEnumerator<string> GetEnumerator()
    {
        yield return "p";
        yield return "q";
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

class Duck
{
    public E GetEnumerator() => new();
    public struct E
    {
        int i;
        public bool MoveNext() => ++i < 4;
        public int Current => i * 11;
    }
}

ref struct RefE(int[] a)
{
    int i = -1;
    readonly int[] a = a;
    public RefE GetEnumerator() => this;
    public bool MoveNext() => ++i < a.Length;
    public ref int Current => ref a[i];
}
