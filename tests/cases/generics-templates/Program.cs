// What instances made at run time find: code of generic methods behind delegates, arrays of structs over references, array
// interfaces, methods of which another instance is named, default methods of structs.
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

static class Source
{
    static readonly Type[] types =
    {
        typeof(Alpha),
        typeof(Beta),
        typeof(string)
    };
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Type Get(int i) => types[Environment.TickCount64 < 0 ? 0 : i];
}

class Alpha
{
    public override string ToString() => "alpha";
}

class Beta
{
    public override string ToString() => "beta";
}

abstract class Run
{
    public abstract void Go();
    protected static void P(object? o) => Console.WriteLine(o);
}

// Delegates to generic methods of structs over the struct's arguments.
struct Targets<T, U>
{
    public static string Static() => $"{typeof(T)} {typeof(U)}";
    public string Instance() => $"{this} Instance";
    public static string StaticOf<X>() => $"{typeof(T)} {typeof(U)} {typeof(X)}";
    public string InstanceOf<X>() => $"{this} {typeof(X)}";

    public void Show()
    {
        Func<string>[] all =
        {
            Static,
            Instance,
            StaticOf<T>,
            InstanceOf<U>,
            InstanceOf<T[]>
        };
        foreach (Func<string> one in all)
            Console.WriteLine(one());
    }
}

class StructDelegates<T, U> : Run
{
    public override void Go()
    {
        default(Targets<T, U>).Show();
        Func<string> d = new Targets<U, T>().InstanceOf<U>;
        P(d());
    }
}

// Arrays of structs, and of Nullable of them, made by reflection.
struct Box<T> : IEquatable<Box<T>>
{
    public T Value;
    public bool Equals(Box<T> other) => true;
    public override bool Equals(object? o) => false;
    public override int GetHashCode() => 0;
    public override string ToString() => "box of " + Value;
}

abstract class Finder
{
    public abstract void Fill(Array array, object value);
    public abstract int Find(Array array, object value);
}

class Finder<T> : Finder
    where T : struct
{
    public override void Fill(Array array, object value)
    {
        for (int i = 0; i < array.Length; i++)
            ((T?[])array)[i] = (T)value;
    }

    public override int Find(Array array, object value) => Array.IndexOf((T?[])array, (T)value);
}

static class Arrays
{
    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2055")]
    [UnconditionalSuppressMessage("Trimming", "IL2067")]
    [UnconditionalSuppressMessage("Trimming", "IL2072")]
    public static void Go()
    {
        Box<object>?[] exact = new Box<object>?[3];
        Finder finder = new Finder<Box<object>>();
        finder.Fill(exact, default(Box<object>));
        Console.WriteLine(finder.Find(exact, default(Box<object>)));
        Type box = typeof(Box<>).MakeGenericType(Source.Get(2));
        Type nullable = typeof(Nullable<>).MakeGenericType(box);
        Array array = Array.CreateInstance(nullable, 2);
        Finder made = (Finder)Activator.CreateInstance(typeof(Finder<>).MakeGenericType(box))!;
        Console.WriteLine(array.GetValue(0) ?? "null");
        made.Fill(array, Activator.CreateInstance(box)!);
        Console.WriteLine(made.Find(array, Activator.CreateInstance(box)!));
        Console.WriteLine(array.GetValue(1));
        Console.WriteLine(array.GetType());
    }
}

// Nothing but an array makes such a value.
struct Rare
{
    public override string ToString() => "rare";
}

// Arrays of other references convert to interfaces over object.
static class ArrayInterfaces
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static object Make<T>(T value) => new List<T>
    {
        value
    }.ToArray();
    [MethodImpl(MethodImplOptions.NoInlining)]
    static object MakeRare() => new Rare?[1]
    {
        new Rare()
    };

    public static void Go()
    {
        object made = Make(new Beta());
        Console.WriteLine(((IList<object>)made).Count);
        Console.WriteLine(made is ICollection<object>);
        Console.WriteLine(made is IList<string>);
        Console.WriteLine(((Array)MakeRare()).GetValue(0));
    }
}

// An instance that is named lets others be made.
static class Named
{
    public static TResult Convert<T, TResult>(T value) => (TResult)(object)$"{typeof(T)} to {typeof(TResult)} {value}";

    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2060")]
    public static void Go()
    {
        MethodInfo method = typeof(Named).GetMethod(nameof(Convert))!;
        MethodInfo exact = method.MakeGenericMethod(typeof(int), typeof(object));
        Console.WriteLine(exact.Invoke(null, [3]));
        MethodInfo made = method.MakeGenericMethod(typeof(int), Source.Get(2));
        Type type = typeof(Func<,>).MakeGenericType(typeof(int), Source.Get(2));
        Delegate converter = made.CreateDelegate(type);
        Console.WriteLine(converter.GetMethodInfo());
        Console.WriteLine(converter.DynamicInvoke(4));
        Func<string[], string[]> known = Convert<string[], string[]>;
        Type strings = Source.Get(2).MakeArrayType();
        Delegate found = method.MakeGenericMethod(strings, strings).CreateDelegate(typeof(Func<string[], string[]>));
        Console.WriteLine(known.Equals(found));
    }
}

