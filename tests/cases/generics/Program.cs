// Generic types, methods, constraints, variance and collections over value and reference types.

Console.WriteLine(Max(3, 7) + " " + Max("b", "a") + " " + Max(2.5, 1.5));
var st = new Stack2<string>();
st.Push("x");
st.Push("y");
Console.WriteLine(st.Pop() + st.Count);
var si = new Stack2<int>();
for (int i = 0; i < 20; i++)
{
    si.Push(i);
}

int s = 0;
while (si.Count > 0)
{
    s += si.Pop();
}

Console.WriteLine(s);
Console.WriteLine(Swap(1, "one") + " " + new Pair<int, Pair<string, bool>>(1, new("a", true)));
Console.WriteLine(typeof(Pair<,>).Name + " "
    + typeof(Pair<int, string>).GetGenericArguments()[1].Name + " "
    + Kind<int>() + Kind<string>() + Kind<List<int>>());
Console.WriteLine(Make<Widget>().Name + " " + (Default<int>() + 1) + " " + (Default<string>() ?? "null"));
var l = new List<int> { 3, 1, 2 };
l.Sort();
l.Add(9);
l.RemoveAt(0);
l.Insert(1, 42);
Console.WriteLine(string.Join(",", l) + l.IndexOf(42) + l.Contains(3));
var d = new Dictionary<string, List<int>>();
foreach (var w in "a bb cc d eee".Split(' '))
{
    if (!d.TryGetValue(w.Length.ToString(), out var v))
    {
        d[w.Length.ToString()] = v = new();
    }

    v.Add(w[0]);
}

foreach (var k in d)
{
    Console.Write(k.Key + "=" + string.Join("+", k.Value) + " ");
}

Console.WriteLine();
var di = new Dictionary<int, string>();
for (int i = 0; i < 100; i++)
{
    di[i * 37 % 101] = "v" + i;
}

Console.WriteLine(di.Count + di[50] + di.ContainsKey(200));
var hs = new HashSet<(int, int)>();
for (int i = 0; i < 50; i++)
{
    hs.Add((i % 7, i % 3));
}

Console.WriteLine(hs.Count);
var q = new Queue<char>("abc");
q.Enqueue('d');
Console.WriteLine(q.Dequeue() + "" + q.Peek() + q.Count);
IContainer<object> co = new Container<string>("covariant");
Console.WriteLine(co.Get());
Action<string> act = new Action<object>(o => Console.WriteLine("contra " + o));
act("v");
Console.WriteLine(Map(new[] { 1, 2, 3 }, x => x * 1.5).Length + " " + Map(new[] { "q" }, x => x.Length)[0]);
Tree<int> t = new();
foreach (int i in new[] { 5, 2, 8, 1, 9, 3 }

)
{
    t.Add(i);
}

t.Walk(v => Console.Write(v + " "));
Console.WriteLine(t.Depth());
Console.WriteLine(new Nest<int>.In<string>().Show() + " " + Rec(5, 0));
Console.WriteLine(Fold(new List<long> { 1, 2, 3 }, 10L, (a, b) => a * b));
Console.WriteLine(IsNull<int?>(null) + " " + IsNull(3) + " " + IsNull("s"));
static T Max<T>(T a, T b)
    where T : IComparable<T> => a.CompareTo(b) > 0 ? a : b;
static (B, A) Swap<A, B>(A a, B b) => (b, a);
static string Kind<T>() => typeof(T) == typeof(int) ? "int" : default(T) == null ? "ref" : "val";
static T Make<T>()
    where T : new() => new T();
static T? Default<T>() => default;
static R[] Map<T, R>(T[] a, Func<T, R> f)
{
    var r = new R[a.Length];
    for (int i = 0; i < a.Length; i++)
    {
        r[i] = f(a[i]);
    }

    return r;
}

static int Rec<T>(int n, T v) => n == 0 ? 0 : 1 + Rec(n - 1, v);
static A Fold<T, A>(IEnumerable<T> e, A a, Func<A, T, A> f)
{
    foreach (var x in e)
    {
        a = f(a, x);
    }

    return a;
}

static bool IsNull<T>(T v) => v == null;
class Stack2<T>
{
    T[] a = new T[4];
    public int Count { get; private set; }

    public void Push(T v)
    {
        if (Count == a.Length)
        {
            Array.Resize(ref a, Count * 2);
        }

        a[Count++] = v;
    }

    public T Pop() => a[--Count];
}

record Pair<A, B>(A First, B Second);
class Widget
{
    public string Name = "widget";
}

interface IContainer<out T>
{
    T Get();
}

class Container<T>(T v) : IContainer<T>
{
    public T Get() => v;
}

class Nest<T>
{
    public class In<U>
    {
        public string Show() => typeof(T).Name + typeof(U).Name;
    }
}

class Tree<T>
    where T : IComparable<T>
{
    class N
    {
        public T V = default!;
        public N? L, R;
    }

    N? root;
    public void Add(T v)
    {
        ref N? n = ref root;
        while (n != null)
        {
            n = ref (v.CompareTo(n.V) < 0 ? ref n.L : ref n.R);
        }

        n = new N { V = v };
    }

    public void Walk(Action<T> f) => W(root, f);
    static void W(N? n, Action<T> f)
    {
        if (n == null)
        {
            return;
        }

        W(n.L, f);
        f(n.V);
        W(n.R, f);
    }

    public int Depth() => D(root);
    static int D(N? n) => n == null ? 0 : 1 + Math.Max(D(n.L), D(n.R));
}
