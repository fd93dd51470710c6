// What CoreLib does with vectors when speed counts: searches, comparisons, text encodings, sums of every length around
// the vectors' own, from every alignment, with the interesting element at every place. Published with OptimizationPreference=Speed.
using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

Searches<byte>.Run();
Searches<short>.Run();
Searches<char>.Run();
Searches<int>.Run();
Searches<long>.Run();
Sets.Run();
Texts.Run();
Encodings.Run();
Sums.Run();

/// A hash over numbers.
struct Results
{
    ulong hash;

    public void Add(long value)
    {
        hash = (hash ^ (ulong)value) * 1099511628211 + 1;
    }

    public void Add(bool value)
    {
        Add(value ? 1 : 0);
    }

    public void Add(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
            Add(c);
        Add(text.Length);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            Add(b);
        Add(bytes.Length);
    }

    public readonly void Show(string name)
    {
        Console.WriteLine($"{name} {hash:x16}");
    }
}

static class Searches<T> where T : unmanaged, INumberBase<T>, IComparable<T>
{
    static T Number(int value)
    {
        return T.CreateTruncating(value);
    }

    /// Only 10, 11 and 12, but 100 at one place.
    static T[] Haystack(int length, int place)
    {
        T[] numbers = new T[length];
        for (int i = 0; i < length; i++)
            numbers[i] = Number(10 + i % 3);
        if (place < length)
            numbers[place] = Number(100);
        return numbers;
    }

    public static void Run()
    {
        Results found = default;
        Results compared = default;
        Results changed = default;
        for (int length = 0; length < 70; length++)
            for (int place = 0; place <= length; place += 1 + length / 12)
            {
                T[] numbers = Haystack(length, place);
                ReadOnlySpan<T> span = numbers;
                Find(span, ref found);
                Find(span[(length / 3)..], ref found);
                Compare(span, Haystack(length, length), ref compared);
                Change(numbers, ref changed);
            }
        found.Show(typeof(T).Name + " found");
        compared.Show(typeof(T).Name + " compared");
        changed.Show(typeof(T).Name + " changed");
    }

    static void Find(ReadOnlySpan<T> span, ref Results found)
    {
        T hundred = Number(100);
        found.Add(span.IndexOf(hundred));
        found.Add(span.LastIndexOf(hundred));
        found.Add(span.LastIndexOf(Number(11)));
        found.Add(span.Contains(hundred));
        found.Add(span.Count(Number(12)));
        found.Add(span.IndexOfAny(hundred, Number(99)));
        found.Add(span.IndexOfAny(Number(98), hundred, Number(99)));
        found.Add(span.IndexOfAny([Number(1), Number(2), Number(3), hundred]));
        found.Add(span.IndexOfAny([Number(1), Number(2), Number(3), Number(4), Number(5), hundred]));
        found.Add(span.LastIndexOfAny(hundred, Number(99)));
        found.Add(span.LastIndexOfAny([Number(1), Number(2), Number(3), hundred]));
        found.Add(span.IndexOfAnyExcept(Number(10)));
        found.Add(span.IndexOfAnyExcept(Number(10), Number(11), Number(12)));
        found.Add(span.LastIndexOfAnyExcept([Number(10), Number(11), Number(12), Number(13)]));
        found.Add(span.IndexOfAnyInRange(Number(50), hundred));
        found.Add(span.IndexOfAnyExceptInRange(Number(10), Number(12)));
        found.Add(span.LastIndexOfAnyInRange(Number(50), hundred));
        found.Add(span.IndexOf([Number(11), hundred]));
        found.Add(span.IndexOf([Number(10), Number(11), Number(12), hundred]));
        found.Add(span.LastIndexOf([hundred, Number(10)]));
    }

    static void Compare(ReadOnlySpan<T> span, ReadOnlySpan<T> other, ref Results compared)
    {
        compared.Add(span.SequenceEqual(other));
        compared.Add(Math.Sign(span.SequenceCompareTo(other)));
        compared.Add(span.CommonPrefixLength(other));
        compared.Add(span.StartsWith(other[..(other.Length / 2)]));
        compared.Add(span.EndsWith(other[(other.Length / 2)..]));
    }

