// Generic code of every kind as in the other cases of generics, but instantiated over types that the compiler cannot follow.
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;

static class Source
{
    static readonly Type[] types =
    {
        typeof(Alpha),
        typeof(Beta),
        typeof(string),
        typeof(object),
        typeof(int[]),
        typeof(Exception),
        typeof(Func<string>)
    };
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Type Get(int i) => types[Environment.TickCount64 < 0 ? 0 : i];
}

class Alpha
{
    public override string ToString() => "alpha";
}

class Beta : Alpha, IComparable<Beta>, INumberLike<Beta>
{
    public int N;
    public override string ToString() => "beta" + N;
    public int CompareTo(Beta? o) => N - o!.N;
    public static Beta Zero => new();

    public static Beta Plus(Beta a, Beta b) => new()
    {
        N = a.N + b.N
    };
}

interface INumberLike<T>
    where T : INumberLike<T>
{
    static abstract T Zero { get; }

    static abstract T Plus(T a, T b);
    static virtual T Sum(IEnumerable<T> s)
    {
        T r = T.Zero;
        foreach (T x in s)
            r = T.Plus(r, x);
        return r;
    }
}

abstract class Run
{
    public abstract void Go(object v);
    protected static void P(object? o) => Console.WriteLine(o is IFormattable f ? f.ToString(null, CultureInfo.InvariantCulture) : o ?? "null");
}

// 2 recursion over references
static class Rec
{
    public static int R<T>(int n) => n == 0 ? 0 : 1 + R<List<T>>(n - 1);
    public static string Dee<T>(int n) => n == 0 ? typeof(T).ToString() : Dee<Tuple<T, T>>(n - 1);
}

class Q2<T> : Run
{
    public override void Go(object v)
    {
        P(Rec.R<T>(5));
        P(Rec.Dee<T>(2));
    }
}

// 4 statics, nested
class C4<T>
{
    public static int n;
    static C4()
    {
        Console.WriteLine("cctor C4 " + typeof(T));
    }

    public class D<U>
    {
        public static int m;
        [ThreadStatic]
        public static object? t;
    }
}

class Q4<T> : Run
{
    public override void Go(object v)
    {
        C4<T>.n++;
        C4<List<T>>.n += 2;
        C4<T>.D<T>.m++;
        C4<T>.D<int>.m += 5;
        C4<T>.D<T[]>.t = v;
        P(C4<T>.n + " " + C4<List<T>>.n + " " + C4<T>.D<T>.m + " " + C4<T>.D<int>.m + " " + C4<T>.D<T[]>.t + " " + (C4<T>.D<object[, ]>.t == null));
    }
}

// 5 typeof
class Q5<T> : Run
{
    public override void Go(object v)
    {
        P(typeof(T));
        P(typeof(T[]));
        P(typeof(T[, ]));
        P(typeof(Dictionary<T, List<T>>));
        P(typeof(T).Name);
        P(typeof((T, int)));
        P(typeof(Q5<>.In<>));
        P(typeof(In<T>));
        P(nameof(T));
    }

    class In<X>
    {
    }
}

// 6 newobj
class Q6<T> : Run where T : class
{
    public override void Go(object v)
    {
        P(new T[3].Length);
        P(default(T));
        P(new List<T> { (T)v }[0]);
        P(new T[2, 2].Length);
        P(new T[1][] { new[] { (T)v } }[0][0]);
        P(Activator.CreateInstance(typeof(List<T>))!.GetType());
        P(new { A = (T)v, B = 1 });
        P(((T)v, 5));
    }
}

// 7 casts
class Q7<T> : Run
{
    public override void Go(object v)
    {
        foreach (object o in new object[]
        {
            v,
            "s",
            new List<T>(),
            new T[0],
            new object[0],
            5
        }

        )
        {
            P((o is T) + " " + (o is List<T>) + " " + (o is IEnumerable<T>) + " " + (o as List<T> != null) + " " + (o is T[]));
            try
            {
                T t = (T)o;
                P("ok");
            }
            catch (InvalidCastException e)
            {
                P(e.Message.Length > 0);
            }

            P(o switch
            {
                T => "T",
                IEnumerable<T> => "seq",
                IList => "list",
                _ => "other"
            });
        }
    }
}

