using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

/// Structures of every shape that the collector has to follow. Each round makes one kind of structure, checks an older one,
/// and now and then throws, collects or hands a structure to another thread.
sealed class Torture
{
    private const int Places = 48;
    private static readonly Structure?[] Shared = new Structure?[32];

    [ThreadStatic]
    private static Structure? last;

    private readonly Structure?[] kept = new Structure?[Places];
    private readonly ConditionalWeakTable<Structure, string> notes = new();
    private uint state;

    public Torture(int seed) => state = (uint)seed * 2654435761u | 1;

    public int Errors { get; private set; }

    public int Rounds { get; private set; }

    public void Run(int milliseconds)
    {
        long end = Environment.TickCount64 + milliseconds;
        while (Environment.TickCount64 < end)
        {
            Round();
        }
    }

    public void Round()
    {
        Structure made = Make();
        notes.Add(made, "note " + made.Seed);
        int place = Next(Places);
        Check(kept[place]);
        kept[place] = made;
        Expect(ReferenceEquals(last, null) || last.Holds());
        last = made;

        Structure? foreign = Interlocked.Exchange(ref Shared[Next(Shared.Length)], made);
        Check(foreign);
        if (Next(4) == 0)
        {
            Expect(ReferenceEquals(ThrowThrough(made), made));
        }

        if (Next(16) == 0)
        {
            Walk(made);
        }

        if (Next(64) == 0)
        {
            GC.Collect(Next(3), GCCollectionMode.Forced, true, Next(2) == 0);
        }

        if (Next(512) == 0)
        {
            Array.Clear(kept);
        }

        Rounds++;
    }

    private Structure Make()
    {
        int seed = Next(1 << 20);
        return Next(9) switch
        {
            0 => new Chain(seed),
            1 => new Tree(seed),
            2 => new Matrix(seed),
            3 => new Records(seed),
            4 => new Texts(seed),
            5 => new Closures(seed),
            6 => new Handles(seed),
            7 => new Large(seed),
            _ => new Phoenix(seed),
        };
    }

    private void Check(Structure? structure)
    {
        if (structure is null)
        {
            return;
        }

        Expect(structure.Holds());
        if (notes.TryGetValue(structure, out string? note))
        {
            Expect(note == "note " + structure.Seed);
        }
    }

    private void Expect(bool condition)
    {
        if (!condition)
        {
            Errors++;
        }
    }

    // ---- Exceptions

    private sealed class Carrier(Structure structure, Exception? inner) : Exception("carrier", inner)
    {
        public Structure Structure => structure;
    }

    private Structure? ThrowThrough(Structure structure)
    {
        object?[] frames = new object?[12];
        try
        {
            Descend(10, structure, frames);
            return null;
        }
        catch (Carrier e) when (Allocates(e) && e.InnerException is Carrier inner && inner.Structure == structure)
        {
            Expect(frames[10] is string text && text == "xxxxxxxxxx!");
            return e.Structure;
        }
    }

    private static bool Allocates(Carrier e) => new string('f', e.Message.Length).Length == 7;

    private static void Descend(int depth, Structure structure, object?[] frames)
    {
        string mark = new('x', depth);
        try
        {
            if (depth == 0)
            {
                throw new Carrier(structure, null);
            }

            Descend(depth - 1, structure, frames);
        }
        catch (Carrier e) when (depth == 5 && e.InnerException is null)
        {
            throw new Carrier(e.Structure, e);
        }
        catch (Carrier) when (depth == 7)
        {
            throw;
        }
        finally
        {
            frames[depth] = mark + "!";
        }
    }

    // ---- References into objects, alive while other objects are made

    private void Walk(Structure structure)
    {
        int[] numbers = new int[200];
        Span<int> rest = numbers;
        ref int slot = ref numbers[0];
        numbers = [];
        for (int i = 0; i < 200; i++)
        {
            slot = i;
            string text = i.ToString();
            rest[0] += text.Length;
            rest = rest[1..];
            if (i < 199)
            {
                slot = ref Unsafe.Add(ref slot, 1);
            }
        }

        Expect(slot == 199 + 3 && rest.IsEmpty);
        Expect(structure.Holds());
    }

    private int Next(int limit)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (int)(state % (uint)limit);
    }
}

abstract class Structure(int seed)
{
    public readonly int Seed = seed;

    public abstract bool Holds();
}

sealed class Chain : Structure
{
    private sealed class Node
    {
        public int Value;
        public Node? Next;
        public Node? Previous;
    }

    private readonly Node first;
    private readonly int count;

    public Chain(int seed) : base(seed)
    {
        count = 1 + seed % 60;
        first = new Node { Value = seed };
        Node node = first;
        for (int i = 1; i < count; i++)
        {
            node.Next = new Node { Value = seed + i, Previous = node };
            node = node.Next;
        }
    }

    public override bool Holds()
    {
        int i = 0;
        for (Node? node = first; node is not null; node = node.Next)
        {
            if (node.Value != Seed + i || (node.Next is not null && node.Next.Previous != node))
            {
                return false;
            }

            i++;
        }

        return i == count;
    }
}

sealed class Tree : Structure
{
    private sealed record Node(int Value, Node? Left, Node? Right);

    private readonly Node? root;

    public Tree(int seed) : base(seed) => root = Build(seed, 6);

