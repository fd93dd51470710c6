// Arrays: one-dimensional, jagged, rectangular, covariant; ranges, spans, sorting and searching.

int[] a = new int[5];
for (int i = 0; i < a.Length; i++)
{
    a[i] = i * i;
}

int sum = 0;
foreach (int x in a)
{
    sum += x;
}

Console.WriteLine(sum + " " + a.Length + " " + a[^1]);
int[, ] m = new int[3, 4];
for (int i = 0; i < 3; i++)
{
    for (int j = 0; j < 4; j++)
    {
        m[i, j] = i * 10 + j;
    }
}

Console.WriteLine(m[2, 3] + " " + m.GetLength(0) + " " + m.GetLength(1) + " " + m.Length + " " + m.Rank);
int[][] jag = { new[] { 1 },
    new[] { 2, 3 },
    new int[0],
    new[] { 4, 5, 6 }
};
foreach (var row in jag)
{
    Console.Write(row.Length + ":" + string.Join(",", row) + ";");
}

Console.WriteLine();
string[] s = { "pear", "apple", "fig" };
Array.Sort(s, StringComparer.Ordinal);
Console.WriteLine(string.Join(" ", s));
object[] o = s;
Console.WriteLine(o.Length + " " + o.GetType().Name);
try
{
    o[0] = 5;
    Console.WriteLine("bad");
}
catch (ArrayTypeMismatchException)
{
    Console.WriteLine("mismatch");
}

try
{
    Console.WriteLine(a[a.Length]);
}
catch (IndexOutOfRangeException)
{
    Console.WriteLine("range");
}

try
{
    Console.WriteLine(m[3, 0]);
}
catch (IndexOutOfRangeException)
{
    Console.WriteLine("range2");
}

try
{
    Console.WriteLine(new int[sum - 31].Length);
}
catch (OverflowException)
{
    Console.WriteLine("negative");
}

byte[] bytes = new byte[300];
for (int i = 0; i < 300; i++)
{
    bytes[i] = (byte)(i * 7);
}

int cs = 0;
foreach (byte b in bytes)
{
    cs = (cs << 1 ^ b) & 0xFFFFFF;
}

Console.WriteLine(cs);
long[] l = { 5, 3, 9, 1 };
Array.Sort(l);
Array.Reverse(l);
Console.WriteLine(string.Join(",", l) + Array.IndexOf(l, 3L) + Array.BinarySearch(a, 9));
int[] copy = (int[])a.Clone();
copy[0] = 99;
Array.Copy(a, 1, copy, 2, 2);
Console.WriteLine(string.Join(",", copy) + " " + a[0]);
Array.Resize(ref copy, 7);
Array.Fill(copy, 7, 5, 2);
Console.WriteLine(string.Join(",", copy));
Array.Clear(copy);
Console.WriteLine(copy.Sum());
double[,, ] cube = new double[2, 2, 2];
cube[1, 0, 1] = 2.5;
double t = 0;
foreach (double d in cube)
{
    t += d;
}

Console.WriteLine(t);
(int X, string Y)[] tup = { (1, "a"), (2, "b") };
foreach (var(x, y)in tup)
    Console.Write(x + y);
Console.WriteLine();
int[] big = new int[100000];
for (int i = 0; i < big.Length; i++)
{
    big[i] = i ^ 0x55;
}

long tot = 0;
foreach (int v in big)
{
    tot += v;
}

Console.WriteLine(tot);
Console.WriteLine(string.Join(",", a[1..3]) + "|" + string.Join(",", a[^2..]));
ref int rr = ref a[2];
rr = -1;
Console.WriteLine(a[2]);
Console.WriteLine(Enumerable.Range(0, 2).Select(i => new bool[2, 2]).Count());

// Signs and enums do not matter where an array is enumerated through another element type.
IEnumerable<int> signed = (IEnumerable<int>)(object)new uint[] { 5, 10, 15 };
foreach (int value in signed)
{
    Console.Write($"{value} ");
}

IEnumerable<DayOfWeek> days = (IEnumerable<DayOfWeek>)(object)new[] { 1, 3 };
foreach (DayOfWeek day in days)
{
    Console.Write($"{day} ");
}

IEnumerable<object> objects = new[] { "a", "b" };
foreach (object item in objects)
{
    Console.Write($"{item} ");
}

Console.WriteLine();
