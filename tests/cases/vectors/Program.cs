// Vector64, Vector128, Vector256 and Vector of every kind of number: operators, comparisons, shuffles, conversions with
// the values at the ends of their ranges; elements that are no numbers; by reflection, delegates and in class constructors.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

OfNumbers<byte>.Run();
OfNumbers<short>.Run();
OfNumbers<ushort>.Run();
OfNumbers<int>.Run();
OfNumbers<ulong>.Run();
OfNumbers<nint>.Run();
OfNumbers<float>.Run();
OfNumbers<double>.Run();
Shuffles.Run();
Conversions.Run();
Floats.Run();
Geometry.Run();
OtherWays.Run();

static class Data
{
    static ulong seed = 88172645463325252;

    static readonly double[] floats =
    [
        0, -0.0, 1, -1, 0.5, -1.5, 2.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e10, 3e9, 2147483648.0, 1.9e19, double.Epsilon,
    ];

    static readonly ulong[] integers =
    [
        0, 1, 2, 3, ulong.MaxValue, 0x8000000000000000, 0x7fffffffffffffff, 0x8000000080008080, 0x7fffffff7fff7f7f,
    ];

    static ulong Next()
    {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return seed;
    }

    public static int Count()
    {
        return (int)(Next() % 70);
    }

    public static T Number<T>() where T : struct, INumberBase<T>
    {
        ulong random = Next();
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            return T.CreateTruncating(floats[random % (ulong)floats.Length]);
        return T.CreateTruncating(random % 2 == 0 ? Next() : integers[random / 2 % (ulong)integers.Length]);
    }

    public static TVector Fill<TVector, T>() where TVector : struct where T : struct, INumberBase<T>
    {
        TVector vector = default;
        foreach (ref T element in MemoryMarshal.CreateSpan(ref Unsafe.As<TVector, T>(ref vector), Unsafe.SizeOf<TVector>() / Unsafe.SizeOf<T>()))
            element = Number<T>();
        return vector;
    }
}

/// A hash of the results of one operation. All NaNs count as one.
class Results
{
    ulong hash = 14695981039346656037;

    public void Add<T>(T value) where T : struct
    {
        if (value is float f && float.IsNaN(f))
            value = (T)(object)42f;
        if (value is double d && double.IsNaN(d))
            value = (T)(object)42d;
        foreach (byte b in MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)))
            hash = (hash ^ b) * 1099511628211;
    }

    public void Add<T>(Vector64<T> vector) where T : struct
    {
        for (int i = 0; i < Vector64<T>.Count; i++)
            Add(vector[i]);
    }

    public void Add<T>(Vector128<T> vector) where T : struct
    {
        for (int i = 0; i < Vector128<T>.Count; i++)
            Add(vector[i]);
    }

    public void Add<T>(Vector256<T> vector) where T : struct
    {
        for (int i = 0; i < Vector256<T>.Count; i++)
            Add(vector[i]);
    }

    public override string ToString()
    {
        return hash.ToString("x16");
    }
}

static class OfNumbers<T> where T : struct, INumber<T>, IMinMaxValue<T>
{
    static string operation = "";
    static Results results = new();

    static void Begin(string name)
    {
        operation = name;
        results = new Results();
    }

    static void End()
    {
        Console.WriteLine($"{typeof(T).Name} {operation} {results}");
    }

    static void Binary(string name, Func<Vector128<T>, Vector128<T>, Vector128<T>> of128, Func<Vector256<T>, Vector256<T>, Vector256<T>> of256,
        Func<Vector64<T>, Vector64<T>, Vector64<T>> of64)
    {
        Begin(name);
        for (int i = 0; i < 20; i++)
        {
            results.Add(of64(Data.Fill<Vector64<T>, T>(), Data.Fill<Vector64<T>, T>()));
            results.Add(of128(Data.Fill<Vector128<T>, T>(), Data.Fill<Vector128<T>, T>()));
            results.Add(of256(Data.Fill<Vector256<T>, T>(), Data.Fill<Vector256<T>, T>()));
        }
        End();
    }

