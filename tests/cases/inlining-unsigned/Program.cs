// Small unsigned results of inlined methods are extended with zeros.
enum Small : byte { High = 200 }

class Program
{
    static byte[] bytes = [0x68, 0xC3];
    static ushort[] shorts = [1, 0xFFFE];
    static sbyte[] signed = [-1, 1];

    static byte Byte(int i) => bytes[i];

    static ushort Short(int i) => shorts[i];

    static sbyte Signed(int i) => signed[i];

    static Small Enum(int i) => (Small)bytes[i];

    static void Main()
    {
        Console.WriteLine((int)Byte(1));
        Console.WriteLine(Byte(1) > 127);
        Console.WriteLine((int)Short(1));
        Console.WriteLine((int)Signed(0));
        Console.WriteLine((int)Enum(1));
        Console.WriteLine(System.Text.Ascii.IsValid(bytes));
    }
}
