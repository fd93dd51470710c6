using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Code whose type arguments are chosen at run time: each class below is only ever instantiated over types from a list
// that the compiler cannot follow.
static class Source
{
    static readonly Type[] types = { typeof(Alpha), typeof(Beta), typeof(IShape), typeof(ArgumentException) };

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Type Get(int index) => types[Environment.TickCount64 < 0 ? 0 : index];
}

interface IShape
{
    string Name { get; }
}

interface ISelf<T> where T : ISelf<T>
{
    static abstract string Make(int n);
    static virtual string Default(string s) => "default " + typeof(T).Name + " " + s;
    static abstract T operator +(T a, T b);
    static abstract int Count { get; set; }
    static virtual string Generic<U>(U u) => "generic default " + typeof(T).Name + " " + typeof(U).Name + " " + u;
}

class Alpha : IShape, ISelf<Alpha>
{
    public string Name => "alpha";
    public override string ToString() => Name;
    public static string Make(int n) => "alpha made " + n;
    public static Alpha operator +(Alpha a, Alpha b) => new Alpha();
    public static int Count { get; set; }
}

class Beta : IShape, ISelf<Beta>
{
    public int Number;
    public string Name => "beta" + Number;
    public override string ToString() => Name;
    public static string Make(int n) => "beta made " + n;
    public static string Default(string s) => "beta's own " + s;
    public static Beta operator +(Beta a, Beta b) => new Beta { Number = a.Number + b.Number };
    public static int Count { get; set; }
    public static string Generic<U>(U u) => "generic beta " + typeof(U).Name + " " + u;
}

interface IRun
{
    void Run(object a, object b);
}

// ---- Static virtual methods on the argument

class UseSelf<T> : IRun where T : ISelf<T>
{
    public void Run(object a, object b)
    {
        T.Count += 2;
        Console.WriteLine(T.Make(3));
        Console.WriteLine(T.Default("x"));
        Console.WriteLine((T)a + (T)b);
        Console.WriteLine(T.Count);
        Console.WriteLine(T.Generic(5));
        Console.WriteLine(T.Generic("s"));
        Console.WriteLine(T.Generic(new List<T>()));
        Func<int, string> make = T.Make;
        Console.WriteLine(make(4));
    }
}

static class UseSelfMethod
{
    public static string Run<T>(object a, object b) where T : ISelf<T> => T.Default("y") + " " + ((T)a + (T)b) + " " + T.Generic(new T[0]);
    public static Func<int, string> Maker<T>() where T : ISelf<T> => T.Make;
}

interface IOther<out T>
{
    static abstract string Other();
}

class OtherOf<U> : IOther<U>
{
    public static string Other() => "other of " + typeof(U).Name;
}

struct Counter<T> : IOther<T>, IEqualityComparer<T>
{
    public int Calls;
    public static string Other() => "counter of " + typeof(T).Name;
    public bool Equals(T? x, T? y) => ++Calls > 0 && Equals((object?)x, y);
    public int GetHashCode(T x) => 1;
}

interface IDefault<T>
{
    string Generic<U>(U u) => "default of " + typeof(T).Name + " with " + typeof(U).Name;
    static virtual string Static<U>(U u) => "static default of " + typeof(T).Name + " with " + typeof(U).Name;
}

struct Defaults<T> : IDefault<T> { }

// The interface names another argument than the struct: the constraint makes them the same.
class UseOther<T> : IRun
{
    public void Run(object a, object b)
    {
        Console.WriteLine(Call<OtherOf<T>, T>());
        Console.WriteLine(Call<Counter<T>, T>());
        Counter<T> counter = default;
        Console.WriteLine(Compare(ref counter, (T)a, (T)b));
        Console.WriteLine(counter.Calls);
        Console.WriteLine(CallDefaults<Defaults<T>, T, List<T>>(default, new()));
        Console.WriteLine(CallDefaults<Defaults<T>, T, int>(default, 1));
    }

    static string Call<X, Y>() where X : IOther<Y> => X.Other();

    static string CallDefaults<S, Y, U>(S s, U u) where S : struct, IDefault<Y> => s.Generic(u) + ", " + S.Static(u);

    static bool Compare<C, Y>(ref C comparer, Y x, Y y) where C : struct, IEqualityComparer<Y> => comparer.Equals(x, y);
}