    static void Unary(string name, Func<Vector128<T>, Vector128<T>> of128, Func<Vector256<T>, Vector256<T>> of256)
    {
        Begin(name);
        for (int i = 0; i < 20; i++)
        {
            results.Add(of128(Data.Fill<Vector128<T>, T>()));
            results.Add(of256(Data.Fill<Vector256<T>, T>()));
        }
        End();
    }

    /// Every vector is compared with another and with itself.
    static void Test(string name, Func<Vector128<T>, Vector128<T>, bool> of128, Func<Vector256<T>, Vector256<T>, bool> of256)
    {
        Begin(name);
        for (int i = 0; i < 20; i++)
        {
            Vector128<T> x = Data.Fill<Vector128<T>, T>();
            Vector256<T> y = Data.Fill<Vector256<T>, T>();
            results.Add(of128(x, x));
            results.Add(of128(x, Data.Fill<Vector128<T>, T>()));
            results.Add(of128(x, x.WithElement(0, T.Zero)));
            results.Add(of256(y, y));
            results.Add(of256(y, Vector256.Create(T.One)));
        }
        End();
    }

    static void Shift(string name, Func<Vector128<T>, int, Vector128<T>> of128, Func<Vector256<T>, int, Vector256<T>> of256)
    {
        Begin(name);
        for (int i = 0; i < 20; i++)
        {
            results.Add(of128(Data.Fill<Vector128<T>, T>(), Data.Count()));
            results.Add(of256(Data.Fill<Vector256<T>, T>(), Data.Count()));
        }
        End();
    }

    static void Scalar(string name, Func<Vector128<T>, Vector128<T>, T> of128)
    {
        Begin(name);
        for (int i = 0; i < 20; i++)
            results.Add(of128(Data.Fill<Vector128<T>, T>(), Data.Fill<Vector128<T>, T>()));
        End();
    }

    public static void Run()
    {
        Arithmetic();
        Bits();
        Comparisons();
        Elements();
        AnyLength();
    }

    static void Arithmetic()
    {
        Binary("+", (x, y) => x + y, (x, y) => x + y, (x, y) => x + y);
        Binary("-", (x, y) => x - y, (x, y) => x - y, (x, y) => x - y);
        Binary("*", (x, y) => x * y, (x, y) => x * y, (x, y) => x * y);
        Binary("* element", (x, y) => x * y[1], (x, y) => y[2] * x, (x, y) => x * y[0]);
        Unary("negative", x => -x, x => -x);
        Unary("absolute", Vector128.Abs, Vector256.Abs);
        Binary("minimum", Vector128.Min, Vector256.Min, Vector64.Min);
        Binary("maximum", Vector128.Max, Vector256.Max, Vector64.Max);
        Binary("native minimum", Vector128.MinNative, Vector256.MinNative, Vector64.MinNative);
        Binary("native maximum", Vector128.MaxNative, Vector256.MaxNative, Vector64.MaxNative);
        Binary("saturating +", Vector128.AddSaturate, Vector256.AddSaturate, Vector64.AddSaturate);
        Binary("saturating -", Vector128.SubtractSaturate, Vector256.SubtractSaturate, Vector64.SubtractSaturate);
        Scalar("sum", (x, y) => Vector128.Sum(x));
        Scalar("dot", Vector128.Dot);
    }

    static void Bits()
    {
        Binary("&", (x, y) => x & y, (x, y) => x & y, (x, y) => x & y);
        Binary("|", (x, y) => x | y, (x, y) => x | y, (x, y) => x | y);
        Binary("^", (x, y) => x ^ y, (x, y) => x ^ y, (x, y) => x ^ y);
        Binary("& ~", Vector128.AndNot, Vector256.AndNot, Vector64.AndNot);
        Unary("~", x => ~x, x => ~x);
        Binary("select", (x, y) => Vector128.ConditionalSelect(x, y, ~x), (x, y) => Vector256.ConditionalSelect(x, y, ~x),
            (x, y) => Vector64.ConditionalSelect(x, y, ~x));
        Shift("<<", (x, count) => x << count, (x, count) => x << count);
        Shift(">>", (x, count) => x >> count, (x, count) => x >> count);
        Shift(">>>", (x, count) => x >>> count, (x, count) => x >>> count);
    }

