// Definitions that instantiate themselves with ever larger arguments: what is needed runs, the rest is cut off.

Console.WriteLine(Depth<int>(4));
Console.WriteLine(References<string>(4));
Console.WriteLine(Pairs<int>(3));
Console.WriteLine(new Node<string>(2).Count());
Console.WriteLine(Written());
Console.WriteLine(typeof(Nested<Nested<Nested<int>>>));

static int Depth<T>(int n)
{
    return n == 0 ? 0 : 1 + Depth<Box<T>>(n - 1);
}

static int References<T>(int n)
{
    return n == 0 ? 0 : 1 + References<List<T>>(n - 1);
}

static int Pairs<T>(int n)
{
    return n == 0 ? 0 : 1 + Pairs<(T, T)>(n - 1);
}

// Deep, but written out: nothing is cut.
static string Written()
{
    var deep = new List<List<List<List<List<List<string>>>>>>();
    deep.Add(new());
    deep[0].Add(new());
    deep[0][0].Add(new());
    return deep.GetType().ToString() + deep[0][0].Count;
}

struct Box<T>
{
    public T Value;
}

struct Nested<T>
{
    public Nested<Nested<T>>[]? Inner;
}

class Node<T>(int depth)
{
    public int Count()
    {
        return depth == 0 ? 1 : 1 + new Node<T[]>(depth - 1).Count();
    }
}
