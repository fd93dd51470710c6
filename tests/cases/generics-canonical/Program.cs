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
    }
}
