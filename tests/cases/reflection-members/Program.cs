using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

// Handles
Check("method handle", () => { var h = typeof(A).GetMethod("Inst")!.MethodHandle; return MethodBase.GetMethodFromHandle(h)!.Name; });
Check("field handle", () => { var h = typeof(A).GetField("F")!.FieldHandle; return FieldInfo.GetFieldFromHandle(h)!.Name; });
Check("expression member", () => { Expression<Func<A, int>> e = a => a.Prop + a.F; return e.ToString() + " " + e.Compile()(new A { Prop = 1, F = 2 }); });
Check("expression generic", () => { Expression<Func<string>> e = () => A.Gen<int>(5); return e.ToString() + e.Compile()(); });
Check("expression list", () => { Expression<Func<List<int>>> e = () => new List<int> { 1, 2 }; return e.Compile()().Count.ToString(); });
// Virtual
Check("abstract", () => (string)typeof(Abs).GetMethod("M")!.Invoke(new Con(), null)!);
Check("base through derived", () => (string)typeof(Con).GetMethod("M")!.Invoke(new Con2(), null)!);
Check("interface generic", () => (string)typeof(IGen<string>).GetMethod("Take")!.Invoke(new GenImpl(), ["x"])!);
Check("default interface", () => (string)typeof(IDef).GetMethod("D")!.Invoke(new DefImpl(), null)!);
Check("generic virtual", () => (string)typeof(Con).GetMethod("GV")!.MakeGenericMethod(typeof(string)).Invoke(new Con(), ["q"])!);
Check("generic virtual overridden", () => { new Con2().GV("z"); return (string)typeof(Con).GetMethod("GV")!.MakeGenericMethod(typeof(string)).Invoke(new Con2(), ["q"])!; });
Check("ToString via object", () => (string)typeof(object).GetMethod("ToString")!.Invoke(5, null)!);
// Structs
Check("struct method", () => { object s = new St { V = 3 }; typeof(St).GetMethod("Inc")!.Invoke(s, null); return ((St)s).V.ToString(); });
Check("struct ctor", () => ((St)typeof(St).GetConstructor([typeof(int)])!.Invoke([9])).V.ToString());
Check("struct activator", () => ((St)Activator.CreateInstance(typeof(St))!).V.ToString());
Check("struct field", () => { object s = new St(); typeof(St).GetField("V")!.SetValue(s, 4); return typeof(St).GetField("V")!.GetValue(s)!.ToString()!; });
Check("nullable arg", () => (string)typeof(A).GetMethod("Nul")!.Invoke(null, [5])! + (string)typeof(A).GetMethod("Nul")!.Invoke(null, [null])!);
Check("enum arg", () => (string)typeof(A).GetMethod("En")!.Invoke(null, [DayOfWeek.Friday])! + (string)typeof(A).GetMethod("En")!.Invoke(null, [2])!);
Check("enum return", () => typeof(A).GetMethod("EnRet")!.Invoke(null, null)!.ToString()!);
Check("ref return", () => typeof(A).GetMethod("RefRet")!.Invoke(null, null)!.ToString()!);
Check("pointer", () => { unsafe { return typeof(A).GetMethod("Ptr")!.Invoke(null, [Pointer.Box((void*)5, typeof(int*))])!.ToString()!; } });
Check("out struct", () => { object?[] a = [null]; typeof(A).GetMethod("OutSt")!.Invoke(null, a); return ((St)a[0]!).V.ToString(); });
Check("big struct", () => typeof(A).GetMethod("BigSt")!.Invoke(null, [new Big { A = 1, B = 2, C = 3, D = "d" }])!.ToString()!);
Check("decimal", () => typeof(A).GetMethod("Dec")!.Invoke(null, [1.5m, 2.25m])!.ToString()!);
Check("default params", () => (string)typeof(A).GetMethod("Def")!.Invoke(null, BindingFlags.OptionalParamBinding | BindingFlags.InvokeMethod, null, [1, Type.Missing, Type.Missing], null)!);
Check("span arg", () => typeof(A).GetMethod("Spn")!.Invoke(null, [null])!.ToString()!);
// Errors
Check("wrong target", () => (string)typeof(A).GetMethod("Inst")!.Invoke("str", null)!);
Check("null target", () => (string)typeof(A).GetMethod("Inst")!.Invoke(null, null)!);
Check("readonly static", () => { typeof(A).GetField("RO")!.SetValue(null, 3); return A.RO.ToString(); });
Check("readonly instance", () => { var a = new A(); typeof(A).GetField("ROI")!.SetValue(a, 3); return a.ROI.ToString(); });
Check("do not wrap", () => (string)typeof(A).GetMethod("Thr")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!);
Check("abstract create", () => Activator.CreateInstance(typeof(Abs))!.ToString()!);
Check("no ctor", () => Activator.CreateInstance(typeof(NoCtor))!.ToString()!);
// Delegates
Check("closed static", () => ((Func<string>)typeof(A).GetMethod("Ext")!.CreateDelegate(typeof(Func<string>), "closed"))());
Check("open static", () => typeof(A).GetMethod("Ext")!.CreateDelegate<Func<string, string>>()("open"));
Check("open instance struct", () => { var s = new St { V = 1 }; typeof(St).GetMethod("Inc")!.CreateDelegate<RefAction>()(ref s); return s.V.ToString(); });
Check("open interface", () => typeof(IDef).GetMethod("D")!.CreateDelegate<Func<IDef, string>>()(new DefImpl2()));
Check("lambda method", () => { Func<int, int> f = x => x + 1; return f.Method.Invoke(f.Target, [1])!.ToString()!; });
Check("multicast", () => { Action a = () => Console.Write("1 "); a += () => Console.Write("2 "); a.DynamicInvoke(); return a.GetInvocationList().Length.ToString(); });
Check("delegate static method", () => { Func<string, string> f = A.Ext; return f.Method.Name + f.Method.IsStatic + f.DynamicInvoke("dyn"); });
// Invokers
Check("MethodInvoker", () => MethodInvoker.Create(typeof(A).GetMethod("Ext")!).Invoke(null, "inv")!.ToString()!);
Check("ConstructorInvoker", () => ((A)ConstructorInvoker.Create(typeof(A).GetConstructor([typeof(int)])!).Invoke(77)).Prop.ToString());
// Generics
Check("generic static", () => { G<int>.S = 3; return typeof(G<int>).GetField("S")!.GetValue(null)!.ToString()!; });
Check("generic thread static", () => { G<int>.T1 = 4; return typeof(G<int>).GetField("T1")!.GetValue(null)!.ToString()!; });
Check("generic property", () => { var g = new G<string> { P = "gp" }; return typeof(G<string>).GetProperty("P")!.GetValue(g)!.ToString()!; });
Check("make generic existing", () => { new G<long>(); return typeof(G<>).MakeGenericType(typeof(long)).ToString(); });
Check("generic method both", () => A.Gen<object>("o") + typeof(A).GetMethod("Gen")!.MakeGenericMethod(typeof(object)).Invoke(null, ["p"]) + A.Gen<string>("o") + typeof(A).GetMethod("Gen")!.MakeGenericMethod(typeof(string)).Invoke(null, ["p"]));
Check("open generic", () => typeof(G<>).GetProperty("P")!.PropertyType + " " + typeof(G<>).GetMethod("M")!.ReturnType + typeof(G<>).ContainsGenericParameters);
Check("open signature", () => typeof(Sig<>).GetMethod("M")!.GetParameters()[0].ParameterType + " " + typeof(Sig<>).GetMethod("M")!.ReturnType + " " + typeof(Sig<>).GetField("F")!.FieldType);
Check("open constraint", () => string.Join(",", typeof(Sig<>).GetMethod("N")!.GetGenericArguments()[0].GetGenericParameterConstraints().Select(t => t.ToString())));
// Members
Check("indexer", () => typeof(A).GetProperty("Item")!.GetIndexParameters()[0].ParameterType + " " + typeof(A).GetProperty("Item")!.GetValue(new A(), [2]));
Check("init property", () => { var a = new A(); typeof(A).GetProperty("Init")!.SetValue(a, 6); return a.Init.ToString(); });
Check("event", () => { var a = new A(); var n = 0; typeof(A).GetEvent("Ev")!.AddEventHandler(a, (Action)(() => n++)); a.Raise(); return n + typeof(A).GetEvent("Ev")!.EventHandlerType!.Name; });
Check("nested", () => string.Join(",", typeof(A).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public).Select(t => t.Name)));
Check("record", () => string.Join(",", typeof(Rec).GetProperties().Select(p => p.Name + "=" + p.GetValue(new Rec(1, "two")))));
Check("tuple names", () => string.Join(",", typeof(A).GetMethod("Tup")!.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>()!.TransformNames));
Check("Enum", () => string.Join(",", Enum.GetValues(typeof(DayOfWeek)).Cast<object>()) + Enum.Parse(typeof(DayOfWeek), "Monday"));
Check("current method", () => MethodBase.GetCurrentMethod()!.Name.Contains("Main").ToString());
Check("type by name", () => Type.GetType("A")!.Name + (Type.GetType("System.String")!.Name));
Check("array", () => Array.CreateInstance(typeof(string), 2).GetType() + " " + Array.CreateInstance(typeof(int), [2, 3]).Rank);
Check("uninitialized", () => ((A)RuntimeHelpers.GetUninitializedObject(typeof(A))).Prop.ToString());
Check("method body", () => typeof(A).GetMethod("Inst")!.ToString() + typeof(A).GetMethod("Gen") + typeof(A).GetConstructor([typeof(int)]));
Check("nullability", () => new NullabilityInfoContext().Create(typeof(A).GetProperty("Maybe")!).ReadState.ToString());
Check("params", () => typeof(A).GetMethod("Par")!.GetParameters()[0].IsDefined(typeof(ParamArrayAttribute)) + " " + typeof(A).GetMethod("Par")!.Invoke(null, [new[] { 1, 2 }]));
// Custom modifiers
Modifiers.Show(typeof(Modified));
Modifiers.Show(typeof(ModifiedOver<string>));
Modifiers.Show(typeof(ModifiedOver<>));
Modifiers.Show(typeof(IModified));

