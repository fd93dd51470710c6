// Static fields and constructors: order, laziness, generics, thread statics, failing initialisers.

Console.WriteLine("main");
Console.WriteLine(A.X + " " + B.Y);
Console.WriteLine(Lazy1.Count);
Lazy1.Touch();
Lazy1.Touch();
Console.WriteLine(Lazy1.Count);
Console.WriteLine(Gen<int>.Id + " " + Gen<string>.Id + " " + Gen<int>.Id + " "
    + Gen<object>.Name + " " + Gen<string>.Name);
Gen<int>.Id = 100;
Console.WriteLine(Gen<int>.Id + " " + Gen<long>.Id);
Console.WriteLine(Consts.Pi + Consts.S + Consts.Table[3] + Consts.Map["two"]);
Console.WriteLine(Cyc1.V + " " + Cyc2.V);
Console.WriteLine(Single.I.N + Single.I.N);
try
{
    Console.WriteLine(Bad.F);
}
catch (TypeInitializationException e)
{
    Console.WriteLine(e.InnerException!.Message);
}

try
{
    Bad.G();
}
catch (TypeInitializationException e)
{
    Console.WriteLine("again " + e.InnerException!.GetType().Name);
}

Console.WriteLine(S.Default.V + " " + S.Make().V);
for (int i = 0; i < 3; i++)
{
    Console.Write(Next() + " ");
}

Console.WriteLine();
Console.WriteLine(string.Join(",", Consts.Primes));
Console.WriteLine(Holder.Inner.Z);
static int Next() => Seq.N++;
static class Seq
{
    public static int N = 5;
}

class A
{
    public static int X = Init("A.X", 1);
    static int Init(string s, int v)
    {
        Console.WriteLine("init " + s);
        return v;
    }

    static A()
    {
        Console.WriteLine("cctor A");
    }
}

class B
{
    public static int Y;
    static B()
    {
        Console.WriteLine("cctor B");
        Y = A.X + 1;
    }
}

class Lazy1
{
    public static int Count;
    static Lazy1()
    {
        Console.WriteLine("cctor Lazy1");
        Count = 10;
    }

    public static void Touch() => Count++;
}

static class Counter
{
    public static int Last;
}

class Gen<T>
{
    public static int Id = ++Counter.Last;
    public static readonly string Name = typeof(T).Name;
}

static class Consts
{
    public const double Pi = 3.14;
    public const string S = "const";
    public static readonly int[] Table = { 1, 2, 3, 4 };
    public static readonly Dictionary<string, int> Map = new() { ["one"] = 1, ["two"] = 2 };
    public static ReadOnlySpan<byte> Bytes => new byte[] { 2, 3, 5 };

    public static readonly int[] Primes = Sieve(30);
    static int[] Sieve(int n)
    {
        var l = new List<int>();
        for (int i = 2; i < n; i++)
        {
            bool p = true;
            foreach (int q in l)
            {
                if (i % q == 0)
                {
                    p = false;
                    break;
                }
            }

            if (p)
            {
                l.Add(i);
            }
        }

        return l.ToArray();
    }
}

class Cyc1
{
    public static int V = Cyc2.V + 1;
    static Cyc1()
    {
    }
}

class Cyc2
{
    public static int V = Cyc1.V + 10;
    static Cyc2()
    {
    }
}

sealed class Single
{
    public static readonly Single I = new();
    int n;
    public int N => ++n;

    private Single()
    {
    }
}

class Bad
{
    public static int F = Throw();
    static int Throw() => throw new InvalidOperationException("bad init");
    public static void G()
    {
    }

    static Bad()
    {
    }
}

struct S
{
    public int V;
    public static S Default = new() { V = 3 };
    static S()
    {
        Console.WriteLine("cctor S");
    }

    public static S Make() => new() { V = Default.V * 2 };
}

class Holder
{
    public static class Inner
    {
        public static string Z = "inner" + Seq.N;
    }
}
