// Types of every shape the layout, slot and interface rules know. Compiled by the stock NativeAOT compiler and run, it
// prints what those rules gave (shapes.expected); the test compares that with Tailor's type system over the same dll.
// Lines: size, base, field, call, virtual, cast - see types_shapes.c. Each method's body begins with its tag (ldstr).
using System;
using System.Collections;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Shapes;

// ---- Values ---------------------------------------------------------------------------------------------------------

public struct Empty { }
public struct OneByte { public byte A; }
public struct Mixed { public byte A; public int B; public byte C; public long D; public short E; }
public struct MixedReferences { public int A; public object O; public int B; public string S; }
public struct ByteReference { public byte A; public object O; public byte B; }
public struct Nested { public byte A; public Mixed M; public byte B; }
public struct NestedReferences { public byte A; public MixedReferences M; public byte B; public OneByte C; public object O; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] public struct Packed1 { public byte A; public int B; public long C; }
[StructLayout(LayoutKind.Sequential, Pack = 2)] public struct Packed2 { public byte A; public int B; public Mixed M; }
[StructLayout(LayoutKind.Sequential, Size = 50)] public struct Sized { public int A; public byte B; }
[StructLayout(LayoutKind.Sequential, Size = 3)] public struct SizedSmall { public int A; public byte B; }
[StructLayout(LayoutKind.Explicit)] public struct Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(2)] public short S; }
[StructLayout(LayoutKind.Explicit)] public struct ExplicitReferences { [FieldOffset(8)] public object O; [FieldOffset(0)] public int I; [FieldOffset(20)] public byte B; }
[StructLayout(LayoutKind.Explicit, Size = 40)] public struct ExplicitSized { [FieldOffset(3)] public byte B; [FieldOffset(4)] public int I; }
[StructLayout(LayoutKind.Explicit, Pack = 1)] public struct ExplicitPacked { [FieldOffset(1)] public long L; [FieldOffset(9)] public byte B; }
[StructLayout(LayoutKind.Auto)] public struct AutoSmall { public byte A; public short B; public byte C; }
[StructLayout(LayoutKind.Auto)] public struct AutoMixed { public byte A; public long B; public short C; public int D; public Mixed M; }
[StructLayout(LayoutKind.Auto)] public struct AutoFive { public int A; public byte B; }
[StructLayout(LayoutKind.Auto)] public struct AutoInt128 { public byte A; public Int128 B; public int C; }
public struct Gen<T> { public byte A; public T V; public byte B; }
public struct Pair<T, U> { public T First; public U Second; }
public struct HasNullable { public int? A; public long? B; public byte? C; public Guid? D; }
public struct HasVector { public byte A; public Vector128<int> V; public byte B; }
public struct HasVector256 { public byte A; public Vector256<int> V; }
public struct HasVectorT { public byte A; public Vector<int> V; }
public struct HasInt128 { public byte A; public Int128 V; }
[StructLayout(LayoutKind.Sequential, Pack = 4)] public struct PackedInt128 { public byte A; public Int128 V; }
public struct HasBool { public bool A; public char B; public double D; public float F; public nint N; public decimal M; }
public enum ByteEnum : byte { A } public enum LongEnum : long { A } public enum IntEnum { A } public enum UIntEnum : uint { A }
public struct Enums { public ByteEnum A; public LongEnum B; public IntEnum C; }
public unsafe struct Pointers { public byte A; public int* P; public delegate*<int, void> F; public byte B; }
[InlineArray(5)] public struct Inline5 { public short A; }
[InlineArray(3)] public struct InlineReferences { public string A; }
[InlineArray(3)] public struct InlinePairs { public Pair<byte, object> A; }
[InlineArray(4)] public struct InlineGen<T> { public T A; }
public struct HasInline { public byte A; public Inline5 V; public byte B; public InlineReferences R; }
public unsafe struct HasFixed { public byte A; public fixed int V[3]; public byte B; }
public ref struct ByRefs { public byte A; public ref int R; public Span<byte> S; public object O; public int I; }
public ref struct ByRefsPlain { public byte A; public ref int R; public int I; }