// 9/10 GVM override chains called from shared code
class B10<T>
{
    public virtual string V<U>(U u) => "B10 " + typeof(T).Name + typeof(U).Name;
    public string Non<U>() => "non " + typeof(T).Name + typeof(U).Name;
}

class M10<T> : B10<T>
{
    public override string V<U>(U u) => "M10 " + base.V(u) + base.V(new U[0]);
}

class S10<T> : M10<List<T>>
{
    public sealed override string V<U>(U u) => "S10 " + base.V<Dictionary<T, U>>(null!);
}

class Q10<T> : Run where T : notnull
{
    public override void Go(object v)
    {
        B10<List<T>> b = new S10<T>();
        P(b.V(5));
        P(b.V((T)v));
        P(b.V("x"));
        P(b.Non<T>());
        P(new M10<T>().V((T)v));
        P(new M10<int>().V((T)v));
    }
}

// 11/12 variance
interface IOut<out T>
{
    string O();
}

interface IIn<in T>
{
    string I(T t);
}

class W12<T> : IOut<T>, IIn<T>
{
    public string O() => "out " + typeof(T).Name;
    public string I(T t) => "in " + typeof(T).Name;
}

class Q12<T> : Run where T : class
{
    public override void Go(object v)
    {
        IOut<object> o = new W12<T>();
        P(o.O());
        IIn<T> i = new W12<object>();
        P(i.I((T)v));
        P(o is IOut<T>);
        P(o is IOut<string>);
        P(((object)new T[0]) is IEnumerable<object>);
        IEnumerable<object> e = new List<T>
        {
            (T)v
        };
        foreach (object x in e)
            P(x);
        Func<object> f = (Func<T>)(() => (T)v);
        P(f());
        Action<T> a = (Action<object>)(x => P(x));
        a((T)v);
        P(new Dictionary<T, int>() is IReadOnlyDictionary<T, int>);
        try
        {
            Delegate.Combine((Func<object>)(Func<T>)(() => (T)v), (Func<object>)(() => 1));
            P("combined");
        }
        catch (ArgumentException)
        {
            P("argument");
        }
    }
}

// 14
class Q14<T> : Run where T : INumberLike<T>
{
    public override void Go(object v)
    {
        P(T.Sum(new[] { (T)v, (T)v, T.Zero }));
        P(Inner(new[] { (T)v }));
    }

    static U Inner<U>(U[] u)
        where U : INumberLike<U> => U.Sum(u);
}

// 16
interface IFoo<T>
{
    string F(T t);
    void Set(T t);
}

struct T16<T> : IFoo<T[]>
{
    public T V;
    public int N;
    public string F(T[] t) => "T[] " + N;
    public void Set(T[] t) => N += t.Length;
}

class Q16<T> : Run
{
    public override void Go(object v)
    {
        var s = new T16<T>();
        Call(ref s, new T[3]);
        P(s.N);
        IFoo<T[]> b = s;
        b.Set(new T[2]);
        P(b.F(null!) + s.F(null!));
        Func<T[], string> f = s.F, g = b.F;
        P(f(null!) + g(null!));
    }

    static void Call<S, U>(ref S s, U u)
        where S : IFoo<U>
    {
        s.Set(u);
        P(s.F(u));
    }
}

// 17 18 19 DIMs
interface I17<T>
{
    string M() => "I17 " + typeof(T).Name;
}

interface A17<T> : I17<T>
{
    string I17<T>.M() => "A17 " + typeof(T).Name;
}

interface B17<T> : I17<T>
{
    string I17<T>.M() => "B17 " + typeof(T).Name;
}

class Dia<T> : A17<T>, B17<T>
{
    string I17<T>.M() => "own " + typeof(T).Name + typeof(I17<T>);
}

class NoDia0<T> : A17<T>
{
}

class NoDia<T> : NoDia0<T>, I17<string>
{
}

class Q17<T> : Run
{
    public override void Go(object v)
    {
        P(((I17<T>)new Dia<T>()).M());
        P(((I17<T>)new NoDia<T>()).M());
        P(((I17<string>)new NoDia<T>()).M());
        P(((I17<T>)new St()).M());
    }

    struct St : A17<T>
    {
    }
}

// 20 covariant returns
abstract class A20<T>
{
    public abstract object R();
}

class B20<T> : A20<T>
{
    public override List<T> R() => new()
    {
        default!
    };
}

class C20<T> : B20<T[]>
{
    public override List2<T[]> R() => new();
}

