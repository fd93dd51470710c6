class Program
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

    static void Show(string name, Action one) => Show(name, () =>
    {
        one();
        return "done";
    });

    static void Main()
    {
        Show("underflow", () => Invalid.Underflow());
        Show("nothing returned", () => Invalid.NothingReturned());
        Show("falls off", Invalid.FallsOff);
        Show("different depths", () => Invalid.DifferentDepths(Environment.ProcessorCount > 0));
        Show("too few arguments", () => Invalid.TooFewArguments());
        Show("call of an abstract method", () => Invalid.CallOfAbstract(Stream.Null));
        Show("allocation with a full stack", () => Invalid.FullStackAllocation());
        Show("allocation in a handler", () => Invalid.AllocationInHandler());
        Show("endfinally outside a handler", Invalid.EndOutsideHandler);
        Show("rethrow outside a handler", Invalid.RethrowOutsideHandler);
        Show("leave into a handler", Invalid.IntoHandler);
        Show("number passed as a struct", () => Invalid.PassedNumber());
        Show("type that cannot be laid out", () => Invalid.TokenOfMisaligned());
        Show("new of a class that cannot be laid out", Invalid.NewOverlap);
        Show("field of a class that cannot be laid out", () => Invalid.FieldOfOverlap(null!));
        Show("dead code", () => Invalid.DeadCode());
        Show("missing method", Missing.Method);
        Show("missing overload", () => Missing.Overload("text"));
        Show("missing field", () => Missing.Field());
        Show("literal field", () => Missing.Literal());
        Show("missing type", Missing.Type);
        Show("new of a missing type", Missing.NewType);
        Show("missing assembly", Missing.Assembly);
        Show("missing local", Missing.Local);
        Show("missing pointer", () => Missing.Pointer());
        Show("new of a type with a missing base", UsesMissing.Make);
        Show("field of a missing type", () => UsesMissingField.Run());
        Show("caught", () => Missing.Catch());
        IBase[] bases = { new OneWay(), new Diamond() };
        foreach (IBase b in bases)
            Show("default method of " + b.GetType().Name, () => b.Which());
        Show("default method of a diamond", () => new Diamond() is IBase b ? b.Which() : "none");
        Show("default method taken away", () => ((IBase)new TakenAway()).Which());
        Show("variable arguments", () => VariableArguments());
    }

    static int Count(__arglist) => new ArgIterator(__arglist).GetRemainingCount();

    static int VariableArguments() => Count(__arglist(1, "two"));
}
