using System.Runtime.InteropServices;

static class Library
{
    /// The number of errors, or -1 if nothing was done.
    [UnmanagedCallersOnly(EntryPoint = "torture_run")]
    static int Run(int seed, int milliseconds)
    {
        Torture torture = new(seed);
        torture.Run(milliseconds);
        return torture.Rounds == 0 ? -1 : torture.Errors;
    }
}
