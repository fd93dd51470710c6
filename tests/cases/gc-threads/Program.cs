// Four threads build linked structures, keep some of them, throw through several frames and check everything they still
// hold. args: seconds.

long end = Environment.TickCount64 + 1000 * (args.Length > 0 ? int.Parse(args[0]) : 5);
Worker[] workers = new Worker[4];
Thread[] threads = new Thread[workers.Length];
for (int i = 0; i < workers.Length; i++)
{
    workers[i] = new Worker(i, end);
    threads[i] = new Thread(workers[i].Run);
    threads[i].Start();
}

int errors = 0;
bool worked = true;
for (int i = 0; i < workers.Length; i++)
{
    threads[i].Join();
    errors += workers[i].Errors;
    worked &= workers[i].Rounds > 0;
}

Console.WriteLine(worked ? "all threads worked" : "a thread did nothing");
Console.WriteLine(errors + " errors");
return errors == 0 && worked ? 0 : 1;

internal sealed class Node(int value, Node? next)
{
    public readonly int Value = value;
    public readonly Node? Next = next;
    public Node? Other;
}

internal sealed class ChainException(Node chain) : Exception("chain")
{
    public Node Chain => chain;
}

internal sealed class Worker(int seed, long end)
{
    private const int Length = 100;
    private readonly Node?[] kept = new Node?[64];
    private int state = seed;

    public int Errors { get; private set; }

    public int Rounds { get; private set; }

    public void Run()
    {
        while (Environment.TickCount64 < end)
        {
            int place = Next() & 63;
            Check(kept[place]);
            Node chain = Build(Length);
            chain.Other = kept[Next() & 63];
            kept[place] = chain;
            Node thrown = Throw(chain);
            if (!ReferenceEquals(thrown, chain))
            {
                Errors++;
            }

            Check(thrown);
            string text = string.Concat("round ", Rounds.ToString());
            if (text.Length < 7 || text[0] != 'r')
            {
                Errors++;
            }

            Rounds++;
        }
    }

    private static Node Build(int length)
    {
        Node? node = null;
        for (int i = 0; i < length; i++)
        {
            node = new Node(i, node);
        }

        return node!;
    }

    private static Node Throw(Node chain)
    {
        object[] roots = new object[8];
        try
        {
            Descend(5, chain, roots);
            return null!;
        }
        catch (ChainException e) when (e.Chain.Value == Length - 1)
        {
            return roots[5] is string ? e.Chain : null!;
        }
    }

    private static void Descend(int depth, Node chain, object[] roots)
    {
        roots[depth] = new string('x', depth);
        try
        {
            if (depth == 0)
            {
                throw new ChainException(chain);
            }

            Descend(depth - 1, chain, roots);
        }
        finally
        {
            roots[depth] = string.Concat((string)roots[depth], "!");
        }
    }

    private void Check(Node? chain)
    {
        if (chain is null)
        {
            return;
        }

        int count = 0;
        for (Node? node = chain; node is not null; node = node.Next)
        {
            count++;
            if (node.Value != Length - count)
            {
                Errors++;
                return;
            }
        }

        if (count != Length)
        {
            Errors++;
        }
    }

    private int Next()
    {
        state = (state * 1103515245) + 12345;
        return state >> 8;
    }
}
