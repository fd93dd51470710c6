// Class constructors that can run before the program: values, identity, and what the program does with the objects later.

using System.Runtime.CompilerServices;

Numbers();
Texts();
Structs();
Arrays();
Objects();
Delegates();
Generics();
Depends();
Changed();
ReferencesStored();
LocksAndHashes();
Branches();
ManyTexts();

static void Numbers()
{
    Console.WriteLine(Plain.Small + " " + Plain.Big + " " + Plain.Byte + " " + Plain.Short + " " + Plain.Letter);
    Console.WriteLine(Plain.Flag + " " + Plain.Float + " " + Plain.Double + " " + Plain.Day + " " + Plain.Native);
    Console.WriteLine(Plain.Negative >> 3);
    Console.WriteLine(Plain.Negative >>> 3);
    Console.WriteLine(Computed.Sum + " " + Computed.Bits + " " + Computed.Shifted + " " + Computed.Rotated);
    Console.WriteLine(Computed.Saturated + " " + Computed.Root + " " + Computed.Fibonacci);
    Console.WriteLine(Computed.Mixed.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
}

static void Texts()
{
    Console.WriteLine(Text.Plain + Text.Empty + "|" + (Text.Nothing == null));
    Console.WriteLine(ReferenceEquals(Text.Plain, Text.Again) + " " + ReferenceEquals(Text.Plain, "plain"));
    Console.WriteLine(Text.Joined + " " + Text.Joined.Length + " " + ReferenceEquals(Text.Joined, "left right"));
    Console.WriteLine(Text.Part + " " + Text.Length + " " + Text.Third);
    Console.WriteLine(Text.Kind.Name + " " + ReferenceEquals(Text.Kind, typeof(Text)));
}

static void Structs()
{
    Console.WriteLine(Values.Where.X + "," + Values.Where.Y + " " + Values.Far.X + "," + Values.Far.Y);
    Console.WriteLine(Values.Money + " " + Values.Span.TotalSeconds + " " + Values.Maybe + " " + (Values.None == null));
    Console.WriteLine(Values.Pair.Name + " " + Values.Pair.Count);
    Values.Moving.X += 5;
    Values.Move(ref Values.Moving);
    Console.WriteLine(Values.Moving.X + "," + Values.Moving.Y);
}

static void Arrays()
{
    Console.WriteLine(string.Join(",", Lists.Primes) + " " + Lists.Primes.Length);
    Console.WriteLine(string.Join(",", Lists.Squares) + " " + Lists.Points[1].Y);
    Console.WriteLine(Lists.None.Length + " " + Lists.NoTexts.Length + " " + (object)Lists.None.GetType().Name);
    Console.WriteLine(Lists.Bytes[2] + " " + Lists.Doubles[1]);
    Lists.Primes[0] = 1000;
    Lists.Points[1].Y = 99;
    Array.Reverse(Lists.Squares);
    Console.WriteLine(Lists.Primes[0] + " " + Lists.Points[1].Y + " " + Lists.Squares[0]);
    Console.WriteLine(ReferenceEquals(Lists.Primes, Lists.SameAsPrimes) + " " + Lists.SameAsPrimes[0]);
}

static void Objects()
{
    Console.WriteLine(Things.One.Number + " " + Things.Two.Number + " " + ReferenceEquals(Things.One, Things.Two));
    Console.WriteLine(Things.Shape.Area() + " " + Things.Shape.GetType().Name + " " + (Things.Shape is Square));
    Console.WriteLine(Things.Boxed + " " + (int)Things.Boxed + " " + Things.BoxedPoint + " " + (Things.BoxedNothing == null));
    Things.One.Number = 7;
    Console.WriteLine(Things.One.Number + " " + Things.Two.Number);
    Console.WriteLine(((ICounter)Things.BoxedCounter).Next() + " " + ((ICounter)Things.BoxedCounter).Next());
    Console.WriteLine(Things.Named.Name + " " + Things.Named.Inner.Number + " " + Things.Named.Texts.Length);
}

static void Delegates()
{
    Console.WriteLine(Functions.Static(3) + " " + Functions.Lambda(4) + " " + Functions.Bound(5));
    Console.WriteLine(Functions.Twice + " " + (Functions.Static == Functions.Same));
    Func<int, int> both = Functions.Static + Functions.Lambda;
    Console.WriteLine(both(10) + " " + both.GetInvocationList().Length);
    unsafe
    {
        Console.WriteLine(Functions.Pointer(6));
    }
}

static void Generics()
{
    Console.WriteLine(Generic<int>.Size + " " + Generic<long>.Size + " " + Generic<string>.Size);
    Generic<int>.Count++;
    Generic<int>.Count++;
    Generic<string>.Count++;
    Console.WriteLine(Generic<int>.Count + " " + Generic<long>.Count + " " + Generic<string>.Count);
    Console.WriteLine(ReferenceEquals(Generic<int>.Key, Generic<long>.Key) + " " + Generic<byte>.Kind.Name);
    Console.WriteLine(ReferenceEquals(Keyed<string>.Get(), Keyed<object>.Get()) + " " + Keyed<string>.Describe());
    Console.WriteLine(ReferenceEquals(Keyed<string>.Get(), Keyed<string>.Key) + " " + Keyed<object>.Describe());
    Console.WriteLine(EqualityComparer<string>.Default.Equals("a", "A") + " " + Array.Empty<int>().Length);
}

static void Depends()
{
    Console.WriteLine(Second.Value + " " + Third.Value + " " + ReferenceEquals(Second.Object, Third.Object));
    Console.WriteLine(Precise.Value + " " + new Precise().Read());
}

static void Changed()
{
    Mutable.Number += 2;
    Mutable.Text += "!";
    Console.WriteLine(Mutable.Number + " " + Mutable.Text);
    Mutable.Object = new object();
    Mutable.List = new int[] { 1, 2 };
    Collect();
    Console.WriteLine(Mutable.Object.GetType().Name + " " + Mutable.List[1]);
}

// Fresh objects stored where only objects of the image were: the collector has to find them.
static void ReferencesStored()
{
    for (int i = 0; i < Store.Slots.Length; i++)
        Store.Slots[i] = new Thing(i);
    Store.Node.Next = new Node(new Thing(77));
    Store.Texts[1] = new string('x', 5);
    Inline.Latest = new Thing(88);
    Inline.Pair.Key = new Thing(99);
    for (int i = 0; i < 20; i++)
        Collect();
    int sum = 0;
    foreach (Thing? thing in Store.Slots)
        sum += thing!.Number;
    Console.WriteLine(sum + " " + Store.Node.Next!.Value!.Number + " " + Store.Texts[0] + Store.Texts[1]);
    Console.WriteLine(Inline.Latest.Number + " " + ((Thing)Inline.Pair.Key).Number + " " + Inline.Pair.Count);
    Store.Node.Next = null;
    Collect();
    Console.WriteLine(Store.Node.Next == null);
}

static void LocksAndHashes()
{
    int hash = RuntimeHelpers.GetHashCode(Locks.Gate);
    int counter = 0;
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.Length; i++)
    {
        threads[i] = new Thread(() =>
        {
            for (int k = 0; k < 500; k++)
            {
                lock (Locks.Gate)
                {
                    counter++;
                }
            }
        });
        threads[i].Start();
    }

    foreach (Thread thread in threads)
        thread.Join();
    Collect();
    Console.WriteLine(counter + " " + (hash == RuntimeHelpers.GetHashCode(Locks.Gate)) + " " + Monitor.IsEntered(Locks.Gate));
    var table = new ConditionalWeakTable<object, string>();
    table.Add(Locks.Gate, "gate");
    Collect();
    Console.WriteLine(table.TryGetValue(Locks.Gate, out string? found) + " " + found);
    Console.WriteLine(new WeakReference(Locks.Gate).IsAlive);
}