// ---- Exceptions

class Error<T> : Exception
{
    public int Code;
    public Error(int code) { Code = code; }
}

class Thrower<T> : IRun
{
    public void Run(object a, object b)
    {
        for (int i = 0; i < 5; i++)
        {
            try
            {
                Inner(i);
            }
            catch (Error<T[]> e) when (e.Code == 2)
            {
                Console.WriteLine("filtered array");
            }
            catch (Error<string> e) when (Test(e))
            {
                Console.WriteLine("filtered string");
            }
            catch (Exception e)
            {
                Console.WriteLine("other " + e.GetType());
            }
        }
    }

    void Inner(int i)
    {
        try
        {
            Throw(i);
        }
        catch (Error<T> e)
        {
            Console.WriteLine("caught " + typeof(T).Name + e.Code);
        }
        finally
        {
            Console.WriteLine("finally");
        }
    }

    static bool Test<E>(E e) where E : Exception => typeof(E) != typeof(Error<T>);

    static void Throw(int i)
    {
        switch (i)
        {
            case 0: throw new Error<T>(i);
            case 1: throw new Error<object>(i);
            case 2: throw new Error<T[]>(i);
            case 3: throw new Error<T[]>(i);
            default: throw new Error<string>(i);
        }
    }
}

class CatchArgument<E> : IRun where E : Exception
{
    public void Run(object a, object b)
    {
        try
        {
            throw (Exception)a;
        }
        catch (E e) when (e.Message.Length > 0)
        {
            Console.WriteLine("caught " + e.GetType().Name);
        }
        catch (Exception e)
        {
            Console.WriteLine("not caught " + e.GetType().Name);
        }
        Console.WriteLine(Static(a));
    }

    static string Static(object a)
    {
        try
        {
            throw (Exception)a;
        }
        catch (E e)
        {
            return "caught " + e.GetType().Name;
        }
        catch (Exception e)
        {
            return "not caught " + e.GetType().Name;
        }
    }
}

// ---- Delegates

class Delegates<T> : IRun
{
    static string Plain(T value) => "plain " + typeof(T).Name;
    string Instance(T value) => "instance " + typeof(T).Name;
    static string Generic<U>(T value) => "generic " + typeof(T).Name + typeof(U).Name;

    public void Run(object a, object b)
    {
        Func<T, string> plain = Plain, again = Plain, instance = Instance;
        Func<T, string> generic = Generic<T>, same = Generic<T>, other = Generic<string>;
        Console.WriteLine(plain.Method.Name + " " + plain.Method.DeclaringType);
        Console.WriteLine(instance.Method.Name + " " + (instance.Target == this));
        Console.WriteLine(generic.Method);
        Console.WriteLine(other.Method);
        Console.WriteLine((plain == again) + " " + (generic == same) + " " + (generic == other));
        Console.WriteLine(plain.GetHashCode() == again.GetHashCode());
        Console.WriteLine((plain + instance) == (again + new Func<T, string>(Instance)));
        Created((T)a, plain, instance, generic);
    }

    void Created(T value, Func<T, string> plain, Func<T, string> instance, Func<T, string> generic)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic;
        var created = typeof(Delegates<T>).GetMethod("Plain", all)!.CreateDelegate<Func<T, string>>();
        Console.WriteLine(created(value) + " " + (created == plain) + " " + created.Method.Name);
        MethodInfo method = typeof(Delegates<T>).GetMethod("Instance", all)!;
        var closed = (Func<T, string>)Delegate.CreateDelegate(typeof(Func<T, string>), this, method);
        Console.WriteLine(closed(value) + " " + (closed == instance));
        var open = (Func<Delegates<T>, T, string>)Delegate.CreateDelegate(typeof(Func<Delegates<T>, T, string>), method);
        Console.WriteLine(open(this, value));
        var made = typeof(Delegates<T>).GetMethod("Generic", all)!.MakeGenericMethod(typeof(T)).CreateDelegate<Func<T, string>>();
        Console.WriteLine(made(value) + " " + (made == generic) + " " + made.Method + " " + (made.Method == generic.Method));
    }
}

// ---- Default interface methods of interfaces that a class implements several times

interface IMany<T>
{
    string Who() => "default " + typeof(T).Name;
    string Say(T t) => Who() + " says " + t;
}

