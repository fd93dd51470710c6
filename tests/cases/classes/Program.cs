// Classes: inheritance, virtual calls, base calls, properties, records, equality, type tests and casts.

Shape[] shapes = { new Circle(2), new Square(3), new Named("blob", new Square(1)), new Shape() };
foreach (Shape s in shapes)
{
    Console.WriteLine(s.Describe());
}

Base b = new Derived();
b.V();
b.N();
((Derived)b).N();
b.Call();
Console.WriteLine(b is Derived ? "is" : "isnt");
Console.WriteLine((shapes[0] as Square) == null);
try
{
    var q = (Square)shapes[0];
    Console.WriteLine(q);
}
catch (InvalidCastException)
{
    Console.WriteLine("cast");
}

try
{
    shapes[0] = null!;
    Console.WriteLine(shapes[0].Area());
}
catch (NullReferenceException)
{
    Console.WriteLine("null");
}

Console.WriteLine(new Point(1, 2).Equals(new Point(1, 2)) + " " + new Point(3, 4) + " "
    + (new Point(1, 2).GetHashCode() == new Point(1, 2).GetHashCode()));
var list = new LinkedStack();
for (int i = 0; i < 5; i++)
{
    list.Push(i * i);
}

Console.WriteLine(list.Sum() + " " + list.Pop() + " " + list.Count);
object o = 5;
int i5 = (int)o;
o = "str";
Console.WriteLine(i5 + (string)o + o.GetType().FullName);
o = 2.5;
Console.WriteLine(o is double d && d > 2);
var c = new Counter { Start = 10 };
c++;
c += 5;
Console.WriteLine(c.Value + " " + c[2] + " " + (int)c);
c[2] = 7;
Console.WriteLine(c[2]);
Console.WriteLine(new Derived().ToString() + " " + typeof(Derived).BaseType!.Name);
class Shape
{
    public virtual double Area() => 0;
    public virtual string Describe() => GetType().Name + " " + Area().ToString("F3");
}

class Circle(double r) : Shape
{
    public override double Area() => Math.PI * r * r;
}

class Square(double s) : Shape
{
    public override double Area() => s * s;
    public sealed override string Describe() => "sq:" + base.Describe();
}

class Named(string n, Shape inner) : Shape
{
    public override double Area() => inner.Area();
    public override string Describe() => n + "->" + inner.Describe();
}

abstract class Root
{
    public abstract void V();
    public void Call()
    {
        Console.Write("call ");
        V();
    }
}

class Base : Root
{
    public override void V() => Console.WriteLine("Base.V");
    public void N() => Console.WriteLine("Base.N");
}

class Derived : Base
{
    public override void V()
    {
        Console.Write("Derived.V ");
        base.V();
    }

    public new void N() => Console.WriteLine("Derived.N");
}

class Point
{
    readonly int x, y;
    public Point(int x, int y)
    {
        this.x = x;
        this.y = y;
    }

    public override bool Equals(object? o) => o is Point p && p.x == x && p.y == y;
    public override int GetHashCode() => x * 397 ^ y;
    public override string ToString() => "(" + x + "," + y + ")";
}

class LinkedStack
{
    class Node
    {
        public int V;
        public Node? Next;
    }

    Node? head;
    public int Count { get; private set; }

    public void Push(int v)
    {
        head = new Node { V = v, Next = head };
        Count++;
    }

    public int Pop()
    {
        int v = head!.V;
        head = head.Next;
        Count--;
        return v;
    }

    public int Sum()
    {
        int s = 0;
        for (var n = head; n != null; n = n.Next)
        {
            s += n.V;
        }

        return s;
    }
}

class Counter
{
    readonly int[] slots = new int[4];
    public int Start;
    public int Value => Start;

    public int this[int i] { get => slots[i]; set => slots[i] = value; }

    public static Counter operator ++(Counter c) => new() { Start = c.Start + 1 };
    public static Counter operator +(Counter c, int n) => new() { Start = c.Start + n };
    public static explicit operator int (Counter c) => -c.Start;
}