    static void Change(T[] numbers, ref Results changed)
    {
        Span<T> span = numbers;
        span.Replace(Number(11), Number(111));
        span.Reverse();
        span[(span.Length / 2)..].CopyTo(span);
        span[(span.Length / 4)..].Reverse();
        foreach (T number in span)
            changed.Add(long.CreateTruncating(number));
        Array.Fill(numbers, Number(77), 0, numbers.Length / 2);
        foreach (T number in span)
            changed.Add(long.CreateTruncating(number));
    }
}

static class Sets
{
    static readonly (string Name, SearchValues<char> Values)[] sets =
    [
        ("one", SearchValues.Create("x")),
        ("two", SearchValues.Create("xy")),
        ("range", SearchValues.Create("0123456789")),
        ("ASCII", SearchValues.Create("<>&\"'/ \t\r\nabcXYZ")),
        ("Latin 1", SearchValues.Create("äöüßé")),
        ("any", SearchValues.Create("aé€あ한😀"[..5] + "жщ")),
        ("letters and digits", SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")),
    ];

    static readonly SearchValues<byte> bytes = SearchValues.Create(" \t\r\n,;:"u8);

    static readonly SearchValues<string> words = SearchValues.Create(["dog", "cat", "bird", "fish"], StringComparison.Ordinal);

    static readonly SearchValues<string> anyCase = SearchValues.Create(["Needle", "PIN"], StringComparison.OrdinalIgnoreCase);

    public static void Run()
    {
        foreach ((string name, SearchValues<char> values) in sets)
        {
            Results results = default;
            for (int length = 0; length < 60; length++)
                foreach (char special in "x5<ä€жZ/\u00ff")
                {
                    char[] text = new char[length];
                    Array.Fill(text, '_');
                    if (length > 0)
                        text[length * 7 % length * 5 % length] = special;
                    if (length > 3)
                        text[length - 2] = special;
                    ReadOnlySpan<char> span = text;
                    results.Add(span.IndexOfAny(values));
                    results.Add(span.LastIndexOfAny(values));
                    results.Add(span.IndexOfAnyExcept(values));
                    results.Add(span.LastIndexOfAnyExcept(values));
                    results.Add(span.ContainsAny(values));
                }
            results.Show(name);
        }
        Results found = default;
        for (int length = 0; length < 60; length++)
        {
            string text = new string('d', length) + "og cat NEEDLE pin bird";
            found.Add(Encoding.UTF8.GetBytes(text).AsSpan().IndexOfAny(bytes));
            found.Add(text.AsSpan().IndexOfAny(words));
            found.Add(text.AsSpan().IndexOfAny(anyCase));
            found.Add(text.AsSpan(length).IndexOfAny(words));
        }
        found.Show("words");
    }
}

static class Texts
{
    public static void Run()
    {
        Results results = default;
        for (int length = 0; length < 70; length++)
        {
            string text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('A' + i * 7 % 58)));
            string mixed = text + "É" + text;
            results.Add(text.ToLowerInvariant());
            results.Add(text.ToUpperInvariant());
            results.Add(mixed.ToLowerInvariant());
            results.Add(text.Equals(text.ToLowerInvariant(), StringComparison.OrdinalIgnoreCase));
            results.Add(mixed.IndexOf("zAh", StringComparison.OrdinalIgnoreCase));
            results.Add(mixed.IndexOf("É" + text, StringComparison.Ordinal));
            results.Add(mixed.IndexOf('É'));
            results.Add(mixed.LastIndexOf(text, StringComparison.Ordinal));
            results.Add(text.Replace('H', '#'));
            results.Add(text.Replace("HO", "<>"));
            results.Add(string.Join("|", text.Split('O', 'V')));
            results.Add(text.AsSpan().Trim("AB").Length);
            results.Add(string.CompareOrdinal(mixed, text + "É"));
            results.Add(Ascii.IsValid(mixed));
            results.Add(Ascii.IsValid(text));
            results.Add(Ascii.EqualsIgnoreCase(text, Encoding.ASCII.GetBytes(text.ToUpperInvariant())));
            results.Add(text.AsSpan().ContainsAnyExceptInRange('A', 'z'));
            results.Add(text.Contains("\r\n"));
            results.Add((text + "\nx\r\n" + text).ReplaceLineEndings("/"));
            results.Add(text.PadLeft(80).AsSpan().TrimStart());
            results.Add(CultureInfo.InvariantCulture.CompareInfo.IndexOf(mixed, "V", CompareOptions.OrdinalIgnoreCase));
        }
        results.Show("texts");
    }
}