class MultiBase : IMany<int> { }
class MultiMiddle<T> : MultiBase, IMany<T> { }

class Multi<T> : MultiMiddle<T>, IMany<string>, IRun where T : class
{
    public void Run(object a, object b)
    {
        Console.WriteLine(((IMany<int>)this).Who());
        Console.WriteLine(((IMany<string>)this).Who());
        Console.WriteLine(((IMany<T>)this).Who());
        Console.WriteLine(((IMany<T>)this).Say((T)a));
        Console.WriteLine(Call(1));
        Console.WriteLine(Call("q"));
        Console.WriteLine(Call((T)a));
    }

    string Call<U>(U u) => ((IMany<U>)this).Say(u);
}

class Two : IMany<Alpha>, IMany<Beta>, IMany<string>
{
    string IMany<Beta>.Who() => "two's beta";
}

class CallTwo<T> : IRun
{
    public void Run(object a, object b) => Console.WriteLine(((IMany<T>)b).Who() + " " + ((IMany<T>)b).Say((T)a));
}

// ---- Objects that name their implementations

interface IDynamic<T>
{
    string Call(T t);
    string Default() => "default of " + typeof(T).Name;
}

interface IPlain
{
    string Plain();
}

[DynamicInterfaceCastableImplementation]
interface IDynamicAlpha : IDynamic<Alpha>
{
    string IDynamic<Alpha>.Call(Alpha t) => "dynamic " + t;
}

[DynamicInterfaceCastableImplementation]
interface IDynamicOf<T> : IDynamic<T[]>
{
    string IDynamic<T[]>.Call(T[] t) => "dynamic array of " + typeof(T).Name + " " + t.Length;
}

[DynamicInterfaceCastableImplementation]
interface IPlainImplementation : IPlain
{
    string IPlain.Plain() => "plain of " + GetType().Name;
}

class Castable : IDynamicInterfaceCastable, IDynamic<string>
{
    public string Call(string s) => "static " + s;

    public bool IsInterfaceImplemented(RuntimeTypeHandle handle, bool throws) => !GetInterfaceImplementation(handle).Equals(default(RuntimeTypeHandle));

    public RuntimeTypeHandle GetInterfaceImplementation(RuntimeTypeHandle handle)
    {
        Type type = Type.GetTypeFromHandle(handle)!;
        if (type == typeof(IDynamic<Alpha>))
            return typeof(IDynamicAlpha).TypeHandle;
        if (type == typeof(IPlain))
            return typeof(IPlainImplementation).TypeHandle;
        if (type == typeof(IDynamic<>).MakeGenericType(Source.Get(1).MakeArrayType()))
            return typeof(IDynamicOf<>).MakeGenericType(Source.Get(1)).TypeHandle;
        return default;
    }
}

class CallDynamic<T> : IRun
{
    public void Run(object a, object b)
    {
        Try<T>((T)a, b);
        Try<T[]>(new T[3], b);
        Try<string>("text", b);
        Console.WriteLine(((IPlain)b).Plain());
    }

    static void Try<U>(U value, object b)
    {
        Console.WriteLine(b is IDynamic<U>);
        try
        {
            Console.WriteLine(((IDynamic<U>)b).Call(value));
            Console.WriteLine(((IDynamic<U>)b).Default());
        }
        catch (InvalidCastException)
        {
            Console.WriteLine("invalid cast");
        }
    }
}

// ---- Nullable of structs over the argument, their comparers

struct Holder<T>
{
    public T Value;
    public int Number;
    public Holder(T value, int number) { Value = value; Number = number; }
}

struct Equatable<T> : IEquatable<Equatable<T>>
{
    public T Value;
    public bool Equals(Equatable<T> other) => true;
    public override bool Equals(object? o) => o is Equatable<T>;
    public override int GetHashCode() => 1;
}

