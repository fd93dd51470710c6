using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

// ---- Module initialisers, class constructors ----

static class Log
{
    public static List<string> Lines = new();
}

static class Initializers
{
    [ModuleInitializer]
    internal static void First() => Log.Lines.Add("module initialiser");

    [ModuleInitializer]
    internal static void Second() => Log.Lines.Add("second initialiser");
}

class Fails
{
    public static int Value = int.Parse("not a number");
    public int Field = 3;

    static Fails()
    {
    }

    public static int Get() => Value;
}

class FailsOnce<T>
{
    public static readonly int Value = Throw();

    static int Throw() => throw new InvalidOperationException(typeof(T).Name);
}

class CycleA
{
    public static int X = CycleB.Y + 1;
}

class CycleB
{
    public static int Y = CycleA.X + 1;
}

class Precise
{
    public static string Name = "precise";

    static Precise()
    {
        Log.Lines.Add("precise constructor");
    }

    public static void Touch()
    {
    }
}

// ---- Unsafe accessors ----

class Hidden
{
    int number = 5;
    static string text = "static";

    Hidden(int n)
    {
        number = n;
    }

    public Hidden()
    {
    }

    int Add(int x) => number + x;

    static string Join(string a, int b) => a + b;
}

class HiddenGeneric<T>
{
    T value = default!;

    T Put(T next)
    {
        T old = value;
        value = next;
        return old;
    }
}

struct HiddenStruct
{
    int inside;

    public override string ToString() => "inside " + inside;
}

static class Access
{
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern Hidden Make(int n);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "number")]
    public static extern ref int Number(Hidden hidden);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "text")]
    public static extern ref string Text(Hidden? hidden);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Add")]
    public static extern int Add(Hidden hidden, int x);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Join")]
    public static extern string Join(Hidden? hidden, string a, int b);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "inside")]
    public static extern ref int Inside(ref HiddenStruct value);
}

static class Access<T>
{
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Put")]
    public static extern T Put(HiddenGeneric<T> hidden, T next);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "value")]
    public static extern ref T Value(HiddenGeneric<T> hidden);
}

// ---- Finalisation ----

class Finalized(string name)
{
    public static Finalized? Resurrected;
    public static int Count;
    public string Name = name;

    ~Finalized()
    {
        Interlocked.Increment(ref Count);
        if (Name == "phoenix") Resurrected = this;
    }
}

class Program
{
    [ThreadStatic] static int perThread;
    [ThreadStatic] static string? perThreadText;
    static readonly ThreadLocal<List<int>> local = new(() => new List<int> { Environment.CurrentManagedThreadId > 0 ? 1 : 0 }, true);

    static string Try(Func<object?> action)
    {
        try
        {
            return "" + action();
        }
        catch (Exception e)
        {
            return e.GetType().Name + (e.InnerException is null ? "" : "(" + e.InnerException.GetType().Name + ")");
        }
    }

    static void Constructors()
    {
        Console.WriteLine(string.Join(",", Log.Lines));
        Log.Lines.Clear();
        Console.WriteLine(Try(() => Fails.Value) + " " + Try(() => Fails.Get()) + " " + Try(() => new Fails().Field));
        Exception? first = null, second = null;
        try { GC.KeepAlive(FailsOnce<int>.Value); } catch (TypeInitializationException e) { first = e; }
        try { GC.KeepAlive(FailsOnce<int>.Value); } catch (TypeInitializationException e) { second = e; }
        Console.WriteLine(ReferenceEquals(first, second) + " " + first!.InnerException!.Message);
        Console.WriteLine(Try(() => FailsOnce<string>.Value) + " " + CycleA.X + " " + CycleB.Y);
        Log.Lines.Add("before");
        Precise.Touch();
        Log.Lines.Add("after");
        Console.WriteLine(string.Join(",", Log.Lines));
        RuntimeHelpers.RunClassConstructor(typeof(Precise).TypeHandle);
    }

    static void Accessors()
    {
        Hidden hidden = Access.Make(11);
        Access.Number(hidden) += 2;
        Access.Text(null) += "!";
        Console.WriteLine(Access.Add(hidden, 100) + " " + Access.Text(null) + " " + Access.Join(null, "j", 1));
        var value = new HiddenStruct();
        Access.Inside(ref value) = 8;
        var ints = new HiddenGeneric<int>();
        var texts = new HiddenGeneric<string>();
        Access<int>.Put(ints, 4);
        Access<string>.Value(texts) = "first";
        Console.WriteLine(value + " " + Access<int>.Put(ints, 5) + Access<int>.Value(ints) + Access<string>.Put(texts, "x"));
    }

