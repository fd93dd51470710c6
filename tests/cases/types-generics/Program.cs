using System.Numerics;
using System.Runtime.CompilerServices;

// ---- Covariant returns, default interface methods, diamonds ----

class Animal
{
    public virtual Animal Copy() => new Animal();
    public virtual object Tag => "animal";
}

class Dog : Animal
{
    public override Dog Copy() => new Dog();
    public override string Tag => "dog";
}

class Puppy : Dog
{
    public override Puppy Copy() => new Puppy();
    public override string Tag => "puppy";
}

interface ILeft
{
    string Name() => "left";
}

interface IMiddle : ILeft
{
    string ILeft.Name() => "middle";
}

interface IRight : ILeft
{
    string ILeft.Name() => "right";
}

interface IBoth : IMiddle, IRight
{
    string ILeft.Name() => "both";
}

class UsesMiddle : IMiddle
{
}

class UsesBoth : IBoth, IMiddle, IRight
{
}

struct StructMiddle : IMiddle
{
    public int N;
}

class Overrides : UsesMiddle, ILeft
{
    public string Name() => "class";
}

interface IGeneric<T>
{
    string Kind() => typeof(T).Name;
    string Kind<U>(U value) => typeof(T).Name + typeof(U).Name + value;
}

class BothKinds : IGeneric<int>, IGeneric<string>
{
    string IGeneric<string>.Kind() => "string itself";
}

// ---- Static abstract and static virtual members ----

interface IMonoid<T> where T : IMonoid<T>
{
    static abstract T Zero { get; }
    static abstract T operator +(T a, T b);
    static virtual string Describe() => "monoid of " + typeof(T).Name;
    static virtual T Double(T x) => x + x;
}

readonly record struct Number(int Value) : IMonoid<Number>
{
    public static Number Zero => new(0);
    public static Number operator +(Number a, Number b) => new(a.Value + b.Value);
    public static string Describe() => "numbers";
}

record Text(string Value) : IMonoid<Text>
{
    public static Text Zero => new("");
    public static Text operator +(Text a, Text b) => new(a.Value + b.Value);
    static Text IMonoid<Text>.Double(Text x) => new("<" + x.Value + ">");
}

// ---- Generic virtual methods ----

abstract class Shape
{
    public abstract string Visit<T>(T value);
    public virtual string Pair<T, U>(T t, U u) => "shape" + typeof(T).Name + typeof(U).Name;
}

class Circle : Shape
{
    public override string Visit<T>(T value) => "circle " + value + typeof(T).Name;
}

class Ring : Circle
{
    public override string Visit<T>(T value) => "ring+" + base.Visit(new[] { value });
    public override string Pair<T, U>(T t, U u) => base.Pair(u, t) + "ring";
}

interface IVisitor
{
    string See<T>(T value);
}

struct StructVisitor : IVisitor
{
    public int Count;
    public string See<T>(T value) => "struct" + ++Count + value;
}

class ListVisitor<E> : IVisitor
{
    public string See<T>(T value) => typeof(E).Name + typeof(T).Name + (value is E);
}

interface ICovariant<out T>
{
    T Get();
    string Map<U>(U u);
}

interface IContravariant<in T>
{
    string Put(T value);
}

class Source<T>(T value) : ICovariant<T>
{
    public T Get() => value;
    public string Map<U>(U u) => typeof(T).Name + typeof(U).Name;
}

class Sink : IContravariant<object>
{
    public string Put(object value) => "sink " + value;
}

// ---- Deep and recursive generics ----

class Node<T>
{
    public static int Depth = typeof(T).IsGenericType ? 1 : 0;
    public T Value = default!;
    public Node<Node<T>> Wrap() => new Node<Node<T>> { Value = this };
}

class Curious<T> where T : Curious<T>, IComparable<T>
{
    public bool Less(T other) => ((T)this).CompareTo(other) < 0;
}

class Item(int n) : Curious<Item>, IComparable<Item>
{
    public int CompareTo(Item? other) => n - other!.N;
    public int N => n;
}

class Outer<T>
{
    public class Inner<U>
    {
        public static string Name = typeof(T).Name + typeof(U).Name;
        public (T, U) Both = default;
        public V Third<V>(T t, U u, V v) => v;
    }

    public struct Value
    {
        public T[] Items;
    }

    public delegate T Maker(int n);

    [ThreadStatic] static T? threadLocal;

    public static T? Swap(T? value) => (threadLocal, threadLocal = value).Item1;
}

class Program
{
    static T Sum<T>(params T[] values) where T : IMonoid<T>
    {
        T sum = T.Zero;
        foreach (T value in values) sum += value;
        return sum + T.Double(sum);
    }

    static string Describe<T>() where T : IMonoid<T> => T.Describe();

    static T Power<T>(T x, int n) where T : INumberBase<T>
    {
        T result = T.One;
        for (int i = 0; i < n; i++) result *= x;
        return result;
    }

    static T ParseAll<T>(string text) where T : ISpanParsable<T> => T.Parse(text.AsSpan(), null);

    static string Through<V>(V visitor) where V : IVisitor => visitor.See(1) + visitor.See("x") + visitor.See(2.5);

    static int Recurse<T>(int depth, T value) => depth == 0 ? Unsafe.SizeOf<T>() : Recurse(depth - 1, (object)value!);

    static string Name<T>() => typeof(T) == typeof(int) ? "int" : typeof(T).IsValueType ? "value" : "reference";

    static void Try(string name, Action action)
    {
        try
        {
            action();
            Console.WriteLine(name + ": done");
        }
        catch (Exception e)
        {
            Console.WriteLine(name + ": " + e.GetType().Name);
        }
    }

