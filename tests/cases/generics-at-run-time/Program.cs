using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

static class Source
{
    static readonly Type[] types = { typeof(Alpha), typeof(Beta), typeof(string), typeof(Gamma), typeof(int[]), typeof(IShape) };
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(KeyValuePair<,>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(Alpha))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(Beta))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(Gamma))]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Type Get(int index) => types[Environment.TickCount64 < 0 ? 0 : index];
}
interface IShape { string Name { get; } }
class Alpha : IShape { public string Name => "alpha"; public override string ToString() => Name; }
class Beta : IShape, IEquatable<Beta>, IComparable<Beta>
{
    public int Number;
    public string Name => "beta" + Number;
    public bool Equals(Beta? other) => other != null && other.Number == Number;
    public override bool Equals(object? o) => Equals(o as Beta);
    public override int GetHashCode() => Number;
    public int CompareTo(Beta? other) => Number.CompareTo(other!.Number);
    public override string ToString() => Name;
}
class Gamma { }
struct Small { public int A; }

// Interfaces over the argument, in both directions.
interface IHandler<T> { string Handle(T value); string Twice(T value) => Handle(value) + "+" + typeof(T).Name; }
class AlphaHandler : IHandler<Alpha> { public string Handle(Alpha value) => "static handler of " + value; }
class ManyHandler : IHandler<Alpha>, IHandler<Beta>, IHandler<string>
{
    string IHandler<Alpha>.Handle(Alpha value) => "many alpha";
    string IHandler<Beta>.Handle(Beta value) => "many beta";
    public string Handle(string value) => "many string " + value;
}
class OpenHandler<T> : IHandler<T> where T : class { public string Handle(T value) => $"open {typeof(T).Name} {value}"; }
class Caller<T> where T : class, new()
{
    public string Call(object handler) => handler is IHandler<T> h ? h.Handle(new T()) + " / " + h.Twice(new T()) : "no handler of " + typeof(T).Name;
}
interface ICall { string Call(object handler); }
class BoundCaller<T> : Caller<T>, ICall where T : class, new() { }

// Statics of every kind, class constructors.
interface ICounter { string Next(); }
class Counter<T> : ICounter
{
    static readonly string label;
    static int number;
    static readonly List<T?> items;
    [ThreadStatic] static int perThread;
    [ThreadStatic] static string? text;
    static Counter() { label = "counter of " + typeof(T).Name; items = new(); Console.WriteLine("cctor " + typeof(T)); }
    public string Next()
    {
        number++; perThread++; text += "x"; items.Add(default);
        return $"{label} {number} {items.Count} {perThread} {text} {items.GetType()}";
    }
}
class Level1<T> { public virtual string Who() => "level1 " + typeof(T).Name; public T? Field; }
class Level2<T> : Level1<List<T>> { public override string Who() => "level2 " + base.Who() + " " + typeof(T[]); }
class Level3 : Level2<Alpha> { public override string Who() => "level3 " + base.Who(); }
class WithStruct<T>
{
    KeyValuePair<T, int> pair; T[] array = new T[1]; (T, string)[] tuples = new (T, string)[2];
    public object Box(T value) { pair = new(value, 5); array[0] = value; tuples[1] = (value, "t"); return pair; }
    public object Tuple() => tuples[1];
    public override string ToString() => pair.ToString() + tuples[1];
}
class Resource<T> { public static int Finalized; ~Resource() { Finalized++; } public override string ToString() => "resource " + typeof(T).Name; }
class Funcs<T> where T : class
{
    static string Plain(T value) => "plain " + value + typeof(T).Name;
    string Instance(T value) => "instance " + value;
    public Delegate Make() { Func<T, string> f = Plain; f += Instance; Func<T, string> g = v => "lambda " + v + typeof(T).Name; return f + g; }
    public Func<object, string> Wrap() { var all = Make().GetInvocationList(); return o => string.Join("|", all.Select(d => ((Func<T, string>)d)((T)o))); }
    public IEnumerable<string> Each(IEnumerable<T> values) { foreach (T v in values) yield return v + ":" + typeof(T).Name; }
}
class Casts<T> where T : class
{
    public string Test(object o)
    {
        string s = o is T ? "is T" : "not T";
        s += o is IEnumerable<T> ? " sequence" : "";
        s += o is List<T> ? " list" : "";
        s += o is T[] ? " array" : "";
        s += (o as T)?.ToString() ?? " null";
        try { _ = (T)o; } catch (InvalidCastException) { s += " invalid"; }
        s += typeof(T) == typeof(string) ? " string!" : "";
        s += EqualityComparer<T>.Default.GetType().Name + " " + Comparer<T>.Default.GetType().Name;
        return s;
    }
}
static class Methods
{
    public static string Describe<T>(T value, int n) => $"{typeof(T)} {value} {n} {new List<T> { value }.GetType()}";
    public static T[] Repeat<T>(T value, int count) { var a = new T[count]; Array.Fill(a, value); return a; }
    public static T Make<T>() where T : new() => new T();
    public static Dictionary<K, V> Map<K, V>(K key, V value) where K : notnull => new() { [key] = value };
}
class Generic<T> { public string Both<U>(T t, U u) => $"{typeof(T).Name} {typeof(U).Name} {t} {u}"; public virtual string Virtual<U>(U u) => "base " + typeof(T).Name + typeof(U).Name; }

