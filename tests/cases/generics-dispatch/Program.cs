// Generic virtual methods, variance, static abstract members, default interface methods and explicit implementations.
using System.Numerics;
using System.Runtime.CompilerServices;

// ---- Generic virtual methods on structs and classes
IMaker boxed = new StructMaker(3);
Console.WriteLine($"{boxed.Make<int>()} {boxed.Make<string>()} {boxed.Make<(string, int)>()}");
Console.WriteLine($"{Constrained<StructMaker, int>(new StructMaker(4))} {Constrained<StructMaker, string>(new StructMaker(5))}");
IMaker byDefault = new DefaultMaker();
Console.WriteLine($"{byDefault.Make<int>()} {byDefault.Make<string>()} {byDefault.Make<Version>()}");
foreach (Level level in new Level[] { new Level(), new Middle(), new Bottom() })
{
    Console.WriteLine($"{level.Value<int>()} {level.Value<string>()} {FromShared<Version>(level)} {FromShared<object>(level)}");
}

// ---- Array and interface variance
object strings = new[] { "a", "b" };
object numbers = new uint[] { 1, 2 };
object integers = new[] { 3, 4 };
Console.WriteLine(string.Join(",", (IEnumerable<object>)strings));
Console.WriteLine(((IList<int>)numbers).Count + " " + ((IList<int>)numbers)[1]);
Console.WriteLine(integers is IEnumerable<object>);
Console.WriteLine(strings is IReadOnlyList<object>);
IOut<object> produced = new Producer<string>("text");
IIn<string> accepted = new Acceptor<object>();
Console.WriteLine($"{produced.Get()} {accepted.Take("x")} {produced is IOut<IComparable>} {produced is IOut<Version>}");
IOut<object> both = new Both();
Console.WriteLine($"{both.Get()} {((IOut<Version>)both).Get()}");
Func<string> textFunction = () => "from a string function";
Func<object> objectFunction = textFunction;
Console.WriteLine(objectFunction());
try
{
    Console.WriteLine(Delegate.Combine(objectFunction, new Func<object>(() => 1)));
}
catch (ArgumentException)
{
    Console.WriteLine("not combined");
}

// ---- Static abstract members
Console.WriteLine($"{Sum([1, 2, 3])} {Sum([1.5, 2.5])} {Sum([1.1m, 2.2m])} {Sum([BigInteger.Pow(2, 70), BigInteger.One])}");
Console.WriteLine($"{Named<First>()} {Named<Second>()} {Named<Third>()}");
Console.WriteLine($"{Chain<First>()} {Chain<Second>()}");

// ---- Explicit implementations on a generic struct
var point = new Explicit<string>();
IFoo<string> fooString = point;
IFoo<List<string>> fooList = point;
Console.WriteLine($"{fooString.Name()} {fooList.Name()} {CallFoo<Explicit<string>, string>(point)} {CallFoo<Explicit<string>, List<string>>(point)}");
var counting = new Counting();
Increase(ref counting);
Increase(ref counting);
ICounting box = counting;
box.Increase();
Console.WriteLine($"{counting.Count} {box.Count}");

// ---- Default interface methods
Console.WriteLine($"{((IShow<string>)new Shown()).Show()} {((IShow<object>)new Shown()).Show()} {((IShow<int>)new Shown()).Show()}");
Console.WriteLine(((ITop)new Repaired()).Call());

// ---- Covariant returns
Animal animal = new Dog();
Console.WriteLine($"{animal.Self().GetType()} {new Dog().Self().Bark()} {new Puppy().Self().Bark()} {((Animal)new Puppy()).Self().GetType()}");
Factory<string> factory = new TextFactory();
Console.WriteLine($"{factory.Create()} {new TextFactory().Create().Length}");

static string Constrained<T, U>(T maker) where T : IMaker
{
    return maker.Make<U>();
}

[MethodImpl(MethodImplOptions.NoInlining)]
static string FromShared<T>(Level level)
{
    return level.Value<T>() + level.Value<List<T>>();
}