static void Check(string what, Func<string> test)
{
    try
    {
        Console.WriteLine(what + ": " + test());
    }
    catch (Exception e)
    {
        Console.WriteLine(what + ": " + e.GetType().Name + (e.InnerException is { } i ? " > " + i.GetType().Name : ""));
    }
}

delegate void RefAction(ref St s);
class A
{
    public A() { }
    public A(int p) => Prop = p;
    public int F;
    public static readonly int RO = 1;
    public readonly int ROI = 1;
    public int Prop { get; set; }
    public int Init { get; init; }
    public string? Maybe { get; set; }
    public string this[int i] => "i" + i;
    public event Action? Ev;
    public void Raise() => Ev?.Invoke();
    public string Inst() => "inst";
    public static string Gen<T>(T x) => typeof(T).Name + x;
    public static string Nul(int? x) => x?.ToString() ?? "nul";
    public static string En(DayOfWeek d) => d.ToString();
    public static DayOfWeek EnRet() => DayOfWeek.Sunday;
    static int s_ref = 12;
    public static ref int RefRet() => ref s_ref;
    public static unsafe int Ptr(int* p) => (int)p;
    public static void OutSt(out St s) => s = new St { V = 8 };
    public static Big BigSt(Big b) => new() { A = b.D.Length, B = b.A, C = b.B, D = b.D + b.C };
    public static decimal Dec(decimal a, decimal b) => a + b;
    public static string Def(int a, int b = 2, string c = "c") => a + b + c;
    public static int Spn(Span<int> s) => s.Length;
    public static string Thr() => throw new InvalidOperationException();
    public static string Ext(string s) => s + "!";
    public static (int First, string Second) Tup() => (1, "");
    public static int Par(params int[] xs) => xs.Sum();
    public class Nested1 { }
    private class Nested2 { }
}
struct St(int v) { public int V = v; public void Inc() => V++; }
struct Big { public long A, B, C; public string D; public override string ToString() => $"{A} {B} {C} {D}"; }
abstract class Abs { public abstract string M(); }
class Con : Abs { public override string M() => "con"; public virtual string GV<T>(T x) => "con" + typeof(T).Name + x; }
class Con2 : Con { public override string M() => "con2"; public override string GV<T>(T x) => "con2" + typeof(T).Name + x; }
interface IGen<T> { string Take(T x); }
class GenImpl : IGen<string>, IGen<int> { public string Take(string x) => "s" + x; public string Take(int x) => "i" + x; }
interface IDef { string D() => "default"; }
class DefImpl : IDef { }
class DefImpl2 : IDef { public string D() => "own"; }
class Bad { public static int X = int.Parse("x"); }
class NoCtor { public NoCtor(int x) { } }
class G<T> { public static int S; [ThreadStatic] public static int T1; public T? P { get; set; } public T? M(T x) => P; }
interface IOnlyInSignature<T> { }
class OnlyInSignature<T> { }
interface IOnlyInConstraint<T> { }
class Sig<T> { public OnlyInSignature<T[]>[]? F; public List<OnlyInSignature<T>>? M(IEnumerable<IOnlyInSignature<T>> p) => null; public void N<U>() where U : IEnumerable<IOnlyInConstraint<T>> { } }
class GC1<T> where T : struct { }
record Rec(int One, string Two);