    static void Comparisons()
    {
        Binary("==", Vector128.Equals, Vector256.Equals, Vector64.Equals);
        Binary("<", Vector128.LessThan, Vector256.LessThan, Vector64.LessThan);
        Binary("<=", Vector128.LessThanOrEqual, Vector256.LessThanOrEqual, Vector64.LessThanOrEqual);
        Binary(">", Vector128.GreaterThan, Vector256.GreaterThan, Vector64.GreaterThan);
        Binary(">=", Vector128.GreaterThanOrEqual, Vector256.GreaterThanOrEqual, Vector64.GreaterThanOrEqual);
        Test("all ==", (x, y) => x == y, (x, y) => x == y);
        Test("any !=", (x, y) => x != y, (x, y) => x != y);
        Test("any ==", Vector128.EqualsAny, Vector256.EqualsAny);
        Test("all <", Vector128.LessThanAll, Vector256.LessThanAll);
        Test("any <", Vector128.LessThanAny, Vector256.LessThanAny);
        Test("all >=", Vector128.GreaterThanOrEqualAll, Vector256.GreaterThanOrEqualAll);
        Test("any >=", Vector128.GreaterThanOrEqualAny, Vector256.GreaterThanOrEqualAny);
        Test("Equals", (x, y) => x.Equals((object)y), (x, y) => x.Equals(y));
    }

    static void Elements()
    {
        Unary("indices", x => x + Vector128<T>.Indices, x => x + Vector256<T>.Indices);
        Unary("sequence", x => Vector128.CreateSequence(x[0], x[1]), x => Vector256.CreateSequence(x[0], x[1]));
        Unary("splat", x => Vector128.Create(x.ToScalar()), x => Vector256.Create(x.ToScalar()));
        Unary("scalar", x => Vector128.CreateScalar(x[1]), x => Vector256.CreateScalar(x[1]));
        Begin("sign bits");
        for (int i = 0; i < 20; i++)
        {
            results.Add(Data.Fill<Vector128<T>, T>().ExtractMostSignificantBits());
            results.Add(Data.Fill<Vector256<T>, T>().ExtractMostSignificantBits());
            Vector128<T> x = Data.Fill<Vector128<T>, T>();
            results.Add(Vector128.IndexOf(x, x[1]));
            results.Add(Vector128.Count(x, T.One));
        }
        End();
    }

    /// What does not depend on how long Vector is.
    static void AnyLength()
    {
        T[] numbers = new T[256];
        foreach (ref T number in numbers.AsSpan())
            number = Data.Number<T>();
        T sum = T.Zero;
        bool isSame = true;
        for (int i = 0; i < numbers.Length; i += Vector<T>.Count)
        {
            Vector<T> x = new(numbers, i);
            Vector<T> y = new(numbers, numbers.Length - Vector<T>.Count - i);
            isSame &= x + y == y + x;
            isSame &= Vector.ConditionalSelect(Vector.GreaterThan(x, y), x, y) == Vector.ConditionalSelect(Vector.LessThan(y, x), x, y);
            isSame &= (x ^ y ^ y) == x;
            isSame &= Vector.EqualsAll(Vector.Max(x, y), Vector.Max(y, x));
            Vector<T> bounded = Vector.Min(Vector.Max(x, Vector<T>.Zero), new Vector<T>(T.CreateTruncating(100)));
            sum += Vector.Sum(bounded) + Vector.Dot(Vector<T>.One, bounded);
        }
        Console.WriteLine($"{typeof(T).Name} any length {isSame} {sum}");
    }
}