class Nullables<T> : IRun where T : class
{
    public void Run(object a, object b)
    {
        Holder<T>? x = new Holder<T>((T)a, 1), y = new Holder<T>((T)a, 1), none = null;
        Equatable<T>? e = new Equatable<T>(), f = new Equatable<T>();
        var comparer = EqualityComparer<Holder<T>?>.Default;
        Console.WriteLine(comparer.Equals(x, y) + " " + comparer.Equals(x, none) + " " + comparer.Equals(none, null));
        Console.WriteLine(EqualityComparer<Equatable<T>?>.Default.Equals(e, f) + " " + Nullable.Equals(e, f));
        object boxed = x;
        object? nothing = none;
        Console.WriteLine(boxed.GetType() + " " + (nothing == null) + " " + ((Holder<T>?)boxed).HasValue);
        Console.WriteLine((boxed is Holder<T>) + " " + (boxed is Holder<object>));
        var list = new List<Holder<T>?> { null, x };
        Console.WriteLine(list.IndexOf(x) + " " + list.Contains(none));
        var dictionary = new Dictionary<Equatable<T>, int> { [default] = 4 };
        Console.WriteLine(dictionary[default] + " " + dictionary.ContainsKey(default));
        var tuple = new ValueTuple<Holder<T>?, T>(x, (T)a);
        Console.WriteLine(tuple.Equals((y, (T)a)) + " " + x.Equals(y) + " " + x.GetValueOrDefault().Number);
        Console.WriteLine(Nullable.GetUnderlyingType(typeof(Holder<T>?)));
    }
}

// ---- Generic virtual methods: class, interface, struct, through variance

interface IGvm
{
    string M<U>(U u);
    string D<U>(U u) => "default " + typeof(U).Name + GetType().Name;
}

interface IGvmOf<in T>
{
    string V<U>(T t, U u);
}

class GvmBase<T> : IGvm
{
    public virtual string M<U>(U u) => "base " + typeof(T).Name + " " + typeof(U).Name + " " + u;
}

class GvmDerived<T> : GvmBase<T[]>
{
    public override string M<U>(U u) => "derived " + typeof(T).Name + " " + typeof(U).Name + "/" + base.M(u);
}

struct GvmStruct<T> : IGvm, IGvmOf<T>
{
    public T Field;
    public string M<U>(U u) => "struct " + typeof(T).Name + typeof(U).Name + Field;
    public string V<U>(T t, U u) => "struct V " + typeof(T).Name + typeof(U).Name;
}

class GvmIn<T> : IGvmOf<T>
{
    public string V<U>(T t, U u) => "V " + typeof(T).Name + " " + typeof(U).Name + t + u;
}

class CallGvm<T> : IRun
{
    public void Run(object a, object b)
    {
        T value = (T)a;
        if (b is IGvm g)
            CallInterface(g, value);
        if (b is GvmBase<T> x)
            Console.WriteLine(x.M(value) + x.M("text") + x.M(1.5));
        if (b is GvmBase<T[]> y)
            Console.WriteLine(y.M(value) + y.M("text") + y.M('c'));
        if (b is IGvmOf<T> v)
            Console.WriteLine(v.V(value, value) + v.V(value, 1) + v.V(value, "text") + v.V(value, new T[1]));
    }

    static void CallInterface(IGvm g, T value)
    {
        Console.WriteLine(g.M(1) + "," + g.M("s") + "," + g.M(value) + "," + g.M(new List<T>()));
        Console.WriteLine(g.D(value) + "," + g.D(1));
        Func<T, string> f = g.M<T>;
        Console.WriteLine(f(value) + " " + (f == g.M<T>));
    }
}

// ---- Instances in tables

// Instances that the compiler sees, more of each definition than are given tables of their own: the others have those of
// the template that instances made at run time have.
interface ITell
{
    string Tell();
    string Twice() => Tell() + Tell();
    string With<U>(U other);
}

interface ITell<T>
{
    string TellOf(T value);
    string Default(T value) => "default " + typeof(T).Name + " " + TellOf(value);
}

interface IMade<T> where T : IMade<T>
{
    static abstract string Kind { get; }
    static virtual string Describe() => "a " + T.Kind;
}

class K1 : IMade<K1> { public static string Kind => "k1"; }
class K2 : IMade<K2> { public static string Kind => "k2"; }
class K3 : IMade<K3> { public static string Kind => "k3"; }
class K4 : IMade<K4> { public static string Kind => "k4"; public static string Describe() => "the k4"; }
class K5 : IMade<K5> { public static string Kind => "k5"; }
class K6 : IMade<K6> { public static string Kind => "k6"; }
class K7 : IMade<K7> { public static string Kind => "k7"; }

class Box<T> : ITell, ITell<T>, ITell<T[]>
{
    static int count;
    public T? Value;

    public Box()
    {
        count++;
    }