    static void Classes()
    {
        Animal a = new Puppy();
        Dog d = new Puppy();
        Console.WriteLine(a.Copy().GetType().Name + d.Copy().Tag + a.Tag + new Dog().Copy().Tag);
        ILeft[] all = { new UsesMiddle(), new UsesBoth(), new StructMiddle(), new Overrides() };
        foreach (ILeft one in all) Console.Write(one.Name() + " ");
        Console.WriteLine();
        var kinds = new BothKinds();
        Console.WriteLine(((IGeneric<int>)kinds).Kind() + ((IGeneric<string>)kinds).Kind() + ((IGeneric<int>)kinds).Kind(2.5) + ((IGeneric<string>)kinds).Kind("s"));
    }

    static void Statics()
    {
        Console.WriteLine(Sum(new Number(1), new Number(2)) + " " + Sum(new Text("a"), new Text("b")) + " " + Describe<Number>() + " " + Describe<Text>());
        Console.WriteLine(Power(3, 4) + " " + Power(2.5, 2) + " " + Power((Int128)10, 30) + " " + Power(1.1m, 3) + " " + Power(new BigInteger(7), 20) + " " + Power(new Complex(0, 1), 2));
        Console.WriteLine(ParseAll<int>("12") + ParseAll<double>("1.5") + " " + ParseAll<Guid>("00000000-0000-0000-0000-000000000001") + " " + ParseAll<TimeSpan>("1:02:03"));
    }

    static void Virtuals()
    {
        Shape[] shapes = { new Circle(), new Ring() };
        foreach (Shape shape in shapes)
            Console.WriteLine(shape.Visit(1) + "|" + shape.Visit("s") + "|" + shape.Visit((1, "t")) + "|" + shape.Pair(1, 'c') + "|" + shape.Pair("a", DayOfWeek.Friday));
        Console.WriteLine(Through(new StructVisitor()) + Through(new ListVisitor<int>()) + Through<IVisitor>(new ListVisitor<string>()));
        IVisitor boxed = new StructVisitor();
        Console.WriteLine(boxed.See('a') + boxed.See(new object() is null));
        Func<int, string> see = boxed.See<int>;
        Func<string, string> visit = shapes[1].Visit<string>;
        Console.WriteLine(see(5) + visit("v"));
        ICovariant<object> covariant = new Source<string>("source");
        IContravariant<string> contravariant = new Sink();
        Console.WriteLine(covariant.Get() + covariant.Map(1) + covariant.Map("s") + contravariant.Put("put"));
        IEnumerable<object> objects = new List<string> { "a", "b" };
        Func<object> make = new Func<string>(() => "made");
        Action<string> act = new Action<object>(o => Console.Write(o + " "));
        act("acted");
        Console.WriteLine(objects.Count() + " " + make() + " " + (objects is IEnumerable<string>) + (objects is IList<object>) + ((object)new int[0] is IEnumerable<object>));
        Console.WriteLine((object)new uint[1] is int[]);
        Console.WriteLine((object)new DayOfWeek[1] is int[]);
    }

    static void Deep()
    {
        var wrapped = new Node<int> { Value = 3 }.Wrap().Wrap();
        Console.WriteLine(wrapped.Value.Value.Value + " " + Node<Node<int>>.Depth + Node<int>.Depth + " " + wrapped.GetType());
        Console.WriteLine(new Item(1).Less(new Item(2)) + " " + Recurse(5, 1.5f) + " " + Recurse(0, (1, 2L)));
        Console.WriteLine(Outer<int>.Inner<string>.Name + Outer<string>.Inner<int>.Name + new Outer<byte>.Inner<object>().Third(1, "", 'v'));
        Outer<string>.Maker maker = n => new string('m', n);
        Console.WriteLine(maker(3) + Outer<string>.Swap("first") + Outer<string>.Swap("second") + Outer<int>.Swap(4) + new Outer<int>.Value { Items = new[] { 9 } }.Items[0]);
        Console.WriteLine(Name<int>() + Name<long>() + Name<string>() + Name<(int, int)>());
    }

    static void Arrays()
    {
        int[,] grid = { { 1, 2, 3 }, { 4, 5, 6 } };
        int[,,] cube = new int[2, 3, 4];
        cube[1, 2, 3] = 24;
        int sum = 0;
        foreach (int x in grid) sum += x;
        Console.WriteLine(sum + " " + grid.GetLength(0) + grid.GetUpperBound(1) + grid.Rank + " " + cube.Length + cube[1, 2, 3] + grid.GetType());
        ref int cell = ref grid[1, 1];
        cell += 100;
        Console.WriteLine(grid[1, 1] + " " + ((int[,])grid.Clone())[1, 1]);
        Try("rank index", () => grid[2, 0] = 1);
        Try("negative size", () => GC.KeepAlive(new int[sum - 1000, 2]));
        object[] strings = new string[2];
        Try("covariant store", () => strings[0] = new object());
        Try("covariant store of null", () => strings[0] = null!);
        object[,] grid2 = new string[1, 1];
        Try("covariant store in a grid", () => grid2[0, 0] = 5);
        Try("covariant address", () => Address(strings));
        object[][] jagged = { new string[] { "j" }, new object[] { 1 } };
        Console.WriteLine(jagged[0][0] + "" + jagged[1][0] + jagged.GetType());
        Try("cast", () => GC.KeepAlive((string[])jagged[1]));
        Try("copy", () => Array.Copy(new object[] { "a", 1 }, strings, 2));
        Console.WriteLine(strings[0]);
    }

    static void Address(object[] array)
    {
        ref object first = ref array[0];
        first = "never";
    }

    static void Main()
    {
        Classes();
        Statics();
        Virtuals();
        Deep();
        Arrays();
    }
}
