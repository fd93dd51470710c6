// Strings: members of System.String, builders, interpolation, parsing and formatting.

string a = "hello", b = "World";
Console.WriteLine(a + ", " + b + "!");
Console.WriteLine(a.Length + " " + a[1] + " " + a.ToUpperInvariant() + " " + b.Substring(1, 3) + " "
    + a.IndexOf('l') + " " + a.LastIndexOf("l"));
Console.WriteLine(string.Concat("a", "b", "c", "d", "e") + string.Join("-", new[] { "x", "y", "z" }));
Console.WriteLine(a.Replace('l', 'L') + a.Replace("ell", "ipp") + a.PadLeft(8, '.') + a.PadRight(8, '.')
    + "|" + "  trim ".Trim() + "|");
Console.WriteLine(a == "hel" + a.Substring(3) ? "equal" : "different");
Console.WriteLine(ReferenceEquals("lit", "lit") + " " + string.IsNullOrEmpty("") + " "
    + a.StartsWith("he") + " " + a.EndsWith("lo") + " " + a.Contains("ll"));
Console.WriteLine(string.CompareOrdinal("abc", "abd") < 0);
foreach (var part in "one,two,,three".Split(','))
{
    Console.Write("[" + part + "]");
}

Console.WriteLine();
var sb = new System.Text.StringBuilder();
for (int i = 0; i < 10; i++)
{
    sb.Append(i).Append(i % 2 == 0 ? "e " : "o ");
}

sb.Insert(0, "<").Append('>').Replace("5o", "five");
Console.WriteLine(sb.ToString() + sb.Length);
char[] cs = a.ToCharArray();
Array.Reverse(cs);
Console.WriteLine(new string (cs) + new string ('*', 5));
Console.WriteLine($"{42, 6}|{42, -6}|{3.14159:F2}|{255:X4}|{1234567:N0}|{true}|{'c'}|{null}|");
int h = 0;
foreach (char c in "checksum")
{
    h = unchecked(h * 31 + c);
}

Console.WriteLine(h);
switch (a)
{
    case "bye":
        Console.WriteLine("no");
        break;
    case "hello":
        Console.WriteLine("matched");
        break;
    default:
        Console.WriteLine("default");
        break;
}

Console.WriteLine(int.Parse("123") + int.Parse("-23") + " " + double.Parse("2.5") + " "
    + int.TryParse("x1", out int r) + r);
Console.WriteLine("ünïcödé ✓ 𝄞".Length + " ünïcödé ✓ 𝄞");
Console.WriteLine(@"c:\path" + """ raw "quoted" """ + "\ttab\\");
