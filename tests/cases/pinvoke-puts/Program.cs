using System.Runtime.InteropServices;

// No console, no string: bytes go straight to the C library.
unsafe class Program
{
    [DllImport("libc")]
    static extern nint write(int fd, byte* p, nint n);

    static int Main()
    {
        ReadOnlySpan<byte> s = "raw hello\n"u8;
        fixed (byte* p = s)
        {
            return write(1, p, s.Length) == s.Length ? 0 : 1;
        }
    }
}
