using System.Text;

// Results of a method over all operations and values; one hash per line so that the expected output stays readable.
static void Show(string name, int operations, int values, Func<int, int, string> one)
{
    for (int op = 0; op < operations; op++)
    {
        var text = new StringBuilder();
        for (int value = 0; value < values; value++)
        {
            string result;
            try
            {
                result = one(op, value);
            }
            catch (ArithmeticException e)
            {
                result = e.GetType().Name.Substring(0, 3);
            }
            text.Append(' ').Append(result);
        }
        Console.WriteLine(name + op + (text.Length > 250 ? " " + Hash(text.ToString()) : text.ToString()));
    }
}

static string Hash(string text)
{
    ulong hash = 14695981039346656037;
    foreach (char c in text) hash = (hash ^ c) * 1099511628211;
    return hash.ToString("x16");
}

static string F(double value) => double.IsNaN(value) ? "NaN" : value.ToString("R");

int[] i4 = { 0, 1, -1, 127, 128, -128, -129, 255, 256, 32768, -32769, 65535, 65536, int.MaxValue, int.MinValue };
long[] i8 = { 0, 1, -1, 255, -129, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, -1L << 32, long.MaxValue, long.MinValue };
double[] r8 =
{
    0, -0.0, 0.5, -0.5, 1.5, -1.5, 127.9, 128, -128.9, -129, 255.9, 256, 32768, -32769, 65535.9, 65536, 2147483647.9, 2147483648,
    -2147483648.9, -2147483649, 4294967295.9, 4294967296, 9.2233720368547758e18, 9.2233720368547748e18, -9.2233720368547758e18,
    -9.2233720368547779e18, 1.8446744073709550e19, 1.8446744073709552e19, 1e30, -1e30, double.NaN, double.PositiveInfinity,
    double.NegativeInfinity, double.Epsilon,
};
int[] shifts = { 0, 1, 7, 31 };

Show("ConvertI4.", 30, i4.Length, (op, v) => Numbers.ConvertI4(op, i4[v]).ToString());
Show("ConvertI8.", 30, i8.Length, (op, v) => Numbers.ConvertI8(op, i8[v]).ToString());
Show("ConvertI.", 30, i8.Length, (op, v) => Numbers.ConvertI(op, (nint)i8[v]).ToString());
Show("ConvertR4.", 30, r8.Length, (op, v) => Numbers.ConvertR4(op, (float)r8[v]).ToString());
Show("ConvertR8.", 30, r8.Length, (op, v) => Numbers.ConvertR8(op, r8[v]).ToString());
Show("ToFloatI4.", 3, i4.Length, (op, v) => F(Numbers.ToFloatI4(op, i4[v])));
Show("ToFloatI8.", 3, i8.Length, (op, v) => F(Numbers.ToFloatI8(op, i8[v])));
Show("ToFloatI.", 3, i8.Length, (op, v) => F(Numbers.ToFloatI(op, (nint)i8[v])));
Show("ToFloatR4.", 2, r8.Length, (op, v) => F(Numbers.ToFloatR4(op, (float)r8[v])));
Show("ToFloatR8.", 2, r8.Length, (op, v) => F(Numbers.ToFloatR8(op, r8[v])));
Show("BinaryI4.", 16, i4.Length * i4.Length, (op, v) => Numbers.BinaryI4(op, i4[v % i4.Length], i4[v / i4.Length]).ToString());
Show("BinaryI8.", 16, i8.Length * i8.Length, (op, v) => Numbers.BinaryI8(op, i8[v % i8.Length], i8[v / i8.Length]).ToString());
Show("BinaryI.", 16, 50, (op, v) => Numbers.BinaryI(op, (nint)i8[v % i8.Length], (nint)i8[v % 11]).ToString());
Show("BinaryR4.", 5, 100, (op, v) => F(Numbers.BinaryR4(op, (float)r8[v % r8.Length], (float)r8[v % 11])));
Show("BinaryR8.", 5, 100, (op, v) => F(Numbers.BinaryR8(op, r8[v % r8.Length], r8[v % 11])));
Show("CompareI4.", 15, i4.Length * i4.Length, (op, v) => Numbers.CompareI4(op, i4[v % i4.Length], i4[v / i4.Length]).ToString());
Show("CompareI8.", 15, i8.Length * i8.Length, (op, v) => Numbers.CompareI8(op, i8[v % i8.Length], i8[v / i8.Length]).ToString());
Show("CompareI.", 15, 50, (op, v) => Numbers.CompareI(op, (nint)i8[v % i8.Length], (nint)i8[v % 11]).ToString());
Show("CompareR4.", 15, 100, (op, v) => Numbers.CompareR4(op, (float)r8[v % r8.Length], (float)r8[31 - v % 11]).ToString());
Show("CompareR8.", 15, 100, (op, v) => Numbers.CompareR8(op, r8[v % r8.Length], r8[33 - v % 11]).ToString());
Show("ShiftI4.", 3, i4.Length * 4, (op, v) => Numbers.ShiftI4(op, i4[v / 4], shifts[v % 4]).ToString());
Show("ShiftI8.", 3, i8.Length * 4, (op, v) => Numbers.ShiftI8(op, i8[v / 4], shifts[v % 4] * 2).ToString());
Show("ShiftI.", 3, i8.Length * 4, (op, v) => Numbers.ShiftI(op, (nint)i8[v / 4], shifts[v % 4] * 2).ToString());
Show("UnaryI4.", 4, i4.Length, (op, v) => Numbers.UnaryI4(op, i4[v]).ToString());
Show("UnaryI8.", 4, i8.Length, (op, v) => Numbers.UnaryI8(op, i8[v]).ToString());
Show("UnaryI.", 4, i8.Length, (op, v) => Numbers.UnaryI(op, (nint)i8[v]).ToString());
Show("UnaryR4.", 2, r8.Length, (op, v) => F(Numbers.UnaryR4(op, (float)r8[v])));
Show("UnaryR8.", 2, r8.Length, (op, v) => F(Numbers.UnaryR8(op, r8[v])));
Show("MixedI.", 32, 40, (op, v) => Numbers.MixedI(op, i4[v % i4.Length], (nint)i8[v % i8.Length]).ToString());
Show("MixedR.", 5, 40, (op, v) => F(Numbers.MixedR(op, (float)r8[v % 33], r8[v % 11])));
Show("ConstantI4.", 1, 429, (op, v) => Numbers.ConstantI4(v).ToString());
Show("ConstantI8.", 1, 375, (op, v) => Numbers.ConstantI8(v).ToString());
Show("ConstantR8.", 1, 660, (op, v) => Numbers.ConstantR8(v).ToString());
