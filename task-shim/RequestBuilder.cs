using System;
using System.Collections.Generic;

namespace Tailor.Tasks;

/// <summary>
/// The request as a tree under construction: dotted names such as <c>output.object</c> lead to values.
/// Objects keep the order of first mention, maps are sorted by name, lists keep their order without duplicates, so
/// equal projects give equal bytes.
/// </summary>
internal sealed class RequestBuilder
{
    private readonly Node root = new();

    public void Set(string name, string value) => Find(name).Value = value;

    public void Set(string name, bool value) => Find(name).Value = value;

    public void Set(string name, long value) => Find(name).Value = value;

    /// <summary>Appends to the list <paramref name="name"/>; a value that is there already is left out.</summary>
    public void Add(string name, string value)
    {
        Node node = Find(name);
        node.List ??= [];
        if (node.Seen.Add(value))
        {
            node.List.Add(value);
        }
    }

    /// <summary>Puts an entry into the map <paramref name="name"/>; the last value of a key wins.</summary>
    public void Put(string name, string key, string value)
    {
        Node node = Find(name);
        node.Map ??= new SortedDictionary<string, string>(StringComparer.Ordinal);
        node.Map[key] = value;
    }

    public string ToJson()
    {
        JsonWriter writer = new();
        root.Write(writer);
        return writer.ToString();
    }

    private Node Find(string name)
    {
        Node node = root;
        foreach (string part in name.Split('.'))
        {
            node = node.Member(part);
        }
        return node;
    }

    private sealed class Node
    {
        private readonly List<KeyValuePair<string, Node>> members = [];

        public object? Value { get; set; }

        public List<string>? List { get; set; }

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, string>? Map { get; set; }

        public Node Member(string name)
        {
            foreach (KeyValuePair<string, Node> member in members)
            {
                if (member.Key == name)
                {
                    return member.Value;
                }
            }
            Node created = new();
            members.Add(new KeyValuePair<string, Node>(name, created));
            return created;
        }

        public void Write(JsonWriter writer)
        {
            if (List != null)
            {
                WriteList(writer, List);
            }
            else if (Map != null)
            {
                WriteMap(writer, Map);
            }
            else if (Value is string text)
            {
                writer.Value(text);
            }
            else if (Value is bool flag)
            {
                writer.Value(flag);
            }
            else if (Value is long number)
            {
                writer.Value(number);
            }
            else
            {
                WriteMembers(writer);
            }
        }

        private static void WriteList(JsonWriter writer, List<string> list)
        {
            writer.OpenArray();
            foreach (string element in list)
            {
                writer.NextElement();
                writer.Value(element);
            }
            writer.CloseArray();
        }

        private static void WriteMap(JsonWriter writer, SortedDictionary<string, string> map)
        {
            writer.OpenObject();
            foreach (KeyValuePair<string, string> entry in map)
            {
                writer.Name(entry.Key);
                writer.Value(entry.Value);
            }
            writer.CloseObject();
        }

        private void WriteMembers(JsonWriter writer)
        {
            writer.OpenObject();
            foreach (KeyValuePair<string, Node> member in members)
            {
                writer.Name(member.Key);
                member.Value.Write(writer);
            }
            writer.CloseObject();
        }
    }
}