static void Branches()
{
    if (Switches.Off)
        Never.Called();
    if (Switches.Level > 5)
        Never.Called();
    if (Switches.Nothing != null)
        Never.Called();
    if (Switches.Unset || Switches.Unused != null)
        Never.Called();
    Console.WriteLine(Switches.Later + " " + Switches.Counted);
    Increase(ref Switches.Counted);
    Thread setter = new(() => Switches.Later = "set");
    setter.Start();
    setter.Join();
    Console.WriteLine(Switches.Later + " " + Switches.Counted);
    Console.WriteLine("branches");
}

static void ManyTexts()
{
    GC.Collect();
    Console.WriteLine(Letters.All.Length + " " + string.Concat(Letters.All)[100..110] + " " + Letters.All.Sum(t => t.Length) + " " + Letters.All[5] + Letters.All[^1]);
}

static void Increase(ref int number) => number++;

[MethodImpl(MethodImplOptions.NoInlining)]
static void Collect()
{
    byte[][] garbage = new byte[16][];
    for (int i = 0; i < garbage.Length; i++)
        garbage[i] = new byte[100];
    GC.Collect();
}

static class Plain
{
    public static readonly int Small = 42;
    public static readonly long Big = 1L << 40;
    public static readonly byte Byte = 200;
    public static readonly short Short = -3;
    public static readonly char Letter = 'q';
    public static readonly bool Flag = true;
    public static readonly float Float = 1.5f;
    public static readonly double Double = -0.25;
    public static readonly DayOfWeek Day = DayOfWeek.Friday;
    public static readonly nint Native = -5;
    public static readonly int Negative = -100;
}

