// Reflection over static fields of classes whose constructors ran at compile time.

using System.Reflection;
using System.Runtime.CompilerServices;

const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

foreach (string name in new[] { "Number", "Text", "Frozen", "Heap", "Kind", "Where" })
{
    FieldInfo field = typeof(Settled).GetField(name, All)!;
    Console.WriteLine(name + " = " + field.GetValue(null) + (field.IsInitOnly ? " readonly" : ""));
}

FieldInfo changing = typeof(Settled).GetField("Changing", All)!;
changing.SetValue(null, 8);
Console.WriteLine(Settled.Changing);
FieldInfo reference = typeof(Settled).GetField("Reference", All)!;
reference.SetValue(null, new Thing("set"));
for (int i = 0; i < 10; i++)
    GC.Collect();
Console.WriteLine(Settled.Reference);

// A readonly field of an object that the constructor made.
FieldInfo inner = typeof(Thing).GetField("name", All)!;
inner.SetValue(Settled.Heap, new string('z', 3));
GC.Collect();
Console.WriteLine(Settled.Heap);

RuntimeHelpers.RunClassConstructor(typeof(Settled).TypeHandle);
Console.WriteLine(Settled.Changing);

object made = Activator.CreateInstance(typeof(Precise))!;
Console.WriteLine(((Precise)made).Seen);
Console.WriteLine(typeof(Precise).GetMethod("Twice")!.Invoke(null, null));

class Thing(string name)
{
    readonly string name = name;
    public override string ToString() => "thing " + name;
}

struct Point(int x, int y)
{
    public int X = x, Y = y;
    public override string ToString() => X + "/" + Y;
}

static class Settled
{
    public static readonly int Number = 5;
    public static readonly string Text = "text";
    public static readonly object Frozen = 17;
    public static readonly Thing Heap = new("heap");
    public static readonly Type Kind = typeof(Thing);
    public static readonly Point Where = new(3, 4);
    public static int Changing = 6;
    public static Thing Reference = new("old");
}

class Precise
{
    static readonly int start;
    public readonly int Seen;

    static Precise()
    {
        start = 21;
    }

    public Precise()
    {
        Seen = start;
    }

    public static int Twice() => start * 2;
}