static class Program
{
    static object New([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type definition, params Type[] arguments) => Activator.CreateInstance(definition.MakeGenericType(arguments))!;
    static void Main(string[] args)
    {
        Console.WriteLine("== interfaces");
        object openAlpha = New(typeof(OpenHandler<>), Source.Get(0));
        Console.WriteLine(((IHandler<Alpha>)openAlpha).Handle(new Alpha()));
        Console.WriteLine(((IHandler<Alpha>)openAlpha).Twice(new Alpha()));
        foreach (int i in new[] { 0, 1, 3 })
        {
            ICall caller = (ICall)New(typeof(BoundCaller<>), Source.Get(i));
            Console.WriteLine(caller.Call(new AlphaHandler()));
            Console.WriteLine(caller.Call(new ManyHandler()));
            Console.WriteLine(caller.Call(openAlpha));
            Console.WriteLine(caller.Call(New(typeof(OpenHandler<>), Source.Get(i))));
        }
        IHandler<Alpha> many = new ManyHandler();
        Console.WriteLine(many.Handle(new Alpha()) + ((IHandler<Beta>)many).Handle(new Beta()) + ((IHandler<string>)many).Handle("s") + ((IHandler<string>)many).Twice("s"));
        Console.WriteLine("== statics");
        foreach (int i in new[] { 0, 1, 0, 2, 4 }) Console.WriteLine(((ICounter)New(typeof(Counter<>), Source.Get(i))).Next());
        Console.WriteLine(new Counter<string>().Next());
        Thread thread = new(() => Console.WriteLine(((ICounter)New(typeof(Counter<>), Source.Get(0))).Next()));
        thread.Start(); thread.Join();
        Console.WriteLine("== bases");
        foreach (int i in new[] { 0, 1 })
        {
            object two = New(typeof(Level2<>), Source.Get(i));
            Console.WriteLine(two.GetType().GetMethod("Who")!.Invoke(two, null) + " " + two.GetType().BaseType);
            Console.WriteLine(two is Level1<List<Alpha>> a ? a.Who() : "other");
        }
        Console.WriteLine(new Level3().Who());
        Console.WriteLine("== structs");
        foreach (int i in new[] { 0, 2 })
        {
            object s = New(typeof(WithStruct<>), Source.Get(i));
            object value = i == 0 ? new Alpha() : "text";
            object pair = s.GetType().GetMethod("Box")!.Invoke(s, new[] { value })!;
            Console.WriteLine($"{pair} {pair.GetType()} {s} {pair.GetType().GetProperty("Key")!.GetValue(pair)}");
            object tuple = s.GetType().GetMethod("Tuple")!.Invoke(s, null)!;
            Console.WriteLine($"{tuple} {tuple.GetType()} {tuple.Equals(tuple)} {((ITuple)tuple)[0]}");
        }
        object kvp = Activator.CreateInstance(typeof(KeyValuePair<,>).MakeGenericType(Source.Get(0), typeof(int)), new Alpha(), 7)!;
        Console.WriteLine($"{kvp} {kvp.GetType()} {kvp.Equals(kvp)} {kvp.GetHashCode() == kvp.GetHashCode()}");
        Console.WriteLine("== finalizers");
        Finalizers();
        Console.WriteLine("== delegates");
        foreach (int i in new[] { 0, 2 })
        {
            object f = New(typeof(Funcs<>), Source.Get(i));
            object value = i == 0 ? new Alpha() : "text";
            var wrapped = (Func<object, string>)f.GetType().GetMethod("Wrap")!.Invoke(f, null)!;
            Console.WriteLine(wrapped(value));
            Array array = Array.CreateInstance(Source.Get(i), 2);
            array.SetValue(value, 0);
            foreach (object o in (IEnumerable)f.GetType().GetMethod("Each")!.Invoke(f, new object[] { array })!) Console.WriteLine(o);
        }
        Console.WriteLine("== casts");
        foreach (int i in new[] { 0, 1, 2, 5 })
        {
            object c = New(typeof(Casts<>), Source.Get(i));
            MethodInfo test = c.GetType().GetMethod("Test")!;
            foreach (object o in new object[] { new Alpha(), new Beta(), "s", new List<string>(), new Alpha[0], new List<Beta>() })
                Console.WriteLine(test.Invoke(c, new[] { o }));
        }
        Console.WriteLine("== methods");
        MethodInfo describe = typeof(Methods).GetMethod("Describe")!;
        Console.WriteLine(describe.MakeGenericMethod(Source.Get(0)).Invoke(null, new object[] { new Alpha(), 3 }));
        Console.WriteLine(describe.MakeGenericMethod(Source.Get(2)).Invoke(null, new object[] { "str", 4 }));
        Console.WriteLine(((Array)typeof(Methods).GetMethod("Repeat")!.MakeGenericMethod(Source.Get(1)).Invoke(null, new object[] { new Beta { Number = 2 }, 3 })!).GetValue(2));
        Console.WriteLine(typeof(Methods).GetMethod("Make")!.MakeGenericMethod(Source.Get(3)).Invoke(null, null));
        var map = (IDictionary)typeof(Methods).GetMethod("Map")!.MakeGenericMethod(Source.Get(1), Source.Get(0)).Invoke(null, new object[] { new Beta { Number = 9 }, new Alpha() })!;
        Console.WriteLine($"{map.GetType()} {map[new Beta { Number = 9 }]} {map.Contains(new Beta { Number = 8 })}");
        object g = New(typeof(Generic<>), Source.Get(0));
        Console.WriteLine(g.GetType().GetMethod("Both")!.MakeGenericMethod(Source.Get(1)).Invoke(g, new object[] { new Alpha(), new Beta() }));
        var d = describe.MakeGenericMethod(Source.Get(3)).CreateDelegate(typeof(Func<,,>).MakeGenericType(Source.Get(3), typeof(int), typeof(string)));
        Console.WriteLine(d.DynamicInvoke(new Gamma(), 1));
        Console.WriteLine("== arrays");
        Type alpha = Source.Get(0);
        Console.WriteLine($"{alpha.MakeArrayType()} {alpha.MakeArrayType(1)} {alpha.MakeArrayType(3)} {alpha.MakePointerType()} {alpha.MakeByRefType()} {alpha.MakeArrayType().MakeArrayType()}");
        Array md = Array.CreateInstance(Source.Get(1), 2, 3);
        md.SetValue(new Beta { Number = 4 }, 1, 2);
        Console.WriteLine($"{md.GetType()} {md.GetValue(1, 2)} {md.Rank}");
        IList jagged = Array.CreateInstance(Source.Get(1).MakeArrayType(), 2);
        jagged[0] = new Beta[] { new() { Number = 3 } };
        Console.WriteLine($"{jagged.GetType()} {((Beta[][])jagged)[0][0]} {jagged is IReadOnlyList<IEnumerable<Beta>>}");
        Array betas = Array.CreateInstance(Source.Get(1), 3);
        for (int i = 0; i < 3; i++) betas.SetValue(new Beta { Number = 3 - i }, i);
        Array.Sort((Beta[])betas);
        Console.WriteLine(string.Join(",", betas.Cast<object>()) + " " + ((IEnumerable<Beta>)betas).Sum(b => b.Number) + " " + ((IList<Beta>)betas).IndexOf(new Beta { Number = 2 }) + " " + ((IEnumerable<IShape>)betas).Last().Name);
        try { ((object[])betas)[0] = "wrong"; } catch (ArrayTypeMismatchException) { Console.WriteLine("mismatch"); }
        Array smalls = Array.CreateInstance(typeof(Small), 2);
        Console.WriteLine(smalls.GetType() + " " + smalls.Length);
        Type dictionary = typeof(Dictionary<,>).MakeGenericType(Source.Get(1), Source.Get(0).MakeArrayType());
        IDictionary made = (IDictionary)Activator.CreateInstance(dictionary)!;
        made[new Beta { Number = 1 }] = new Alpha[2];
        foreach (DictionaryEntry e in made) Console.WriteLine($"{e.Key} {e.Value} {dictionary}");
        foreach (object e in made) Console.WriteLine(e.GetType());
    }
    [MethodImpl(MethodImplOptions.NoInlining)] static void Drop() { for (int i = 0; i < 20; i++) New(typeof(Resource<>), Source.Get(0)); }
    static void Finalizers()
    {
        Drop();
        for (int i = 0; i < 5; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        Console.WriteLine((int)typeof(Resource<>).MakeGenericType(Source.Get(0)).GetField("Finalized")!.GetValue(null)! > 10);
    }
}