static class Computed
{
    public static readonly int Sum = Add(1000);
    public static readonly int Bits = System.Numerics.BitOperations.PopCount(0xF0F0u);
    public static readonly uint Shifted = uint.MaxValue >> 4;
    public static readonly uint Rotated = System.Numerics.BitOperations.RotateLeft(0x80000001u, 4);
    public static readonly int Saturated = Saturate(1e20);
    public static readonly double Root = Math.Sqrt(2.25);
    public static readonly long Fibonacci = Fib(15);
    public static readonly double Mixed = 7 / 2 + 7 % 4 * 0.1f - (double)(ulong)3;

    static int Add(int n)
    {
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += i;
        return sum;
    }

    static int Saturate(double value) => (int)value;
    static long Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
}

static class Text
{
    public static readonly string Plain = "plain";
    public static readonly string Again = "plain";
    public static readonly string Empty = "";
    public static readonly string? Nothing = null;
    public static readonly string Joined = string.Concat("left", " right");
    public static readonly string Part = "substring".Substring(3, 4);
    public static readonly int Length = Part.Length;
    public static readonly char Third = Part[2];
    public static readonly Type Kind = typeof(Text);
}

struct Point(int x, int y)
{
    public int X = x, Y = y;
    public override string ToString() => X + "/" + Y;
}

struct Labelled(string name, int count)
{
    public string Name = name;
    public int Count = count;
}

static class Values
{
    public static readonly Point Where = new(3, 4);
    public static readonly Point Far = Shift(Where, 10);
    public static readonly decimal Money = 12.34m;
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(3);
    public static readonly int? Maybe = 5;
    public static readonly int? None = null;
    public static readonly Labelled Pair = new("pair", 2);
    public static Point Moving = new(1, 2);

    static Point Shift(Point p, int by) => new(p.X + by, p.Y + by);
    public static void Move(ref Point p) => p.Y = p.X * 2;
}

static class Lists
{
    public static readonly int[] Primes = { 2, 3, 5, 7, 11, 13 };
    public static readonly int[] SameAsPrimes = Primes;
    public static readonly int[] Squares = Make(6);
    public static readonly int[] None = new int[0];
    public static readonly string[] NoTexts = new string[0];
    public static readonly byte[] Bytes = { 1, 2, 250 };
    public static readonly double[] Doubles = { 0.5, 1.25 };
    public static readonly Point[] Points = { new(1, 2), new(3, 4) };

