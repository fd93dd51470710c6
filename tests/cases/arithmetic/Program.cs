// Arithmetic, shifts, conversions and comparisons of all primitive types, printed by the framework.

int[] xs = { 0, 1, -1, 7, -7, int.MaxValue, int.MinValue };
foreach (int a in xs)
{
    foreach (int b in xs)
    {
        if (b == 0 || (a == int.MinValue && b == -1))
        {
            continue;
        }

        Console.WriteLine($"{a} {b}: {unchecked(a + b)} {unchecked(a - b)} {unchecked(a * b)} "
            + $"{a / b} {a % b} {a & b} {a | b} {a ^ b} {a < b} {a == b}");
    }
}

long[] ls = { 3, -3, 1L << 40, long.MinValue, long.MaxValue };
foreach (long a in ls)
{
    for (int s = 0; s < 70; s += 13)
    {
        Console.WriteLine($"{a} sh {s}: {a << s} {a >> s} {a >>> s} {(ulong)a >> s}");
    }
}

double[] ds = { 0, 1.5, -1.5, 1e10, 1e300, double.NaN, double.PositiveInfinity, double.Epsilon };
foreach (double d in ds)
{
    Console.WriteLine($"{d} {d + 0.1} {d * 3} {d / 7} {d % 1.1} {Math.Sqrt(d)} {Math.Floor(d)} "
        + $"{Math.Round(d)} {(float)d} {d > 1} {d == d}");
}

Console.WriteLine(checked((byte)(xs[3] * 3)));
try
{
    Console.WriteLine(checked(xs[5] + xs[1]));
}
catch (OverflowException)
{
    Console.WriteLine("overflow");
}

try
{
    Console.WriteLine(xs[3] / xs[0]);
}
catch (DivideByZeroException)
{
    Console.WriteLine("div0");
}

try
{
    Console.WriteLine(xs[6] / xs[2]);
}
catch (ArithmeticException e)
{
    Console.WriteLine(e.GetType().Name);
}

Console.WriteLine($"{(int)1.99} {(uint)3.7f} {(long)-2.5} {(byte)255.9} {(char)65} {(int)'z'} "
    + $"{0.1 + 0.2} {0.1f + 0.2f} {1.0 / 3}");
Console.WriteLine($"{Math.Pow(2, 0.5)} {Math.Sin(1)} {Math.Exp(1)} {Math.Log(10)} "
    + $"{Math.Atan2(1, 2)} {Math.Max(3, 4)} {Math.Abs(-5)} {Math.BigMul(1 << 30, 1 << 30)}");
