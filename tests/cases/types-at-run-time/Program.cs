using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

// Types made at run time: the arguments come from a list that the compiler cannot follow.
static class Source {
    static readonly Type[] types = { typeof(Alpha), typeof(Beta), typeof(string), typeof(Gamma) };
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Type Get(int index) => types[Environment.TickCount64 < 0 ? 0 : index];
}
class Alpha { public override string ToString() => "alpha"; }
class Beta : IComparable<Beta> { public int CompareTo(Beta? other) => 1; public override string ToString() => "beta"; }
class Gamma { }

interface IBox { object? Content { get; } string Describe(); }
interface IBox<T> : IBox { T Value { get; set; } }
class Box<T> : IBox<T> where T : class
{
    static int made;
    static readonly List<T> all = new();
    readonly T[] slots = new T[2];
    public Box() { made++; }
    public T Value { get => slots[0]; set { slots[0] = value; all.Add(value); } }
    public object? Content => slots[0];
    public virtual string Describe() => $"Box<{typeof(T).Name}> {made} {all.Count} {slots.GetType()}";
}

// What canonical code hands on as an argument is asked there for anything.
interface IReader { string Read(object from); }
class Reader<T> : IReader where T : class
{
    public string Read(object from) => Bind<Func<T, string>>()((T)from) + Name<List<T>>();
    static TDelegate Bind<TDelegate>() where TDelegate : Delegate => typeof(object).GetMethod("ToString")!.CreateDelegate<TDelegate>();
    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Name<U>() => typeof(U).Name;
}

static class Program
{
    static void Main()
    {
        Type type = typeof(Box<>).MakeGenericType(Source.Get(0));
        Console.WriteLine(type);
        object box = Activator.CreateInstance(type)!;
        IBox known = (IBox)box;
        Console.WriteLine(known.Describe());
        type.GetProperty("Value")!.SetValue(box, new Alpha());
        Console.WriteLine(known.Content);
        Console.WriteLine(known.Describe());
        Console.WriteLine(box is Box<Alpha>);
        Array array = Array.CreateInstance(Source.Get(3), 2);
        Console.WriteLine($"{array.GetType()} {array.Length} {array is IEnumerable<object>} {array is object[]}");
        foreach (object? o in array) Console.WriteLine(o ?? "null");
        IList list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(Source.Get(1)))!;
        list.Add(new Beta());
        Console.WriteLine($"{list.Count} {list[0]} {list.GetType()}");
        IReader reader = (IReader)Activator.CreateInstance(typeof(Reader<>).MakeGenericType(Source.Get(0)))!;
        Console.WriteLine(reader.Read(new Alpha()));
    }
}
