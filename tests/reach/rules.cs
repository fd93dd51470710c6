// Every method and type that says [Live] must be in the closure of Main, every one that says [Dead] must not.
// Types: live = instances may exist.
#pragma warning disable CS0649, CS0169, CS0414, CA1822
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

[AttributeUsage(AttributeTargets.All, Inherited = false)] sealed class LiveAttribute : Attribute;
[AttributeUsage(AttributeTargets.All, Inherited = false)] sealed class DeadAttribute : Attribute;

// ---- Virtual methods: the type has instances and the slot is called -------------------------------------------------

abstract class Shape
{
    [Dead] public virtual void Replaced() { }
    [Dead] public virtual void NeverCalled() { }
    public abstract void Draw();
}
[Live] class Circle : Shape
{
    [Live] public override void Replaced() { }
    [Dead] public override void NeverCalled() { }
    [Live] public override void Draw() { }
    [Dead] public void Unused() { }
}
[Dead] class Square : Shape
{
    [Dead] public override void Draw() { }
    [Dead] public void Called() { }
}
[Live] class Receiver
{
    [Live] public override string ToString() => "";
}
[Live] class OtherReceiver
{
    // Object.ToString is called on a Receiver only; the framework's own calls on objects reach this one.
    [Live] public override string ToString() => "";
    [Dead] public virtual void Other() { }
}
[Live] class Left : Sided { [Live] public override void Go() { } }
[Live] class Right : Sided { [Dead] public override void Go() { } }
class Sided { [Dead] public virtual void Go() { } }

// ---- Interfaces ---------------------------------------------------------------------------------------------------------

interface IRun
{
    void Run();
    void NotCalled();
    [Live] void Default() { }
    [Dead] void UnusedDefault() { }
}
interface IOther { void Run(); }
[Live] class Runner : IRun, IOther
{
    [Live] public void Run() { }
    [Dead] public void NotCalled() { }
    [Dead] void IOther.Run() { }
}
[Live] struct StructRunner : IRun
{
    [Live] public void Run() { }
    [Dead] public void NotCalled() { }
}
[Dead] class NeverRunner : IRun
{
    [Dead] public void Run() { }
    [Dead] public void NotCalled() { }
}
interface IOut<out T> { T Get(); }
[Live] class Strings : IOut<string> { [Live] public string Get() => ""; }
[Live] class Numbers : IOut<Box> { [Live] public Box Get() => null!; }
class Box;
interface IStatic { static abstract void Go(); }
struct StaticA : IStatic { [Live] public static void Go() { } }
struct StaticB : IStatic { [Dead] public static void Go() { } }

// ---- Generic virtual methods ------------------------------------------------------------------------------------------

[Live] class Visitor { [Live] public virtual int Visit<T>() => 0; [Dead] public virtual int Skip<T>() => 0; }
[Live] class OtherVisitor : Visitor { [Live] public override int Visit<T>() => Marker<T>.Use(); }
static class Marker<T> { [Live] public static int Use() => Environment.TickCount; }
interface IVisit { int Visit<T>(); }
[Live] class InterfaceVisitor : IVisit { [Live] public int Visit<T>() => Environment.TickCount; }

// ---- Types --------------------------------------------------------------------------------------------------------------

[Dead] class OnlyCast { [Dead] public override string ToString() => ""; }
[Dead] class OnlyCaught : Exception { [Dead] public override string Message => ""; }
[Dead] class OnlyField;
[Live] class Finalizable { [Live] ~Finalizable() { } }
[Dead] class NeverFinalizable { [Dead] ~NeverFinalizable() { } }
[Live] struct Boxed { [Live] public override string ToString() => ""; }
[Dead] struct OnlyByValue { public int Value; [Dead] public override string ToString() => ""; }
[Live] struct Element;

/// A cast that guards the only creation of its type cannot succeed.
[Dead] class SelfSupporting
{
    [Dead] public static object Again(object o) => Make();
    [Dead] static SelfSupporting Make() => new();
}
[Dead] class Compared;

// ---- Statics, class constructors, delegates -----------------------------------------------------------------------------

static class Statics
{
    public static object Value;
    [Live] static Statics() => Value = Made();
    [Live] static object Made() => Environment.TickCount;
}
// Class constructors that run at compile time.
class Settled
{
    public static readonly bool Off = IsOff(1);
    public static readonly Action Run = Target.ByFrozenDelegate;
    [Dead] static Settled() { }
    [Dead] static bool IsOff(int number) => number == 0;
    [Dead] public static void WhenOff() { }
    [Live] public static void WhenOn() { }
}
// Fields that nobody stores to keep the value they start with.
static class Stored
{
    static bool _never, _direct, _byAddress, _inDeadCode;
    static string _text;

    [Live] public static void Test()
    {
        if (_never)
            Never();
        if (_direct)
            Direct();
        if (_byAddress)
            ByAddress();
        if (_inDeadCode)
            InDeadCode();
        if (_text != null)
            Text();
    }

    [Live] public static void Set(int number)
    {
        _direct = number > 0;
        Interlocked.Exchange(ref _byAddress, true);
        if (_never)
            _inDeadCode = true;
    }