// ---- Classes --------------------------------------------------------------------------------------------------------

public class C0 { }
public class C1 : C0 { public byte A; }
public class C2 : C1 { public short B; public int C; public byte D; }
public class C3 : C2 { public object O; public byte E; public long L; }
public class C4 : C3 { public int F; public Mixed M; public string S; }
public class C5 { public int A; public byte B; }
public class C6 : C5 { public byte C; public short D; public byte E; public object O; }
public class C7 : C5 { public long L; public int I; }
public class C8 : C5 { public short S; public Nested N; public bool B2; }
[StructLayout(LayoutKind.Sequential)] public class SeqClass { public byte A; public int B; public byte C; }
[StructLayout(LayoutKind.Sequential)] public class SeqDerived : SeqClass { public byte D; public long E; }
[StructLayout(LayoutKind.Sequential, Size = 64)] public class SeqSized { public byte A; public int B; }
[StructLayout(LayoutKind.Sequential)] public class SeqReferences { public byte A; public object O; public int I; }
[StructLayout(LayoutKind.Explicit)] public class ExplicitClass { [FieldOffset(0)] public long L; [FieldOffset(4)] public int I; }
[StructLayout(LayoutKind.Explicit)] public class ExplicitReferenceClass { [FieldOffset(8)] public object O; [FieldOffset(0)] public short I; }
public class GenClass<T> { public byte A; public T V; public object O; public byte B; }
public class GenDerived<T> : GenClass<T> { public T W; public int I; }
public class VectorClass { public byte A; public Vector128<byte> V; public object O; }
public class Int128Class { public byte A; public Int128 V; public short B; }
public class WithStatics { public static int I; public static object O = "x"; public static Pair<int, string> P; public int F; }

// ---- Virtual methods ------------------------------------------------------------------------------------------------

public abstract class V0
{
    public virtual string M() => "V0.M";
    public virtual string N(int x) => "V0.N(int)";
    public virtual string N(long x) => "V0.N(long)";
    public abstract string A();
    public virtual string G<T>() => "V0.G";
    public override string ToString() => "V0.ToString";
}
public class V1 : V0
{
    public override string M() => "V1.M";
    public override string N(long x) => "V1.N(long)";
    public override string A() => "V1.A";
    public override string G<T>() => "V1.G";
}
public class V2 : V1 { public new virtual string M() => "V2.M new"; public sealed override string A() => "V2.A"; }
public class V3 : V2 { public override string M() => "V3.M"; public override string ToString() => "V3.ToString"; }
public class V4 : V3 { ~V4() { } }
public class VG<T> { public virtual string M(T x) => "VG.M(T)"; public virtual string M(int x) => "VG.M(int)"; public virtual string Q(List<T> l) => "VG.Q"; }
public class VG1<T> : VG<T> { public override string M(T x) => "VG1.M(T)"; }
public class VG2 : VG1<int> { public override string Q(List<int> l) => "VG2.Q"; }
public class VG3 : VG<int> { }
public struct VS { public override string ToString() => "VS.ToString"; public override bool Equals(object o) => true; public override int GetHashCode() => 1; }

public class Cov { public string Tag; public Cov(string t) { Tag = t; } }
public class CovA : Cov { public CovA(string t) : base(t) { } }
public class CovB : CovA { public CovB(string t) : base(t) { } }
public class R0 { public virtual Cov M() => new Cov("R0.M"); public virtual object O() => new Cov("R0.O"); }
public class R1 : R0 { public override CovA M() => new CovA("R1.M"); }
public class R2 : R1 { public override CovA M() => new CovA("R2.M"); }
public class R3 : R2 { public override CovB M() => new CovB("R3.M"); public override Cov O() => new Cov("R3.O"); }
public class R4 : R3 { public override CovB M() => new CovB("R4.M"); }
public class RG<T> where T : class { public virtual object M() => new Cov("RG.M"); }
public class RG1<T> : RG<T> where T : Cov { public override T M() => (T)new CovB("RG1.M").Self(); }
public static class CovExtensions { public static Cov Self(this Cov c) => c; }

