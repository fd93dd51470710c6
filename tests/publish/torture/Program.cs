// args: seconds, S if the server collector must be in use.
using System.Runtime;

int seconds = int.Parse(args[0]);
bool server = args.Length > 1 && args[1] == "S";
Torture[] tortures = new Torture[4];
Thread[] threads = new Thread[tortures.Length];
for (int i = 0; i < threads.Length; i++)
{
    Torture torture = new(i);
    tortures[i] = torture;
    threads[i] = new Thread(() => torture.Run(seconds * 1000));
    threads[i].Start();
}

int errors = 0;
int rounds = int.MaxValue;
for (int i = 0; i < threads.Length; i++)
{
    threads[i].Join();
    errors += tortures[i].Errors;
    rounds = Math.Min(rounds, tortures[i].Rounds);
}

Console.Error.WriteLine($"at least {rounds} rounds, {GC.CollectionCount(0)} collections");
Console.WriteLine($"{errors} errors, worked: {rounds > 0}, right collector: {GCSettings.IsServerGC == server}");
