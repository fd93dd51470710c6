// Class constructors that must wait for the program: side effects, failures, cycles, the environment.

Console.WriteLine("main");
Console.WriteLine(Loud.Value);
Console.WriteLine(Quiet.Value + " " + Loud.Calls);
Twice(() => Thrower.Value);
Twice(() => Nested.Value);
Twice(() => Divides.Value);
Twice(() => NullUser.Value);
Twice(() => OutOfRange.Value);
Twice(() => BadCast.Value);
Twice(() => Overflows.Value);
Console.WriteLine(Left.Value + " " + Right.Value);
Console.WriteLine(Other.Value + " " + Writer.Done + " " + Other.Value);
Console.WriteLine(Reader.Seen);
Console.WriteLine(Early.Seen + " " + Changing.Value);
Console.WriteLine(Catches.Value);
Console.WriteLine(Finally.Value + " " + Finally.Steps);
Console.WriteLine(Finalizable.Object.GetType().Name);
Console.WriteLine((Environment.TickCount64 - Clock.Start < 600000) + " " + (Clock.Id == Environment.CurrentManagedThreadId));
Console.WriteLine(PerThread.Number + " " + OnThread());
Console.WriteLine(Long.Sum);
Console.WriteLine(Large.Table.Length + " " + Large.Table[70000]);
Console.WriteLine(Recursive<int>.Depth);
Console.WriteLine(Matrix.Cells[1, 1]);
Console.WriteLine(Hashes.Same);
Console.WriteLine(ForeignArray.Sum);
Console.WriteLine(Counted.Count + " " + Counted.Last);
Console.WriteLine("end");

static void Twice(Func<int> read)
{
    for (int i = 0; i < 2; i++)
    {
        try
        {
            Console.WriteLine(read());
        }
        catch (TypeInitializationException e)
        {
            Console.WriteLine(e.InnerException!.GetType().Name);
        }
    }
}

static int OnThread()
{
    int seen = -1;
    Thread thread = new(() => seen = PerThread.Number);
    thread.Start();
    thread.Join();
    return seen;
}

static class Loud
{
    public static int Calls;
    public static readonly int Value = Say(1);

    static int Say(int value)
    {
        Console.WriteLine("Loud");
        Calls++;
        return value;
    }
}

static class Quiet
{
    public static readonly int Value = 2;
}

static class Thrower
{
    public static readonly int Value = Fail();
    static int Fail() => throw new InvalidOperationException("no");
}

static class Nested
{
    public static readonly int Value = Thrower.Value + 1;
}

static class Divides
{
    static readonly int zero = 0;
    public static readonly int Value = 1 / zero;
}

static class NullUser
{
    static readonly string? text = null;
    public static readonly int Value = text!.Length;
}

static class OutOfRange
{
    static readonly int[] list = new int[3];
    public static readonly int Value = list[3];
}

static class BadCast
{
    static readonly object thing = "text";
    public static readonly int Value = ((int[])thing).Length;
}

static class Overflows
{
    static readonly int large = int.MaxValue;
    public static readonly int Value = checked(large + 1);
}

class Left
{
    public static readonly int Value = Right.Value + 1;

    static Left()
    {
    }
}

class Right
{
    public static readonly int Value = Left.Value + 10;

    static Right()
    {
    }
}

static class Other
{
    public static int Value = 5;
}

class Writer
{
    public static readonly bool Done;

    static Writer()
    {
        Other.Value = 50;
        Done = true;
    }
}

// Reads what others may change, at the time of the first use.
class Reader
{
    public static readonly int Seen;

    static Reader()
    {
        Seen = Other.Value;
    }
}

class Changing
{
    public static int Value = 1;
}

class Early
{
    public static readonly int Seen;

    static Early()
    {
        Changing.Value = 100;
        Seen = Changing.Value;
    }
}

static class Catches
{
    public static readonly int Value = Try();

    static int Try()
    {
        try
        {
            return int.Parse("x");
        }
        catch (FormatException)
        {
            return 7;
        }
    }
}

static class Finally
{
    public static int Steps;
    public static readonly int Value = Run();

    static int Run()
    {
        try
        {
            Steps += 1;
            return Steps;
        }
        finally
        {
            Steps += 10;
        }
    }
}

sealed class WithFinalizer
{
    ~WithFinalizer() => Console.Out.Flush();
}

static class Finalizable
{
    public static readonly WithFinalizer Object = new();
}

static class Clock
{
    public static readonly long Start = Environment.TickCount64;
    public static readonly int Id = Environment.CurrentManagedThreadId;
}

static class PerThread
{
    [ThreadStatic]
    public static int Number = 4;
}

static class Long
{
    public static readonly int Sum = Add();

    static int Add()
    {
        int sum = 0;
        for (int i = 0; i < 300000; i++)
            sum += i & 3;
        return sum;
    }
}

static class Large
{
    public static readonly int[] Table = Make();

    static int[] Make()
    {
        int[] table = new int[100000];
        table[70000] = 7;
        return table;
    }
}

static class Recursive<T>
{
    public static readonly int Depth = Deeper<T>.Depth + 1;
}

static class Deeper<T>
{
    public static readonly int Depth = typeof(T) == typeof(int) ? Recursive<long>.Depth : 1;
}

static class Matrix
{
    public static readonly int[,] Cells = { { 1, 2 }, { 3, 4 } };
}

static class Hashes
{
    static readonly object thing = new();
    static readonly int hash = thing.GetHashCode();
    public static readonly bool Same = hash == thing.GetHashCode();
}

static class Source
{
    public static readonly int[] List = { 1, 2, 3 };
}

class ForeignArray
{
    public static readonly int Sum;

    static ForeignArray()
    {
        Source.List[0] = 10;
        Sum = Source.List[0] + Source.List[1];
    }
}

static class Counted
{
    public static int Count;
    public static readonly int Last = Next() + Next();

    static int Next()
    {
        return ++Count;
    }
}