    private static Node? Build(int value, int depth) =>
        depth == 0 ? null : new Node(value, Build(value * 2, depth - 1), Build(value * 2 + 1, depth - 1));

    private static int Count(Node? node, int value) =>
        node is null ? 0 : node.Value == value ? 1 + Count(node.Left, value * 2) + Count(node.Right, value * 2 + 1) : -1000;

    public override bool Holds() => Count(root, Seed) == 63;
}

sealed class Matrix : Structure
{
    private readonly object[,] cells = new object[5, 7];
    private readonly string[][] rows = new string[4][];

    public Matrix(int seed) : base(seed)
    {
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 7; j++)
            {
                cells[i, j] = seed + i * 7 + j;
            }
        }

        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new string[i + 1];
            Array.Fill(rows[i], "row" + (seed + i));
        }
    }

    public override bool Holds()
    {
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 7; j++)
            {
                if ((int)cells[i, j] != Seed + i * 7 + j)
                {
                    return false;
                }
            }
        }

        return rows[3][3] == "row" + (Seed + 3) && rows[0][0] == "row" + Seed;
    }
}

sealed class Records : Structure
{
    private struct Record
    {
        public int Number;
        public string Name;
        public (object Box, long Value) Pair;
    }

    private readonly Record[] records = new Record[20];
    private readonly Dictionary<string, Record> byName = [];

    public Records(int seed) : base(seed)
    {
        for (int i = 0; i < records.Length; i++)
        {
            ref Record record = ref records[i];
            record.Number = seed + i;
            record.Name = "n" + i;
            record.Pair = (record.Number, seed * (long)i);
            byName[record.Name] = record;
        }
    }

    public override bool Holds()
    {
        for (int i = 0; i < records.Length; i++)
        {
            Record record = byName["n" + i];
            if (record.Number != Seed + i || (int)records[i].Pair.Box != record.Number || record.Pair.Value != Seed * (long)i)
            {
                return false;
            }
        }

        return true;
    }
}

sealed class Texts : Structure
{
    private readonly List<string> texts = [];

    public Texts(int seed) : base(seed)
    {
        for (int i = 0; i < 30; i++)
        {
            texts.Add(string.Concat("text ", (seed + i).ToString(), new string('.', i)));
        }
    }

    public override bool Holds()
    {
        int i = 0;
        foreach (string text in texts)
        {
            ReadOnlySpan<char> digits = text.AsSpan(5).TrimEnd('.');
            if (!int.TryParse(digits, out int value) || value != Seed + i || text.Length != 5 + digits.Length + i)
            {
                return false;
            }

            i++;
        }

        return i == 30;
    }
}

sealed class Closures : Structure
{
    private readonly Func<int, int>[] functions = new Func<int, int>[10];
    private readonly IEnumerator<string> sequence;
    private Func<int, int>? all;

    public Closures(int seed) : base(seed)
    {
        for (int i = 0; i < functions.Length; i++)
        {
            string text = i.ToString();
            functions[i] = x => x + seed + text.Length;
            all += functions[i];
        }

        sequence = Numbers(seed).GetEnumerator();
    }

    private static IEnumerable<string> Numbers(int seed)
    {
        for (int i = seed; ; i++)
        {
            yield return i.ToString();
        }
    }

    public override bool Holds()
    {
        lock (sequence)
        {
            sequence.MoveNext();
            return functions[9](1) == Seed + 2 && all!(5) == Seed + 6 && int.Parse(sequence.Current) >= Seed;
        }
    }
}

sealed class Handles : Structure
{
    private readonly GCHandle normal, pinned, weak;
    private readonly object target;
    private readonly nint address;

    public Handles(int seed) : base(seed)
    {
        byte[] bytes = new byte[40];
        bytes[39] = (byte)seed;
        target = seed;
        normal = GCHandle.Alloc("handle " + seed);
        pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        weak = GCHandle.Alloc(target, GCHandleType.Weak);
        address = pinned.AddrOfPinnedObject();
    }

    ~Handles()
    {
        normal.Free();
        pinned.Free();
        weak.Free();
    }

    public override bool Holds()
    {
        bool holds = (string)normal.Target! == "handle " + Seed && Marshal.ReadByte(address, 39) == (byte)Seed &&
                     weak.Target == target;
        GC.KeepAlive(this);
        return holds;
    }
}

sealed class Large : Structure
{
    private readonly object[] objects;

    public Large(int seed) : base(seed)
    {
        objects = new object[seed % 8 == 0 ? 12000 : 100];
        for (int i = 0; i < objects.Length; i += 50)
        {
            objects[i] = seed + i;
        }
    }

    public override bool Holds()
    {
        for (int i = 0; i < objects.Length; i += 50)
        {
            if ((int)objects[i] != Seed + i)
            {
                return false;
            }
        }

        return true;
    }
}

/// Comes back from its finalizer once.
sealed class Phoenix : Structure
{
    private static Phoenix? saved;
    private readonly string text;
    private bool returned;

    public Phoenix(int seed) : base(seed) => text = "phoenix " + seed;

    ~Phoenix()
    {
        if (!returned)
        {
            returned = true;
            saved = this;
            GC.ReRegisterForFinalize(this);
        }
    }

    public override bool Holds()
    {
        Phoenix? other = saved;
        return text == "phoenix " + Seed && (other is null || other.text == "phoenix " + other.Seed);
    }
}
