using System.Globalization;
using Cronos;
using Humanizer;
using NodaTime;
using NodaTime.Calendars;
using NodaTime.Text;
using NodaTime.TimeZones;
using Pidgin;
using Pidgin.Expression;
using Sprache;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;
using static Pidgin.Parser;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

static void Check(string what, Func<string> test)
{
    try
    {
        Console.WriteLine($"{what}: {test()}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{what}: {e.GetType()}: {e.Message}");
        Console.Error.WriteLine(e);
    }
}

// NodaTime
var zones = DateTimeZoneProviders.Tzdb;
var berlin = zones["Europe/Berlin"];
Check("zoned", () => new LocalDateTime(2024, 3, 31, 2, 30).InZoneLeniently(berlin).ToString());
Check("gap", () => berlin.MapLocal(new LocalDateTime(2024, 3, 31, 2, 30)).Count + " " + berlin.MapLocal(new LocalDateTime(2024, 10, 27, 2, 30)).Count);
Check("strict", () => new LocalDateTime(2024, 3, 31, 2, 30).InZoneStrictly(berlin).ToString());
Check("period", () => Period.Between(new LocalDate(2020, 2, 29), new LocalDate(2024, 5, 17)).ToString());
Check("calendars", () => string.Join(" ", new[] { CalendarSystem.HebrewCivil, CalendarSystem.PersianArithmetic, CalendarSystem.Coptic, CalendarSystem.IslamicBcl, CalendarSystem.Julian, CalendarSystem.Badi }.Select(c => new LocalDate(2024, 6, 1).WithCalendar(c).ToString("uuuu-MM-dd", null))));
Check("patterns", () => InstantPattern.ExtendedIso.Parse("2024-01-02T03:04:05.678Z").Value + " " + DurationPattern.Roundtrip.Format(Duration.FromHours(49.5)) + " " + OffsetDateTimePattern.Rfc3339.Format(new LocalDateTime(2024, 1, 1, 0, 0).WithOffset(Offset.FromHours(-5))));
Check("bad pattern", () => LocalDatePattern.CreateWithInvariantCulture("yyyy/qq").ToString()!);
Check("intervals", () => string.Join(" ", berlin.GetZoneIntervals(Instant.FromUtc(2023, 1, 1, 0, 0), Instant.FromUtc(2024, 1, 1, 0, 0)).Select(i => i.Name + i.WallOffset)));
Check("week", () => WeekYearRules.Iso.GetWeekOfWeekYear(new LocalDate(2021, 1, 3)) + " " + new LocalDate(2021, 1, 3).Next(IsoDayOfWeek.Friday));
Check("zones", () => (zones.Ids.Count > 400) + " " + TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping["W. Europe Standard Time"]);

// Humanizer
Check("words", () => 12345.ToWords() + "; " + 21.ToOrdinalWords() + "; " + 4.ToRoman() + "; " + "case".ToQuantity(3) + "; " + 1.ToOrdinalWords());
Check("inflector", () => string.Join(" ", "person sheep octopus analysis wolf".Split(' ').Select(w => w.Pluralize())) + " " + "matrices".Singularize());
Check("cases", () => "some_title for-thisCase".Humanize() + "; " + "some title".Pascalize() + "; " + "SomeTitle".Underscore() + "; " + "SomeTitle".Kebaberize() + "; " + "a long text here".Truncate(8, Truncator.FixedLength));
Check("spans", () => TimeSpan.FromMilliseconds(123456789).Humanize(4) + "; " + new DateTime(2024, 1, 1).Humanize(utcDate: true, dateToCompareAgainst: new DateTime(2024, 1, 5)));
Check("bytes", () => 12345678L.Bytes().Humanize("0.00") + "; " + Humanizer.ByteSize.Parse("1.5 MB").Bytes);
Check("lists", () => new[] { "a", "b", "c" }.Humanize() + "; " + Color.DarkRed.Humanize() + "; " + 1230000.ToMetric(decimals: 2));
Check("invariant culture", () => 21.ToWords(new CultureInfo("en-GB")));

// Sprache
Check("Sprache", () =>
{
    var number = Sprache.Parse.Decimal.Token().Select(decimal.Parse);
    Sprache.Parser<decimal> expression = null!;
    var factor = Sprache.Parse.Char('(').Token().Then(_ => Sprache.Parse.Ref(() => expression)).Then(v => Sprache.Parse.Char(')').Token().Return(v)).XOr(number);
    var term = Sprache.Parse.ChainOperator(Sprache.Parse.Chars('*', '/').Token(), factor, (op, a, b) => op == '*' ? a * b : a / b);
    expression = Sprache.Parse.ChainOperator(Sprache.Parse.Chars('+', '-').Token(), term, (op, a, b) => op == '+' ? a + b : a - b);
    var failed = expression.End().TryParse("1 + (2 * ");
    return expression.End().Parse("(1 + 2) * 3 - 8 / 4") + " " + failed.WasSuccessful + " " + failed.Message;
});
Check("Sprache query", () =>
{
    var identifier = (from first in Sprache.Parse.Letter.Once() from rest in Sprache.Parse.LetterOrDigit.Many() select new string(first.Concat(rest).ToArray())).Token();
    var assignment = from name in identifier from eq in Sprache.Parse.Char('=') from value in identifier.Optional() select (name, value.GetOrElse("none"));
    return string.Join(" ", assignment.DelimitedBy(Sprache.Parse.Char(',')).Parse("a = b, c1 =, d=e9"));
});

