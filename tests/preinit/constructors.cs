// Classes for constructors_test: those without [Lazy] have to be initialised at compile time, and a static field
// with [Is] has to hold that value. [Lazy] tells why a class has to wait for the program.
using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

[AttributeUsage(AttributeTargets.Field)]
class IsAttribute(string value) : Attribute
{
    public string Value = value;
}

[AttributeUsage(AttributeTargets.Class)]
class LazyAttribute(string obstacle) : Attribute
{
    public string Obstacle = obstacle;
}

static class Make
{
    // Not constants to the C# compiler.
    public static int Int(int value) => value;
    public static uint UInt(uint value) => value;
    public static long Long(long value) => value;
    public static ulong ULong(ulong value) => value;
    public static float Float(float value) => value;
    public static double Double(double value) => value;
}

static class Integers
{
    [Is("-2147483648")] static readonly int Wraps = Make.Int(int.MaxValue) + 1;
    [Is("-9223372036854775808")] static readonly long WrapsLong = Make.Long(long.MaxValue) + 1;
    [Is("-3")] static readonly int Divides = Make.Int(-10) / 3;
    [Is("-1")] static readonly int Remainder = Make.Int(-10) % 3;
    [Is("1431655762")] static readonly uint DividesUnsigned = Make.UInt(unchecked((uint)-10)) / 3;
    [Is("6148914691236517202")] static readonly ulong DividesUnsignedLong = Make.ULong(unchecked((ulong)-10)) / 3;
    [Is("-3")] static readonly int ShiftsRight = Make.Int(-10) >> 2;
    [Is("1073741821")] static readonly int ShiftsRightUnsigned = Make.Int(-10) >>> 2;
    [Is("4")] static readonly int ShiftsByMasked = Make.Int(1) << Make.Int(34);
    [Is("-11")] static readonly int Complements = ~Make.Int(10);
    [Is("240")] static readonly byte Truncates = (byte)Make.Int(0x1F0);
    [Is("-16")] static readonly sbyte TruncatesSigned = (sbyte)Make.Int(0x1F0);
    [Is("65526")] static readonly ushort TruncatesShort = (ushort)Make.Int(-10);
    [Is("4294967286")] static readonly long WidensUnsigned = (uint)Make.Int(-10);
    [Is("-10")] static readonly long WidensSigned = Make.Int(-10);
    [Is("12")] static readonly int Checked = checked(Make.Int(5) + 7);
    [Is("1")] static readonly bool Less = Make.Int(-1) < 0;
    [Is("0")] static readonly bool LessUnsigned = Make.UInt(uint.MaxValue) < 1;
    [Is("3")] static readonly DayOfWeek Enumeration = (DayOfWeek)Make.Int(3);
    [Is("5")] static readonly int Bits = BitOperations.PopCount(Make.UInt(0xF1));
    [Is("24")] static readonly int Zeros = BitOperations.LeadingZeroCount(Make.UInt(0xF1));
    [Is("4")] static readonly int TrailingZeros = BitOperations.TrailingZeroCount(Make.Long(0x50));
    [Is("2147483649")] static readonly uint Rotates = BitOperations.RotateRight(Make.UInt(3), 1);
}

static class Reals
{
    [Is("0.5")] static readonly double Divides = Make.Double(1) / 2;
    [Is("0.10000000149011612")] static readonly float Single = Make.Float(0.1f);
    [Is("16777216")] static readonly float SingleRounds = Make.Float(16777216) + 1;
    [Is("16777217")] static readonly double DoubleDoesNot = Make.Double(16777216) + 1;
    [Is("2147483647")] static readonly int Saturates = (int)Make.Double(1e20);
    [Is("-2147483648")] static readonly int SaturatesLow = (int)Make.Double(-1e20);
    [Is("0")] static readonly uint SaturatesUnsigned = (uint)Make.Double(-5);
    [Is("0")] static readonly int NotANumber = (int)Make.Double(double.NaN);
    [Is("-3")] static readonly int TowardsZero = (int)Make.Double(-3.99);
    [Is("0")] static readonly bool NaNCompares = Make.Double(double.NaN) >= 0;
    [Is("1.5")] static readonly double Remainder = Make.Double(5.5) % 2;
    [Is("3")] static readonly double Root = Math.Sqrt(Make.Double(9));
    [Is("-2")] static readonly double Floors = Math.Floor(Make.Double(-1.5));
    [Is("2")] static readonly double RoundsToEven = Math.Round(Make.Double(2.5));
    [Is("1.8446744073709552e+19")] static readonly double FromUnsigned = Make.ULong(ulong.MaxValue);
}

static class References
{
    [Is("\"text\"")] static readonly string Literal = "text";
    [Is("null")] static readonly object? Nothing = null;
    [Is("frozen System.Object")] static readonly object Plain = new();
    [Is("frozen System.String")] static readonly string Joined = string.Concat("a", "b");
    [Is("frozen System.Int32[]")] static readonly int[] Numbers = { 1, 2, 3 };
    [Is("frozen System.String[]")] static readonly string[] NoTexts = new string[0];
    [Is("heap System.String[]")] static readonly string[] Texts = { "a", "b" };
    [Is("frozen System.Int32")] static readonly object Box = Make.Int(5);
    [Is("typeof System.String")] static readonly Type Kind = typeof(string);
    [Is("frozen System.Action")] static readonly Action Function = Method;
    [Is("heap System.Collections.Generic.List`1<System.Int32>")] static readonly List<int> List = new() { 1, 2, 3 };
    [Is("heap System.Func`1<System.Int32>")] static readonly Func<int> Closed = new Holder(new object()).Number;
    [Is("frozen System.Func`1<System.Int32>")] static readonly Func<int> ClosedOverFrozen = new Empty().Number;
    [Is("heap Holder")] static readonly Holder Changing = new(Plain);
    [Is("heap System.Int32[]")] static readonly int[] MostlyEmpty = new int[1000];
    [Is("8")] static readonly int Sum = Fold(Numbers) + List[1];