// ---- Interfaces -----------------------------------------------------------------------------------------------------

public interface I1 { string M(); }
public interface I2 : I1 { string N(); }
public interface IGen<T> { string M(T x); }
public interface IOut<out T> { string M(); }
public interface IIn<in T> { string M(); }
public interface IGvm { string G<T>(T x); }
public interface IDef { string M() => "IDef.M"; string P() => "IDef.P"; }
public interface IDefA : IDef { string IDef.M() => "IDefA:IDef.M"; }
public interface IDefB : IDef { string IDef.M() => "IDefB:IDef.M"; }
public interface IDefC : IDefA, IDefB { string IDef.M() => "IDefC:IDef.M"; }
public interface IDefAbstract : IDef { abstract string IDef.M(); }
public interface IDefGen<T> { string M() => "IDefGen.M"; string Q(T x) => "IDefGen.Q"; }
public interface IDefGen2<T> : IDefGen<T> { string IDefGen<T>.M() => "IDefGen2:M"; }
public interface IDefGvm { string G<T>() => "IDefGvm.G"; }

public class A1 : I1 { public string M() => "A1.M"; }
public class A2 : A1 { public new string M() => "A2.M hides"; }
public class A3 : A1, I1 { public new string M() => "A3.M"; }
public class A4 : A1, I1 { }
public class A5 : A3 { }
public class A6 : I1 { public virtual string M() => "A6.M"; }
public class A7 : A6 { public override string M() => "A7.M"; }
public class A8 : A7, I1 { string I1.M() => "A8:I1.M"; }
public class A9 : A8 { public override string M() => "A9.M"; }
public class BaseOnly { public virtual string M() => "BaseOnly.M"; public string N() => "BaseOnly.N"; }
public class FromBase : BaseOnly, I2 { }
public class FromBase2 : FromBase { public override string M() => "FromBase2.M"; }
public class FromBase3 : FromBase, I1 { string I1.M() => "FromBase3:I1.M"; }
public abstract class Abs : I2 { public abstract string M(); public abstract string N(); }
public class AbsImpl : Abs { public override string M() => "AbsImpl.M"; public override string N() => "AbsImpl.N"; }
public class Hidden : A6 { public new virtual string M() => "Hidden.M new"; }
public class HiddenAgain : Hidden, I1 { }
public class TwoGen : IGen<int>, IGen<string> { public string M(int x) => "TwoGen.M(int)"; public string M(string x) => "TwoGen.M(string)"; }
public class GenImpl<T> : IGen<T> { public virtual string M(T x) => "GenImpl.M(T)"; }
public class GenDerivedImpl : GenImpl<string> { public override string M(string x) => "GenDerivedImpl.M"; }
public struct StructGen<T> : IGen<T>, I1 { public string M(T x) => "StructGen.M(T)"; string I1.M() => "StructGen:I1.M"; }
public class OutTwo : IOut<string>, IOut<Exception> { string IOut<string>.M() => "OutTwo:string"; string IOut<Exception>.M() => "OutTwo:Exception"; }
public class OutBase : IOut<string> { public string M() => "OutBase.M"; }
public class OutDerived : OutBase, IOut<Exception> { string IOut<Exception>.M() => "OutDerived:Exception"; }
public class OutSame : OutBase, IOut<object> { string IOut<object>.M() => "OutSame:object"; }
public class InObject : IIn<object> { public string M() => "InObject.M"; }
public class Gvm0 : IGvm { public virtual string G<T>(T x) => "Gvm0.G"; }
public class Gvm1 : Gvm0 { public override string G<T>(T x) => "Gvm1.G"; }
public class Gvm2 : Gvm1, IGvm { string IGvm.G<T>(T x) => "Gvm2:IGvm.G"; }
public class D0 : IDef { }
public class D1 : IDef { public string M() => "D1.M"; }
public class D2 : IDefA { }
public class D3 : IDefA, IDefB { public string M() => "D3.M"; }
public class D4 : IDefC { }
public class D5 : D0 { public string M() => "D5.M does not count"; }
public class D6 : D0, IDef { public string M() => "D6.M"; }
public class D7 : D2, IDefB, IDefC { }
public struct DS : IDefA { }
public class DG : IDefGen<int>, IDefGen2<string> { }
public class DG2<T> : IDefGen2<T> { }
public class DGvm : IDefGvm { }
public class DGvm1 : DGvm, IDefGvm { public string G<T>() => "DGvm1.G"; }
public class MyEnumerable : IEnumerable<string>
{
    IEnumerator<string> IEnumerable<string>.GetEnumerator() => throw new Exception("MyEnumerable:IEnumerable<string>");
    IEnumerator IEnumerable.GetEnumerator() => throw new Exception("MyEnumerable:IEnumerable");
}

