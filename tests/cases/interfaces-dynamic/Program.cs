// Objects that say at run time which interfaces they implement (IDynamicInterfaceCastable).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

interface IName
{
    string Name();

    int Length(int factor) => Name().Length * factor;
}

interface ICount
{
    long Count
    {
        get;
        set;
    }

    T Echo<T>(T value);
}

interface ISource<out T>
{
    T Get();
}

interface IUnknown
{
    void Never();
}

interface IPartial
{
    string Given();

    string Missing();
}

[DynamicInterfaceCastableImplementation]
interface INameByDefault : IName
{
    string IName.Name() => "by default, on " + ((Chameleon)this).Colour;
}

[DynamicInterfaceCastableImplementation]
interface ICountByDefault : ICount
{
    static long s_count;

    long ICount.Count
    {
        get => s_count;
        set => s_count = value + 1;
    }

    T ICount.Echo<T>(T value)
    {
        Console.WriteLine($"echo of {typeof(T).Name}");
        return value;
    }
}

[DynamicInterfaceCastableImplementation]
interface ISourceOf<T> : ISource<T>
{
    T ISource<T>.Get()
    {
        object made = typeof(T) == typeof(string) ? "text" : 17;
        return (T)made;
    }
}

interface INameWithoutAttribute : IName
{
    string IName.Name() => "without attribute";
}

[DynamicInterfaceCastableImplementation]
interface INameIndirect : INameWithoutAttribute
{
}

[DynamicInterfaceCastableImplementation]
interface IPartialByDefault : IPartial
{
    string IPartial.Given() => "given";
}

class Chameleon : IDynamicInterfaceCastable, ICloneable
{
    readonly Dictionary<RuntimeTypeHandle, RuntimeTypeHandle> _implementations = new();

    public string Colour = "green";

    public int Asked;

    public Chameleon Add(Type contract, Type implementation)
    {
        _implementations[contract.TypeHandle] = implementation.TypeHandle;
        return this;
    }

    public object Clone() => new Chameleon();

    bool IDynamicInterfaceCastable.IsInterfaceImplemented(RuntimeTypeHandle contract, bool throwIfNotImplemented)
    {
        Asked++;
        if (_implementations.ContainsKey(contract))
            return true;
        if (throwIfNotImplemented && Colour == "red")
            throw new NotSupportedException("red ones do not cast");
        return false;
    }

    RuntimeTypeHandle IDynamicInterfaceCastable.GetInterfaceImplementation(RuntimeTypeHandle contract) =>
        _implementations.TryGetValue(contract, out RuntimeTypeHandle found) ? found : default;
}

class Other : Chameleon
{
}

class Static : IName
{
    public string Name() => "static";
}

sealed class Liar : IDynamicInterfaceCastable
{
    public Type? Answer;

    public bool IsInterfaceImplemented(RuntimeTypeHandle contract, bool throwIfNotImplemented) => true;

    public RuntimeTypeHandle GetInterfaceImplementation(RuntimeTypeHandle contract) =>
        Answer == null ? default : Answer.TypeHandle;
}

static class Program
{
    static void Try(string what, Func<object?> action)
    {
        try
        {
            Console.WriteLine($"{what}: {action() ?? "null"}");
        }
        catch (Exception e)
        {
            Console.WriteLine($"{what}: {e.GetType().Name}");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string NameOf(IName named) => named.Name() + " " + named.Length(2);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool Is<T>(object value) => value is T;

    static void Main()
    {
        Chameleon one = new Chameleon()
            .Add(typeof(IName), typeof(INameByDefault))
            .Add(typeof(ICount), typeof(ICountByDefault));
        Chameleon two = new Other { Colour = "blue" }
            .Add(typeof(IName), typeof(INameIndirect))
            .Add(typeof(ISource<string>), typeof(ISourceOf<string>))
            .Add(typeof(ISource<int>), typeof(ISourceOf<int>))
            .Add(typeof(IPartial), typeof(IPartialByDefault));

        Console.WriteLine(NameOf((IName)(object)one));
        Console.WriteLine(NameOf((IName)(object)two));
        Console.WriteLine(NameOf(new Static()));

        ICount count = (ICount)(object)one;
        count.Count = 41;
        Console.WriteLine(count.Count);
        Console.WriteLine(count.Echo("a string") + count.Echo(5));

        Func<string> method = ((IName)(object)one).Name;
        Console.WriteLine(method());

        Console.WriteLine(((ISource<string>)(object)two).Get());
        Console.WriteLine(((ISource<int>)(object)two).Get());

        Console.WriteLine($"{Is<IName>(one)} {Is<IUnknown>(one)} {Is<ISource<string>>(two)} {Is<ISource<object>>(two)}");
        Console.WriteLine($"{Is<ICloneable>(one)} {((ICloneable)one).Clone().GetType().Name}");
        Console.WriteLine(one.Asked > 0);
        Console.WriteLine((one as IUnknown) == null);

        Try("unknown", () => (IUnknown)(object)one);
        one.Colour = "red";
        Try("unknown, own exception", () => (IUnknown)(object)one);
        Try("given", () => ((IPartial)(object)two).Given());
        Try("missing", () => ((IPartial)(object)two).Missing());

        Liar liar = new Liar();
        Try("no answer", () => ((IName)(object)liar).Name());
        liar.Answer = typeof(INameWithoutAttribute);
        Try("without attribute", () => ((IName)(object)liar).Name());
        liar.Answer = typeof(string);
        Try("no interface", () => ((IName)(object)liar).Name());
        liar.Answer = typeof(ICountByDefault);
        Try("another interface", () => ((IName)(object)liar).Name());
    }
}
