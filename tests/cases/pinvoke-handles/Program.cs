using System.Runtime.InteropServices;

// Handles in and out, error codes, HRESULTs, custom marshalling, transitions.
class Resource : SafeHandle
{
    Resource() : base(0, true) { } // marshalling needs no right to it

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => Native.handle_close(handle) == 1;

    public nint Raw => handle;
}

class Critical : CriticalHandle
{
    public static int Closed;

    Critical() : base(0) { }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Closed++;
        return true;
    }

    public nint Raw => handle;
}

class NumberMarshaler : ICustomMarshaler
{
    readonly string cookie;

    NumberMarshaler(string cookie) => this.cookie = cookie;

    public static ICustomMarshaler GetInstance(string cookie) => new NumberMarshaler(cookie);

    public nint MarshalManagedToNative(object value)
    {
        Console.WriteLine("to native, cookie " + cookie);
        return int.Parse((string)value);
    }

    public object MarshalNativeToManaged(nint value) => "number " + value;

    public void CleanUpNativeData(nint value) => Console.WriteLine("clean up " + value);

    public void CleanUpManagedData(object value) { }

    public int GetNativeDataSize() => -1;
}

static class Native
{
    const string L = "native";

    [DllImport(L)] public static extern Resource handle_open(int n);
    [DllImport(L)] public static extern void handle_create(out Resource h);
    [DllImport(L)] public static extern void handle_swap(ref Resource h, bool change);
    [DllImport(L)] public static extern int handle_close(nint h);
    [DllImport(L)] public static extern int handle_value(Resource h);
    [DllImport(L)] public static extern int handles_open();
    [DllImport(L, EntryPoint = "handle_open")] public static extern Critical OpenCritical(int n);
    [DllImport(L, EntryPoint = "handle_value")] public static extern int CriticalValue(Critical h);
    [DllImport(L, EntryPoint = "handle_value")] public static extern int RefValue(HandleRef h);
    [DllImport(L, SetLastError = true)] public static extern int fail(int error);
    [DllImport(L, PreserveSig = false)] public static extern int hresult_ok(int a);
    [DllImport(L, PreserveSig = false)] public static extern void hresult_bad(int a);
    [DllImport(L, EntryPoint = "handle_value")]
    public static extern int CustomValue(
        [MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(NumberMarshaler), MarshalCookie = "c")] string value);
    [DllImport(L, EntryPoint = "handle_open")]
    [return: MarshalAs(UnmanagedType.CustomMarshaler, MarshalTypeRef = typeof(NumberMarshaler))]
    public static extern string CustomResult(int n);
    [DllImport(L, EntryPoint = "handles_open")] [SuppressGCTransition] public static extern int Quick();
    [DllImport("no_such_library_zz")] public static extern void Missing();
    [DllImport(L)] public static extern void no_such_entry();
    [DllImport("renamed")] public static extern int abs(int n);
    [DllImport("libc")] [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)] public static extern int toupper(int c);
}

class Program
{
    static void Main()
    {
        Handles();
        Errors();
        Custom();
        Libraries();
    }

    static void Handles()
    {
        using (Resource opened = Native.handle_open(42))
        {
            Console.WriteLine(Native.handle_value(opened));
            Console.WriteLine(Native.handles_open());
        }
        Console.WriteLine(Native.Quick());
        Native.handle_create(out Resource created);
        Console.WriteLine(created.Raw);
        Resource same = created;
        Native.handle_swap(ref created, false);
        Console.WriteLine(ReferenceEquals(same, created));
        Native.handle_swap(ref created, true);
        Console.WriteLine(created.Raw);
        created.Dispose();
        same.Dispose();
        Console.WriteLine(Native.handles_open());
        try
        {
            Native.handle_value(same);
        }
        catch (ObjectDisposedException)
        {
            Console.WriteLine("disposed");
        }
        try
        {
            Native.handle_value(null!);
        }
        catch (ArgumentNullException)
        {
            Console.WriteLine("null");
        }
        using (Critical critical = Native.OpenCritical(5))
            Console.WriteLine(Native.CriticalValue(critical));
        Console.WriteLine(Critical.Closed);
        Console.WriteLine(Native.RefValue(new HandleRef(new object(), 9)));
    }

    static void Errors()
    {
        Console.WriteLine(Native.fail(2));
        Console.WriteLine(Marshal.GetLastPInvokeError());
        Console.WriteLine(Native.fail(13));
        Console.WriteLine(Marshal.GetLastWin32Error());
        Console.WriteLine(Native.hresult_ok(21));
        try
        {
            Native.hresult_bad(1);
        }
        catch (ArgumentException e)
        {
            Console.WriteLine(e.HResult.ToString("X"));
        }
    }

    static void Custom()
    {
        Console.WriteLine(Native.CustomValue("17"));
        Console.WriteLine(Native.CustomResult(33));
    }

    static void Libraries()
    {
        try
        {
            Native.Missing();
        }
        catch (DllNotFoundException)
        {
            Console.WriteLine("no library");
        }
        try
        {
            Native.no_such_entry();
        }
        catch (EntryPointNotFoundException)
        {
            Console.WriteLine("no entry");
        }
        NativeLibrary.SetDllImportResolver(typeof(Program).Assembly,
            (name, assembly, path) => name == "renamed" ? NativeLibrary.Load("libc.so.6") : 0);
        Console.WriteLine(Native.abs(-3));
        Console.WriteLine((char)Native.toupper('x'));
        Console.WriteLine(NativeLibrary.TryLoad("no_such_library_zz", out _));
        nint libc = NativeLibrary.Load("libc.so.6", typeof(Program).Assembly, null);
        Console.WriteLine(NativeLibrary.TryGetExport(libc, "qsort", out nint qsort) && qsort != 0);
        Console.WriteLine(NativeLibrary.TryGetExport(libc, "no_such_entry", out _));
        NativeLibrary.Free(libc);
    }
}
