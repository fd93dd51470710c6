// One body may serve many instances of a generic definition; each must still know its own type arguments.
using System.Runtime.CompilerServices;

// ---- Statics and class constructors of each instance
Counter<string>.Value++;
Counter<string>.Value++;
Counter<object>.Value++;
Counter<int>.Value += 5;
Counter<string>.Nested<int>.Value = 7;
Counter<string>.Nested<string>.Value = 8;
Console.WriteLine($"{Counter<string>.Value} {Counter<object>.Value} {Counter<int>.Value} {Counter<Uri>.Value}");
Console.WriteLine($"{Counter<string>.Nested<int>.Value} {Counter<string>.Nested<string>.Value} {Counter<object>.Nested<int>.Value}");
Bump<string>();
Bump<object>();
Bump<Version>();
Bump<string>();
Console.WriteLine($"{Counter<string>.Value} {Counter<object>.Value} {Counter<Version>.Value}");
Console.WriteLine(Logged<string>.Text);
Console.WriteLine(Logged<object>.Text);
Console.WriteLine(Logged<Version>.Text);
Console.WriteLine(Logged<string>.Text);

// ---- Types from type arguments
Describe<string>();
Describe<object>();
Describe<Version>();
Describe<int>();
new Holder<string>().Describe();
new Holder<object>().Describe();
new Holder<Version>().Describe();
default(Wrap<string>).Describe();
default(Wrap<object>).Describe();

// ---- Creation
Create<Apple>();
Create<Pear>();
Create<StructWithoutConstructor>();
Console.WriteLine(Arrays<string>(3).GetType());
Console.WriteLine(Arrays<object>(3).GetType());
Console.WriteLine(Arrays<Version>(3).GetType());
Console.WriteLine(new Holder<Apple>().Box(new Wrap<Apple>()).GetType());
Console.WriteLine(new Holder<Pear>().Box(new Wrap<Pear>()).GetType());

// ---- Casts
Casts<Apple>(new Apple());
Casts<Pear>(new Apple());
Casts<Fruit>(new Pear());
Casts<string>("text");
Casts<object>("text");
Casts<IComparable>("text");
Cast<Apple>(new Apple());
Cast<Pear>(new Apple());
Cast<Version>(new Apple());
Store<Apple>(new Apple[1], new Apple());
Store<Fruit>(new Apple[1], new Pear());
Store<object>(new Apple[1], new Pear());

// ---- Catch clauses
Catch<string>(new Failed<string>());
Catch<string>(new Failed<object>());
Catch<object>(new Failed<object>());
Catch<object>(new Failed<string>());
Catch<Version>(new Failed<Version>());
CatchWhen<string>(new Failed<string>());
CatchWhen<object>(new Failed<object>());
CatchWhen<Version>(new Failed<string>());

// ---- Delegates: the same method, or the same method of another instance
Func<object, string> first = Name<string>;
Func<object, string> second = Name<string>;
Func<object, string> other = Name<object>;
Console.WriteLine($"{first == second} {first.Equals(other)} {first("x")} {other("x")}");
var target = new Holder<Apple>();
Func<string> instance = target.Own<string>;
Func<string> same = target.Own<string>;
Func<string> different = target.Own<object>;
Console.WriteLine($"{instance == same} {instance.Equals(different)} {instance()} {different()}");
Func<string> closed = new Holder<Pear>().Element;
Func<string> closedOther = new Holder<Version>().Element;
Console.WriteLine($"{closed()} {closedOther()} {closed.Equals(closedOther)}");

// ---- Lambdas and iterators in generic methods
Console.WriteLine(string.Join(" ", Repeat<string>(2).Select(x => x())));
Console.WriteLine(string.Join(" ", Repeat<object>(2).Select(x => x())));
Console.WriteLine(string.Join(" ", Repeat<Version>(2).Select(x => x())));
Console.WriteLine(string.Join(" ", Walk<string>("a", null, "b")));
Console.WriteLine(string.Join(" ", Walk<Version>(new Version(1, 2), null!)));

// ---- Nullable and structs over references
Nullables<string>("k");
Nullables<object>("k");
Console.WriteLine(new Wrap<string>("a").Equals(new Wrap<string>("a")));
Console.WriteLine(new Wrap<object>("a").Equals(new Wrap<object>("b")));
Console.WriteLine(new Wrap<string>("a").Equals((object)new Wrap<object>("a")));
object boxed = new Wrap<string>("abc");
object boxedOther = new Wrap<object>("abc");
Console.WriteLine($"{boxed} {boxedOther} {boxed.Equals(new Wrap<string>("abc"))} {boxed.Equals(boxedOther)}");

// ---- Default comparers and collections of many types
var names = new Dictionary<Apple, string> { [new Apple(1)] = "one", [new Apple(2)] = "two" };
var pears = new Dictionary<Pear, Apple> { [new Pear()] = new Apple(3) };
var text = new Dictionary<string, Version> { ["v"] = new Version(3, 4) };
Console.WriteLine($"{names[new Apple(2)]} {pears.Count} {pears.ContainsKey(new Pear())} {text["v"]}");
Console.WriteLine(new List<Apple> { new(1), new(2) }.IndexOf(new Apple(2)));
Console.WriteLine(new List<Pear> { new(), new() }.IndexOf(new Pear()));
try
{
    Console.WriteLine(names[new Apple(9)]);
}
catch (KeyNotFoundException e)
{
    Console.WriteLine(e.Message);
}

