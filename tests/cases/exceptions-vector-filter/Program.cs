// Filters run before the stack is unwound, on top of the frames that threw: they must see the locals of their own frame,
// also where vectors make that frame aligned differently.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

Console.WriteLine(WithVector(7));
Console.WriteLine(WithVector(8));
Console.WriteLine(Nested(3));

static int WithVector(int seed)
{
    Vector256<int> vector = Vector256.Create(seed, 2, 3, 4, 5, 6, 7, 8);
    int scalar = seed * 3;
    string text = "seed " + seed;
    try
    {
        Throw(seed);
        return -1;
    }
    catch (InvalidOperationException e) when (Vector256.Sum(vector) == seed + 35 && scalar == seed * 3 && text.EndsWith(e.Message))
    {
        vector += Vector256.Create(1);
        return Vector256.Sum(vector) + scalar + text.Length;
    }
}

static int Nested(int depth)
{
    Vector256<long> vector = Vector256.Create((long)depth);
    try
    {
        if (depth == 0)
        {
            Throw(0);
        }

        return Nested(depth - 1);
    }
    catch (InvalidOperationException) when (Vector256.Sum(vector) == 12)
    {
        return (int)Vector256.Sum(vector);
    }
}

[MethodImpl(MethodImplOptions.NoInlining)]
static void Throw(int number) => throw new InvalidOperationException(number.ToString());
