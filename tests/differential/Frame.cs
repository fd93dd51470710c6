// What every generated program uses: the trace whose hash is compared, fuel that bounds loops, and the loop over programs.
using System.Globalization;
using System.Runtime.CompilerServices;

public sealed class E1(int code) : Exception
{
    public int Code = code;
}

public sealed class E2(int code, Exception? inner = null) : Exception("e2", inner)
{
    public int Code = code;
}

public static class O
{
    public static ulong Low;
    static ulong hash;
    static int fuel;
    static int ticks;
    static bool showsTrace;
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static bool Go() => --fuel > 0;

    public static int Tick() => ++ticks & 3;

    public static int Say(int value)
    {
        Trace(value);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Id<T>(T value) => value;

    public static void Trace<T>(T value)
    {
        string text = Str(value);
        if (showsTrace) Console.WriteLine("  " + text);
        foreach (char c in text) hash = (hash ^ c) * 1099511628211;
        hash = (hash ^ 10) * 1099511628211;
    }

    public static string Str<T>(T value)
    {
        if (value is null) return "null";
        if (value is double d) return double.IsNaN(d) ? "NaN" : d.ToString(Culture);
        if (value is float f) return float.IsNaN(f) ? "NaN" : f.ToString(Culture);
        if (value is IFormattable formattable) return formattable.ToString(null, Culture);
        return value.ToString()!;
    }

    public static string Hex<T>(T value) where T : IFormattable => value.ToString("x", Culture);

    public static string Cut(string text) => text.Length > 40 ? text.Substring(text.Length - 30, 30) : text;

    public static int Length(string? text) => text is null ? -1 : text.Length;

    public static string Part(string? text, int first, int count)
    {
        text ??= "";
        first = (first & 7) % (text.Length + 1);
        return text.Substring(first, (count & 15) % (text.Length - first + 1));
    }

    public static T Clamp<T>(T value, T a, T b) where T : System.Numerics.INumber<T> =>
        a <= b ? T.Clamp(value, a, b) : b <= a ? T.Clamp(value, b, a) : value;

    /// NaN has many bit patterns; which one an operation gives is up to the processor.
    public static double Finite(double value) => double.IsNaN(value) ? 0 : value;

    public static float Finite(float value) => float.IsNaN(value) ? 0 : value;

    /// What converts to decimal and to most integers.
    public static T Small<T>(T value) where T : System.Numerics.INumber<T> =>
        T.IsNaN(value) || !(T.Abs(T.CreateTruncating(double.CreateSaturating(value) % 100)) >= T.Zero) ? T.Zero
        : T.CreateTruncating(double.CreateSaturating(value) % 100);

    public static decimal Decimal(decimal a, decimal b, int operation)
    {
        a %= 1000000;
        b %= 1000000;
        return operation switch
        {
            0 => a + b,
            1 => a - b,
            2 => a * b,
            3 => b == 0 ? a : a / b,
            4 => decimal.Round(a, 2),
            _ => b == 0 ? b : a % b,
        };
    }

    static void One(int number, Action program)
    {
        hash = 14695981039346656037;
        fuel = 2000;
        ticks = 0;
        Low = 0;
        string end = "ok";
        try
        {
            program();
        }
        catch (Exception e)
        {
            end = e.GetType().Name;
        }
        Console.WriteLine("P" + number + " " + hash.ToString("x16") + " " + end);
        Console.Out.Flush();
    }

    /// Runs the programs from the index given (0) up to the end; --trace shows what each prints.
    public static void Main(string[] args)
    {
        showsTrace = args.Contains("--trace");
        int first = args.Length > 0 && int.TryParse(args[0], out int number) ? number : 0;
        for (int i = first; i < Programs.All.Length; i++) One(i, Programs.All[i]);
    }
}
