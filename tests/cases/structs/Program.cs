// Structs: copies, boxing, equality, enums, nullable values, tuples, readonly and ref.

var p = new P { X = 1, Y = 2 };
var q = p;
q.X = 10;
Console.WriteLine(p.X + " " + q.X + " " + p.Sum());
Mutate(p);
Console.WriteLine(p.X);
MutateRef(ref p);
Console.WriteLine(p.X);
Out(out var z);
Console.WriteLine(z.Y);
Console.WriteLine(In(in p));
object boxed = p;
p.X = 77;
Console.WriteLine(((P)boxed).X + " " + p.X);
((IInc)boxed).Inc();
Console.WriteLine(((P)boxed).X);
var arr = new P[3];
arr[1].X = 5;
arr[1].Inc();
foreach (var e in arr)
{
    Console.Write(e.X + " ");
}

Console.WriteLine();
var big = new Big { A = 1, B = 2.5, C = "three", D = 4, In = new P { X = 6, Y = 7 }
};
var r = Pass(big);
Console.WriteLine(r.A + " " + r.B + " " + r.C + " " + r.D + " " + r.In.Y);
int? n = null;
Console.WriteLine(n.HasValue + " " + (n ?? 3) + " " + n.GetValueOrDefault(9));
n = 5;
Console.WriteLine(n + 1 + " " + (n > 3) + " " + (n == null));
object? bn = n;
Console.WriteLine((int)bn! + " " + (bn is int));
n = null;
bn = n;
Console.WriteLine(bn == null);
Console.WriteLine(new P { X = 1, Y = 2 }.Equals(new P { X = 1, Y = 2 }) + " "
    + new V(1, 2).Equals(new V(1, 3)) + " " + (new V(1, 2) == new V(1, 2)) + " "
    + (new V(1, 2) + new V(3, 4)));
Color c = Color.Green;
Console.WriteLine(c + " " + (int)c + " " + (Color)4 + " " + (c | Color.Blue) + " " + (Color)99 + " "
    + ((Color.Red | Color.Blue) & Color.Blue));
switch (c)
{
    case Color.Red:
        Console.WriteLine("R");
        break;
    case Color.Green:
        Console.WriteLine("G");
        break;
}

(int, string) t = (1, "a");
t.Item1++;
Console.WriteLine(t + " " + t.Equals((2, "a")));
var(d1, d2) = t;
Console.WriteLine(d1 + d2);
F4 f = new(1, 2, 3, 4);
Console.WriteLine(Dot(f, f));
Tiny ty = MakeTiny(3);
Console.WriteLine(ty.B + 1);
Mixed mx = MakeMixed();
Console.WriteLine(mx.D + mx.I);
Console.WriteLine(default(V) + " " + default(P).X);
static void Mutate(P p) => p.X = 1000;
static void MutateRef(ref P p) => p.X = 1000;
static void Out(out P p) => p = new P { Y = 8 };
static int In(in P p) => p.Sum();
static Big Pass(Big b)
{
    b.A += 100;
    b.In.Y++;
    return b;
}

static float Dot(F4 a, F4 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z + a.W * b.W;
static Tiny MakeTiny(byte b) => new Tiny { B = (byte)(b * 2) };
static Mixed MakeMixed() => new Mixed { D = 1.5, I = 2 };
interface IInc
{
    void Inc();
}

struct P : IInc
{
    public int X, Y;
    public int Sum() => X + Y;
    public void Inc() => X++;
}

struct Big
{
    public long A;
    public double B;
    public string C;
    public byte D;
    public P In;
}

readonly record struct V(int A, int B)
{
    public static V operator +(V a, V b) => new(a.A + b.A, a.B + b.B);
}

[Flags]
enum Color
{
    Red = 1,
    Green = 2,
    Blue = 4
}

record struct F4(float X, float Y, float Z, float W);
struct Tiny
{
    public byte B;
}

struct Mixed
{
    public double D;
    public int I;
}
