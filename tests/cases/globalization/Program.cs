// Cultures of ICU: formats, parsing, casing, sorting, searching, normalization, calendars, regions, code pages, text elements.
using System.Globalization;
using System.Text;

Cultures.Run();
Comparisons.Run();
Calendars.Run();
Texts.Run();

static class Cultures
{
    public static void Run()
    {
        var time = new DateTime(2024, 3, 5, 14, 7, 9);
        foreach (string name in new[] { "de-DE", "fr-FR", "ja-JP", "tr-TR", "ar-SA", "th-TH", "sv-SE", "en-US" })
        {
            var culture = new CultureInfo(name);
            Console.WriteLine($"{name} {culture.EnglishName} {culture.NativeName} {culture.DateTimeFormat.FirstDayOfWeek}");
            Console.WriteLine($"  {1234567.891.ToString("N2", culture)} {12.5m.ToString("C", culture)} {0.256.ToString("P1", culture)}");
            Console.WriteLine($"  {time.ToString("D", culture)} {culture.Calendar.GetType().Name} {culture.TextInfo.ListSeparator}");
        }
        foreach (string name in new[] { "US", "DE", "JP" })
        {
            var region = new RegionInfo(name);
            Console.WriteLine($"{region.EnglishName} {region.ISOCurrencySymbol} {region.CurrencySymbol} {region.IsMetric}");
        }
        var german = new CultureInfo("de-DE");
        Console.WriteLine(DateTime.Parse("5. März 2024", german).ToString("s"));
        Console.WriteLine(decimal.Parse("1.234,56", german).ToString(CultureInfo.InvariantCulture));
        var japanese = new CultureInfo("ja-JP") { DateTimeFormat = { Calendar = new JapaneseCalendar() } };
        Console.WriteLine(DateTime.ParseExact("令和6年2月29日", "gy年M月d日", japanese).ToString("s"));
        try
        {
            Console.WriteLine(new CultureInfo("no such culture").Name);
        }
        catch (CultureNotFoundException e)
        {
            Console.WriteLine(e.InvalidCultureName);
        }
    }
}

static class Comparisons
{
    public static void Run()
    {
        var turkish = new CultureInfo("tr-TR");
        Console.WriteLine("iIıİ".ToUpper(turkish) + " " + "iIıİ".ToLower(turkish) + " " + "iIıİ".ToUpperInvariant());
        string[] words = ["zebra", "Äpfel", "apfel", "Apfel", "öl", "ol", "coop", "co-op", "æ", "ae"];
        foreach (string name in new[] { "de-DE", "sv-SE", "" })
        {
            string[] sorted = words.ToArray();
            Array.Sort(sorted, StringComparer.Create(new CultureInfo(name), false));
            Console.WriteLine($"'{name}' {string.Join(",", sorted)}");
        }
        const CompareOptions Loose = CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace;
        Console.WriteLine(string.Compare("résumé", "RESUME", CultureInfo.InvariantCulture, Loose));
        CompareInfo compare = CultureInfo.InvariantCulture.CompareInfo;
        Console.WriteLine(compare.IndexOf("a résumé", "RESUME", Loose) + " " + compare.IsPrefix("Élan", "e", Loose));
        Console.WriteLine(compare.GetSortKey("abc").KeyData.Length > 0);
        Console.WriteLine(StringComparer.InvariantCultureIgnoreCase.GetHashCode("É") == StringComparer.InvariantCultureIgnoreCase.GetHashCode("é"));
        Console.WriteLine("ﬁ".Normalize(NormalizationForm.FormKC) + " " + "é".Normalize(NormalizationForm.FormD).Length + " " + "e\u0301".IsNormalized());
        var names = new IdnMapping();
        Console.WriteLine(names.GetAscii("bücher.example") + " " + names.GetUnicode("xn--bcher-kva.example"));
    }
}

static class Calendars
{
    public static void Run()
    {
        var day = new DateTime(2024, 2, 29);
        Calendar[] calendars =
        [
            new HijriCalendar(), new HebrewCalendar(), new JapaneseCalendar(), new PersianCalendar(),
            new ThaiBuddhistCalendar(), new UmAlQuraCalendar(), new ChineseLunisolarCalendar(), new KoreanCalendar(),
        ];
        foreach (Calendar calendar in calendars)
        {
            int year = calendar.GetYear(day);
            Console.WriteLine($"{calendar.GetType().Name} {year} {calendar.GetMonth(day)} {calendar.GetDayOfMonth(day)} {calendar.GetEra(day)} {calendar.IsLeapYear(year)}");
        }
        Console.WriteLine(ISOWeek.GetWeekOfYear(day));
    }
}

static class Texts
{
    public static void Run()
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator("a👨‍👩‍👧é🇩🇪");
        int count = 0;
        while (elements.MoveNext())
        {
            count++;
        }
        Console.WriteLine(count);
        Console.WriteLine(CharUnicodeInfo.GetUnicodeCategory('ǅ') + " " + Rune.GetUnicodeCategory(new Rune(0x1F600)));
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Console.WriteLine(BitConverter.ToString(Encoding.GetEncoding(1252).GetBytes("€äß")));
        Encoding shiftJis = Encoding.GetEncoding("shift_jis");
        Console.WriteLine(shiftJis.GetString(shiftJis.GetBytes("日本語")) + " " + shiftJis.WebName);
    }
}