    public virtual string Tell() => "Box<" + typeof(T).Name + "> " + count;
    public virtual string With<U>(U other) => typeof(T).Name + "+" + typeof(U).Name + " " + new Duo<T, U>(Value, other);
    public string TellOf(T value) => "T:" + (value is null ? "null" : value.GetType().Name);
    string ITell<T[]>.TellOf(T[] value) => "array:" + value.Length;
    public override string ToString() => "a " + Tell();
}

class SubBox<T> : Box<List<T>>
{
    public override string With<U>(U other) => "sub " + base.With<T[]>([]) + " " + typeof(Dictionary<T[], U>).ToString().Length;
}

class Leaf : Box<K3>
{
}

sealed class Closed<T> : ITell
{
    public string Tell() => typeof(T[]).Name;
    public string With<U>(U other) => typeof((T, U)).GetGenericArguments()[1].Name;
}

struct Cell<T> : ITell, IEquatable<Cell<T>>
{
    public T Value;
    public string Tell() => "Cell<" + typeof(T).Name + ">";
    public string With<U>(U other) => Tell() + typeof(U).Name;
    public bool Equals(Cell<T> other) => EqualityComparer<T>.Default.Equals(Value, other.Value);
    public override string ToString() => Tell() + Value;
}

record Duo<A, B>(A? First, B? Second);

record struct Fields<A, B>(A First, double Between, B Second);

class Finalized<T>
{
    ~Finalized() => GC.KeepAlive(this);
}

class OwnException<T>(string text) : Exception(text)
{
}

static class Many
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static T Hide<T>(T value) => value;

    static IEnumerable<T> Repeat<T>(T value, int count)
    {
        for (int i = 0; i < count; i++)
            yield return value;
    }

    static void Tables<T>() where T : class, new()
    {
        ITell[] all = { new Box<T>(), new SubBox<T>(), new Closed<T>(), new Cell<T>() };
        foreach (ITell tell in all)
        {
            Console.WriteLine(tell.Tell());
            Console.WriteLine(tell.Twice());
            Console.WriteLine(tell.With(new T()).Replace(nameof(Many), ""));
            Console.WriteLine(tell.With(3));
            Console.WriteLine(tell);
        }
        Console.WriteLine(new Box<T>().Tell());
        Console.WriteLine(Hide(new Closed<T>()).Tell());
        ITell<T> own = Hide(new Box<T>());
        ITell<T[]> other = Hide(new Box<T>());
        Console.WriteLine(own.Default(new T()));
        Console.WriteLine(other.Default([new T()]));
    }

    static void Delegates<T>() where T : class, new()
    {
        Box<T> box = Hide(new Box<T> { Value = new T() });
        Func<string> tell = box.Tell;
        Func<T, string> with = box.With;
        Func<string> boxed = ((ITell)new Cell<T>()).Tell;
        Console.WriteLine(tell() + " " + tell.Method.Name + " " + with(new T()));
        Console.WriteLine(boxed() + " " + boxed.Method.Name);
        Func<T, Func<T, Duo<T, T>>> curried = a => b => new Duo<T, T>(a, b);
        Console.WriteLine(curried(new T())(new T()));
    }

    static void Sequences<T>() where T : class, new()
    {
        T one = new T();
        T[] array = { one, new T(), new T() };
        IEnumerable<Box<T>> boxes = array.Select(t => new Box<T> { Value = t });
        IEnumerable<T?> values = boxes.Where(b => b.Value is not null).Select(b => b.Value);
        IEnumerable<(T?, Box<T>)> pairs = values.Select(v => (v, new Box<T> { Value = v }));
        Console.WriteLine(string.Join(",", pairs.Select(p => p.Item1).Select(v => v?.GetType().Name)));
        Console.WriteLine(Repeat(one, 3).Skip(1).Select(t => t).ToList().Count);
        IList<T> list = array;
        Console.WriteLine(list.IndexOf(array[2]) + " " + list.Contains(one) + " " + list.GetType());
        Dictionary<T, Box<T>> dictionary = array.ToDictionary(t => t, t => new Box<T> { Value = t });
        foreach (KeyValuePair<T, Box<T>> entry in (IEnumerable<KeyValuePair<T, Box<T>>>)dictionary)
            Console.Write(ReferenceEquals(entry.Key, entry.Value.Value) + " ");
        Console.WriteLine(dictionary.Values.GetType() == typeof(Dictionary<T, Box<T>>.ValueCollection));
        HashSet<Cell<T>> cells = new(array.Select(t => new Cell<T> { Value = t }).Concat([new Cell<T> { Value = one }]));
        Console.WriteLine(cells.Count + " " + cells.Contains(new Cell<T> { Value = one }));
    }

    static void Values<T>() where T : class, IMade<T>, new()
    {
        T one = new T();
        Console.WriteLine(new Duo<T, string>(null, "b").Equals(Hide(new Duo<T, string>(null, "b"))));
        object fields = new Fields<T, T[]>(one, 1.5, []);
        Console.WriteLine(fields.Equals(new Fields<T, T[]>(one, 1.5, [])) + " " + fields.Equals(fields));
        Console.WriteLine((one, 1, typeof(T).Name).Equals((one, 1, typeof(T).Name)) + " " + T.Describe());
        Console.WriteLine(Hide<object>(new Lazy<Box<T>>(() => new Box<T>()).Value) is Box<T>);
        Console.WriteLine(Hide<object>(new Box<T>()) is ITell<K5>);
        try
        {
            throw Hide<Exception>(new OwnException<T>(typeof(T).Name));
        }
        catch (OwnException<T> e)
        {
            Console.WriteLine(e.GetType() + " " + e.Message);
        }
        Console.WriteLine(typeof(Box<T>).GetMethod("Tell")!.Invoke(new Box<T>(), null));
    }

    static void All<T>() where T : class, IMade<T>, new()
    {
        Console.WriteLine("-- " + typeof(T).Name + " " + Hide<object>(new Finalized<T>()) + " " + (Hide<object>("") is Finalized<string>));
        Tables<T>();
        Delegates<T>();
        Sequences<T>();
        Values<T>();
    }

    public static void Run()
    {
        Console.WriteLine("== many instances");
        All<K1>();
        All<K2>();
        All<K3>();
        All<K4>();
        All<K5>();
        All<K6>();
        All<K7>();
        ITell leaf = Hide(new Leaf());
        Console.WriteLine(leaf.Tell() + " " + leaf.With(new Leaf()).Length);
    }
}

