// One method per folding rule of the design (reach.md 2.1, 2.2). Whatever is named Dead must not be reachable from the
// method, whatever is named Live must be. folding_test.c checks the bodies that il/ makes, compiled with and without
// optimisation.
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

static class Mark
{
    [MethodImpl(MethodImplOptions.NoInlining)] public static void Dead() { }
    [MethodImpl(MethodImplOptions.NoInlining)] public static void Live() { }
}

static class Switches
{
    [FeatureSwitchDefinition("Folding.Off")] public static bool Off => AppContext.TryGetSwitch("Folding.Off", out bool on) && on;
    [FeatureSwitchDefinition("Folding.On")] public static bool On => AppContext.TryGetSwitch("Folding.On", out bool on) && on;
    [FeatureSwitchDefinition("Folding.Unset")] public static bool Unset => AppContext.TryGetSwitch("Folding.Unset", out bool on) && on;
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))] public static bool Guard => RuntimeFeature.IsDynamicCodeSupported;
    public static bool False => false;
    public static bool AlsoFalse => False;
    public static bool NotFalse => !False;
    public static bool And(bool other) => False && other;
    public static int Level => 3;
}

class Instance { public bool Flag => false; public virtual bool Virtual => false; }
sealed class Sealed { public override string ToString() => "sealed"; }
class Base { public virtual void Run() => Mark.Live(); }
class Derived : Base { public override void Run() => Mark.Dead(); }
sealed class Leaf : Base { public override void Run() => Mark.Live(); }
struct Plain { public int A; }
struct WithReference { public string S; }
enum Small : byte { A }
interface IStatic { static abstract void Go(); }
struct Goes : IStatic { public static void Go() => Mark.Live(); }
struct GoesNot : IStatic { public static void Go() => Mark.Dead(); }
interface IRun { void Run(); }
struct Runs : IRun { public void Run() => Mark.Live(); }
struct RunsNot : IRun { public void Run() => Mark.Dead(); }

static class Generic<T>
{
    public static void TypeEquals() { if (typeof(T) == typeof(int)) Mark.Live(); else Mark.Dead(); }
    public static void TypeNotEquals() { if (typeof(T) != typeof(string)) Mark.Live(); else Mark.Dead(); }
    public static void ValueType() { if (typeof(T).IsValueType) Mark.Live(); else Mark.Dead(); }
    public static void Enumeration() { if (typeof(T).IsEnum) Mark.Live(); else Mark.Dead(); }
    public static void Primitive() { if (typeof(T).IsPrimitive) Mark.Live(); else Mark.Dead(); }
    public static void NullDefault() { if (default(T) == null) Mark.Dead(); else Mark.Live(); }
    public static void NullValue(T value) { if (value is null) Mark.Dead(); else Mark.Live(); }
    public static void References() { if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Mark.Dead(); else Mark.Live(); }
    public static void Size() { if (Unsafe.SizeOf<T>() == 4) Mark.Live(); else Mark.Dead(); }
    public static void Assignable() { if (typeof(IRun).IsAssignableFrom(typeof(T))) Mark.Live(); else Mark.Dead(); }
    public static void AssignableTo() { if (typeof(T).IsAssignableTo(typeof(IRun))) Mark.Live(); else Mark.Dead(); }
    public static void Is(T value) { if (value is string) Mark.Dead(); else Mark.Live(); }
    public static void IsSame(T value) { if (value is int) Mark.Live(); else Mark.Dead(); }
    public static void Interface(T value) { if (value is IRun) Mark.Live(); else Mark.Dead(); }
    public static void Underlying() { if (Nullable.GetUnderlyingType(typeof(T)) == null) Mark.Dead(); else Mark.Live(); }
    public static void Code() { switch (Type.GetTypeCode(typeof(T))) { case TypeCode.Int32: Mark.Live(); break; default: Mark.Dead(); break; } }
    public static void Definition() { if (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(List<>)) Mark.Live(); else Mark.Dead(); }
    public static void Merged()
    {
        int kind = typeof(T) == typeof(int) ? 1 : 2;
        switch (kind) { case 1: Mark.Live(); break; case 2: Mark.Dead(); break; }
    }
}

static class Constrained<T> where T : IRun
{
    public static void Run(T value) => value.Run();
}
static class StaticAbstract<T> where T : IStatic
{
    public static void Run() => T.Go();
}