static class Shuffles
{
    static Vector128<T> Reversed<T>(Vector128<T> indices) where T : INumber<T>
    {
        return Vector128.Create(T.CreateTruncating(Vector128<T>.Count - 1)) - indices;
    }

    public static void Run()
    {
        Results results = new();
        for (int i = 0; i < 50; i++)
        {
            Vector128<byte> bytes = Data.Fill<Vector128<byte>, byte>();
            Vector128<byte> places = Data.Fill<Vector128<byte>, byte>() & Vector128.Create((byte)31);
            results.Add(Vector128.Shuffle(bytes, places));
            results.Add(Vector128.Shuffle(bytes.AsSByte(), Data.Fill<Vector128<sbyte>, sbyte>()));
            results.Add(Vector128.Shuffle(bytes.AsInt16(), places.AsInt16() & Vector128.Create((short)15)));
            results.Add(Vector128.Shuffle(bytes.AsUInt16(), Data.Fill<Vector128<ushort>, ushort>()));
            results.Add(Vector128.Shuffle(bytes.AsInt32(), places.AsInt32() & Vector128.Create(7)));
            results.Add(Vector128.Shuffle(bytes.AsSingle(), Data.Fill<Vector128<int>, int>()));
            results.Add(Vector128.Shuffle(bytes.AsInt64(), places.AsInt64() & Vector128.Create(3L)));
            results.Add(Vector128.Shuffle(bytes.AsDouble(), Data.Fill<Vector128<long>, long>()));
            results.Add(Vector128.ShuffleNative(bytes, places & Vector128.Create((byte)15)));
        }
        Console.WriteLine(results);
        Console.WriteLine(Vector128.Shuffle(Vector128<int>.Indices, Reversed(Vector128<int>.Indices)));
        Console.WriteLine(Vector128.Shuffle(Vector128<byte>.Indices, Reversed(Vector128<byte>.Indices)));
        Console.WriteLine(Vector128.Shuffle(Vector128.Create(1.5, 2.5), Vector128.Create(1L, 2)));
        Console.WriteLine(Vector256.Shuffle(Vector256<int>.Indices, Vector256.Create(7, 0, 6, 1, 5, 2, 8, -1)));
        Console.WriteLine(Vector64.Shuffle(Vector64<short>.Indices, Vector64.Create((short)3, 3, 0, 4)));
    }
}

static class Conversions
{
    public static void Run()
    {
        Results results = new();
        for (int i = 0; i < 50; i++)
        {
            Vector128<float> singles = Data.Fill<Vector128<float>, float>();
            Vector128<double> doubles = Data.Fill<Vector128<double>, double>();
            results.Add(Vector128.ConvertToInt32(singles));
            results.Add(Vector128.ConvertToUInt32(singles));
            results.Add(Vector128.ConvertToInt64(doubles));
            results.Add(Vector128.ConvertToUInt64(doubles));
            results.Add(Vector128.ConvertToSingle(Data.Fill<Vector128<int>, int>()));
            results.Add(Vector128.ConvertToSingle(Data.Fill<Vector128<uint>, uint>()));
            results.Add(Vector128.ConvertToDouble(Data.Fill<Vector128<long>, long>()));
            results.Add(Vector128.ConvertToDouble(Data.Fill<Vector128<ulong>, ulong>()));
            results.Add(Vector128.Narrow(doubles, doubles));
            results.Add(Vector128.WidenLower(singles));
            results.Add(Vector128.WidenUpper(singles));
            results.Add(Vector256.ConvertToInt32(Data.Fill<Vector256<float>, float>()));
        }
        Console.WriteLine(results);
        Vector128<int> numbers = Vector128.Create(int.MinValue, -1, 70000, int.MaxValue);
        Console.WriteLine(Vector128.Narrow(numbers, Vector128<int>.Indices));
        Console.WriteLine(Vector128.NarrowWithSaturation(numbers, Vector128<int>.Indices));
        Console.WriteLine(Vector128.WidenLower(numbers));
        Console.WriteLine(Vector128.WidenUpper(numbers.AsUInt32()));
        Console.WriteLine(Vector128.WidenUpper(numbers.AsSByte()));
        Console.WriteLine(Vector128.Narrow(numbers.AsUInt16(), numbers.AsUInt16()));
    }
}