// Pidgin
Check("Pidgin", () =>
{
    var literal = Tok(Num).Select<Expression>(v => new Literal(v));
    Pidgin.Parser<char, Func<Expression, Expression, Expression>> Binary(char op) => Tok(Char(op)).ThenReturn<Func<Expression, Expression, Expression>>((l, r) => new Binary(op, l, r));
    var expression = Pidgin.Expression.ExpressionParser.Build<char, Expression>(self =>
        (OneOf(literal, self.Between(Tok(Char('(')), Tok(Char(')')))), new[]
        {
            Operator.InfixL(Binary('*')),
            Operator.InfixL(Binary('+')).And(Operator.InfixL(Binary('-'))),
        }));
    var tree = expression.ParseOrThrow("1 + 2 * (3 - 4) * 5");
    return tree + " = " + tree.Evaluate();
});
Check("Pidgin error", () => Char('a').SeparatedAtLeastOnce(Char(',')).Before(Pidgin.Parser<char>.End).Parse("a,a;a").Error!.ToString());
Check("Pidgin string", () => string.Join("|", Pidgin.Parser<char>.Token(c => c != '"').ManyString().Between(Char('"')).Separated(Whitespaces).ParseOrThrow("\"one\" \"two three\"")));

// YamlDotNet
Check("yaml tree", () =>
{
    var stream = new YamlStream();
    stream.Load(new StringReader("a: &x [1, 2]\nb: *x\nc: |\n  text\n  more\nd: {e: 1.5, f: ~}\n---\n- second\n"));
    var root = (YamlMappingNode)stream.Documents[0].RootNode;
    return string.Join(";", root.Children.Select(c => c.Key + "=" + c.Value.NodeType)) + " " + root["b"][1] + " " + stream.Documents.Count;
});
Check("yaml static", () =>
{
    var context = new YamlContext();
    var deserializer = new StaticDeserializerBuilder(context).WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
    var order = deserializer.Deserialize<Order>("id: 7\ncustomer:\n  name: Zoë\n  since: 2020-05-17\nlines:\n- {item: nut, price: 1.25, kind: Small}\n- {item: bolt, price: 2.5, kind: Large}\ntags: {a: b, c: d}\n");
    var serializer = new StaticSerializerBuilder(context).WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
    return order.Lines.Sum(l => l.Price) + " " + order.Customer!.Name + "\n" + serializer.Serialize(order);
});
Check("yaml error", () => new YamlStream().Tap(s => s.Load(new StringReader("a: [1, 2"))).ToString()!);

// Tomlyn, Ulid, Cronos
Check("toml", () =>
{
    var table = Tomlyn.TomlSerializer.Deserialize<Tomlyn.Model.TomlTable>("title = 'x'\n[owner]\nname = \"Tom\"\ndob = 1979-05-27T07:32:00Z\n[[items]]\nn = 1\n[[items]]\nn = 0x10\n")!;
    return ((Tomlyn.Model.TomlTable)table["owner"])["name"] + " " + ((Tomlyn.Model.TomlTableArray)table["items"])[1]["n"];
});
Check("ulid", () => Ulid.Parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").Time.ToString("O") + " " + new Ulid(Guid.Parse("0102030405060708090a0b0c0d0e0f10")).ToString());
Check("cron", () => string.Join(" ", CronExpression.Parse("*/15 9-17 * * MON-FRI").GetOccurrences(new DateTime(2024, 5, 17, 16, 20, 0, DateTimeKind.Utc), new DateTime(2024, 5, 20, 9, 31, 0, DateTimeKind.Utc)).Select(d => d.ToString("dd-HH:mm"))));

static Pidgin.Parser<char, T> Tok<T>(Pidgin.Parser<char, T> parser) => Try(parser).Before(SkipWhitespaces);

enum Color
{
    DarkRed,
    Blue,
}

abstract record Expression
{
    public abstract int Evaluate();
}

record Literal(int Value) : Expression
{
    public override int Evaluate() => Value;
}

record Binary(char Operator, Expression Left, Expression Right) : Expression
{
    public override int Evaluate() => Operator switch { '+' => Left.Evaluate() + Right.Evaluate(), '-' => Left.Evaluate() - Right.Evaluate(), _ => Left.Evaluate() * Right.Evaluate() };
}

static class Extensions
{
    public static T Tap<T>(this T value, Action<T> action)
    {
        action(value);
        return value;
    }
}

[YamlStaticContext]
[YamlSerializable(typeof(Order))]
[YamlSerializable(typeof(Customer))]
[YamlSerializable(typeof(Line))]
public partial class YamlContext : YamlDotNet.Serialization.StaticContext;

public class Order
{
    public int Id { get; set; }
    public Customer? Customer { get; set; }
    public List<Line> Lines { get; set; } = [];
    public Dictionary<string, string> Tags { get; set; } = [];
}

public class Customer
{
    public string Name { get; set; } = "";
    public DateTime Since { get; set; }
}

public class Line
{
    public string Item { get; set; } = "";
    public decimal Price { get; set; }
    public Kind Kind { get; set; }
}

public enum Kind
{
    Small,
    Large,
}