    [Dead] static void Never() { }
    [Live] static void Direct() { }
    [Live] static void ByAddress() { }
    [Dead] static void InDeadCode() { }
    [Dead] static void Text() { }
}
static class UnusedStatics
{
    public static object Value;
    [Dead] static UnusedStatics() => Value = new object();
}
static class OnlyConstant
{
    public const int Value = 3;
    public static object Other;
    [Dead] static OnlyConstant() => Other = new object();
}
[Live] class Target
{
    [Live] public void Instance() { }
    [Live] public static void Static() { }
    [Live] public static void ByFrozenDelegate() { }
    [Live] public virtual void Virtual() { }
}
[Live] class DerivedTarget : Target { [Live] public override void Virtual() { } }

static class Initializer { [ModuleInitializer, Live] public static void Run() { } }

// ---- Recursion: cut, and the program still compiles -----------------------------------------------------------------------

struct Wrap<T>;
static class Growing<T> { public static int Go(int n) => n == 0 ? 0 : Growing<Wrap<T>>.Go(n - 1) + 1; }
static class Deep<T> { [Live] public static Type Go() => typeof(T); }

// ---- Descriptor (rules.xml) -----------------------------------------------------------------------------------------------

[Live] class KeptByDescriptor
{
    static object _field = Initial();
    [Live] static object Initial() => Environment.TickCount;
    [Live] public void ByName() { }
    [Live] public int BySignature(string text, int[] numbers) => Environment.TickCount;
    [Dead] public int BySignature(string text) => Environment.TickCount;
    public int Value { [Live] get; [Live] set; }
    [Dead] public void NotNamed() { }
}
[Live] class KeptWhole { [Live] public void Method() { } [Live] static void Private() { } }
class KeptGeneric<T> { [Live] public T Method<U>() => default!; }
[Dead] class NotWithFeature { [Dead] public void Method() { } }

// ---- Reflection: members that values of System.Type lead to ------------------------------------------------------------

