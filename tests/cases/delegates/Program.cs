// Delegates: closures, multicast, events, method groups, generic and open ones.

Func<int, int> sq = x => x * x;
Console.WriteLine(sq(7));
Action<string> say = Console.WriteLine;
say("method group");
Func<int, int> st = Statics.Twice;
var ob = new Obj { K = 10 };
Func<int, int> inst = ob.Add;
Console.WriteLine(st(4) + inst(5));
ob.K = 20;
Console.WriteLine(inst(5));
Func<string> v = ((Obj)new Sub()).Virt;
Console.WriteLine(v());
int n = 0;
Action inc = () => n++;
inc();
inc();
Console.WriteLine(n);
var fs = new List<Func<int>>();
for (int i = 0; i < 3; i++)
{
    int c = i;
    fs.Add(() => c * 10 + i);
}

foreach (var f in fs)
{
    Console.Write(f() + " ");
}

Console.WriteLine();
foreach (int k in new[] { 1, 2, 3 }

)
{
    fs.Add(() => k);
}

Console.WriteLine(fs[^1]() + fs[^2]());
Action m = () => Console.Write("a ");
m += () => Console.Write("b ");
Action third = () => Console.Write("c ");
m += third;
m();
m -= third;
m();
Console.WriteLine(m.GetInvocationList().Length);
Func<int> multi = () => 1;
multi += () => 2;
Console.WriteLine(multi());
Action? none = null;
none?.Invoke();
none += third;
none -= third;
Console.WriteLine(none == null);
var pub = new Pub();
pub.E += (s, e) => Console.WriteLine("h1 " + e);
EventHandler<int> h2 = (s, e) => Console.WriteLine("h2 " + (e + 1) + (s == pub));
pub.E += h2;
pub.Raise(5);
pub.E -= h2;
pub.Raise(6);
Console.WriteLine(Compose<int>(x => x + 1, x => x * 2)(5));
Func<int, Func<int, Func<int, int>>> cur = a => b => c => a * 100 + b * 10 + c;
Console.WriteLine(cur(1)(2)(3));
Func<int, int> fact = null!;
fact = x => x <= 1 ? 1 : x * fact(x - 1);
Console.WriteLine(fact(10));
Console.WriteLine(sq.Equals(sq) + " " + (inst == new Func<int, int>(ob.Add)) + " " + (st == Statics.Twice));
Ref r = (ref int x, out string y) =>
{
    x++;
    y = "out" + x;
};
int z = 1;
r(ref z, out var yy);
Console.WriteLine(z + yy);
Predicate<string> pr = string.IsNullOrEmpty;
Console.WriteLine(pr("") + " " + Array.Find(new[] { 1, 5, 8 }, x => x > 3));
Func<P3, int> ps = p => (int)p.A + p.B + p.C;
Console.WriteLine(ps(new P3 { A = 1, B = 2, C = 3 }));
Func<P3> pm = new P3 { A = 9 }.Self;
Console.WriteLine(pm().A);
int Local(int x)
{
    return x + n;
}

Console.WriteLine(Local(1));
static int SLocal(int x) => x - 1;
Func<int, int> sl = SLocal;
Console.WriteLine(sl(1));
Func<object> co = () => "covariant";
Console.WriteLine(co());
Func<string, string> ext = "pre".Cat;
Console.WriteLine(ext("fix"));
try
{
    Action bad = () => throw new Exception("from lambda");
    bad();
}
catch (Exception e)
{
    Console.WriteLine(e.Message);
}

static Func<T, T> Compose<T>(Func<T, T> f, Func<T, T> g) => x => g(f(x));
delegate void Ref(ref int x, out string y);
static class Statics
{
    public static int Twice(int x) => x * 2;
    public static string Cat(this string a, string b) => a + b;
}

class Obj
{
    public int K;
    public int Add(int x) => x + K;
    public virtual string Virt() => "obj";
}

class Sub : Obj
{
    public override string Virt() => "sub";
}

class Pub
{
    public event EventHandler<int>? E;
    public void Raise(int x) => E?.Invoke(this, x);
}

struct P3
{
    public long A;
    public int B, C;
    public P3 Self() => this;
    public static implicit operator int (P3 p) => (int)p.A;
}