public static unsafe class Program
{
    static readonly StringBuilder output = new();
    static void Line(string s) => output.Append(s).Append('\n');

    static string Name(Type t)
    {
        if (t.IsArray) return Name(t.GetElementType()!) + "[" + new string(',', t.GetArrayRank() - 1) + "]";
        if (!t.IsGenericType) return t.FullName!.Replace('+', '/');
        var args = new List<string>();
        foreach (Type a in t.GetGenericArguments()) args.Add(Name(a));
        return t.GetGenericTypeDefinition().FullName!.Replace('+', '/') + "<" + string.Join(",", args) + ">";
    }

    // Size, alignment, and the MethodTable's base size and hash code.
    static void Size<T>() where T : allows ref struct => Line($"size {Name(typeof(T))} {sizeof(T)}");
    struct Aligned<T> { public byte B; public T V; }
    static void Value<T>()
    {
        Size<T>();
        Line($"base {Name(typeof(T))} {BaseSize(typeof(T))} {Hash(typeof(T)):x8}");
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return;
        Aligned<T> a = default;
        Line($"align {Name(typeof(T))} {Unsafe.ByteOffset(ref Unsafe.As<Aligned<T>, byte>(ref a), ref Unsafe.As<T, byte>(ref a.V))}");
    }
    static uint BaseSize(Type t) => *(uint*)(t.TypeHandle.Value + 4);
    static uint Hash(Type t) => *(uint*)(t.TypeHandle.Value + 20);
    static void Object(object o) => Line($"base {Name(o.GetType())} {BaseSize(o.GetType())} {Hash(o.GetType()):x8}");

    sealed class Raw { public byte Data; }
    static void Field<F>(object o, string name, ref F field) =>
        Line($"field {Name(o.GetType())} {name} {Unsafe.ByteOffset(ref Unsafe.As<Raw>(o).Data, ref Unsafe.As<F, byte>(ref field))}");
    static void FieldOf<T, F>(ref T value, string name, ref F field) =>
        Line($"field {Name(typeof(T))} {name} {Unsafe.ByteOffset(ref Unsafe.As<T, byte>(ref value), ref Unsafe.As<F, byte>(ref field))}");

    static void Call<I>(object o, string method, Func<I, string> call)
    {
        string tag;
        try { tag = call((I)o); }
        catch (AmbiguousImplementationException) { tag = "ambiguous"; }
        catch (EntryPointNotFoundException) { tag = "reabstracted"; }
        catch (Exception e) { tag = e.Message; }
        Line($"call {Name(o.GetType())} {Name(typeof(I))} {method} {tag}");
    }
    static void Virtual<C>(C o, string method, string tag) => Line($"virtual {Name(o!.GetType())} {Name(typeof(C))} {method} {tag}");
    static void Cast<To>(object o) => Line($"cast {Name(o.GetType())} {Name(typeof(To))} {(o is To ? 1 : 0)}");

