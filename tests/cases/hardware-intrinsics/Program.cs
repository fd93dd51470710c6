// Instructions of x86-64-v2 and those that the processor is asked for: arithmetic, comparisons, shuffles, memory,
// conversions, with constant and computed immediates, by reflection and delegates. What the target lacks throws.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using AesX86 = System.Runtime.Intrinsics.X86.Aes;

Support.Run();
Arithmetic.Run();
Comparisons.Run();
Shuffles.Run();
Memory.Run();
Conversions.Run();
Scalars.Run();
Cryptography.Run();
OtherWays.Run();
Vectors.Run();

static class Support
{
    public static void Run()
    {
        Console.WriteLine(Sse.IsSupported && Sse.X64.IsSupported);
        Console.WriteLine(Sse2.IsSupported && Sse3.IsSupported && Ssse3.IsSupported);
        Console.WriteLine(Sse41.IsSupported && Sse42.IsSupported && Popcnt.IsSupported);
        Console.WriteLine(AdvSimd.IsSupported || ArmBase.Arm64.IsSupported);
        Console.WriteLine(Vector.IsHardwareAccelerated && Vector128.IsHardwareAccelerated);
        Console.WriteLine(Vector64.IsHardwareAccelerated);
        try
        {
            Console.WriteLine(AdvSimd.Add(Vector128<int>.One, Vector128<int>.One));
        }
        catch (PlatformNotSupportedException)
        {
            Console.WriteLine("not supported");
        }
    }
}

static class Arithmetic
{
    static readonly Vector128<short> words = Vector128.Create(short.MinValue, -300, -1, 0, 1, 300, 20000, short.MaxValue);
    static readonly Vector128<short> others = Vector128.Create(-1, 300, 7, -8, 9, -300, 20000, 1);

    public static void Run()
    {
        Console.WriteLine(Sse2.Add(words, others));
        Console.WriteLine(Sse2.AddSaturate(words, others));
        Console.WriteLine(Sse2.SubtractSaturate(words.AsUInt16(), others.AsUInt16()));
        Console.WriteLine(Sse2.MultiplyHigh(words, others));
        Console.WriteLine(Sse2.MultiplyLow(words, others));
        Console.WriteLine(Sse2.MultiplyAddAdjacent(words, others));
        Console.WriteLine(Ssse3.MultiplyHighRoundScale(words, others));
        Console.WriteLine(Ssse3.HorizontalAddSaturate(words, others));
        Console.WriteLine(Ssse3.Sign(words, others));
        Console.WriteLine(Ssse3.Abs(words));
        Console.WriteLine(Sse2.Average(words.AsUInt16(), others.AsUInt16()));
        Console.WriteLine(Sse2.SumAbsoluteDifferences(words.AsByte(), others.AsByte()));
        Console.WriteLine(Sse41.MinHorizontal(words.AsUInt16()));
        Console.WriteLine(Sse41.Multiply(words.AsInt32(), others.AsInt32()));
        Console.WriteLine(Sse2.Multiply(words.AsUInt32(), others.AsUInt32()));
        Vector128<float> x = Vector128.Create(1.5f, -2.25f, float.NaN, -0f);
        Vector128<float> y = Vector128.Create(0.5f, 4f, 1f, 0f);
        Console.WriteLine(Sse.Max(x, y));
        Console.WriteLine(Sse.Min(y, x));
        Console.WriteLine(Sse.DivideScalar(x, y));
        Console.WriteLine(Sse.SqrtScalar(x, y));
        Console.WriteLine(Sse3.AddSubtract(x, y));
        Console.WriteLine(Sse41.RoundToNearestInteger(x));
        Console.WriteLine(Sse41.FloorScalar(y, x));
        Console.WriteLine(Sse41.DotProduct(y, y, 0xf1));
        for (byte count = 0; count < 40; count += 13)
        {
            Console.WriteLine(Sse2.ShiftLeftLogical(words, count));
            Console.WriteLine(Sse2.ShiftRightArithmetic(words, count));
            Console.WriteLine(Sse2.ShiftRightLogical(words.AsUInt64(), Vector128.CreateScalar((ulong)count)));
        }
    }
}

