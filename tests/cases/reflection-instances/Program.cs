// What reflection finds of generic instances, of types that only attributes and names mention, and of the entry point.
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

class Mentions : Attribute
{
    public Mentions(params Type[] types) => Types = types;

    public Type[] Types { get; }

    public Type? Other;
}

struct OnlyMentioned
{
}

class NoDefaultConstructor
{
    public NoDefaultConstructor(string text)
    {
    }
}

class PrivateConstructor
{
    PrivateConstructor()
    {
    }
}

class DefaultConstructor : MentionedBase
{
}

enum MentionedEnum : byte
{
    One,
}

class MentionedBase
{
}

class MentionedClass<T> : MentionedBase
{
}

[Mentions(typeof(OnlyMentioned), typeof(MentionedEnum), typeof(MentionedClass<int>), typeof(OnlyMentioned[]),
          Other = typeof(MentionedClass<string>))]
class Holder
{
}

class Box<T>
{
    public static string? Field;

    public static string Describe() => typeof(T).Name;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Trace(T traced) => Environment.StackTrace;
}

struct First
{
}

struct Second
{
}

interface IListed<T>
{
}

class Lists<T> : IListed<T>
{
}

class Methods
{
    public static string Show<T>(T value) => $"{typeof(T).Name} {value}";
}

[Mentions]
interface IAsked
{
}

class Answers : IDynamicInterfaceCastable
{
    public bool IsInterfaceImplemented(RuntimeTypeHandle contract, bool throwIfNotImplemented) =>
        Type.GetTypeFromHandle(contract)!.GetCustomAttribute<Mentions>() != null;

    public RuntimeTypeHandle GetInterfaceImplementation(RuntimeTypeHandle contract) => default;
}

static class Program
{
    static readonly Type s_lists = typeof(Lists<string>);

    static Type s_box = typeof(Box<>);

    delegate void ByReference(ref int value);

    static Type BoxOfFirst() => typeof(Box<First>);

    static void Attributes()
    {
        Mentions mentions = typeof(Holder).GetCustomAttribute<Mentions>()!;
        foreach (Type type in mentions.Types)
            Console.WriteLine($"{type} {type.IsValueType} {type.IsEnum} {type.BaseType}");
        Console.WriteLine(mentions.Other);
        Console.WriteLine(new Answers() is IAsked);
        Console.WriteLine((object)new Answers() is IDisposable);
    }

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Both instances are used below")]
    static void Instances()
    {
        Console.WriteLine(typeof(Box<object>).GetField("Field")!.Name);
        BoxOfFirst().GetField("Field")!.SetValue(null, "set");
        Console.WriteLine(Box<First>.Field);
        Console.WriteLine(typeof(Box<object>).GetMethod("Describe")!.Invoke(null, null));
        Console.WriteLine(Box<Second>.Describe());
        Console.WriteLine(BoxOfFirst().GetMethod("Describe")!.Invoke(null, null));

        Console.WriteLine(Methods.Show(1.5f));
        MethodInfo show = typeof(Methods).GetTypeInfo().GetDeclaredMethod("Show")!;
        Console.WriteLine(show.MakeGenericMethod(typeof(float)).Invoke(null, [2.5f]));

        foreach (Type listed in s_lists.GetInterfaces())
            Console.WriteLine(listed.HasSameMetadataDefinitionAs(typeof(IListed<object>)));
    }

    static void Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>()
    {
        try
        {
            Console.WriteLine(Activator.CreateInstance<T>());
        }
        catch (MissingMethodException)
        {
            Console.WriteLine("no constructor: " + typeof(T));
        }
    }

    static void Constructors()
    {
        Make<DefaultConstructor>();
        Make<OnlyMentioned>();
        Make<NoDefaultConstructor>();
        Make<PrivateConstructor>();
        Make<Attribute>();
        Make<string>();
    }

    static void Names()
    {
        Console.WriteLine(Type.GetType("System.Collections.Generic.Queue`1, System.Collections")!.FullName);
        Console.WriteLine(Type.GetType("System.Runtime.CompilerServices.CompilerGlobalScopeAttribute, mscorlib")!.Name);
        Console.WriteLine(Assembly.Load("mscorlib").GetName().Name);
    }

    static void Frames()
    {
        Console.WriteLine(Assembly.GetEntryAssembly()!.EntryPoint!.Name);
        typeof(Box<string>).GetMethod("Trace");
        Console.WriteLine(Box<string>.Trace("").Contains(" traced)"));
        Console.WriteLine(Box<First>.Trace(default).Contains(" traced)"));
    }

    static void AddAndThrow(ref int value)
    {
        value += 100;
        throw new InvalidOperationException("after the change");
    }

    static void References()
    {
        ParameterExpression parameter = Expression.Parameter(typeof(int).MakeByRefType());
        MethodInfo method = ((ByReference)AddAndThrow).Method;
        ByReference compiled = Expression.Lambda<ByReference>(Expression.Call(method, parameter), parameter).Compile();
        int number = 5;
        try
        {
            compiled(ref number);
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        Console.WriteLine(number);
    }

    static void Main(string[] arguments)
    {
        Console.WriteLine(new StackTrace().GetFrame(0)!.GetMethod()!.Name);
        Frames();
        Attributes();
        Instances();
        Names();
        References();
        Constructors();
    }
}
