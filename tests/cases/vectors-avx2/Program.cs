// With IlcInstructionSet=avx2 Vector<T> has 256 bits, and what AVX2 does not imply is asked of the processor.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

Console.WriteLine($"{Vector<byte>.Count} {Vector<int>.Count} {Vector<double>.Count} {Unsafe.SizeOf<Vector<long>>()}");
Console.WriteLine($"{Vector.IsHardwareAccelerated} {Vector128.IsHardwareAccelerated} {Vector256.IsHardwareAccelerated}");
Console.WriteLine($"{Avx2.IsSupported} {Fma.IsSupported} {Bmi2.X64.IsSupported} {Lzcnt.IsSupported}");

int[] numbers = Enumerable.Range(1, 100).ToArray();
Console.WriteLine(new Vector<int>(numbers, 3));
Console.WriteLine(Sums.OfVectors(numbers));
var holder = new Holder { Before = 1, Middle = new Vector<short>(7), After = 2 };
Holder copy = holder;
copy.Middle += Vector<short>.One;
Console.WriteLine($"{copy.Before} {copy.Middle} {copy.After} {Unsafe.SizeOf<Holder>()} {holder.Middle == copy.Middle}");
object boxed = copy.Middle;
Console.WriteLine(boxed.Equals(copy.Middle));
Console.WriteLine(Vector.AsVectorInt32(Vector<byte>.Indices));
Vector256<float> wide = Vector256.Create(1f, 2, 3, 4, 5, 6, 7, 8);
Console.WriteLine(wide.AsVector() * 2);
Console.WriteLine((wide.AsVector() + Vector<float>.One).AsVector256());
Vector.Widen(new Vector<int>(numbers), out Vector<long> low, out Vector<long> high);
Console.WriteLine($"{low} {high} {Vector.Narrow(low, high)}");

Console.WriteLine(Beyond.Dot(Vector256<int>.One, Vector256<byte>.Indices, Vector256.Create((sbyte)-3)));
Console.WriteLine(Beyond.Dot(Vector128<int>.One, Vector128<short>.Indices, Vector128.Create((short)300)));
Console.WriteLine(Beyond.Field(Vector256.Create((byte)0x57), Vector256<byte>.Indices));
Console.WriteLine(Beyond.Carryless(Vector256.Create(3UL, 5, 7, 9), Vector256.Create(0x11UL, 0x22, 0x33, 0x44)));
Beyond.Serialize();

struct Holder
{
    public byte Before;
    public Vector<short> Middle;
    public byte After;
}

static class Sums
{
    public static int OfVectors(ReadOnlySpan<int> numbers)
    {
        var sum = Vector<int>.Zero;
        int i = 0;
        for (; i <= numbers.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            sum += new Vector<int>(numbers.Slice(i, Vector<int>.Count));
        }
        int rest = 0;
        for (; i < numbers.Length; i++)
        {
            rest += numbers[i];
        }
        return Vector.Sum(sum) + rest;
    }
}

/// The same results with and without the instructions.
static class Beyond
{
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> left, Vector256<sbyte> right)
    {
        if (AvxVnni.IsSupported)
        {
            return AvxVnni.MultiplyWideningAndAdd(sum, left, right);
        }
        for (int i = 0; i < 32; i++)
        {
            sum = sum.WithElement(i / 4, sum[i / 4] + left[i] * right[i]);
        }
        return sum;
    }

    public static Vector128<int> Dot(Vector128<int> sum, Vector128<short> left, Vector128<short> right)
    {
        if (AvxVnni.IsSupported)
        {
            return AvxVnni.MultiplyWideningAndAddSaturate(sum, left, right);
        }
        for (int i = 0; i < 8; i++)
        {
            sum = sum.WithElement(i / 2, sum[i / 2] + left[i] * right[i]);
        }
        return sum;
    }

    public static Vector256<byte> Field(Vector256<byte> left, Vector256<byte> right)
    {
        if (Gfni.V256.IsSupported)
        {
            return Gfni.V256.GaloisFieldMultiply(left, right);
        }
        Vector256<byte> result = default;
        for (int i = 0; i < 32; i++)
        {
            int product = (int)Product(left[i], right[i]);
            for (int bit = 15; bit >= 8; bit--)
            {
                product ^= (product >> bit & 1) * 0x11b << (bit - 8);
            }
            result = result.WithElement(i, (byte)product);
        }
        return result;
    }

    public static Vector256<ulong> Carryless(Vector256<ulong> left, Vector256<ulong> right)
    {
        if (Pclmulqdq.V256.IsSupported)
        {
            return Pclmulqdq.V256.CarrylessMultiply(left, right, 0x10);
        }
        return Vector256.Create(Product(left[0], right[1]), 0UL, Product(left[2], right[3]), 0UL);
    }

    public static void Serialize()
    {
        if (X86Serialize.IsSupported)
        {
            X86Serialize.Serialize();
        }
    }

    private static ulong Product(ulong left, ulong right)
    {
        ulong product = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            product ^= (right >> bit & 1) * left << bit;
        }
        return product;
    }
}