    static int[] Make(int n)
    {
        int[] made = new int[n];
        for (int i = 0; i < n; i++)
            made[i] = i * i;
        return made;
    }
}

class Thing(int number)
{
    public int Number = number;
}

abstract class Shape
{
    public abstract int Area();
}

sealed class Square(int side) : Shape
{
    public override int Area() => side * side;
}

sealed class Circle : Shape
{
    public override int Area() => 3;
}

interface ICounter
{
    int Next();
}

struct Counter : ICounter
{
    int count;
    public int Next() => ++count;
}

sealed class Names(string name)
{
    public readonly string Name = name;
    public readonly Thing Inner = new(12);
    public readonly string[] Texts = [];
}

static class Things
{
    public static readonly Thing One = new(1);
    public static readonly Thing Two = new(2);
    public static readonly Shape Shape = Things.One.Number > 0 ? new Square(5) : new Circle();
    public static readonly object Boxed = 17;
    public static readonly object BoxedPoint = new Point(8, 9);
    public static readonly object BoxedCounter = new Counter();
    public static readonly object? BoxedNothing = (int?)null;
    public static readonly Names Named = new("named");
}

static unsafe class Functions
{
    public static readonly Func<int, int> Static = Triple;
    public static readonly Func<int, int> Same = Triple;
    public static readonly Func<int, int> Lambda = x => x + 1;
    public static readonly Func<int, int> Bound = new Thing(100).Plus;
    public static readonly int Twice = Static(7);
    public static readonly delegate*<int, int> Pointer = &Triple;

    static int Triple(int x) => 3 * x;
    static int Plus(this Thing thing, int x) => thing.Number + x;
}

static class Generic<T>
{
    public static readonly int Size = Unsafe.SizeOf<T>();
    public static int Count = 10;
    public static readonly object Key = new();
    public static readonly Type Kind = typeof(T);
}

static class Keyed<T>
    where T : class
{
    public static readonly object Key = new();
    static readonly Type kind = typeof(T);
    static readonly Node node = new(new Thing(typeof(T) == typeof(string) ? 1 : 2));
    static readonly int number = typeof(T) == typeof(string) ? 10 : 20;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static object Get() => Key;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string Describe() => kind.Name + " " + node.Value!.Number + " " + number;
}

static class First
{
    public static readonly int Value = 5;
    public static readonly object Object = new();
}

static class Second
{
    public static readonly int Value = First.Value + 1;
    public static readonly object Object = First.Object;
}

static class Third
{
    public static readonly int Value = Second.Value * 2;
    public static readonly object Object = Second.Object;
}

class Precise
{
    public static int Value;
    readonly int seen;

    static Precise()
    {
        Value = 30;
    }

    public Precise()
    {
        seen = Value + 1;
    }

    public int Read() => seen;
}

static class Mutable
{
    public static int Number = 40;
    public static string Text = "text";
    public static object Object = new();
    public static int[] List = { 9 };
}

class Node(Thing? value)
{
    public Thing? Value = value;
    public Node? Next;
}

/// More texts than data can hold: start-up makes them.
static class Letters
{
    public static readonly string[] All = Make();

    static string[] Make()
    {
        var letters = new string[400];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = ((char)(i % 26 + 'a')).ToString();
        return letters;
    }
}

struct KeyCount
{
    public object Key;
    public int Count;
}

static class Store
{
    public static readonly Thing?[] Slots = new Thing?[20];
    public static readonly Node Node = new(null);
    public static readonly string[] Texts = { "first", "second" };
}

static class Inline
{
    public static Thing Latest = new(0);
    public static KeyCount Pair = new() { Key = "key", Count = 3 };
}

static class Locks
{
    public static readonly object Gate = new();
}

static class Switches
{
    public static readonly bool Off = false;
    public static readonly int Level = 3;
    public static readonly string? Nothing = null;
    public static bool Unset = false;
    public static object? Unused;
    public static string Later = "unset";
    public static int Counted = 3;
}

static class Never
{
    public static void Called() => Console.WriteLine("never");
}