// A generic default method of an interface whose arguments only the struct knows.
interface IDescribe<X>
{
    string Of<U>();
}

interface IDescribeTwo<A, B> : IDescribe<A>
{
    string IDescribe<A>.Of<U>() => $"{typeof(A)} {typeof(B)} {typeof(U)} {this}";
}

struct Describer<X> : IDescribeTwo<X, List<X>>
{
    public override string ToString() => "of " + typeof(X);
}

class DefaultMethods<T, X, U> : Run
    where T : struct, IDescribe<X>
{
    static string Ask(T t) => t.Of<U>();
    static string AskOther<V>(T t, V _)
        where V : notnull => t.Of<Dictionary<V, U>>();

    public override void Go()
    {
        P(Ask(default));
        P(AskOther(default, "v"));
        P(AskOther(default, Array.Empty<U>()));
    }
}

// The exact type of an object, where no other instance can be.
class Never<T>
{
    public override string ToString() => "never";
}

class Made<T>
{
    public override string ToString() => "made";
}

static class ExactTypes
{
    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    static object Unknown(int i) => i == 0 ? new object() : Activator.CreateInstance(typeof(Made<>).MakeGenericType(Source.Get(2)))!;

    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2055")]
    public static void Go()
    {
        Console.WriteLine(Unknown(0).GetType() == typeof(Never<object>));
        Console.WriteLine(Unknown(1).GetType() == typeof(Made<object>));
        Console.WriteLine(Unknown(1).GetType() == typeof(Made<string>));
    }
}

interface IGenericVirtual<T>
{
    string Interface<U>(T first, U second);
}

class GenericVirtual<T> : IGenericVirtual<T>
{
    public virtual string Interface<U>(T first, U second) => $"base interface {typeof(T)} {typeof(U)}";
    public virtual string Class<U>(T first, U second) => $"base class {typeof(T)} {typeof(U)}";
}

class GenericOverride<T> : GenericVirtual<T>
{
    public override string Interface<U>(T first, U second) => $"derived interface {typeof(T)} {typeof(U)}";
    public override string Class<U>(T first, U second) => $"derived class {typeof(T)} {typeof(U)}";
}

// Generic virtual methods that reflection calls, on instances that exist and on those that are made.
static class GenericVirtuals
{
    static void Invoke(MethodInfo method, object target)
    {
        Console.WriteLine(method.MakeGenericMethod(typeof(string)).Invoke(target, ["", ""]));
    }

    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2026")]
    [UnconditionalSuppressMessage("Trimming", "IL2060")]
    [UnconditionalSuppressMessage("Trimming", "IL2065")]
    [UnconditionalSuppressMessage("Trimming", "IL2070")]
    [UnconditionalSuppressMessage("Trimming", "IL2075")]
    public static void Go()
    {
        Console.WriteLine(((IGenericVirtual<string>)new GenericVirtual<string>()).Interface("a", "b"));
        Console.WriteLine(new GenericVirtual<object>().Class("a", "b"));
        Console.WriteLine(new GenericOverride<object>().Class("a", "b"));
        MethodInfo declared = typeof(IGenericVirtual<string>).GetMethod("Interface")!;
        Invoke(declared, new GenericVirtual<string>());
        Invoke(declared, new GenericOverride<string>());
        Type made = typeof(GenericVirtual<>).MakeGenericType(typeof(string));
        Type derived = typeof(GenericOverride<>).MakeGenericType(typeof(string));
        Invoke(made.GetMethod("Class")!, Activator.CreateInstance(made)!);
        Invoke(made.GetMethod("Class")!, Activator.CreateInstance(derived)!);
        Invoke(derived.GetMethod("Class")!, Activator.CreateInstance(derived)!);
    }
}

static class Program
{
    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2055")]
    [UnconditionalSuppressMessage("Trimming", "IL2072")]
    [UnconditionalSuppressMessage("Trimming", "IL2070")]
    static void Start([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type definition, params Type[] arguments)
    {
        try
        {
            ((Run)Activator.CreateInstance(definition.MakeGenericType(arguments))!).Go();
        }
        catch (Exception e)
        {
            Console.WriteLine(e);
        }
    }

    [UnconditionalSuppressMessage("AOT", "IL3050")]
    [UnconditionalSuppressMessage("Trimming", "IL2055")]
    static void Main()
    {
        // One exact instance each, so that the canonical form exists.
        new StructDelegates<object, object>().Go();
        new DefaultMethods<Describer<object>, object, object>().Go();
        Start(typeof(StructDelegates<,>), Source.Get(0), Source.Get(1));
        Start(typeof(StructDelegates<,>), Source.Get(2), Source.Get(2));
        Arrays.Go();
        ArrayInterfaces.Go();
        Named.Go();
        Type describer = typeof(Describer<>).MakeGenericType(Source.Get(2));
        Start(typeof(DefaultMethods<,,>), describer, Source.Get(2), Source.Get(0));
        ExactTypes.Go();
        GenericVirtuals.Go();
    }
}
