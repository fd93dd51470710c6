// A program of the size of real ones: enough of the framework for several units of code.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using System.Xml.Linq;

Section("regular expressions");
Regex word = new Regex(@"(?<first>\w)(?<rest>\w*)", RegexOptions.CultureInvariant);
Console.WriteLine(word.Replace("the quick brown fox", m => m.Groups["first"].Value.ToUpperInvariant() + m.Groups["rest"].Value));
Console.WriteLine(string.Join("|", Regex.Split("a1b22c333", @"\d+")));
Console.WriteLine(Regex.IsMatch("2026-11-22", @"^\d{4}-(0[1-9]|1[0-2])-\d{2}$"));

Section("XML");
XDocument document = XDocument.Parse("<books><book year='1999'>A</book><book year='2004'>B</book></books>");
foreach (XElement book in document.Root!.Elements("book").OrderByDescending(b => (int)b.Attribute("year")!))
{
    Console.WriteLine($"{book.Value} {(int)book.Attribute("year")!}");
}
document.Root.Add(new XElement("book", new XAttribute("year", 2010), "C & D"));
Console.WriteLine(document.ToString(SaveOptions.DisableFormatting));

Section("JSON");
Order order = new Order(7, "Ännä", [new Line("a", 1.5m, 2), new Line("b", 0.1m, 3)], new() { ["k"] = 1 });
string json = JsonSerializer.Serialize(order, OrderContext.Default.Order);
Console.WriteLine(json);
Order back = JsonSerializer.Deserialize(json, OrderContext.Default.Order)!;
Console.WriteLine(back.Name + " " + back.Lines.Sum(l => l.Price * l.Quantity).ToString(CultureInfo.InvariantCulture));
JsonNode node = JsonNode.Parse("{\"a\":[1,2,{\"b\":true}]}")!;
Console.WriteLine(node["a"]![2]!["b"]!.GetValue<bool>());
try
{
    JsonSerializer.Deserialize("{\"Id\":\"x\"}", OrderContext.Default.Order);
}
catch (JsonException e)
{
    Console.WriteLine(e.Path);
}

Section("queries");
var groups = Enumerable.Range(1, 20)
    .GroupBy(n => n % 3)
    .Select(g => (g.Key, Sum: g.Sum(), Items: string.Join(",", g)))
    .OrderBy(g => g.Key);
foreach (var (key, sum, items) in groups)
{
    Console.WriteLine($"{key}: {sum} = {items}");
}
Console.WriteLine(Enumerable.Range(0, 1000).AsParallel().Where(n => n % 7 == 0).Select(n => (long)n).Sum());
ImmutableSortedDictionary<string, int> sorted = new[] { "b", "a", "c" }.ToImmutableSortedDictionary(s => s, s => (int)s[0]);
Console.WriteLine(string.Join(" ", sorted));

Section("tasks");
Channel<int> channel = Channel.CreateBounded<int>(4);
Task producer = Task.Run(async () =>
{
    for (int i = 0; i < 100; i++)
    {
        await channel.Writer.WriteAsync(i);
    }
    channel.Writer.Complete();
});
int total = 0;
await foreach (int item in channel.Reader.ReadAllAsync())
{
    total += item;
}
await producer;
Console.WriteLine(total);
ConcurrentDictionary<int, int> squares = new();
Parallel.For(0, 100, i => squares[i] = i * i);
Console.WriteLine(squares.Values.Sum());
using (CancellationTokenSource source = new(TimeSpan.FromMilliseconds(20)))
{
    try
    {
        await Task.Delay(Timeout.Infinite, source.Token);
    }
    catch (OperationCanceledException e)
    {
        Console.WriteLine(e.GetType().Name);
    }
}

Section("numbers and text");
Console.WriteLine(BigInteger.Pow(3, 200) % 1_000_000_007);
Console.WriteLine(new Complex(1, 2) * new Complex(3, -1));
Console.WriteLine((decimal.MaxValue / 3).ToString(CultureInfo.InvariantCulture));
Console.WriteLine(new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc).AddYears(1).ToString("O", CultureInfo.InvariantCulture));
Console.WriteLine(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("tailor"))));
byte[] packed;
using (MemoryStream memory = new())
{
    using (GZipStream zip = new(memory, CompressionLevel.Optimal))
    {
        zip.Write(Encoding.UTF8.GetBytes(new string('x', 10_000)));
    }
    packed = memory.ToArray();
}
using (GZipStream unzip = new(new MemoryStream(packed), CompressionMode.Decompress))
using (StreamReader reader = new(unzip))
{
    Console.WriteLine(packed.Length < 100 ? reader.ReadToEnd().Length : -1);
}
string path = Path.GetTempFileName();
await File.WriteAllLinesAsync(path, ["one", "two"]);
Console.WriteLine(File.ReadLines(path).Last());
File.Delete(path);

static void Section(string name) => Console.WriteLine("- " + name);

record Line(string Sku, decimal Price, int Quantity);

record Order(int Id, string Name, List<Line> Lines, Dictionary<string, int> Meta);

[JsonSerializable(typeof(Order))]
partial class OrderContext : JsonSerializerContext
{
}
