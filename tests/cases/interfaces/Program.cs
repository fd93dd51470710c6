// Interfaces: dispatch, explicit, default and static abstract members, structs behind interfaces.

IAnimal[] zoo = { new Dog(), new Cat("Tom"), new Robot() };
foreach (var a in zoo)
{
    Console.WriteLine(a.Name + " " + a.Speak() + " " + a.Legs);
    if (a is ICharge c)
    {
        Console.WriteLine(c.Charge(3));
    }
}

IExplicit e = new Both();
Console.WriteLine(e.Go() + " " + ((IOther)e).Go() + " " + ((Both)e).Go());
IBase b = new Impl();
Console.WriteLine(b.A() + ((IDerived)b).B() + ((IDerived)b).A());
IComparable<Ver>[] vs = { new Ver(1, 2), new Ver(1, 10), new Ver(0, 99) };
Array.Sort(vs, (x, y) => x.CompareTo((Ver)y));
Console.WriteLine(string.Join(" ", (object[])vs));
IShape s = new Box(4);
Console.WriteLine(s.Area + " " + s.Scale(3).Area + " " + (s is IDisposable));
using (new Res("r1"))
using (var r2 = new Res("r2"))
    Console.WriteLine("in " + r2.Id);
object ns = args.Length > 9 ? new Res("q") : new Dog();
try
{
    ((IDisposable)ns).Dispose();
}
catch (InvalidCastException)
{
    Console.WriteLine("no such interface");
}

int n = 0;
for (int i = 0; i < 3000; i++)
{
    n += zoo[i % 3].Legs;
}

Console.WriteLine(n);
IBig big = new Big();
Console.WriteLine(big.M0() + big.M3() + big.M7());
interface IAnimal
{
    string Name { get; }

    string Speak();
    int Legs => 4;
}

interface ICharge
{
    int Charge(int n);
}

class Dog : IAnimal
{
    public string Name => "Dog";

    public string Speak() => "woof";
}

class Cat(string n) : IAnimal
{
    public string Name => n;

    public virtual string Speak() => "meow";
}

class Robot : IAnimal, ICharge
{
    int level;
    public string Name => "R2";

    public string Speak() => "beep";
    public int Legs => 2;

    public int Charge(int n) => level += n * 10;
}

interface IExplicit
{
    string Go();
}

interface IOther
{
    string Go();
}

class Both : IExplicit, IOther
{
    string IExplicit.Go() => "exp";
    string IOther.Go() => "oth";
    public string Go() => "pub";
}

interface IBase
{
    string A();
}

interface IDerived : IBase
{
    string B();
}

class ImplBase
{
    public string A() => "baseA ";
}

class Impl : ImplBase, IDerived
{
    public string B() => "B ";
}

class Ver(int a, int b) : IComparable<Ver>
{
    readonly int A = a, B = b;
    public int CompareTo(Ver? o) => A != o!.A ? A.CompareTo(o.A) : B.CompareTo(o.B);
    public override string ToString() => A + "." + B;
}

interface IShape
{
    double Area { get; }

    IShape Scale(double k);
}

struct Box(double s) : IShape
{
    public double Area => s * s;

    public IShape Scale(double k) => new Box(s * k);
}

class Res(string id) : IDisposable
{
    public string Id => id;

    public void Dispose() => Console.WriteLine("dispose " + id);
}

interface IBig
{
    int M0();
    int M1();
    int M2();
    int M3();
    int M4();
    int M5();
    int M6();
    int M7();
}

class Big : IBig
{
    public int M0() => 1;
    public int M1() => 2;
    public int M2() => 4;
    public int M3() => 8;
    public int M4() => 16;
    public int M5() => 32;
    public int M6() => 64;
    public int M7() => 128;
}
