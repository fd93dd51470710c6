using System.Globalization;
using System.Text;

namespace Tailor.Tasks;

/// <summary>
/// Writes one indented JSON document. Own code instead of a library, so that the task assembly has no dependency to load.
/// </summary>
internal sealed class JsonWriter
{
    private readonly StringBuilder text = new();
    private int depth;
    private bool empty = true;

    public void OpenObject() => Open('{');

    public void CloseObject() => Close('}');

    public void OpenArray() => Open('[');

    public void CloseArray() => Close(']');

    /// <summary>Starts a member of the open object; its value must follow.</summary>
    public void Name(string name)
    {
        NextElement();
        Quote(name);
        text.Append(": ");
    }

    /// <summary>Starts an element of the open array; its value must follow.</summary>
    public void NextElement()
    {
        if (!empty)
        {
            text.Append(',');
        }
        empty = false;
        NewLine();
    }

    public void Value(string value) => Quote(value);

    public void Value(bool value) => text.Append(value ? "true" : "false");

    public void Value(long value) => text.Append(value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => text + "\n";

    private void Open(char bracket)
    {
        text.Append(bracket);
        depth++;
        empty = true;
    }

    private void Close(char bracket)
    {
        depth--;
        if (!empty)
        {
            NewLine();
        }
        empty = false;
        text.Append(bracket);
    }

    private void NewLine() => text.Append('\n').Append(' ', 2 * depth);

    private void Quote(string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
            {
                text.Append('\\').Append(c);
            }
            else if (c < ' ')
            {
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }
        text.Append('"');
    }
}