class List2<T> : List<T>
{
}

class Q20<T> : Run
{
    public override void Go(object v)
    {
        A20<T[]> a = new C20<T>();
        P(a.R());
        B20<T[]> b = new C20<T>();
        P(b.R().GetType());
        P(new B20<T>().R().Count);
    }
}

// 22 attributes
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
class Ga<T> : Attribute
{
    public override string ToString() => "Ga " + typeof(T).Name;
}

[Ga<int>]
[Ga<string>]
class At<T>
{
}

class Q22<T> : Run
{
    public override void Go(object v)
    {
        foreach (var s in typeof(At<T>).GetCustomAttributes(false).Select(a => a.ToString()).Order())
            P(s);
    }
}

// UnsafeAccessor on generics
class Priv<T>
{
    private T f;
    private static string s = typeof(T).Name;
    private string M(T t) => "M " + t + f;
    private static string Sm<U>(U u) => typeof(T).Name + typeof(U).Name;
    public Priv(T t) => f = t;
}

class Acc<T>
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "f")]
    public static extern ref T F(Priv<T> p);
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "M")]
    public static extern string M(Priv<T> p, T t);
    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "s")]
    public static extern ref string S(Priv<T>? p);
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern Priv<T> New(T t);
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Sm")]
    public static extern string Sm<U>(Priv<T>? p, U u);
}

class Qua<T> : Run
{
    public override void Go(object v)
    {
        var p = Acc<T>.New((T)v);
        P(Acc<T>.M(p, (T)v));
        Acc<T>.F(p) = default!;
        P(Acc<T>.M(p, (T)v));
        P(Acc<T>.S(null));
        P(Acc<T>.Sm(null, 5) + Acc<T>.Sm(null, "x") + Acc<T>.Sm(null, (T)v));
    }
}

// function pointers, generic delegates, iterators, async
unsafe class Qfp<T> : Run
{
    static T Id(T t) => t;
    static string Na<U>(T t, U u) => typeof(T).Name + typeof(U).Name + t + u;
    public override void Go(object v)
    {
        delegate*<T, T> f = &Id;
        P(f((T)v));
        delegate*<T, int, string> g = &Na<int>;
        P(g((T)v, 3));
        delegate*<T, T, string> h = &Na<T>;
        P(h((T)v, (T)v));
        P(f == (delegate*<T, T> )&Id);
        P(typeof(delegate*<T, int> ));
    }
}

class Qit<T> : Run
{
    delegate U Conv<U>(T t);
    IEnumerable<(T, U)> It<U>(T t, params U[] us)
    {
        try
        {
            foreach (var u in us)
                yield return (t, u);
        }
        finally
        {
            P("fin " + typeof(U).Name);
        }
    }

    async Task<string> As<U>(T t, U u)
    {
        await Task.Yield();
        try
        {
            await Task.FromException<U>(new Ex(t));
            return "no";
        }
        catch (Ex e)when (e.V is T)
        {
            return "caught " + e.V + u;
        }
    }

    class Ex(T v) : Exception
    {
        public T V = v;
    }

    async IAsyncEnumerable<U> St<U>(params U[] us)
    {
        foreach (var u in us)
        {
            await Task.Yield();
            yield return u;
        }
    }

    public override void Go(object v)
    {
        foreach (var x in It((T)v, 1, 2))
            P(x);
        foreach (var x in It((T)v, (T)v).Take(1))
            P(x);
        P(As((T)v, 5).GetAwaiter().GetResult());
        P(As((T)v, (T)v).Result);
        Task.Run(async () =>
        {
            await foreach (var s in St((T)v, (T)v))
                P(s);
            await foreach (var s in St(1))
                P(s);
        }).Wait();
        Conv<string> c = t => t + typeof(T).Name;
        P(c((T)v));
        Conv<List<T>> d = t => new()
        {
            t
        };
        P(d((T)v).Count);
    }
}

