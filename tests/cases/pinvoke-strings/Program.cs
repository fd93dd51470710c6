using System.Runtime.InteropServices;
using System.Text;

// Strings, string builders, characters and booleans in both directions.
static class Native
{
    const string L = "native";

    [DllImport(L)] public static extern int length8(string? s);
    [DllImport(L, EntryPoint = "length8", CharSet = CharSet.Ansi)] public static extern int LengthAnsi(string s);
    [DllImport(L, EntryPoint = "length8")] public static extern int LengthUtf8([MarshalAs(UnmanagedType.LPUTF8Str)] string s);
    [DllImport(L, EntryPoint = "length8")] public static extern int LengthLPStr([MarshalAs(UnmanagedType.LPStr)] string s);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern int length16(string? s);
    [DllImport(L, EntryPoint = "length16")] public static extern int LengthLPWStr([MarshalAs(UnmanagedType.LPWStr)] string s);
    [DllImport(L)] public static extern int sum8(string s);
    [DllImport(L)] public static extern int bstr_bytes([MarshalAs(UnmanagedType.BStr)] string? s);
    [DllImport(L)] public static extern string? copy8(string? s);
    [DllImport(L)] [return: MarshalAs(UnmanagedType.LPWStr)] public static extern string twice16([MarshalAs(UnmanagedType.LPWStr)] string s);
    [DllImport(L)] public static extern void replace8(ref string? s);
    [DllImport(L)] public static extern void make8(out string s);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern void make16(out string s);
    [DllImport(L)] public static extern int peek8(in string s);
    [DllImport(L)] public static extern void fill8(StringBuilder buffer, int size);
    [DllImport(L)] public static extern int append8(StringBuilder? buffer);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern int append16(StringBuilder buffer);
    [DllImport(L)] public static extern int joined8(string?[] texts, int count);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern int joined16(string?[] texts, int count);
    [DllImport(L)] public static extern void upper8([In, Out] string[] texts, int count);
    [DllImport(L)] public static extern int char8(char c);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern int char16(char c);
    [DllImport(L, EntryPoint = "char16")] public static extern int CharU2([MarshalAs(UnmanagedType.U2)] char c);
    [DllImport(L)] public static extern char next8(char c);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern char next16(char c);
    [DllImport(L, CharSet = CharSet.Unicode)] public static extern void bump16(ref char c);
    [DllImport(L)] public static extern int bool32(bool b);
    [DllImport(L)] public static extern int bool8([MarshalAs(UnmanagedType.U1)] bool b, int guard);
    [DllImport(L)] public static extern bool not32(bool b);
    [DllImport(L)] [return: MarshalAs(UnmanagedType.I1)] public static extern bool not8([MarshalAs(UnmanagedType.I1)] bool b);
    [DllImport(L)] public static extern void flip32(ref bool b);
    [DllImport(L)] public static extern void flip8([MarshalAs(UnmanagedType.U1)] ref bool b);
    [DllImport(L)] public static extern void set32(out bool b);
}

class Program
{
    static void Main()
    {
        Strings();
        ByReference();
        Builders();
        Arrays();
        Characters();
        Booleans();
    }

    static void Strings()
    {
        Console.WriteLine(Native.length8("h\u00e9llo"));
        Console.WriteLine(Native.length8(""));
        Console.WriteLine(Native.length8(null));
        Console.WriteLine(Native.LengthAnsi("\u20ac"));
        Console.WriteLine(Native.LengthUtf8("\u20ac"));
        Console.WriteLine(Native.LengthLPStr("\ud83d\ude00"));
        Console.WriteLine(Native.length16("h\u00e9llo"));
        Console.WriteLine(Native.length16(null));
        Console.WriteLine(Native.LengthLPWStr("\ud83d\ude00"));
        Console.WriteLine(Native.sum8("abc"));
        Console.WriteLine(Native.bstr_bytes("four"));
        Console.WriteLine(Native.bstr_bytes(null));
        Console.WriteLine(Native.copy8("copied \u00fc"));
        Console.WriteLine(Native.copy8(null) == null);
        Console.WriteLine(Native.twice16("ab\u00e9"));
    }

    static void ByReference()
    {
        string? text = "text";
        Native.replace8(ref text);
        Console.WriteLine(text);
        text = null;
        Native.replace8(ref text);
        Console.WriteLine(text);
        Native.make8(out string made);
        Console.WriteLine(made);
        Native.make16(out made);
        Console.WriteLine(made);
        Console.WriteLine(Native.peek8("peeked"));
    }

    static void Builders()
    {
        var builder = new StringBuilder(32);
        Native.fill8(builder, 32);
        Console.WriteLine(builder.ToString());
        builder.Clear();
        builder.Append("head");
        Console.WriteLine(Native.append8(builder));
        Console.WriteLine(builder.ToString());
        builder.Clear();
        builder.Append("wide");
        Console.WriteLine(Native.append16(builder));
        Console.WriteLine(builder.ToString());
    }

    static void Arrays()
    {
        Console.WriteLine(Native.joined8(["one", null, "thr\u00e9e"], 3));
        Console.WriteLine(Native.joined16(["one", null, "thr\u00e9e"], 3));
        string[] texts = ["x", "yy", "zzz"];
        Native.upper8(texts, 3);
        Console.WriteLine(string.Join(",", texts));
    }

    static void Characters()
    {
        Console.WriteLine(Native.char8('q'));
        Console.WriteLine(Native.char16('\u20ac'));
        Console.WriteLine(Native.CharU2('\u20ac'));
        Console.WriteLine(Native.next8('a'));
        Console.WriteLine(Native.next16('\u20ac'));
        char c = 'x';
        Native.bump16(ref c);
        Console.WriteLine(c);
    }

    static void Booleans()
    {
        Console.WriteLine(Native.bool32(true));
        Console.WriteLine(Native.bool32(false));
        Console.WriteLine(Native.bool8(true, 10));
        Console.WriteLine(Native.not32(true));
        Console.WriteLine(Native.not32(false));
        Console.WriteLine(Native.not8(true));
        Console.WriteLine(Native.not8(false));
        bool b = true;
        Native.flip32(ref b);
        Console.WriteLine(b);
        Native.flip8(ref b);
        Console.WriteLine(b);
        Native.set32(out b);
        Console.WriteLine(b);
    }
}