static T Sum<T>(T[] values) where T : INumber<T>
{
    T sum = T.Zero;
    foreach (T value in values)
    {
        sum += value;
    }

    return sum;
}

[MethodImpl(MethodImplOptions.NoInlining)]
static string Named<T>() where T : INamed<T>
{
    return T.Name + T.Decorated();
}

[MethodImpl(MethodImplOptions.NoInlining)]
static string Chain<T>() where T : class, INamed<T>
{
    T made = T.Make();
    return made.ToString() + T.Name;
}

static string CallFoo<T, U>(T value) where T : IFoo<U>
{
    return value.Name();
}

static void Increase<T>(ref T value) where T : ICounting
{
    value.Increase();
}

interface IMaker
{
    string Make<T>()
    {
        return $"default of {typeof(T).Name}";
    }
}

struct StructMaker(int number) : IMaker
{
    readonly int number = number;

    public string Make<T>()
    {
        return $"{number} for {typeof(T).Name}";
    }
}

class DefaultMaker : IMaker
{
}

class Level
{
    public virtual string Value<T>()
    {
        return $"level {typeof(T).Name}";
    }
}

class Middle : Level
{
    public override string Value<T>()
    {
        return "middle over " + base.Value<T>();
    }
}

class Bottom : Middle
{
    public sealed override string Value<T>()
    {
        return "bottom over " + base.Value<T[]>();
    }
}

interface IOut<out T>
{
    T Get();
}

interface IIn<in T>
{
    string Take(T value);
}

class Producer<T>(T value) : IOut<T>
{
    public T Get()
    {
        return value;
    }
}

class Acceptor<T> : IIn<T>
{
    public string Take(T value)
    {
        return $"{typeof(T).Name} takes {value}";
    }
}

class Both : IOut<string>, IOut<Version>
{
    string IOut<string>.Get()
    {
        return "the string";
    }

    Version IOut<Version>.Get()
    {
        return new Version(1, 0);
    }
}

interface INamed<T> where T : INamed<T>
{
    static abstract string Name { get; }

    static abstract T Make();

    static virtual string Decorated()
    {
        return $"[{T.Name}]";
    }
}

class First : INamed<First>
{
    public static string Name => "first";

    public static First Make()
    {
        return new First();
    }
}

class Second : INamed<Second>
{
    public static string Name => "second";

    public static Second Make()
    {
        return new Second();
    }

    public static string Decorated()
    {
        return "(second)";
    }
}

struct Third : INamed<Third>
{
    public static string Name => "third";

    public static Third Make()
    {
        return default;
    }
}

interface IFoo<T>
{
    string Name();
}

struct Explicit<T> : IFoo<T>, IFoo<List<T>>
{
    string IFoo<T>.Name()
    {
        return $"foo of {typeof(T).Name}";
    }

    string IFoo<List<T>>.Name()
    {
        return $"foo of a list of {typeof(T).Name}";
    }
}

interface ICounting
{
    int Count { get; }

    void Increase();
}

struct Counting : ICounting
{
    public int Count { get; private set; }

    public void Increase()
    {
        Count++;
    }
}

interface IShow<T>
{
    string Show()
    {
        return $"{typeof(T)} {this is IShow<T>}";
    }
}

class Shown : IShow<string>, IShow<object>, IShow<int>
{
}

interface ITop
{
    string Call()
    {
        return "top";
    }
}

interface ILeft : ITop
{
    string ITop.Call()
    {
        return "left";
    }
}

interface IRight : ITop
{
    string ITop.Call()
    {
        return "right";
    }
}

class Repaired : ILeft, IRight
{
    string ITop.Call()
    {
        return "repaired";
    }
}

class Animal
{
    public virtual Animal Self()
    {
        return this;
    }
}

class Dog : Animal
{
    public override Dog Self()
    {
        return this;
    }

    public string Bark()
    {
        return GetType().Name + " barks";
    }
}

class Puppy : Dog
{
    public override Puppy Self()
    {
        return this;
    }
}

abstract class Factory<T>
{
    public abstract object Create();
}

class TextFactory : Factory<string>
{
    public override string Create()
    {
        return "made";
    }
}