class ByName
{
    [Live] public void Wanted() { }
    [Live] public void Wanted(int overload) { }
    [Dead] public void Other() { }
    [Live] public int Read { [Live] get; [Live] set; }
    [Dead] public int Unread { [Dead] get; [Dead] set; }
    [Live] private void Hidden() { }
    [Dead] private void HiddenToo() { }
}
class Annotated
{
    [Live] public void Public() { }
    [Dead] private void Private() { }
    [Live] public Annotated() { }
}
class AnnotatedBase { [Live] public void Inherited() { } [Dead] private void Private() { } }
class AnnotatedDerived : AnnotatedBase { [Live] public void Own() { } }
class AnnotatedArgument { [Live] public void Method() { } }
class AnnotatedField { [Live] public void Method() { } }
class AnnotatedOwner<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>;
class OwnerArgument { [Live] public void Method() { } }
[Live] class MadeByActivator { [Live] public MadeByActivator() { } [Dead] public MadeByActivator(int more) { } }
[Live] class MadeByName { [Live] public MadeByName() { } }
class ThroughClosure { [Live] public void Method() { } }
class ThroughIterator { [Live] public void Method() { } }
class ThroughArray { [Live] public void Method() { } }
class ThroughBranch { [Live] public void Method() { } }
class ThroughBranchToo { [Live] public void Method() { } }
class GenericMethods { [Live] public static void Made<T>() { MadeFor<T>.Live(); } }
class MadeFor<T> { [Live] public static void Live() { } }
class Depended
{
    [Live] void ByName() { }
    [Live] void BySignature(int a, string[] b) { }
    [Dead] void BySignature(int a) { }
    [Dead] void NotNamed() { }
}
class DependedWhole { [Live] void Method() { } [Live] int Property => 0; }
[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
class AskedForItsType { }
[Live] class AskedChild : AskedForItsType { [Live] public void Method() { } [Dead] void Private() { } }
[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
class ComparedByType
{
    // Nothing here reflects on the type.
    public bool IsExact() => GetType() == typeof(ComparedByType);
}
[Live] class ComparedChild : ComparedByType { [Dead] public void Method() { } }
abstract class VirtualTarget { public abstract void Do(); }
[Live] class VirtualTargetOne : VirtualTarget { [Live] public override void Do() { } }
class NestedOwner { public class Nested { [Live] public void Method() { } } [Dead] public void Method() { } }
[AttributeUsage(AttributeTargets.Class)]
sealed class NamesTypeAttribute : Attribute
{
    [Live] public NamesTypeAttribute([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type) { }
    [Live] public int Level { [Dead] get; [Live] set; }
}
class NamedByAttribute { [Live] public void Method() { } }
[NamesType(typeof(NamedByAttribute), Level = 2)] class HasAttribute;

static class Reflection
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
    static Type _annotated = typeof(object);

    static void Methods([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type) => type.GetMethods();
    static void MethodsOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] T>() => Methods(typeof(T));

    static IEnumerable<object> Iterate()
    {
        Type type = typeof(ThroughIterator);
        yield return 1;
        yield return type.GetMethod("Method");
    }

    [DynamicDependency("ByName", typeof(Depended))]
    [DynamicDependency("BySignature(System.Int32,System.String[])", typeof(Depended))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, "DependedWhole", "rules")]
    static void Depends() { }

    public static void All(int choice)
    {
        typeof(ByName).GetMethod("Wanted", Type.EmptyTypes);
        typeof(ByName).GetProperty("Read");
        typeof(ByName).GetMethod("Hidden", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance);
        typeof(Annotated).GetConstructor(Type.EmptyTypes);
        Methods(typeof(Annotated));
        Methods(typeof(AnnotatedDerived));
        MethodsOf<AnnotatedArgument>();
        _annotated = typeof(AnnotatedField);
        _ = new AnnotatedOwner<OwnerArgument>();
        Activator.CreateInstance(typeof(MadeByActivator));
        Activator.CreateInstance(Type.GetType("MadeByName, rules"));
        Type captured = typeof(ThroughClosure);
        Func<object> closure = () => captured.GetMethod("Method");
        closure();
        foreach (object o in Iterate()) GC.KeepAlive(o);
        Type[] array = [typeof(int), typeof(ThroughArray)];
        Methods(array[1]);
        Methods(choice == 0 ? typeof(ThroughBranch) : typeof(ThroughBranchToo));
        typeof(GenericMethods).GetMethod("Made").MakeGenericMethod(typeof(MadeFor<string>)).Invoke(null, null);
        Depends();
        AskedForItsType asked = new AskedChild();
        asked.GetType().GetMethods();
        ComparedByType compared = new ComparedChild();
        GC.KeepAlive(compared.IsExact() ? compared : null);
        VirtualTarget target = new VirtualTargetOne();
        GC.KeepAlive(new Action(target.Do).Method);
        typeof(NestedOwner).GetNestedType("Nested").GetMethods();
        typeof(HasAttribute).GetCustomAttributes(false);
    }
}

// ---- Equality of structs ------------------------------------------------------------------------------------------------------

[Live] struct WithReference { public string Text; }

static class Program
{
    static object _object;
    static OnlyField _field;

    [MethodImpl(MethodImplOptions.NoInlining)] static Shape MakeShape() => new Circle();
    [MethodImpl(MethodImplOptions.NoInlining)] static Square NoSquare() => null!;
    [MethodImpl(MethodImplOptions.NoInlining)] static T Any<T>() => (T)_object;
    [MethodImpl(MethodImplOptions.NoInlining)] static void CallStatic<T>() where T : IStatic => T.Go();

    static void Virtuals()
    {
        Shape shape = MakeShape();
        shape.Replaced();
        shape.Draw();
        if (NoSquare() != null) NoSquare().Called();
        _object = new Receiver();
        _object = new OtherReceiver();
        Any<Receiver>().ToString();
        _object = new Left();
        _object = new Right();
        Any<Left>().Go();
    }

    static void Interfaces()
    {
        _object = new Runner();
        _object = new StructRunner();
        IRun run = Any<IRun>();
        run.Run();
        run.Default();
        _object = new Strings();
        _object = new Numbers();
        Any<IOut<object>>().Get();
        CallStatic<StaticA>();
        if (_object is NeverRunner never) never.Run();
    }

    static void GenericVirtuals()
    {
        _object = new Visitor();
        _object = new OtherVisitor();
        _object = new InterfaceVisitor();
        Any<Visitor>().Visit<string>();
        Any<IVisit>().Visit<int>();
    }

    static void Types()
    {
        if (_object is OnlyCast cast) cast.ToString();
        try { _object.GetHashCode(); } catch (OnlyCaught) { }
        if (_field != null) _object = null!;
        _object = new Finalizable();
        if (_object is NeverFinalizable) _object = null!;
        _object = new Boxed();
        OnlyByValue value = default;
        if (value.Value == 3) _object = null!;
        _object = new Element[3];
        if (_object is SelfSupporting) _object = SelfSupporting.Again(_object);
        if (_object.GetType() == typeof(Compared)) _object = null!;
        _object = new WithReference();
        _object.Equals(_object);
    }

    static void Others()
    {
        _object = Statics.Value;
        _object = OnlyConstant.Value;
        if (Settled.Off)
            Settled.WhenOff();
        else
            Settled.WhenOn();
        Settled.Run();
        Stored.Test();
        Stored.Set(Environment.TickCount);
        Target target = Any<Target>();
        Action action = new Target().Instance;
        action += Target.Static;
        _object = new DerivedTarget();
        action += target.Virtual;
        action();
        Growing<int>.Go(Environment.TickCount);
        _object = Deep<List<List<List<List<List<List<int>>>>>>>.Go();
    }

    static void Main()
    {
        Virtuals();
        Interfaces();
        GenericVirtuals();
        Types();
        Others();
        Reflection.All(Environment.TickCount);
    }
}

namespace Pattern
{
    [Live] class One { [Live] public void Method() { } }
    [Live] class Two { [Live] public void Method() { } }
}
