using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[StructLayout(LayoutKind.Explicit)]
struct Union
{
    [FieldOffset(0)] public int I;
    [FieldOffset(0)] public float F;
    [FieldOffset(2)] public short High;
    [FieldOffset(8)] public string Text;
    [FieldOffset(8)] public object Any;
}

[StructLayout(LayoutKind.Explicit, Size = 40)]
struct Sized
{
    [FieldOffset(3)] public long Odd;
    [FieldOffset(20)] public byte Last;
}

[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct Packed
{
    public byte A;
    public long B;
    public short C;
    public double D;
}

[StructLayout(LayoutKind.Explicit)]
class Overlay
{
    [FieldOffset(0)] public ulong All;
    [FieldOffset(0)] public byte First;
    [FieldOffset(7)] public byte Eighth;
    [FieldOffset(8)] public string Name = "overlay";
}

unsafe struct Fixed
{
    public fixed int Numbers[5];
    public fixed char Text[3];
    public byte After;
}

[InlineArray(4)]
struct Four<T>
{
    T first;
}

[InlineArray(3)]
struct Strings
{
    public string S;
}

ref struct Reference<T>
{
    public ref T Value;
    public ref readonly int Number;
    public Span<T> Rest;

    public Reference(ref T value, in int number, Span<T> rest)
    {
        Value = ref value;
        Number = ref number;
        Rest = rest;
    }

    public bool IsNull => Unsafe.IsNullRef(ref Value);
}

interface IShape
{
    int Area();
}

ref struct Square : IShape
{
    public Span<int> Side;

    public int Area() => Side[0] * Side[0];
}

struct Empty
{
}

struct HasEmpty
{
    public Empty E;
    public byte B;
    public Empty F;
    public int I;
}

enum EnumByte : byte { A = 255, B = 1 }

enum EnumSByte : sbyte { A = -128, B = 1 }

enum EnumShort : short { A = -32768, B = 1 }

enum EnumUShort : ushort { A = 65535, B = 1 }

enum EnumUInt : uint { A = uint.MaxValue, B = 1 }

enum EnumLong : long { A = long.MinValue, B = 1 }

[Flags]
enum EnumULong : ulong { A = ulong.MaxValue, B = 1, C = 2 }

unsafe class Program
{
    static int AreaOf<T>(T shape) where T : IShape, allows ref struct => shape.Area();

    static int CountOf<T>(scoped T value, Func<int> other) where T : allows ref struct => other() + Unsafe.SizeOf<T>() % 8;

    static void Unions()
    {
        var u = new Union { I = 0x3F800000 };
        Console.WriteLine(u.F + " " + u.High + " " + Unsafe.SizeOf<Union>());
        u.Text = "text";
        Console.WriteLine(u.Any + " " + ReferenceEquals(u.Any, u.Text));
        u.Any = new int[2];
        GC.Collect();
        Console.WriteLine(((int[])u.Any).Length);
        var s = new Sized { Odd = 0x0102030405060708, Last = 9 };
        Console.WriteLine(Unsafe.SizeOf<Sized>() + " " + s.Odd + " " + s.Last + " " + Unsafe.SizeOf<Packed>());
        var p = new Packed[2];
        p[1] = new Packed { A = 1, B = 2, C = 3, D = 4.5 };
        Console.WriteLine(p[1].A + p[1].B + p[1].C + p[1].D);
        var o = new Overlay { All = 0x0807060504030201 };
        Console.WriteLine(o.First + " " + o.Eighth + " " + o.Name);
        Console.WriteLine(Unsafe.SizeOf<HasEmpty>() + " " + Unsafe.SizeOf<Empty>() + " " + sizeof(Fixed));
    }

    static void Buffers()
    {
        Fixed f = default;
        for (int i = 0; i < 5; i++) f.Numbers[i] = i * i;
        f.Text[2] = 'z';
        f.After = 7;
        Fixed copy = f;
        copy.Numbers[4] = 100;
        Console.WriteLine(f.Numbers[4] + " " + copy.Numbers[4] + " " + copy.Text[2] + copy.After);
        Four<long> four = default;
        for (int i = 0; i < 4; i++) four[i] = i + 1;
        long sum = 0;
        foreach (long x in four) sum += x;
        Span<long> span = four;
        span[0] = 50;
        Console.WriteLine(sum + " " + four[0] + " " + four[^1] + " " + four[1..3].Length);
        Strings strings = default;
        strings[0] = "a";
        strings[2] = new string('c', 2);
        GC.Collect();
        Strings other = strings;
        Console.WriteLine(other[0] + (other[1] ?? "-") + other[2]);
        try
        {
            int index = sum > 0 ? 4 : 0;
            four[index] = 1;
        }
        catch (IndexOutOfRangeException)
        {
            Console.WriteLine("out of range");
        }
    }

    static void References()
    {
        int[] numbers = { 1, 2, 3 };
        int n = 5;
        var r = new Reference<int>(ref numbers[1], n, numbers.AsSpan(1));
        r.Value = 20;
        n = 6;
        Console.WriteLine(numbers[1] + " " + r.Number + " " + r.Rest[1] + " " + r.IsNull + " " + default(Reference<int>).IsNull);
        Reference<int> second = r;
        second.Value = ref numbers[0];
        second.Value++;
        Console.WriteLine(numbers[0] + " " + r.Value);
        Console.WriteLine(AreaOf(new Square { Side = numbers }) + " " + CountOf(new Square(), () => 3));
        string text = "ref string";
        var s = new Reference<string>(ref text, n, default);
        GC.Collect();
        s.Value += "!";
        Console.WriteLine(text);
        try
        {
            Console.WriteLine(default(Reference<int>).Value);
        }
        catch (NullReferenceException)
        {
            Console.WriteLine("null ref");
        }
    }

    static void Enums()
    {
        Console.WriteLine(EnumByte.A + " " + EnumSByte.A + " " + EnumShort.A + " " + EnumUShort.A + " " + EnumUInt.A + " " + EnumLong.A + " " + (EnumULong.B | EnumULong.C));
        object boxed = EnumSByte.B;
        Console.WriteLine((sbyte)boxed + " " + boxed.Equals(EnumSByte.B) + " " + boxed.Equals((sbyte)1) + " " + boxed.GetHashCode());
        Console.WriteLine((long)EnumLong.A + " " + (ulong)EnumULong.A + " " + (int)EnumByte.A + " " + unchecked((EnumByte)300L));
        Console.WriteLine(EnumLong.A.CompareTo(EnumLong.B) + " " + EnumULong.A.HasFlag(EnumULong.C) + " " + Enum.IsDefined(EnumUInt.B) + " " + Enum.Parse<EnumShort>("A"));
        Console.WriteLine(string.Join(",", Enum.GetValues<EnumULong>()) + " " + Enum.GetUnderlyingType(typeof(EnumUShort)));
        Console.WriteLine(((EnumByte)7).ToString() + EnumULong.A.ToString("x") + EnumSByte.A.ToString("d"));
        object[] all = { EnumByte.B, EnumLong.B, EnumUInt.B };
        Console.WriteLine(all.Contains(EnumUInt.B) + " " + all.Contains(1u) + " " + new Dictionary<EnumLong, int> { [EnumLong.A] = 3 }[EnumLong.A]);
    }

    static int Twice(int x) => x * 2;

    static void Swap(ref string a, out string b)
    {
        b = a;
        a = "swapped";
    }

    static T Same<T>(T value) => value;

    [UnmanagedCallersOnly]
    static int Native(int a, double b) => a + (int)b;

    static void Pointers()
    {
        delegate*<int, int> twice = &Twice;
        delegate*<ref string, out string, void> swap = &Swap;
        delegate*<object, object> same = &Same<object>;
        delegate* unmanaged<int, double, int> native = &Native;
        string text = "text";
        swap(ref text, out string old);
        Console.WriteLine(twice(21) + " " + text + " " + old + " " + same("same") + " " + native(1, 2.9));
        delegate*<int, int>[] table = { &Twice, twice };
        int x = 1;
        foreach (delegate*<int, int> f in table) x = f(x);
        Console.WriteLine(x + " " + (twice == table[0]) + " " + (table[1] != null));
        int** pp = stackalloc int*[2];
        int value = 8;
        pp[1] = &value;
        *pp[1] += 1;
        void* any = pp[1];
        Console.WriteLine(value + " " + *(int*)any + " " + (pp[0] == null) + " " + (byte)((byte*)(pp + 2) - (byte*)pp));
    }

    static void Main()
    {
        Unions();
        Buffers();
        References();
        Enums();
        Pointers();
    }
}
