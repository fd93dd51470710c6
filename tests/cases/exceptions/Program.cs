// Exceptions: filters, nested finally, rethrow, exceptions of the runtime, exits from protected regions.

try
{
    throw new Exception("one");
}
catch (Exception e)
{
    Console.WriteLine("caught " + e.Message);
}
finally
{
    Console.WriteLine("finally");
}

try
{
    try
    {
        Deep(5);
    }
    finally
    {
        Console.WriteLine("inner finally");
    }
}
catch (ArgumentException e)
{
    Console.WriteLine("arg " + e.Message);
}

Console.WriteLine(Ret() + " " + side);
try
{
    try
    {
        throw new MyEx(3);
    }
    catch (MyEx e) when (e.Code == 4)
    {
        Console.WriteLine("no");
    }
}
catch (MyEx e) when (Filter(e))
{
    Console.WriteLine("filtered " + e.Code);
}

try
{
    try
    {
        throw new InvalidOperationException("a");
    }
    catch (Exception e)
    {
        throw new ApplicationException("wrap", e);
    }
}
catch (Exception e)
{
    Console.WriteLine(e.Message + "<-" + e.InnerException!.Message);
}

try
{
    try
    {
        Deep(0);
    }
    catch
    {
        Console.WriteLine("rethrow");
        throw;
    }
}
catch (Exception e)
{
    Console.WriteLine(e.GetType().Name);
}

object? o = null;
int zero = 0;
int[] arr = new int[2];
string s = "str";
Try(() => o!.ToString());
Try(() => 1 / zero);
Try(() => arr[5]);
Try(() => (int)(object)s);
Try(() => checked(int.MaxValue + (zero + 1)));
Try(() => int.Parse("zz"));
Try(() => new int[-1 + zero]);
Try(() => ((object[])new string[1])[0] = 1);
Try(() => new List<int>()[0]);
Try(() => new Dictionary<int, int>()[1]);
Try(() => "abc".Substring(5));
Try(() => Enum.Parse<DayOfWeek>("Nope"));
Try<int>(() => throw null!);
Try(() => 5L % zero);
decimal dm = decimal.MaxValue;
Try(() => dm * 2);
Try(() => ((Action)null!).Method);
Try(() => Memory.NearNull());
Try(() => Memory.Element(0));
Try(() => Memory.OnSmallStack());
for (int i = 0; i < 4; i++)
{
    try
    {
        if (i == 1)
        {
            continue;
        }

        if (i == 3)
        {
            break;
        }

        Console.Write(i + " ");
    }
    finally
    {
        Console.Write("f" + i + " ");
    }
}

Console.WriteLine();
try
{
    try
    {
        throw new Exception("first");
    }
    finally
    {
        throw new Exception("second");
    }
}
catch (Exception e)
{
    Console.WriteLine(e.Message);
}

int cnt = 0;
for (int i = 0; i < 200; i++)
{
    try
    {
        if (i % 2 == 0)
        {
            throw new MyEx(i);
        }
    }
    catch (MyEx e)
    {
        cnt += e.Code;
    }
}

Console.WriteLine(cnt);
try
{
    foreach (int i in Iter())
    {
        Console.Write(i + " ");
        if (i == 2)
        {
            throw new Exception("stop");
        }
    }
}
catch (Exception e)
{
    Console.WriteLine(e.Message);
}

goto end;
end:
    Console.WriteLine("end");
static void Try<T>(Func<T> f)
{
    try
    {
        f();
        Console.WriteLine("none");
    }
    catch (Exception e)
    {
        Console.WriteLine(e.GetType().Name);
    }
}

static void Deep(int n)
{
    if (n == 0)
    {
        throw new ArgumentException("deep");
    }

    try
    {
        Deep(n - 1);
    }
    finally
    {
        Console.Write("u" + n + " ");
    }
}

static bool Filter(MyEx e)
{
    Console.Write("[filter] ");
    return e.Code == 3;
}

static int Ret()
{
    try
    {
        return side = 1;
    }
    finally
    {
        side = 2;
    }
}

static IEnumerable<int> Iter()
{
    try
    {
        yield return 1;
        yield return 2;
        yield return 3;
    }
    finally
    {
        Console.Write("iter-finally ");
    }
}

partial class Program
{
    static int side;
}

class MyEx(int c) : Exception("my" + c)
{
    public int Code => c;
}

static unsafe class Memory
{
    public static int NearNull() => *(int*)8;

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static int Element(nint address)
    {
        int* numbers = (int*)address;
        return numbers[3];
    }

    public static int OnSmallStack()
    {
        Exception? caught = null;
        var thread = new Thread(() =>
        {
            try
            {
                Recurse(0);
            }
            catch (Exception e)
            {
                caught = e;
            }
        }, 192 * 1024);
        thread.Start();
        thread.Join();
        throw caught!;
    }

    static int Recurse(int depth)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return Recurse(depth + 1) + 1;
    }
}
