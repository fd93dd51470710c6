// Loops whose counter wraps around run for ever: they must let collections of other threads in.
using System.Runtime.CompilerServices;

class Program
{
    static int started;
    static volatile int[] sink = new int[1];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int UpTo(int last)
    {
        int x = 1;
        for (int i = 0; i <= last; i++) x = x * 31 + i;
        return x;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int DownTo(int last)
    {
        int x = 1;
        for (int i = 0; i >= last; i--) x = x * 31 + i;
        return x;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int BySteps(int count)
    {
        int x = 1;
        for (int i = 0; i < count; i += 3) x = x * 31 + i;
        return x;
    }

    static void Start(Func<int> loop)
    {
        var thread = new Thread(() =>
        {
            Interlocked.Increment(ref started);
            sink = new int[loop()];
        });
        thread.IsBackground = true;
        thread.Start();
    }

    static void Main()
    {
        Console.WriteLine(UpTo(10) + " " + DownTo(-10) + " " + BySteps(10));
        Start(() => UpTo(int.MaxValue));
        Start(() => DownTo(int.MinValue));
        Start(() => BySteps(int.MaxValue - 1));
        while (Volatile.Read(ref started) < 3) Thread.Yield();
        for (int i = 0; i < 3; i++) GC.Collect();
        Console.WriteLine("collected");
        Environment.Exit(0);
    }
}