static class Floats
{
    public static void Run()
    {
        Results results = new();
        for (int i = 0; i < 50; i++)
        {
            Vector128<float> x = Data.Fill<Vector128<float>, float>();
            Vector256<double> y = Data.Fill<Vector256<double>, double>();
            results.Add(x / Data.Fill<Vector128<float>, float>());
            results.Add(y / y[1]);
            results.Add(Vector128.Sqrt(x));
            results.Add(Vector256.Sqrt(y));
            results.Add(Vector128.Floor(x));
            results.Add(Vector256.Ceiling(y));
            results.Add(Vector128.Truncate(x));
            results.Add(Vector256.Round(y));
            results.Add(Vector128.MinNumber(x, Vector128<float>.One));
            results.Add(Vector256.MaxMagnitude(y, -y));
            results.Add(Vector128.CopySign(x, Data.Fill<Vector128<float>, float>()));
            results.Add(Vector128.IsNaN(x).AsInt32());
            results.Add(Vector256.Clamp(y, Vector256.Create(-2.0), Vector256.Create(2.0)));
        }
        Console.WriteLine(results);
    }
}

static class Geometry
{
    public static void Run()
    {
        Vector4 v = new(1, -2, 3, 0.5f);
        Console.WriteLine(Vector4.Dot(v, v * 2 + Vector4.One) + " " + v.Length() + " " + Vector4.Normalize(v));
        Console.WriteLine(Vector3.Cross(new Vector3(1, 2, 3), new Vector3(-3, 2, 1)) + " " + Vector2.Reflect(new Vector2(1, -1), Vector2.UnitY));
        Matrix4x4 turn = Matrix4x4.CreateRotationZ(0.5f) * Matrix4x4.CreateTranslation(1, 2, 3);
        Matrix4x4.Invert(turn, out Matrix4x4 back);
        Console.WriteLine(Vector4.Transform(v, turn) + " " + Vector4.Distance(v, Vector4.Transform(Vector4.Transform(v, turn), back)).ToString("F3"));
        Console.WriteLine(Quaternion.Slerp(Quaternion.Identity, new Quaternion(0, 1, 0, 0), 0.5f) == new Quaternion(0, 0.70710677f, 0, 0.70710677f));
    }
}

static class OtherWays
{
    static readonly Vector128<byte> made = Vector128.Create((byte)5) + Vector128<byte>.Indices * 3;

    static void Unsupported(string what, Action action)
    {
        try
        {
            action();
            Console.WriteLine(what + " is done");
        }
        catch (NotSupportedException)
        {
            Console.WriteLine(what + " is not supported");
        }
    }

    public static void Run()
    {
        Console.WriteLine(made);
        Unsupported("a vector of bool", () => Console.WriteLine(Vector128<bool>.Zero + Vector128<bool>.Zero));
        Unsupported("a vector of char", () => Console.WriteLine(Vector128.Create('c')));
        Unsupported("a vector of Guid", () => Vector128.Add(default(Vector128<Guid>), default));
        Unsupported("a vector of strings", () => Vector128.Create("a"));
        Func<Vector128<float>, Vector128<float>, Vector128<float>> maximum = Vector128.Max;
        Console.WriteLine(maximum(Vector128.Create(1f, -0f, float.NaN, 4), Vector128.Create(2f, 0f, 1f, 3f)));
        Console.WriteLine(typeof(Vector128<int>).GetMethod("op_Addition")!.Invoke(null, [Vector128.Create(1), Vector128.Create(2)]));
        Console.WriteLine(Vector128.Create(1, 2, 3, 4) + Vector128.Create(5, 6, 7, 8));
        Console.WriteLine(Vector512.Create(7) * Vector512<int>.Indices);
    }
}
