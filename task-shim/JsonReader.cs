using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Tailor.Tasks;

/// <summary>
/// Parses one JSON value: objects become dictionaries, arrays lists, numbers doubles.
/// Anything malformed, and anything nested deeper than an event ever is, throws <see cref="FormatException"/>.
/// </summary>
internal sealed class JsonReader
{
    private const int MaximumDepth = 32;
    private readonly string text;
    private int position;
    private int depth;

    private JsonReader(string document) => text = document;

    public static Dictionary<string, object?> ParseObject(string document)
    {
        JsonReader reader = new(document);
        object? value = reader.ReadValue();
        reader.SkipSpace();
        if (reader.position != reader.text.Length || value is not Dictionary<string, object?> members)
        {
            throw new FormatException("not one JSON object");
        }
        return members;
    }

    private object? ReadValue()
    {
        SkipSpace();
        if (++depth > MaximumDepth)
        {
            throw new FormatException("nested too deep");
        }
        object? value = Peek() switch
        {
            '"' => ReadString(),
            '{' => ReadObject(),
            '[' => ReadArray(),
            _ => ReadWord(),
        };
        depth--;
        return value;
    }

    private Dictionary<string, object?> ReadObject()
    {
        Dictionary<string, object?> members = new(StringComparer.Ordinal);
        Expect('{');
        SkipSpace();
        if (TryTake('}'))
        {
            return members;
        }
        do
        {
            SkipSpace();
            string name = ReadString();
            SkipSpace();
            Expect(':');
            members[name] = ReadValue();
            SkipSpace();
        }
        while (TryTake(','));
        Expect('}');
        return members;
    }

    private List<object?> ReadArray()
    {
        List<object?> elements = [];
        Expect('[');
        SkipSpace();
        if (TryTake(']'))
        {
            return elements;
        }
        do
        {
            elements.Add(ReadValue());
            SkipSpace();
        }
        while (TryTake(','));
        Expect(']');
        return elements;
    }

    private object? ReadWord()
    {
        int start = position;
        while (position < text.Length && ",]} \t\r\n".IndexOf(text[position]) < 0)
        {
            position++;
        }
        string word = text.Substring(start, position - start);
        return word switch
        {
            "true" => true,
            "false" => false,
            "null" => null,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw new FormatException("unknown word"),
        };
    }

    private string ReadString()
    {
        StringBuilder value = new();
        Expect('"');
        while (!TryTake('"'))
        {
            char c = Take();
            value.Append(c == '\\' ? ReadEscape() : c);
        }
        return value.ToString();
    }

    private char ReadEscape()
    {
        char c = Take();
        switch (c)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                string digits = new(new[] { Take(), Take(), Take(), Take() });
                return (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            default:
                return c;
        }
    }

    private void SkipSpace()
    {
        while (position < text.Length && text[position] is ' ' or '\t' or '\r' or '\n')
        {
            position++;
        }
    }

    private char Peek() => position < text.Length ? text[position] : throw new FormatException("unexpected end");

    private char Take()
    {
        char c = Peek();
        position++;
        return c;
    }

    private bool TryTake(char c)
    {
        bool found = Peek() == c;
        position += found ? 1 : 0;
        return found;
    }

    private void Expect(char c)
    {
        if (!TryTake(c))
        {
            throw new FormatException("'" + c + "' expected");
        }
    }
}
