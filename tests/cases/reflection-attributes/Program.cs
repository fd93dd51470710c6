using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: All(1, "assembly", typeof(Program), Named = 3)]
[module: All(2, "module", null)]

var t = typeof(Host<>);
Show("type", t);
Show("generic parameter", t.GetGenericArguments()[0]);
var m = t.GetMethod("Method")!;
Show("method", m);
Show("method generic parameter", m.GetGenericArguments()[0]);
Show("parameter", m.GetParameters()[0]);
Show("return", m.ReturnParameter);
Show("property", t.GetProperty("Property")!);
Show("indexer", t.GetProperty("Item")!);
Show("field", t.GetField("Field")!);
Show("event", t.GetEvent("Event")!);
Show("constructor", t.GetConstructors()[0]);
Show("enum literal", typeof(Color).GetField("Green")!);
Show("assembly", typeof(Program).Assembly);
Show("module", typeof(Program).Module);
Show("nested", typeof(Host<int>.Nested));

foreach (var a in typeof(Kinds).GetCustomAttributes<KindsAttribute>())
    Console.WriteLine(a);
foreach (var data in typeof(Kinds).GetCustomAttributesData())
    if (data.AttributeType == typeof(KindsAttribute))
        Console.WriteLine(data.ConstructorArguments.Count + " " + data.NamedArguments.Count + " " + data.NamedArguments[0].MemberName + " " + data.NamedArguments[0].IsField);
Console.WriteLine(typeof(Derived).IsDefined(typeof(InheritedAttribute), true) + " " + typeof(Derived).IsDefined(typeof(InheritedAttribute), false));
Console.WriteLine(typeof(Derived).GetMethod("V")!.GetCustomAttributes<InheritedAttribute>(true).Count());
Console.WriteLine(typeof(GenericUse).GetCustomAttribute<GenericAttribute<string>>()!.Value);

var p = m.GetParameters();
Console.WriteLine(string.Join("; ", p.Select(x => x.Position + x.Name + x.ParameterType + x.IsOptional + x.HasDefaultValue + (x.HasDefaultValue ? x.DefaultValue ?? "null" : "") + x.IsIn + x.IsOut)));
var c = t.GetGenericArguments()[0];
Console.WriteLine(c.GenericParameterAttributes + " " + string.Join(",", c.GetGenericParameterConstraints().Select(x => x.Name)) + " " + c.GenericParameterPosition + c.DeclaringType!.Name);
Console.WriteLine(m.GetGenericArguments()[0].GenericParameterAttributes + " " + m.GetGenericArguments()[0].DeclaringMethod!.Name);
Console.WriteLine(typeof(Color).GetField("Green")!.GetRawConstantValue() + " " + Enum.GetUnderlyingType(typeof(Color)));
foreach (var f in typeof(Consts).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).OrderBy(f => f.Name, StringComparer.Ordinal))
    Console.WriteLine(f.Name + " " + f.FieldType.Name + " " + (f.GetRawConstantValue() is { } v ? v is double d ? d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : v is float s ? s.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : v : "null") + " " + f.Attributes);
var layout = typeof(Overlap).StructLayoutAttribute!;
Console.WriteLine(layout.Value + " " + layout.Pack + " " + layout.Size + " " + typeof(Overlap).GetField("B")!.GetCustomAttribute<FieldOffsetAttribute>()!.Value);
var name = typeof(Program).Assembly.GetName();
Console.WriteLine(name.Name + " " + name.Version + " '" + name.CultureName + "' " + (name.GetPublicKeyToken()?.Length ?? 0));
Console.WriteLine(typeof(object).Assembly.GetName().Name + " " + Convert.ToHexString(typeof(object).Assembly.GetName().GetPublicKeyToken()!));
Console.WriteLine(typeof(Program).Assembly.GetCustomAttribute<System.Runtime.Versioning.TargetFrameworkAttribute>()!.FrameworkName);
Console.WriteLine(typeof(WithIndexer).GetDefaultMembers()[0]);
Console.WriteLine(typeof(WithIndexer).GetProperty("Item")!.GetValue(new WithIndexer(), [3]));
Console.WriteLine(string.Join(",", typeof(Derived).GetInterfaces().Select(i => i.ToString()).Order(StringComparer.Ordinal)));
Console.WriteLine(string.Join(",", typeof(Host<>).GetNestedTypes().Select(i => i.Name)));
Console.WriteLine(typeof(Host<int>.Nested).FullName + " " + typeof(Host<>.Nested).ContainsGenericParameters);
Console.WriteLine(typeof(Derived).BaseType + " " + typeof(Derived).Attributes + " " + typeof(IBase<int>).IsInterface);

// Types of which only an attribute or the type of a member tells: what compares them makes them.
foreach (NamesAttribute names in typeof(Named).GetCustomAttributes<NamesAttribute>())
    Console.WriteLine(Make(names.Type));
foreach (PropertyInfo property in typeof(Named).GetProperties())
    Console.WriteLine(Make(property.PropertyType));

