unsafe class Program
{
    static void Show(string name, Func<object?> one)
    {
        try
        {
            Console.WriteLine(name + ": " + (one() ?? "null"));
        }
        catch (Exception e)
        {
            Console.WriteLine(name + ": " + e.GetType().Name);
        }
    }

    static void Main()
    {
        var dog = new Dog();
        var animal = new Animal(2);
        Console.WriteLine(Calls.Jump(1, 2) + " " + Calls.Even(1000000) + " " + Calls.Odd(1000000));
        Console.WriteLine(Calls.TailVirtual(dog, 3) + " " + Calls.TailVirtual(animal, 3) + " " + Calls.TailIndirect(Calls.Address(), 4, 5));
        Show("tail null", () => Calls.TailVirtual(null!, 1));
        Show("tail void", () =>
        {
            int[] one = { 9 };
            Calls.TailVoid(one);
            return one[0];
        });
        Show("tail void throws", () =>
        {
            Calls.TailVoid(new int[0]);
            return null;
        });
        Console.WriteLine(Calls.Indirect(1, 2) + " " + Calls.IndirectInstance(dog, 3) + " " + Calls.IndirectExplicitThis(dog, 3));
        var point = new Point { X = 6 };
        Console.WriteLine(Calls.IndirectStruct(ref point, 7) + " " + Calls.CallNonVirtual(dog, 3) + " " + Calls.CallOnNull());
        Show("callvirt null", () => Calls.CallvirtOnNull());
        Console.WriteLine(Calls.BoxedVirtual(41) + " " + Calls.BoxedInterface(3, 4) + " " + Calls.BoxedDelegate(43)());
        Show("ldvirtftn null", () => Calls.IndirectInstance(null!, 3));

        string text = "text";
        int number = 7;
        DayOfWeek day = DayOfWeek.Monday;
        int? nothing = null;
        Console.WriteLine(Calls.Constrained(ref text) + Calls.Constrained(ref number) + Calls.Constrained(ref day) + Calls.Constrained(ref nothing));
        Console.WriteLine(Calls.Constrained(ref point) + Calls.ConstrainedInterface(ref point) + point.X + Calls.ConstrainedInterface(ref dog));
        Console.WriteLine(Calls.ConstrainedHash(ref number) + " " + Calls.ConstrainedHash(ref day) + " " + Calls.ConstrainedType(ref day) + Calls.ConstrainedType(ref text));
        Dog none = null!;
        Show("constrained null", () => Calls.ConstrainedInterface(ref none));
        Show("constrained nullable GetType", () => Calls.ConstrainedType(ref nothing));

        Console.WriteLine(Calls.Closed(dog)(3) + " " + Calls.ClosedVirtual(dog)(3) + " " + Calls.ClosedStatic("four")(5));
        Func<string> box = Calls.ClosedBox(5);
        Console.WriteLine(box() + box() + Calls.ClosedInterface(dog)() + Calls.ClosedInterface(point)() + point.X);
        Console.WriteLine(Calls.OpenStatic()(1, 2));
        Show("closed null", () => Calls.ClosedPlainNull()(1));
        Show("closed static null", () => Calls.ClosedStatic(null!)(1));
        Console.WriteLine(Calls.Closed(dog).Target == (object)dog);
        Console.WriteLine(Calls.Closed(dog) == Calls.Closed(dog));
        Console.WriteLine(Calls.Closed(dog).Equals(Calls.Closed(new Dog())));
        Console.WriteLine(Calls.JumpsInlined(30) + " " + Calls.Narrowed());
        Console.WriteLine(Calls.StaticThroughObject(null!) + " " + Calls.StaticThroughObject(new Guarded()) + " " + new Guarded().Forget());
        Console.WriteLine(Depth<int>(3));
    }

    // The instances beyond the limit of generic recursion become code that throws, the only such code here.
    static int Depth<T>(int n) => n == 0 ? 0 : 1 + Depth<KeyValuePair<T, uint>>(n - 1);
}