// Signatures with the modifiers of each type in them: "Int32& required InAttribute".
static class Modifiers
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    public static void Show(
        [DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicFields
            | DynamicallyAccessedMemberTypes.PublicMethods
            | DynamicallyAccessedMemberTypes.PublicProperties)]
        Type type)
    {
        foreach (FieldInfo field in type.GetFields(Declared).OrderBy(field => field.Name))
        {
            string own = Names(field.GetRequiredCustomModifiers(), field.GetOptionalCustomModifiers());
            Console.WriteLine($"{type.Name}.{field.Name}:{own}; {Text(field.GetModifiedFieldType())}");
        }
        foreach (PropertyInfo property in type.GetProperties(Declared).OrderBy(property => property.Name))
        {
            string own = Names(property.GetRequiredCustomModifiers(), property.GetOptionalCustomModifiers());
            foreach (ParameterInfo index in property.GetIndexParameters())
            {
                own += " [" + Names(index.GetRequiredCustomModifiers(), index.GetOptionalCustomModifiers()) + "]";
            }
            bool init = property.SetMethod is MethodInfo setter
                && setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            Console.WriteLine(
                $"{type.Name}.{property.Name}:{own}; {Text(property.GetModifiedPropertyType())}{(init ? " init" : "")}");
        }
        foreach (MethodInfo method in type.GetMethods(Declared).OrderBy(method => method.Name))
        {
            IEnumerable<string> parameters = method.GetParameters().Select(Text);
            Console.WriteLine($"{type.Name}.{method.Name}: {Text(method.ReturnParameter)} ({string.Join(", ", parameters)})");
        }
    }

    private static string Text(ParameterInfo parameter)
    {
        string own = Names(parameter.GetRequiredCustomModifiers(), parameter.GetOptionalCustomModifiers());
        string modified = Text(parameter.GetModifiedParameterType());
        return modified.StartsWith(parameter.ParameterType.Name + own) ? modified : own + " and " + modified;
    }

    private static string Text(Type type)
    {
        string text = type.Name + Names(type.GetRequiredCustomModifiers(), type.GetOptionalCustomModifiers());
        if (type.IsFunctionPointer)
        {
            string parameters = string.Join(", ", type.GetFunctionPointerParameterTypes().Select(Text));
            string conventions = string.Join(", ", type.GetFunctionPointerCallingConventions().Select(one => one.Name));
            string kind = type.IsUnmanagedFunctionPointer ? "unmanaged" : "managed";
            text += $"{kind} [{conventions}] {Text(type.GetFunctionPointerReturnType())} ({parameters})";
        }
        if (type.HasElementType)
        {
            text += $" {{{Text(type.GetElementType()!)}}}";
        }
        if (type.IsGenericType && !type.IsGenericTypeDefinition)
        {
            text += $" <{string.Join(", ", type.GetGenericArguments().Select(Text))}>";
        }
        return text;
    }

    private static string Names(Type[] required, Type[] optional)
    {
        return string.Concat(required.Select(type => " required " + type.Name))
            + string.Concat(optional.Select(type => " optional " + type.Name));
    }
}