static object Make(Type type)
{
    if (type == typeof(ByAttribute))
        return new ByAttribute();
    if (type == typeof(ByAttribute[]))
        return new ByAttribute[1];
    if (type == typeof(ByProperty))
        return new ByProperty(5);
    if (type == typeof(NotNamed))
        return new NotNamed();
    return "other: " + type.Name;
}

static void Show(string what, ICustomAttributeProvider provider)
{
    foreach (AllAttribute a in provider.GetCustomAttributes(typeof(AllAttribute), false))
        Console.WriteLine(what + ": " + a.Number + " " + a.Text + " " + (a.Type?.Name ?? "null") + " " + a.Named);
}

[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
class AllAttribute(int number, string text, Type? type = null) : Attribute
{
    public int Number => number;
    public string Text => text;
    public Type? Type => type;
    public int Named { get; set; }
}

[All(3, "type", typeof(int[]))]
class Host<[All(4, "T", typeof(Dictionary<string, List<int>>))] T> where T : IComparable<T>
{
    [All(5, "ctor")] public Host() { }
    [All(6, "field", typeof(Host<>.Nested))] public T? Field;
    [All(7, "property")] public T? Property { get; set; }
    [All(8, "indexer")] public int this[int i] => i;
    [All(9, "event")] public event Action? Event;
    [All(10, "method")]
    [return: All(11, "return")]
    public T? Method<[All(12, "U")] U>([All(13, "parameter")] T x, int y = 5, string? s = null, Color c = Color.Green, in int z = 7) where U : class, new() { Event?.Invoke(); return x; }
    [All(14, "nested", typeof(int*))] public class Nested { }
}

enum Color : byte { Red = 1, [All(15, "literal")] Green = 200 }

[AttributeUsage(AttributeTargets.All)]
class KindsAttribute(bool b, char c, sbyte i1, byte u1, short i2, ushort u2, int i4, uint u4, long i8, ulong u8, float r4, double r8, string? s, Type? t, Color e, object? boxed) : Attribute
{
    public int[]? Ints;
    public string?[]? Strings;
    public Type[]? Types { get; set; }
    public Color[]? Colors { get; set; }
    public object?[]? Objects { get; set; }
    public bool[]? Bools;
    public double[]? Doubles;
    public Color Color;
    public object? Box { get; set; }
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{b} {c} {i1} {u1} {i2} {u2} {i4} {u4} {i8} {u8} {r4} {r8} {s ?? "null"} {t?.FullName ?? "null"} {e} {boxed} {boxed?.GetType()}|{string.Join(",", Ints ?? [])}|{string.Join(",", (Strings ?? []).Select(x => x ?? "null"))}|{string.Join(",", (Types ?? []).Select(x => x.Name))}|{string.Join(",", Colors ?? [])}|{string.Join(",", (Objects ?? []).Select(x => x switch { null => "null", Array a => a.GetType().Name + a.Length, Type y => y.Name, _ => x + ":" + x.GetType().Name }))}|{string.Join(",", Bools ?? [])}|{string.Join(",", Doubles ?? [])}|{Color}|{Box}");
}

[Kinds(true, 'x', -1, 255, -32000, 65535, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue, 1.5f, double.Epsilon, "text ü", typeof(List<string>), Color.Green, Color.Red,
    Ints = new[] { 1, -70000, int.MaxValue }, Strings = new[] { "a", null, "" }, Types = new[] { typeof(int), typeof(Kinds) }, Colors = new[] { Color.Red, Color.Green },
    Objects = new object?[] { 1, "s", null, typeof(string), Color.Green, 2.5, 'c', new[] { 1, 2 }, new[] { "q" } }, Bools = new[] { true, false }, Doubles = new[] { 0.5, -1 }, Color = Color.Green, Box = "boxed")]
class Kinds { }

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = true)] class InheritedAttribute : Attribute { }
[AttributeUsage(AttributeTargets.Class)] class GenericAttribute<T>(T value) : Attribute { public T Value => value; }
[Generic<string>("generic")] class GenericUse { }
interface IBase<T> { }
[Inherited] class Base : IBase<int>, IComparable { [Inherited] public virtual void V() { } public int CompareTo(object? o) => 0; }
class Derived : Base { public override void V() { } }
class WithIndexer { public string this[int i] => "item" + i; }
static class Consts { public const bool B = true; public const char C = 'c'; public const sbyte I1 = -5; public const ulong U8 = ulong.MaxValue; public const long I8 = long.MinValue; public const int I4 = -100000; public const short I2 = -300; public const float R4 = 1.25f; public const double R8 = Math.PI; public const string S = "str"; public const string? N = null; public const Color E = Color.Red; public static readonly int RO = 4; }
[StructLayout(LayoutKind.Explicit, Size = 24, Pack = 4)] struct Overlap { [FieldOffset(0)] public int A; [FieldOffset(8)] public long B; }

[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
class NamesAttribute(Type type) : Attribute
{
    public Type Type => type;
}
[Names(typeof(ByAttribute)), Names(typeof(ByAttribute[])), Names(typeof(Unmade))]
class Named
{
    public ByProperty? Property => null;
}
class ByAttribute { }
class ByProperty(int number)
{
    public override string ToString() => "property " + number;
}
class NotNamed { }
class Unmade { }