    static void Values()
    {
        Value<Empty>(); Value<OneByte>(); Value<Mixed>(); Value<MixedReferences>(); Value<ByteReference>(); Value<Nested>(); Value<NestedReferences>();
        Value<Packed1>(); Value<Packed2>(); Value<Sized>(); Value<SizedSmall>(); Value<Union>(); Value<ExplicitReferences>(); Value<ExplicitSized>(); Value<ExplicitPacked>();
        Value<AutoSmall>(); Value<AutoMixed>(); Value<AutoFive>(); Value<AutoInt128>();
        Value<Gen<int>>(); Value<Gen<long>>(); Value<Gen<string>>(); Value<Gen<Mixed>>(); Value<Gen<MixedReferences>>(); Value<Gen<Int128>>(); Value<Gen<Gen<byte>>>();
        Value<Pair<byte, object>>(); Value<Pair<object, byte>>(); Value<Pair<byte, Pair<string, byte>>>(); Value<HasNullable>();
        Value<int?>(); Value<byte?>(); Value<Guid?>(); Value<Gen<string>?>(); Value<Int128?>(); Value<KeyValuePair<int, string>>(); Value<KeyValuePair<long, byte>>();
        Value<(int, byte)>(); Value<(byte, string, short)>(); Value<(int, int, int, int, int, int, int, (int, long))>();
        Value<HasVector>(); Value<HasVector256>(); Value<HasVectorT>(); Value<HasInt128>(); Value<PackedInt128>(); Value<HasBool>();
        Value<Vector64<int>>(); Value<Vector128<int>>(); Value<Vector256<int>>(); Value<Vector512<int>>(); Value<Vector<int>>(); Value<Int128>(); Value<UInt128>();
        Value<ByteEnum>(); Value<LongEnum>(); Value<Enums>(); Value<Pointers>(); Value<Inline5>(); Value<InlineReferences>(); Value<InlinePairs>(); Value<InlineGen<int>>(); Value<InlineGen<string>>();
        Value<HasInline>(); Value<HasFixed>(); Size<ByRefs>(); Size<ByRefsPlain>(); Size<Span<int>>(); Size<ReadOnlySpan<string>>();
        Value<DateTime>(); Value<DateTimeOffset>(); Value<TimeSpan>(); Value<decimal>(); Value<Guid>(); Value<Rune>(); Value<Index>(); Value<Range>(); Value<Matrix4x4>(); Value<Vector3>(); Value<BigInteger>(); Value<Complex>();
        Value<bool>(); Value<char>(); Value<sbyte>(); Value<short>(); Value<int>(); Value<long>(); Value<nint>(); Value<nuint>(); Value<float>(); Value<double>(); Value<Half>(); Value<ArraySegment<int>>(); Value<Memory<byte>>(); Value<GCHandle>(); Value<HashCode>(); Value<DateOnly>(); Value<List<int>.Enumerator>(); Value<Dictionary<string, int>.Enumerator>();
        Mixed m = default; FieldOf(ref m, "E", ref m.E); MixedReferences mr = default; FieldOf(ref mr, "A", ref mr.A); FieldOf(ref mr, "O", ref mr.O); FieldOf(ref mr, "B", ref mr.B); FieldOf(ref mr, "S", ref mr.S);
        NestedReferences nr = default; FieldOf(ref nr, "A", ref nr.A); FieldOf(ref nr, "M", ref nr.M); FieldOf(ref nr, "B", ref nr.B); FieldOf(ref nr, "C", ref nr.C); FieldOf(ref nr, "O", ref nr.O);
        AutoMixed am = default; FieldOf(ref am, "A", ref am.A); FieldOf(ref am, "B", ref am.B); FieldOf(ref am, "C", ref am.C); FieldOf(ref am, "D", ref am.D); FieldOf(ref am, "M", ref am.M);
        Gen<MixedReferences> gm = default; FieldOf(ref gm, "A", ref gm.A); FieldOf(ref gm, "V", ref gm.V); FieldOf(ref gm, "B", ref gm.B);
        Pair<byte, object> pb = default; FieldOf(ref pb, "First", ref pb.First); FieldOf(ref pb, "Second", ref pb.Second);
        HasInline hi = default; FieldOf(ref hi, "A", ref hi.A); FieldOf(ref hi, "V", ref hi.V); FieldOf(ref hi, "B", ref hi.B); FieldOf(ref hi, "R", ref hi.R);
        ExplicitReferences er = default; FieldOf(ref er, "O", ref er.O); FieldOf(ref er, "B", ref er.B);
        Packed2 p2 = default; FieldOf(ref p2, "B", ref p2.B); FieldOf(ref p2, "M", ref p2.M); HasInt128 h1 = default; FieldOf(ref h1, "V", ref h1.V);
        AutoInt128 ai = default; FieldOf(ref ai, "A", ref ai.A); FieldOf(ref ai, "B", ref ai.B); FieldOf(ref ai, "C", ref ai.C);
    }

