// Integer and floating-point arithmetic whose results leave through write(2): no formatting of the framework.

using System.Runtime.InteropServices;

unsafe class Program
{
    [DllImport("libc")]
    static extern nint write(int fd, byte* p, nint n);
    static void Print(long v)
    {
        byte* buf = stackalloc byte[24];
        int i = 24;
        buf[--i] = (byte)'\n';
        bool neg = v < 0;
        ulong u = neg ? (ulong)(-(v + 1)) + 1 : (ulong)v;
        do
        {
            buf[--i] = (byte)('0' + u % 10);
            u /= 10;
        }
        while (u != 0);
        if (neg)
        {
            buf[--i] = (byte)'-';
        }

        write(1, buf + i, 24 - i);
    }

    static int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
    static long Gcd(long a, long b)
    {
        while (b != 0)
        {
            long t = a % b;
            a = b;
            b = t;
        }

        return a;
    }

    static int Collatz(uint n)
    {
        int c = 0;
        while (n != 1)
        {
            n = (n & 1) == 0 ? n >> 1 : 3 * n + 1;
            c++;
        }

        return c;
    }

    static int Main()
    {
        Print(0);
        Print(-1);
        Print(long.MinValue);
        Print(long.MaxValue);
        Print(Fib(20));
        Print(Gcd(1071, 462));
        Print(Collatz(27));
        int a = -17, b = 5;
        Print(a / b);
        Print(a % b);
        Print(a >> 1);
        Print((uint)a >> 28);
        Print(a << 3);
        int w = 200;
        Print((sbyte)w);
        w = 70000;
        Print((short)w);
        w = 300;
        Print((byte)w);
        w = -1;
        Print((ushort)w);
        uint x = 4000000000;
        Print(x);
        Print((int)x);
        Print((long)(int)x);
        Print(x * 2u);
        ulong big = 0xFEDCBA9876543210;
        Print((long)(big >> 60));
        Print((long)(big & 0xFFFF));
        Print((long)(big / 1000003));
        Print((long)(big % 1000003));
        int s = 0;
        for (int i = 0; i < 1000; i++)
        {
            if (i % 3 == 0)
            {
                continue;
            }

            if (i > 900)
            {
                break;
            }

            s += i ^ (i << 2);
        }

        Print(s);
        double d = 10.0 / 4;
        Print((long)(d * 100));
        float f = 1.1f;
        Print((long)(f * 1000));
        Print((int)-2.9);
        Print((long)1e15);
        Print(~a);
        Print(a & b);
        Print(a | b);
        Print(a ^ b);
        Print(-a);
        int mx = int.MaxValue;
        Print(mx + b);
        Print(-mx - b);
        switch (b)
        {
            case 1:
                Print(100);
                break;
            case 5:
                Print(500);
                break;
            default:
                Print(1);
                break;
        }

        return 0;
    }
}