static class Encodings
{
    static readonly string[] parts = ["a", "bc", "é", "€", "😀", "0123456789abcdef", "\ud800", "z\u07ff\uffff"];

    static string Text(int seed, int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
            text.Append(parts[(seed + i * i * 3) % parts.Length]);
        return text.ToString();
    }

    public static void Run()
    {
        Results utf8 = default;
        Results others = default;
        for (int seed = 0; seed < 8; seed++)
            for (int count = 0; count < 24; count++)
            {
                string text = Text(seed, count);
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                utf8.Add(bytes);
                utf8.Add(Encoding.UTF8.GetString(bytes));
                utf8.Add(Encoding.UTF8.GetCharCount(bytes));
                if (bytes.Length > 5)
                    bytes[bytes.Length * 3 / 4] = 0xC3;
                utf8.Add(Utf8.IsValid(bytes));
                utf8.Add(Encoding.UTF8.GetString(bytes));
                others.Add(Encoding.Latin1.GetBytes(text));
                others.Add(Encoding.Latin1.GetString(bytes));
                others.Add(Encoding.ASCII.GetString(bytes));
                others.Add(Encoding.Unicode.GetByteCount(text));
                others.Add(Encoding.UTF32.GetBytes(text));
                others.Add(Convert.ToBase64String(bytes));
                others.Add(Convert.FromBase64String(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)));
                others.Add(Base64Url.EncodeToString(bytes));
                others.Add(Base64Url.DecodeFromChars(Base64Url.EncodeToString(bytes)));
                others.Add(Convert.ToHexStringLower(bytes));
                others.Add(Convert.FromHexString(Convert.ToHexString(bytes)));
                others.Add(Uri.EscapeDataString(text.Replace("\ud800", "")));
                others.Add(System.Net.WebUtility.HtmlEncode(text + "<&>"));
            }
        utf8.Show("UTF-8");
        others.Show("other encodings");
        Console.WriteLine(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef") + " " + new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Console.WriteLine(Convert.TryFromBase64String("QUJD!RA==", new byte[10], out int written) + " " + written);
    }
}

static class Sums
{
    public static void Run()
    {
        Results results = default;
        for (int length = 1; length < 70; length++)
        {
            int[] ints = [.. Enumerable.Range(0, length).Select(i => i * 7919 % 101 - 50)];
            long[] longs = [.. ints.Select(i => (long)i << 33)];
            byte[] bytes = [.. ints.Select(i => (byte)i)];
            results.Add(ints.Sum());
            results.Add(ints.Min());
            results.Add(ints.Max());
            results.Add(longs.Sum());
            results.Add(longs.Min());
            results.Add(longs.Max());
            results.Add(bytes.Min());
            results.Add(bytes.Max());
            results.Add((long)ints.Average());
            results.Add(ints.SequenceEqual(ints.Reverse()));
            results.Add(ints.Contains(13));
            results.Add(Array.IndexOf(longs, longs[length / 2]));
            BitArray bits = new(bytes);
            BitArray flags = new([.. ints.Select(i => i > 0)]);
            BitArray packed = new BitArray(ints).Xor(new BitArray([.. ints.Reverse()])).Not();
            byte[] copy = new byte[bytes.Length * 4];
            packed.CopyTo(copy, 0);
            results.Add(copy);
            results.Add(bits.HasAllSet());
            bool[] unpacked = new bool[length];
            flags.CopyTo(unpacked, 0);
            results.Add(unpacked.Count(b => b));
            results.Add(new BigInteger(copy).ToString(CultureInfo.InvariantCulture));
            results.Add(BitOperations.Log2((uint)length) + BitOperations.TrailingZeroCount(length));
        }
        results.Show("sums");
    }
}