    static void Classes()
    {
        Object(new object()); Object("x"); Object(new int[1]); Object(new string[1]); Object(new int[1, 1]); Object(new object[1, 1, 1]); Object(new int[1][]); Object(new Mixed[1]);
        Object(new C0()); Object(new C1()); Object(new List<int>()); Object(new List<string>()); Object(new Dictionary<string, int>()); Object(new Exception()); Object(new ArgumentException()); Object(new Action(() => { })); Object(new Func<int, string>(x => "")); Object(new StringBuilder()); Object(new Random(1)); Object(new Version(1, 2)); Object(new WithStatics());
        var c2 = new C2(); Object(c2); Field(c2, "B", ref c2.B); Field(c2, "C", ref c2.C); Field(c2, "D", ref c2.D); Field(c2, "A", ref c2.A);
        var c3 = new C3(); Object(c3); Field(c3, "O", ref c3.O); Field(c3, "E", ref c3.E); Field(c3, "L", ref c3.L);
        var c4 = new C4(); Object(c4); Field(c4, "F", ref c4.F); Field(c4, "M", ref c4.M); Field(c4, "S", ref c4.S);
        var c6 = new C6(); Object(c6); Field(c6, "C", ref c6.C); Field(c6, "D", ref c6.D); Field(c6, "E", ref c6.E); Field(c6, "O", ref c6.O);
        var c7 = new C7(); Object(c7); Field(c7, "L", ref c7.L); Field(c7, "I", ref c7.I);
        var c8 = new C8(); Object(c8); Field(c8, "S", ref c8.S); Field(c8, "N", ref c8.N); Field(c8, "B2", ref c8.B2);
        var sc = new SeqClass(); Object(sc); Field(sc, "B", ref sc.B); Field(sc, "C", ref sc.C);
        var sd = new SeqDerived(); Object(sd); Field(sd, "D", ref sd.D); Field(sd, "E", ref sd.E);
        var ss = new SeqSized(); Object(ss); Field(ss, "B", ref ss.B);
        var sr = new SeqReferences(); Object(sr); Field(sr, "A", ref sr.A); Field(sr, "O", ref sr.O); Field(sr, "I", ref sr.I);
        var ec = new ExplicitClass(); Object(ec); Field(ec, "L", ref ec.L); Field(ec, "I", ref ec.I);
        var erc = new ExplicitReferenceClass(); Object(erc); Field(erc, "O", ref erc.O); Field(erc, "I", ref erc.I);
        var g1 = new GenDerived<byte>(); Object(g1); Field(g1, "V", ref g1.V); Field(g1, "W", ref g1.W); Field(g1, "I", ref g1.I); Field(g1, "O", ref g1.O); Field(g1, "A", ref g1.A);
        var g2 = new GenDerived<MixedReferences>(); Object(g2); Field(g2, "V", ref g2.V); Field(g2, "W", ref g2.W); Field(g2, "I", ref g2.I); Field(g2, "B", ref g2.B);
        var g3 = new GenDerived<string>(); Object(g3); Field(g3, "V", ref g3.V); Field(g3, "W", ref g3.W); Field(g3, "I", ref g3.I); Field(g3, "B", ref g3.B);
        var vc = new VectorClass(); Object(vc); Field(vc, "A", ref vc.A); Field(vc, "V", ref vc.V); Field(vc, "O", ref vc.O);
        var ic = new Int128Class(); Object(ic); Field(ic, "A", ref ic.A); Field(ic, "V", ref ic.V); Field(ic, "B", ref ic.B);
    }

