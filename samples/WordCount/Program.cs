// Prints the most frequent words of files, or of standard input.
//   WordCount [-n COUNT] [FILE]...

int shown = 10;
List<string> files = [];
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "-n" && i + 1 < args.Length && int.TryParse(args[i + 1], out int count))
    {
        shown = count;
        i++;
    }
    else if (args[i].StartsWith('-'))
    {
        Console.Error.WriteLine("usage: WordCount [-n COUNT] [FILE]...");
        return 2;
    }
    else
    {
        files.Add(args[i]);
    }
}

WordCounter counter = new();
try
{
    if (files.Count == 0)
    {
        counter.Read(Console.In);
    }
    foreach (string file in files)
    {
        using StreamReader reader = new(file);
        counter.Read(reader);
    }
}
catch (IOException e)
{
    Console.Error.WriteLine("WordCount: " + e.Message);
    return 1;
}

foreach (KeyValuePair<string, int> word in counter.MostFrequent(shown))
{
    Console.WriteLine(word.Value.ToString().PadLeft(8) + " " + word.Key);
}
Console.WriteLine(counter.Total + " words, " + counter.Different + " different");
return 0;

internal sealed class WordCounter
{
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

    public int Total { get; private set; }

    public int Different => counts.Count;

    public void Read(TextReader reader)
    {
        while (reader.ReadLine() is string line)
        {
            Split(line);
        }
    }

    /// <summary>The words in order of their number, equal ones by spelling.</summary>
    public List<KeyValuePair<string, int>> MostFrequent(int number)
    {
        List<KeyValuePair<string, int>> words = [.. counts];
        words.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : string.CompareOrdinal(a.Key, b.Key));
        return words.GetRange(0, Math.Min(number, words.Count));
    }

    private void Split(string line)
    {
        int start = -1;
        for (int i = 0; i <= line.Length; i++)
        {
            bool inWord = i < line.Length && (char.IsLetterOrDigit(line[i]) || line[i] == '\'');
            if (inWord && start < 0)
            {
                start = i;
            }
            else if (!inWord && start >= 0)
            {
                Add(line.Substring(start, i - start).ToLowerInvariant());
                start = -1;
            }
        }
    }

    private void Add(string word)
    {
        counts.TryGetValue(word, out int count);
        counts[word] = count + 1;
        Total++;
    }
}