    static void Method()
    {
    }

    static int Fold(IEnumerable<int> numbers)
    {
        int sum = 0;
        foreach (int number in numbers)
            sum += number;
        return sum;
    }
}

sealed class Holder(object content)
{
    public object Content = content;
    public int Number() => 1;
}

sealed class Empty
{
    public int Number() => 2;
}

static class Uses
{
    [Is("3")] static readonly int Length = Given.Numbers.Length;
    [Is("7")] static readonly int Value = Given.Value + 2;
    [Is("frozen System.Int32[]")] static readonly int[] Same = Given.Numbers;
    [Is("0")] static readonly int NeverSet = WithoutConstructor.Value;
}

static class Given
{
    [Is("5")] public static readonly int Value = 5;
    public static readonly int[] Numbers = { 4, 5, 6 };
}

static class WithoutConstructor
{
    public static readonly int Value;
}

static class Control
{
    [Is("610")] static readonly long Recursion = Fibonacci(15);
    [Is("12")] static readonly int Switches = Choose(2);
    [Is("11")] static readonly int Finally = Unwinds();
    [Is("9")] static readonly int Virtual = new Nine().Get();
    [Is("6")] static readonly int Spans = SpanSum(stackalloc int[] { 1, 2, 3 });

    static long Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    static int Choose(int n)
    {
        switch (n)
        {
            case 0: return 10;
            case 1: return 11;
            case 2: return 12;
            case 3: return 13;
            default: return 0;
        }
    }

    static int steps;

    static int Unwinds()
    {
        try
        {
            steps = 1;
        }
        finally
        {
            steps += 10;
        }

        return steps;
    }

    static int SpanSum(ReadOnlySpan<int> numbers)
    {
        int sum = 0;
        foreach (int number in numbers)
            sum += number;
        return sum;
    }
}

abstract class Number
{
    protected abstract int Value();
    public int Get() => Value();
}

sealed class Nine : Number
{
    protected override int Value() => 9;
}

[Lazy("calls native code")]
static class Native
{
    static readonly int Ticks = Environment.TickCount;
}

[Lazy("throws")]
static class Throws
{
    static readonly int Value = Fail();
    static int Fail() => throw new InvalidOperationException();
}

[Lazy("divides by zero")]
static class Divides
{
    static readonly int Value = 1 / Make.Int(0);
}

[Lazy("an operation overflows")]
static class Overflows
{
    static readonly int Value = checked(Make.Int(int.MaxValue) + 1);
}

[Lazy("an array index is out of range")]
static class OutOfRange
{
    static readonly int Value = (new int[2])[Make.Int(2)];
}

[Lazy("writes to a static field of another class")]
class WritesElsewhere
{
    static WritesElsewhere() => Elsewhere.Value = 1;
}

[Lazy("reads a static field of another class")]
class ReadsElsewhere
{
    static readonly int Value = Elsewhere.Value;
}

static class Elsewhere
{
    public static int Value = 3;
}

[Lazy("reads what the program may have changed")]
static class ReadsArray
{
    static readonly int Value = Given.Numbers[1];
}

[Lazy("writes to what belongs to another class")]
class WritesArray
{
    static WritesArray() => Given.Numbers[1] = 3;
}

[Lazy("reads a static field of another class")]
class CycleA
{
    public static readonly int Value = CycleB.Value + 1;

    static CycleA()
    {
    }
}

[Lazy("reads a static field of another class")]
class CycleB
{
    public static readonly int Value = CycleA.Value + 1;

    static CycleB()
    {
    }
}

[Lazy("creates an object with a finalizer")]
static class Finalizable
{
    static readonly object Value = new WithFinalizer();
}

sealed class WithFinalizer
{
    ~WithFinalizer() => GC.KeepAlive(this);
}

[Lazy("uses a thread static field")]
static class PerThread
{
    [ThreadStatic]
    static int value = Make.Int(1);
}

[Lazy("takes too many instructions")]
static class Endless
{
    static readonly int Value = Loop();

    static int Loop()
    {
        int i = 0;
        while (i >= 0)
            i = (i + 1) & 0xFFFF;
        return i;
    }
}

[Lazy("calls too deep")]
static class Deep
{
    static readonly int Value = Down(1000);
    static int Down(int n) => n == 0 ? 0 : 1 + Down(n - 1);
}

[Lazy("keeps large objects that may change")]
static class Large
{
    static readonly object[] Value = new object[8000];
}

[Lazy("stores in a field that reflection attributes tell about")]
static class Annotated
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)]
    static readonly Type Value = typeof(Holder);
}

[Lazy("calls a method that reflection attributes tell about")]
static class Warns
{
    static readonly int Value = Reflects();

    [RequiresUnreferencedCode("reflects")]
    static int Reflects()
    {
        int[] made = { 1, 2 };
        return made[1];
    }
}

unsafe static class Pointers
{
    [Is("code Pointers.Target")] static readonly delegate*<void> Function = &Target;

    static void Target()
    {
    }
}

[Lazy("keeps an address")]
unsafe static class LocalAddress
{
    static readonly int* Value = Address();

    static int* Address()
    {
        int local = 3;
        return &local;
    }
}