    static void Virtuals()
    {
        foreach (V0 v in new V0[] { new V1(), new V2(), new V3(), new V4() })
        {
            Virtual<V0>(v, "M", v.M()); Virtual<V0>(v, "N(System.Int32)", v.N(1)); Virtual<V0>(v, "N(System.Int64)", v.N(1L)); Virtual<V0>(v, "A", v.A()); Virtual<V0>(v, "G", v.G<int>()); Virtual<object>(v, "ToString", v.ToString());
            if (v is V2 v2) Virtual<V2>(v2, "M", v2.M());
        }
        VG<int> a = new VG2(), b = new VG3(), c = new VG1<int>(); VG<string> d = new VG1<string>();
        Virtual(a, "M(!0)", Invoke(a, 1)); Virtual(c, "M(!0)", Invoke(c, 1)); Virtual(b, "M(!0)", Invoke(b, 1)); Virtual(d, "M(!0)", Invoke(d, "")); Virtual(d, "M(System.Int32)", d.M(1));
        Virtual(a, "Q", a.Q(null!)); Virtual(b, "Q", b.Q(null!));
        object vs = new VS(); Virtual<object>(vs, "ToString", vs.ToString()!);
        foreach (R0 r in new R0[] { new R0(), new R1(), new R2(), new R3(), new R4() })
        {
            Virtual<R0>(r, "M", r.M().Tag); Virtual<R0>(r, "O", ((Cov)r.O()).Tag);
            if (r is R1 r1) Virtual<R1>(r1, "M", r1.M().Tag);
            if (r is R2 r2) Virtual<R2>(r2, "M", r2.M().Tag);
            if (r is R3 r3) { Virtual<R3>(r3, "M", r3.M().Tag); Virtual<R3>(r3, "O", r3.O().Tag); }
        }
        RG<CovA> rg = new RG1<CovA>(); Virtual(rg, "M", ((Cov)rg.M()).Tag);
    }
    static string Invoke<T>(VG<T> v, T x) => v.M(x);

    static void Interfaces()
    {
        foreach (object o in new object[] { new A1(), new A2(), new A3(), new A4(), new A5(), new A6(), new A7(), new A8(), new A9(), new FromBase(), new FromBase2(), new FromBase3(), new AbsImpl(), new Hidden(), new HiddenAgain(), new StructGen<int>() })
            Call<I1>(o, "M", i => i.M());
        foreach (object o in new object[] { new FromBase(), new FromBase2(), new AbsImpl() }) Call<I2>(o, "N", i => i.N());
        foreach (object o in new object[] { new TwoGen(), new GenImpl<int>(), new StructGen<int>() }) Call<IGen<int>>(o, "M", i => i.M(1));
        foreach (object o in new object[] { new TwoGen(), new GenImpl<string>(), new GenDerivedImpl(), new StructGen<string>() }) Call<IGen<string>>(o, "M", i => i.M(""));
        foreach (object o in new object[] { new OutTwo(), new OutBase(), new OutDerived(), new OutSame() }) Call<IOut<object>>(o, "M", i => i.M());
        foreach (object o in new object[] { new OutTwo(), new OutDerived() }) { Call<IOut<Exception>>(o, "M", i => i.M()); Call<IOut<string>>(o, "M", i => i.M()); }
        Call<IIn<string>>(new InObject(), "M", i => i.M()); Call<IIn<object>>(new InObject(), "M", i => i.M());
        foreach (object o in new object[] { new Gvm0(), new Gvm1(), new Gvm2() }) Call<IGvm>(o, "G", i => i.G(1));
        foreach (object o in new object[] { new D0(), new D1(), new D2(), new D3(), new D4(), new D5(), new D6(), new D7(), new DS() }) { Call<IDef>(o, "M", i => i.M()); Call<IDef>(o, "P", i => i.P()); }
        Call<IDefGen<int>>(new DG(), "M", i => i.M()); Call<IDefGen<string>>(new DG(), "M", i => i.M()); Call<IDefGen<string>>(new DG(), "Q", i => i.Q("")); Call<IDefGen<int>>(new DG2<int>(), "M", i => i.M()); Call<IDefGen<object>>(new DG2<object>(), "M", i => i.M());
        Call<IDefGvm>(new DGvm(), "G", i => i.G<int>()); Call<IDefGvm>(new DGvm1(), "G", i => i.G<string>());
        Call<IEnumerable<object>>(new MyEnumerable(), "GetEnumerator", i => i.GetEnumerator().ToString()!); Call<IEnumerable>(new MyEnumerable(), "GetEnumerator", i => i.GetEnumerator().ToString()!);
    }