static unsafe class Rules
{
    public static void SwitchOff() { if (Switches.Off) Mark.Dead(); else Mark.Live(); }
    public static void SwitchOn() { if (Switches.On) Mark.Live(); else Mark.Dead(); }
    public static void GuardIsFalse() { if (Switches.Guard) Mark.Dead(); else Mark.Live(); }
    public static void TrivialGetter() { if (Switches.False) Mark.Dead(); }
    public static void GetterOfGetter() { if (Switches.AlsoFalse) Mark.Dead(); }
    public static void NotGetter() { if (Switches.NotFalse) Mark.Live(); else Mark.Dead(); }
    public static void AndArgument(bool b) { if (Switches.And(b)) Mark.Dead(); }
    public static void InstanceGetter(Instance i) { if (i.Flag) Mark.Dead(); }
    public static void VirtualGetter(Instance i) { if (i.Virtual) Mark.Live(); }
    public static void ExactVirtualGetter() { if (new Instance().Virtual) Mark.Dead(); }
    public static void ThroughLocal() { bool off = Switches.Off; if (off) Mark.Dead(); }
    public static void ThroughTwoLocals() { bool off = Switches.Off; bool again = off; if (again || Switches.False) Mark.Dead(); }
    public static void Conjunction(bool b) { if (b && Switches.Off) Mark.Dead(); }
    public static void Equality() { if (IntPtr.Size == 4) Mark.Dead(); else Mark.Live(); }
    public static void Relation() { if (Switches.Level > 5) Mark.Dead(); else Mark.Live(); }
    public static void Unsigned() { if ((uint)Switches.Level >= 3u) Mark.Live(); else Mark.Dead(); }
    public static void Switch() { switch (Switches.Level) { case 1: Mark.Dead(); break; case 3: Mark.Live(); break; default: Mark.Dead(); break; } }
    public static void Join(bool b) { int x = b ? 7 : 7; if (x != 7) Mark.Dead(); else Mark.Live(); }
    public static void JoinDiffers(bool b) { int x = b ? 7 : 8; if (x != 7) Mark.Live(); }
    public static void Loop() { int n = 0; for (int i = 0; i < 3; i++) n++; if (n == 3) Mark.Live(); }
    public static void LoopInvariant(int count) { bool off = false; while (count-- > 0) { if (off) { Mark.Dead(); off = true; } } }
    public static void Arithmetic() { if (((Switches.Level + 4) & 1) == 0) Mark.Dead(); else Mark.Live(); }
    public static void SizeOf() { if (sizeof(Plain) == 4) Mark.Live(); else Mark.Dead(); }
    public static void Endian() { if (BitConverter.IsLittleEndian) Mark.Live(); else Mark.Dead(); }
    public static void Isa() { if (Sse2.IsSupported && !Avx2.IsSupported) Mark.Live(); else Mark.Dead(); }
    public static void Arm() { if (System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported) Mark.Dead(); else Mark.Live(); }
    public static void Hardware() { if (Vector128.IsHardwareAccelerated && Vector.IsHardwareAccelerated && !Vector512.IsHardwareAccelerated) Mark.Live(); else Mark.Dead(); }
    public static void DynamicCode() { if (RuntimeFeature.IsDynamicCodeSupported || RuntimeFeature.IsDynamicCodeCompiled) Mark.Dead(); else Mark.Live(); }
    public static void Unset() { if (Switches.Unset) Mark.Live(); }
    public static void AppSwitch() { if (AppContext.TryGetSwitch("Folding.Off", out bool on) && on) Mark.Live(); }
    public static void NullLiteral() { object o = null; if (o != null) Mark.Dead(); else Mark.Live(); }
    public static void NewIsNotNull() { object o = new object(); if (o == null) Mark.Dead(); else Mark.Live(); }
    public static void SealedIs(Sealed s) { if ((object)s is string) Mark.Dead(); else Mark.Live(); }
    public static void UnrelatedClass(Base b) { if ((object)b is string) Mark.Dead(); else Mark.Live(); }
    public static void DerivedIs(Base b) { if (b is Derived) Mark.Live(); }
    public static void ExactGetType() { if (new Base().GetType() == typeof(Base)) Mark.Live(); else Mark.Dead(); }
    public static void UnknownGetType(Base b) { if (b.GetType() == typeof(Base)) Mark.Live(); }
    public static void Catch() { try { Mark.Live(); } catch (InvalidOperationException) { } }
    public static void DeadTry() { if (Switches.Off) { try { Mark.Dead(); } finally { Mark.Dead(); } } }
    public static void StoreInTry() { bool b = false; try { b = true; Mark.Live(); } catch { if (b) Mark.Live(); } }
    public static void ExactVirtualCall() => new Base().Run();
    public static void SealedVirtualCall(Leaf leaf) => leaf.Run();
    public static void ThrowIfNull() { ArgumentNullException.ThrowIfNull(new object()); Mark.Live(); }
    public static void String() { if (string.Empty == null) Mark.Dead(); else Mark.Live(); }

    public static void OfInt() { Generic<int>.TypeEquals(); Generic<int>.TypeNotEquals(); Generic<int>.ValueType(); Generic<int>.Primitive(); }
    public static void OfIntNull() { Generic<int>.NullDefault(); Generic<int>.NullValue(1); Generic<int>.References(); Generic<int>.Size(); }
    public static void OfIntIs() { Generic<int>.Is(1); Generic<int>.IsSame(1); Generic<int>.Code(); Generic<int>.Merged(); }
    public static void OfEnum() { Generic<Small>.Enumeration(); Generic<Plain>.References(); }
    public static void OfStruct() { Generic<Runs>.Assignable(); Generic<Runs>.AssignableTo(); Generic<Runs>.Interface(default); }
    public static void OfNullable() => Generic<int?>.Underlying();
    public static void OfList() => Generic<List<int>>.Definition();
    public static void ConstrainedCall() => Constrained<Runs>.Run(default);
    public static void StaticVirtual() => StaticAbstract<Goes>.Run();
}

static class Program { static void Main() { } }