unsafe class Modified
{
    public volatile int Count;
    public static volatile string? Title;
    public volatile int* Address;
    public int Plain;
    public List<int*[]>? Ordinary;
    public delegate* unmanaged[Cdecl, MemberFunction]<int, void> Native;
    public delegate* unmanaged[Stdcall]<int, void> Standard;
    public delegate* unmanaged<int, void> Platform;
    public delegate*<in int, out long, ref readonly short> Managed;
    public delegate* unmanaged[Cdecl, SuppressGCTransition]<in int, void>[]? Many;

    public string Name { get; init; } = "";

    public string? Changeable { get; set; }

    public ref readonly int First => ref Plain;

    public delegate* unmanaged[Cdecl]<int, void> Handler { get; set; }

    public virtual int this[in int index] { get => Plain; init { } }

    public int Read(in int value, ref readonly int other, ref int changed, out int made)
    {
        made = value;
        return other + changed;
    }

    public virtual ref readonly string? Text(in string? text) => ref Title!;

    public virtual void Call(delegate* unmanaged[Cdecl]<int, void> target, ref delegate*<in int, void> other)
    {
    }

    public T Generic<T>(in T value) where T : unmanaged => value;
}

struct ModifiedOver<T>
{
    public volatile object? Held;
    public volatile T[]? Values;
    public static volatile int Total;

    public T? Value { get; init; }

    public readonly ref readonly T Get(in T value) => throw new NotSupportedException();
}

interface IModified
{
    ref readonly int Get(in int value);

    int Size { get; init; }
}