static class Comparisons
{
    public static void Run()
    {
        Vector128<double> x = Vector128.Create(1.0, double.NaN);
        Vector128<double> y = Vector128.Create(2.0, 1.0);
        Console.WriteLine(Sse2.CompareLessThan(x, y).AsInt64());
        Console.WriteLine(Sse2.CompareNotLessThan(x, y).AsInt64());
        Console.WriteLine(Sse2.CompareUnordered(x, y).AsInt64());
        Console.WriteLine(Sse2.CompareScalarGreaterThan(x, y).AsInt64().GetElement(0));
        Console.WriteLine(Sse2.CompareScalarOrderedLessThan(x, y));
        Console.WriteLine(Sse2.CompareScalarUnorderedNotEqual(x, x));
        Console.WriteLine(Sse2.CompareGreaterThan(Vector128.Create((sbyte)-1), Vector128<sbyte>.Zero));
        Console.WriteLine(Sse42.CompareGreaterThan(Vector128.Create(1L, -1L), Vector128<long>.Zero));
        Console.WriteLine(Sse2.MoveMask(Vector128.Create(0x80, 0, 0xff, 1, 0, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0, 0x80).AsByte()));
        Console.WriteLine(Sse.MoveMask(Vector128.Create(-1f, 1f, -0f, 0f)));
        Console.WriteLine(Sse41.TestZ(Vector128.Create(1), Vector128.Create(2)));
        Console.WriteLine(Sse41.TestC(Vector128.Create(3), Vector128.Create(2)));
        Console.WriteLine(Sse41.TestNotZAndNotC(Vector128.Create(3), Vector128.Create(6)));
    }
}

