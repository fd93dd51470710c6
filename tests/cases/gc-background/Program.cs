// Large arrays that only locals of the main thread hold, while background collections run.
double[] first = Make(1);
double[] second = Make(2);
double[] third = Make(3);

for (int round = 0; round < 12; round++)
{
    for (int i = 0; i < third.Length; i++)
    {
        third[i] = first[i] + second[i] + round;
    }

    // Garbage of the same size makes the collector reuse whatever it believes to be free.
    double[] garbage = Make(-1);
    GC.Collect(2, GCCollectionMode.Forced, blocking: false);
    if (garbage[round] != -1)
    {
        Console.WriteLine("garbage lost");
    }
}

GC.WaitForPendingFinalizers();
Console.WriteLine($"{Sum(first)} {Sum(second)} {Sum(third)}");

static double[] Make(double value)
{
    double[] array = new double[750_000];
    Array.Fill(array, value);
    return array;
}

static double Sum(double[] array)
{
    double sum = 0;
    foreach (double value in array)
    {
        sum += value;
    }

    return sum;
}