static void Bump<T>()
{
    Counter<T>.Value += 10;
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Describe<T>()
{
    Console.WriteLine($"{typeof(T)} {typeof(T[])} {typeof(Dictionary<T, List<T>>)} {default(T) is null}");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Create<T>() where T : new()
{
    var made = new T();
    var viaActivator = Activator.CreateInstance<T>();
    Console.WriteLine($"{made} {viaActivator} {made!.GetType()} {default(T)}");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static Array Arrays<T>(int count)
{
    var jagged = new T[count][];
    jagged[0] = new T[count];
    return count > 2 ? jagged : jagged[0];
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Casts<T>(object value) where T : class
{
    Console.WriteLine($"{typeof(T).Name}: {value is T} {value as T} {value is List<T>} {new List<T>() is IEnumerable<T>} {(object)new T[0] is T[]}");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Cast<T>(object value)
{
    try
    {
        var result = (T)value;
        Console.WriteLine($"is {result}");
    }
    catch (InvalidCastException)
    {
        Console.WriteLine($"{value} is no {typeof(T)}");
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Store<T>(T[] array, T value)
{
    try
    {
        array[0] = value;
        Console.WriteLine($"stored {array[0]} in {array.GetType().Name}");
    }
    catch (ArrayTypeMismatchException)
    {
        Console.WriteLine($"no {value} in {array.GetType().Name}");
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Catch<T>(Exception thrown)
{
    try
    {
        CatchInner<T>(thrown);
    }
    catch (Exception e)
    {
        Console.WriteLine($"outside: {e.GetType()}");
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void CatchInner<T>(Exception thrown)
{
    try
    {
        throw thrown;
    }
    catch (Failed<T> e)
    {
        Console.WriteLine($"caught {e.GetType()}");
    }
    finally
    {
        Console.WriteLine($"finally of {typeof(T)}");
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void CatchWhen<T>(Exception thrown)
{
    try
    {
        throw thrown;
    }
    catch (Exception e) when (e is Failed<T>)
    {
        Console.WriteLine($"filter of {typeof(T)}: yes");
    }
    catch (Exception e)
    {
        Console.WriteLine($"filter of {typeof(T)}: no, {e.GetType()}");
    }
}

static string Name<T>(object value)
{
    return $"{value} as {typeof(T)}";
}

static IEnumerable<Func<string>> Repeat<T>(int count)
{
    for (int i = 0; i < count; i++)
    {
        int number = i;
        yield return () => $"{typeof(T).Name}{number}";
    }
}

static IEnumerable<string> Walk<T>(params T?[] items) where T : class
{
    foreach (var item in items)
    {
        yield return item is null ? $"no {typeof(T).Name}" : item.ToString()!;
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Nullables<T>(T key)
{
    KeyValuePair<T, int>? pair = new KeyValuePair<T, int>(key, 3);
    object box = pair;
    var back = (KeyValuePair<T, int>?)box;
    KeyValuePair<T, int>? none = null;
    object nothing = none;
    Console.WriteLine($"{box} {back!.Value.Value} {back.Equals(pair)} {nothing is null} {box.GetType()}");
}

static class Counter<T>
{
    public static int Value;

    public static class Nested<U>
    {
        public static int Value;
    }
}

static class Logged<T>
{
    public static readonly string Text;

    static Logged()
    {
        Console.WriteLine($"constructor of Logged<{typeof(T).Name}>");
        Text = $"text of {typeof(T)}";
    }
}

class Holder<T>
{
    readonly List<T> items = new();

    public void Describe()
    {
        Console.WriteLine($"{GetType()} {typeof(T)} {typeof(T[])} {items.GetType()} {new T[2].Length}");
    }

    public object Box(Wrap<T> value)
    {
        return value;
    }

    public string Own<U>()
    {
        return $"{typeof(T).Name}.{typeof(U).Name}";
    }

    public string Element()
    {
        return typeof(T).Name;
    }
}

readonly struct Wrap<T>(T value)
{
    readonly T value = value;

    public void Describe()
    {
        Console.WriteLine($"{GetType()} {typeof(T)} {value is null}");
    }

    public override string ToString()
    {
        return $"<{value}:{typeof(T).Name}>";
    }
}

class Failed<T> : Exception
{
}

class Fruit
{
}

class Apple : Fruit, IEquatable<Apple>
{
    readonly int number;

    public Apple()
    {
    }

    public Apple(int number)
    {
        this.number = number;
    }

    public bool Equals(Apple? other)
    {
        return other is not null && other.number == number;
    }

    public override bool Equals(object? other)
    {
        return Equals(other as Apple);
    }

    public override int GetHashCode()
    {
        return number;
    }

    public override string ToString()
    {
        return $"apple {number}";
    }
}

class Pear : Fruit
{
    public override string ToString()
    {
        return "pear";
    }
}

struct StructWithoutConstructor
{
    public override string ToString()
    {
        return "struct";
    }
}