    static void Threads()
    {
        perThread = 7;
        perThreadText = "main";
        local.Value!.Add(5);
        var results = new string[3];
        var threads = new Thread[3];
        for (int i = 0; i < 3; i++)
        {
            int n = i;
            threads[i] = new Thread(() =>
            {
                perThread += n;
                perThreadText ??= "t" + n;
                for (int k = 0; k < 100; k++) perThread++;
                GC.Collect();
                results[n] = perThread + perThreadText + local.Value!.Count;
            }, 256 * 1024);
            threads[i].Start();
        }
        foreach (Thread thread in threads) thread.Join();
        Console.WriteLine(string.Join(" ", results) + " " + perThread + perThreadText + local.Value.Count + " " + local.Values.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (WeakReference Short, WeakReference Long) MakePhoenix()
    {
        var one = new Finalized("phoenix");
        return (new WeakReference(one), new WeakReference(one, true));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MakeMany()
    {
        for (int i = 0; i < 100; i++) GC.KeepAlive(new Finalized("n"));
        var suppressed = new Finalized("suppressed");
        GC.SuppressFinalize(suppressed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Deep(int n, Action action)
    {
        if (n == 0) action();
        else Deep(n - 1, action);
        GC.KeepAlive(action);
    }

    static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    static void Handles()
    {
        Deep(20, MakeMany);
        Collect();
        Console.WriteLine(Finalized.Count > 90);
        (WeakReference Short, WeakReference Long) weak = default;
        Deep(20, () => weak = MakePhoenix());
        Collect();
        Console.WriteLine((Finalized.Resurrected is not null) + " " + (weak.Short.Target is null) + " " + (weak.Long.Target == (object?)Finalized.Resurrected));
        object key = new object();
        var table = new ConditionalWeakTable<object, string>();
        table.Add(key, "value");
        Console.WriteLine(table.TryGetValue(key, out string? found) + found + table.GetValue(key, _ => "new") + table.GetOrAdd("k", "v"));
        var handle = GCHandle.Alloc(key);
        var dependent = new System.Runtime.DependentHandle(key, "dependent");
        GCHandle weakHandle = GCHandle.Alloc(key, GCHandleType.Weak);
        GC.Collect();
        Console.WriteLine(ReferenceEquals(handle.Target, key) + " " + dependent.Dependent + " " + (weakHandle.Target == key) + GCHandle.FromIntPtr(GCHandle.ToIntPtr(handle)).IsAllocated);
        handle.Free();
        weakHandle.Free();
        dependent.Dispose();
        var pinned = GCHandle.Alloc(new byte[] { 1, 2, 3 }, GCHandleType.Pinned);
        unsafe
        {
            Console.WriteLine(((byte*)pinned.AddrOfPinnedObject())[1]);
        }
        pinned.Free();
    }

    static void Memory()
    {
        Console.WriteLine(Try(() => new int[int.MaxValue].Length) + " " + Try(() => new long[int.MaxValue / 2, 4].Length));
        Console.WriteLine(Try(() => new string('x', int.MaxValue).Length) + " " + Try(() => new int[Environment.ProcessorCount - 10000].Length));
        Console.WriteLine(GC.AllocateUninitializedArray<byte>(3000).Length + " " + GC.AllocateArray<int>(5, pinned: true)[4] + " " + (GC.MaxGeneration) + " " + (GC.GetTotalMemory(false) > 0));
        Console.WriteLine((GC.GetGeneration(new object()) >= 0) + " " + (GC.CollectionCount(0) > 0));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Thrower() => throw new InvalidOperationException("thrown");

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Traces()
    {
        Console.WriteLine(Environment.StackTrace.Contains("Traces"));
        var trace = new StackTrace();
        Console.WriteLine(trace.FrameCount > 0 && trace.GetFrame(0) is not null);
        ExceptionDispatchInfo? info = null;
        try
        {
            Thrower();
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.StackTrace!.Contains("Thrower") + " " + (new StackTrace(e).FrameCount > 0) + " " + (e.TargetSite is null || e.TargetSite.Name == "Thrower"));
            info = ExceptionDispatchInfo.Capture(e);
        }
        try
        {
            info.Throw();
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.StackTrace!.Contains("Thrower") + " " + e.StackTrace.Contains("End of stack trace"));
        }
    }

    static void Main()
    {
        Constructors();
        Accessors();
        Threads();
        Handles();
        Memory();
        Traces();
    }
}