// LINQ, comparers, sort, spans, locks, dictionary, tuple equality
class Qli<T> : Run where T : class
{
    public override void Go(object v)
    {
        T[] a =
        {
            (T)v,
            null!,
            (T)v
        };
        P(a.Where(x => x != null).GroupBy(x => x).Select(g => g.Key + ":" + g.Count()).First());
        P(a.Distinct().Count());
        P(a.AsSpan(1).IndexOf((T)v));
        P(Array.IndexOf(a, null));
        P(new HashSet<T>(a).Count);
        P(a.ToLookup(x => x != null)[true ].Count());
        P(a.OrderBy(x => x == null ? 0 : 1, Comparer<int>.Default).First() ?? (object)"nil");
        P((a[0], 1) == (a[2], 1));
        P(string.Join("|", a.Zip(a.Reverse(), (x, y) => (x ?? y) + "")));
        P(a.Aggregate("", (s, x) => s + x));
        var d = a.Where(x => x != null).Distinct().ToDictionary(x => x, x => new List<T> { x });
        P(d.First().Value[0]);
        P(ImmutableSum(a));
        lock (a)
            P(Interlocked.CompareExchange(ref a[1], (T)v, null) == null);
        P(Volatile.Read(ref a[1]));
        Span<T> sp = a;
        sp.Fill(a[0]);
        sp.Reverse();
        P(sp.Length);
        P(Unsafe.As<T, object>(ref a[0]));
        P(new Lazy<T>(() => (T)v).Value);
        P(new WeakReference<T>((T)v).TryGetTarget(out _));
        P(new ThreadLocal<T>(() => (T)v).Value);
        P(new AsyncLocal<T> { Value = (T)v }.Value);
        P(ArrayEmpty());
    }

    static int ImmutableSum(IEnumerable<T> e)
    {
        int n = 0;
        foreach (T t in e)
            if (t is not null)
                n++;
        return n;
    }

    static bool ArrayEmpty() => ReferenceEquals(Array.Empty<T>(), Array.Empty<T>()) && Enumerable.Empty<T>().GetType().ToString().Length > 0;
}

class Qre<T> : Run where T : IComparable<T>
{
    class Node<U>
        where U : IComparable<U>
    {
        public Node<U>? L, R;
        public U V = default!;
        public void Add(U u)
        {
            ref Node<U>? n = ref (u.CompareTo(V) < 0 ? ref L : ref R);
            if (n == null)
                n = new Node<U>
                {
                    V = u
                };
            else
                n.Add(u);
        }

        public IEnumerable<U> All() => (L?.All() ?? []).Append(V).Concat(R?.All() ?? []);
    }

    public override void Go(object v)
    {
        var n = new Node<T>
        {
            V = (T)v
        };
        n.Add((T)v);
        n.Add((T)v);
        P(string.Join(",", n.All()));
        T[] a =
        {
            (T)v,
            (T)v
        };
        Array.Sort(a);
        P(a.Max());
        P(new SortedDictionary<T, int> { [(T)v] = 1 }.First());
        P(new PriorityQueue<T, T>([((T)v, (T)v)]).Peek());
    }
}

static class Program
{
    static void Go([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type d, params int[] which)
    {
        foreach (int i in which)
        {
            object v = i switch
            {
                0 => new Alpha(),
                1 => new Beta
                {
                    N = 3
                },
                2 => "str",
                3 => new object (),
                4 => new[]
                {
                    1
                },
                5 => new Exception("x"),
                _ => (Func<string>)(() => "f")};
            if (i == 3)
                v = "as object";
            Console.WriteLine("== " + d + " " + i);
            try
            {
                ((Run)Activator.CreateInstance(d.MakeGenericType(Source.Get(i)))!).Go(v);
            }
            catch (Exception e)
            {
                Console.WriteLine(e.GetType() + e.Message + e.StackTrace);
            }
        }
    }

    static void Main()
    {
        Go(typeof(Q2<>), 0);
        Go(typeof(Q4<>), 0, 1, 0, 2);
        Go(typeof(Q5<>), 0, 4);
        Go(typeof(Q6<>), 0, 2);
        Go(typeof(Q7<>), 0, 2, 3);
        Go(typeof(Q10<>), 0, 2);
        Go(typeof(Q12<>), 0, 2);
        Go(typeof(Q14<>), 1);
        Go(typeof(Q16<>), 0);
        Go(typeof(Q17<>), 0, 1);
        Go(typeof(Q20<>), 0, 2);
        Go(typeof(Q22<>), 0);
        Go(typeof(Qua<>), 0, 2);
        Go(typeof(Qfp<>), 0, 2);
        Go(typeof(Qit<>), 0, 2);
        Go(typeof(Qli<>), 0, 2);
        Go(typeof(Qre<>), 1, 2);
    }
}