    static void Casts(object o)
    {
        Cast<object>(o); Cast<string>(o); Cast<Array>(o); Cast<ValueType>(o); Cast<Enum>(o); Cast<Exception>(o); Cast<ArgumentException>(o); Cast<Delegate>(o);
        Cast<IComparable>(o); Cast<IComparable<int>>(o); Cast<IEnumerable>(o); Cast<IList>(o); Cast<IEnumerable<object>>(o); Cast<IEnumerable<string>>(o); Cast<IEnumerable<int>>(o); Cast<IEnumerable<uint>>(o); Cast<IList<int>>(o); Cast<IList<uint>>(o); Cast<IList<object>>(o); Cast<IList<IntEnum>>(o); Cast<IReadOnlyList<Exception>>(o); Cast<ICollection<short>>(o); Cast<IEnumerable<IEnumerable>>(o); Cast<IEnumerable<IEnumerable<object>>>(o); Cast<IEnumerable<ValueType>>(o);
        Cast<object[]>(o); Cast<string[]>(o); Cast<int[]>(o); Cast<uint[]>(o); Cast<IntEnum[]>(o); Cast<UIntEnum[]>(o); Cast<short[]>(o); Cast<char[]>(o); Cast<ushort[]>(o); Cast<byte[]>(o); Cast<sbyte[]>(o); Cast<bool[]>(o); Cast<ByteEnum[]>(o); Cast<nint[]>(o); Cast<long[]>(o); Cast<float[]>(o); Cast<int[,]>(o); Cast<uint[,]>(o); Cast<object[,]>(o); Cast<int[][]>(o); Cast<uint[][]>(o); Cast<object[][]>(o); Cast<IEnumerable[]>(o); Cast<IEnumerable<object>[]>(o); Cast<Exception[]>(o); Cast<ValueType[]>(o); Cast<IComparable[]>(o);
        Cast<Func<object>>(o); Cast<Func<string>>(o); Cast<Action<string>>(o); Cast<Action<object>>(o); Cast<IOut<object>>(o); Cast<IOut<string>>(o); Cast<IOut<Exception>>(o); Cast<IIn<string>>(o); Cast<IIn<object>>(o); Cast<I1>(o); Cast<I2>(o); Cast<IDef>(o); Cast<IDefA>(o); Cast<int>(o); Cast<int?>(o); Cast<IntEnum>(o); Cast<V0>(o); Cast<V2>(o); Cast<IGen<int>>(o); Cast<List<int>>(o); Cast<IReadOnlyCollection<int>>(o);
    }

    static void AllCasts()
    {
        foreach (object o in new object[] { new object(), "s", 1, IntEnum.A, (int?)3, new ArgumentNullException(), new int[1], new uint[1], new IntEnum[1], new UIntEnum[1], new short[1], new ushort[1], new char[1], new byte[1], new sbyte[1], new bool[1], new ByteEnum[1], new nint[1], new nuint[1], new long[1], new float[1], new string[1], new object[1], new Exception[1], new ArgumentException[1], new int[1, 1], new string[1, 1], new int[1][], new string[1][], new string[1][][], new List<int>[1], new Mixed[1], new IEnumerable[1],
            new List<int>(), new List<string>(), new Func<string>(() => ""), new Func<object>(() => ""), new Func<int>(() => 1), new Action<object>(_ => { }), new Action<string>(_ => { }), new OutTwo(), new OutBase(), new InObject(), new A4(), new FromBase(), new V3(), new D4(), new DS(), new TwoGen(), new GenImpl<int>(), new MyEnumerable(), new Dictionary<string, Exception>(), new V2[1], new I1[1], new A1[1] })
            Casts(o);
    }

    public static void Main()
    {
        Values(); Classes(); Virtuals(); Interfaces(); AllCasts();
        Console.Out.Write(output.ToString());
    }
}
