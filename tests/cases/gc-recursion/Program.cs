// A recursion that the compiler turns into a loop, and loops without calls, must still let another thread collect.
using System.Runtime.CompilerServices;

Worker worker = new();
Thread recursion = new(worker.Recurse);
Thread loop = new(worker.Loop);
recursion.Start();
loop.Start();
while (!worker.BothRunning)
{
    Thread.Yield();
}

for (int i = 0; i < 5; i++)
{
    GC.Collect();
}

worker.Stop();
recursion.Join();
loop.Join();
Console.WriteLine("collected beside a recursion and a loop");

internal sealed class Worker
{
    private volatile bool recursing;
    private volatile bool looping;
    private volatile bool stopped;

    public bool BothRunning => recursing && looping;

    public void Stop() => stopped = true;

    public void Recurse()
    {
        recursing = true;
        while (!stopped)
        {
            Down(0, RuntimeFeature.IsDynamicCodeSupported ? 1000 : -1);
        }
    }

    public void Loop()
    {
        looping = true;
        uint x = 1;
        while (!stopped)
        {
            for (int i = 0; i < 1000; i++)
            {
                x ^= x << 13;
                x ^= x >> 17;
                x ^= x << 5;
            }
        }
    }

    // A call in tail position, a loop after optimisation: there it goes on until it is stopped. The JIT may really recurse.
    private int Down(int depth, int limit) =>
        stopped || depth == limit ? depth : Down((depth + 1) & int.MaxValue, limit);
}