static class Program
{
    static object New([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type definition, Type argument) => Activator.CreateInstance(definition.MakeGenericType(argument))!;

    static void Run(string title, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] Type definition, Type argument, object a, object b)
    {
        Console.WriteLine("== " + title);
        ((IRun)New(definition, argument)).Run(a, b);
    }

    static object? Invoke(string name, Type argument, params object[] arguments) => typeof(UseSelfMethod).GetMethod(name)!.MakeGenericMethod(argument).Invoke(null, arguments);

    static void RunOver(Type argument, object value)
    {
        Run("static virtual methods", typeof(UseSelf<>), argument, value, value);
        Console.WriteLine(Invoke("Run", argument, value, value));
        Console.WriteLine(((Func<int, string>)Invoke("Maker", argument)!)(6));
        Run("of other types", typeof(UseOther<>), argument, value, value);
        Run("exceptions", typeof(Thrower<>), argument, value, value);
        Run("delegates", typeof(Delegates<>), argument, value, value);
        Run("default methods", typeof(Multi<>), argument, value, value);
        Run("default methods of a known class", typeof(CallTwo<>), argument, value, new Two());
        Run("dynamic interfaces", typeof(CallDynamic<>), argument, value, new Castable());
        Run("nullables", typeof(Nullables<>), argument, value, value);
        foreach (object receiver in new[] { New(typeof(GvmBase<>), argument), New(typeof(GvmDerived<>), argument), New(typeof(GvmStruct<>), argument), New(typeof(GvmIn<>), argument), New(typeof(GvmIn<>), Source.Get(2)) })
            Run("generic virtual methods", typeof(CallGvm<>), argument, value, receiver);
    }

    static void Main()
    {
        RunOver(Source.Get(0), new Alpha());
        RunOver(Source.Get(1), new Beta { Number = 4 });
        foreach (Exception e in new Exception[] { new ArgumentException("a"), new InvalidOperationException("b"), new ArgumentNullException("c") })
            Run("catch of the argument", typeof(CatchArgument<>), Source.Get(3), e, e);
        Many.Run();
    }
}