static class Shuffles
{
    static readonly Vector128<int> ints = Vector128.Create(1, 2, 3, 4);
    static readonly Vector128<byte> bytes = Vector128.Create((byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    static readonly Vector128<float> floats = Vector128.Create(1f, 2f, 3f, 4f);

    public static void Run()
    {
        Console.WriteLine(Sse2.Shuffle(ints, 0b_00_01_10_11));
        Console.WriteLine(Sse.Shuffle(floats, -floats, 0x4e));
        Console.WriteLine(Sse2.Shuffle(Vector128.Create(1.0, 2.0), Vector128.Create(3.0, 4.0), 1));
        Console.WriteLine(Sse2.ShuffleHigh(bytes.AsInt16(), 0x1b));
        Console.WriteLine(Sse2.ShuffleLow(bytes.AsInt16(), 0x1b));
        Console.WriteLine(Ssse3.Shuffle(bytes, Sse2.Subtract(Vector128.Create((byte)15), bytes)));
        Console.WriteLine(Sse2.UnpackHigh(bytes, Vector128<byte>.Zero));
        Console.WriteLine(Sse.MoveHighToLow(floats, -floats));
        Console.WriteLine(Sse3.MoveHighAndDuplicate(floats));
        Console.WriteLine(Sse2.PackSignedSaturate(Vector128.Create(70000, -70000, 5, -5), ints));
        Console.WriteLine(Sse41.PackUnsignedSaturate(Vector128.Create(70000, -70000, 5, -5), ints));
        Console.WriteLine(Sse41.BlendVariable(bytes, Vector128<byte>.AllBitsSet, Sse2.CompareEqual(bytes, Vector128.Create((byte)3))));
        Console.WriteLine(Sse41.Extract(bytes, 21));
        Console.WriteLine(Sse41.Insert(floats, -floats, 0b_11_01_0001));
        Console.WriteLine(Sse41.Blend(floats, -floats, 0b0110));
        foreach (byte control in new byte[] { 0, 5, 16, 27, 40 })
        {
            Console.WriteLine(Sse2.Shuffle(ints, control));
            Console.WriteLine(Ssse3.AlignRight(bytes, Sse2.Add(bytes, bytes), control));
            Console.WriteLine(Sse2.ShiftLeftLogical128BitLane(bytes, control));
            Console.WriteLine(Sse2.ShiftRightLogical128BitLane(bytes, control));
            Console.WriteLine(Sse41.MultipleSumAbsoluteDifferences(bytes, bytes, control));
        }
    }
}

static unsafe class Memory
{
    public static void Run()
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(64, 16);
        for (int i = 0; i < 64; i++)
        {
            memory[i] = (byte)i;
        }
        Console.WriteLine(Sse2.LoadVector128(memory + 3));
        Console.WriteLine(Sse2.LoadAlignedVector128((long*)(memory + 16)));
        Console.WriteLine(Sse3.LoadDquVector128((int*)(memory + 1)));
        Console.WriteLine(Sse2.LoadScalarVector128((int*)(memory + 5)));
        Sse2.StoreScalar((long*)memory, Vector128.Create(-1L));
        Sse2.StoreAlignedNonTemporal((int*)(memory + 32), Vector128.Create(7));
        Sse2.X64.StoreNonTemporal((long*)(memory + 48), -2L);
        Sse2.MemoryFence();
        Sse2.MaskMove(Vector128.Create((byte)0xaa), Vector128.Create(0x80, 0, 0, 0x80).AsByte(), memory + 16);
        Sse.Prefetch0(memory);
        Console.WriteLine(string.Join(" ", new Span<byte>(memory, 64).ToArray()));
        NativeMemory.AlignedFree(memory);
        try
        {
            Console.WriteLine(Sse2.LoadVector128(Null()));
        }
        catch (NullReferenceException)
        {
            Console.WriteLine("null");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte* Null() => null;
}

static class Conversions
{
    public static void Run()
    {
        Vector128<float> floats = Vector128.Create(1.5f, 2.5f, -1.75f, 3e10f);
        Console.WriteLine(Sse2.ConvertToVector128Int32(floats));
        Console.WriteLine(Sse2.ConvertToVector128Int32WithTruncation(floats));
        Console.WriteLine(Sse.ConvertToInt32(floats));
        Console.WriteLine(Sse.X64.ConvertToInt64WithTruncation(floats));
        Console.WriteLine(Sse2.ConvertToVector128Double(floats));
        Console.WriteLine(Sse2.ConvertToVector128Single(Vector128.Create(0.1, -0.2)));
        Console.WriteLine(Sse2.ConvertScalarToVector128Single(floats, Vector128.Create(0.1, 0.2)));
        Console.WriteLine(Sse.X64.ConvertScalarToVector128Single(floats, 123456789012L));
        Console.WriteLine(Sse41.ConvertToVector128Int64(Vector128.Create(-1, 2, 3, 4)));
        Console.WriteLine(Sse41.ConvertToVector128Int32(Vector128.Create((byte)200)));
        Console.WriteLine(Sse2.ConvertToUInt32(Vector128.Create(0xffffffffu)));
    }
}

static class Scalars
{
    public static void Run()
    {
        Console.WriteLine(Popcnt.PopCount(0xf0f0u));
        Console.WriteLine(Popcnt.X64.PopCount(ulong.MaxValue));
        Console.WriteLine(Sse42.Crc32(1, (byte)2));
        Console.WriteLine(Sse42.X64.Crc32(1, 2));
        (int a, int b, int c, int d) = X86Base.CpuId(0, 0);
        Console.WriteLine(a > 0 && (b | c | d) != 0);
        X86Base.Pause();
    }
}

static class Cryptography
{
    public static void Run()
    {
        Vector128<byte> text = Vector128.Create(0x0123456789abcdefUL, 0xfedcba9876543210UL).AsByte();
        // What the processor lacks is computed as its manual says, so that the output is the same everywhere.
        Console.WriteLine(AesX86.IsSupported ? AesX86.EncryptLast(text, Vector128<byte>.Zero).GetElement(0) : (byte)0xdf);
        Console.WriteLine(Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(Vector128.Create(7UL, 3UL), Vector128.Create(5UL, 9UL), 0x01)
            : Vector128.Create(9UL, 0UL));
    }
}

static class OtherWays
{
    delegate Vector128<int> Binary(Vector128<int> left, Vector128<int> right);

    public static unsafe void Run()
    {
        Vector128<int> x = Vector128.Create(1, 2, 3, 4);
        Binary add = Sse2.Add;
        Console.WriteLine(add(x, x));
        delegate*<Vector128<int>, Vector128<int>, Vector128<int>> subtract = &Sse2.Subtract;
        Console.WriteLine(subtract(x, Vector128<int>.One));
        object? result = typeof(Sse2).GetMethod("Xor", [typeof(Vector128<int>), typeof(Vector128<int>)])!.Invoke(null, [x, x]);
        Console.WriteLine(result);
        result = typeof(Sse2).GetMethod("Shuffle", [typeof(Vector128<int>), typeof(byte)])!.Invoke(null, [x, (byte)0x1b]);
        Console.WriteLine(result);
        Console.WriteLine(typeof(Sse2).GetProperty("IsSupported")!.GetValue(null));
    }
}

static class Vectors
{
    public static void Run()
    {
        int[] values = new int[1001];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i * i;
        }
        Console.WriteLine(Sum(values));
        Console.WriteLine(Vector.Dot(new Vector<int>(values), Vector<int>.One) > 0);
    }

    static int Sum(ReadOnlySpan<int> values)
    {
        Vector128<int> sums = Vector128<int>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector128<int>.Count; i += Vector128<int>.Count)
        {
            sums += Vector128.Create(values[i..]);
        }
        int sum = Vector128.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i];
        }
        return sum;
    }
}
