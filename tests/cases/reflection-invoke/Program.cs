using System.Reflection;
using System.Runtime.CompilerServices;

var t = typeof(Target);
foreach (var m in t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).OrderBy(m => m.Name))
    Console.WriteLine(m);
var o = new Target();
Console.WriteLine(t.GetMethod("Add")!.Invoke(o, [3, 4L]));
Console.WriteLine(t.GetMethod("Name")!.Invoke(o, ["x", 1.5, 'c', true]));
t.GetMethod("Nothing")!.Invoke(null, null);
var args2 = new object?[] { 5, null, "in" };
Console.WriteLine(t.GetMethod("Refs")!.Invoke(null, args2));
Console.WriteLine(string.Join(",", args2));
Console.WriteLine(t.GetMethod("Virt")!.Invoke(new Sub(), null));
Console.WriteLine(t.GetMethod("Virt")!.Invoke(new Target(), null));
Console.WriteLine(typeof(IFace).GetMethod("Do")!.Invoke(new Target(), [7]));
Console.WriteLine(typeof(IFace).GetMethod("Do")!.Invoke(new Val { X = 3 }, [7]));
Console.WriteLine(typeof(Val).GetMethod("Do")!.Invoke(new Val { X = 4 }, [7]));
Console.WriteLine(typeof(Val).GetMethod("Swap")!.Invoke(new Val { X = 4 }, [new Val { X = 9, S = "s" }]));
Console.WriteLine(t.GetMethod("Many")!.Invoke(null, [1, 2, (short)3, (byte)4, 5, 6.5f, 7UL, "8"]));
Console.WriteLine(t.GetMethod("Null")!.Invoke(null, [3]));
Console.WriteLine(t.GetMethod("Null")!.Invoke(null, [null]) ?? "null");
try { t.GetMethod("Throw")!.Invoke(null, null); } catch (TargetInvocationException e) { Console.WriteLine(e.InnerException!.Message); }
try { t.GetMethod("Add")!.Invoke(o, [3]); } catch (TargetParameterCountException e) { Console.WriteLine(e.Message); }
try { t.GetMethod("Add")!.Invoke(o, ["a", 3L]); } catch (ArgumentException e) { Console.WriteLine(e.Message); }
t.GetProperty("P")!.SetValue(o, 12);
Console.WriteLine(t.GetProperty("P")!.GetValue(o));
var f = t.GetField("F", BindingFlags.NonPublic | BindingFlags.Instance)!;
f.SetValue(o, "new");
Console.WriteLine(f.GetValue(o));
Console.WriteLine(t.GetField("S")!.GetValue(null));
t.GetField("S")!.SetValue(null, 77);
Console.WriteLine(Target.S);
Console.WriteLine(t.GetField("Obj")!.GetValue(null));
t.GetField("Obj")!.SetValue(null, "changed");
Console.WriteLine(Target.Obj);
t.GetField("Th")!.SetValue(null, 5);
Console.WriteLine(Target.Th);
Console.WriteLine(t.GetField("K")!.GetRawConstantValue());
Console.WriteLine(Activator.CreateInstance(typeof(Target))!.GetType());
Console.WriteLine(((Target)Activator.CreateInstance(typeof(Target), 5)!).P);
Func<int, long, long> d = o.Add;
Console.WriteLine(d.Method.Name + " " + d.DynamicInvoke(1, 2L));
var d2 = (Func<int, long, long>)t.GetMethod("Add")!.CreateDelegate(typeof(Func<int, long, long>), o);
Console.WriteLine(d2(10, 20) + " " + d2.Method.Name);
var d3 = (Func<Target, string>)t.GetMethod("Virt")!.CreateDelegate(typeof(Func<Target, string>));
Console.WriteLine(d3(new Sub()) + d3(o));
Console.WriteLine(t.GetMethod("Gen")!.MakeGenericMethod(typeof(string)).Invoke(null, ["g"]));
Console.WriteLine(typeof(G<string>).GetMethod("Who")!.Invoke(new G<string>(), null));
Console.WriteLine(typeof(G<object>).GetMethod("Who")!.Invoke(new G<object>(), null));
Console.WriteLine(typeof(G<int>).GetField("Count")!.GetValue(null));
Console.WriteLine(typeof(G<string>).GetField("Last")!.GetValue(null));
RuntimeHelpers.RunClassConstructor(typeof(Lazy1).TypeHandle);
KeyValuePair<string, Target> pair = new("key", new Target(7));
Console.WriteLine(typeof(Structs).GetMethod("Pair")!.Invoke(null, [pair, (1, "one")]));
Console.WriteLine(typeof(Structs).GetMethod("Swapped")!.Invoke(null, [("left", 2.5)]));
Console.WriteLine(typeof(Structs).GetMethod("Maybe")!.Invoke(null, [pair]));
Console.WriteLine(typeof(Structs).GetMethod("Maybe")!.Invoke(null, [null]));

interface IFace { string Do(int x); }
struct Val : IFace { public int X; public string S; public string Do(int x) => "val" + (X + x); public Val Swap(Val v) => new Val { X = v.X + X, S = v.S + "!" }; public override string ToString() => X + S; }
class Target : IFace
{
    public Target() { }
    public Target(int p) => P = p;
    string F = "field";
    public static int S = 42;
    public static object Obj = "static";
    [ThreadStatic] public static int Th;
    public const string K = "konst";
    public int P { get; set; }
    public long Add(int a, long b) => a + b;
    public string Name(string s, double d, char c, bool b) => s + d.ToString(System.Globalization.CultureInfo.InvariantCulture) + c + b + F;
    public static void Nothing() => Console.WriteLine("nothing");
    public static int Refs(ref int a, out string b, in string c) { a *= 2; b = c + c; return a + 1; }
    public virtual string Virt() => "target";
    public string Do(int x) => "do" + x;
    public static string Many(int a, int b, short c, byte d, long e, float f, ulong g, string h) => $"{a}{b}{c}{d}{e}{f.ToString(System.Globalization.CultureInfo.InvariantCulture)}{g}{h}";
    public static int? Null(int? x) => x + 1;
    public static void Throw() => throw new InvalidOperationException("via reflection");
    public static string Gen<T>(T x) => typeof(T).Name + x;
    public static void UseGen() => Gen<string>("a");
}
class Sub : Target { public override string Virt() => "sub"; }
class G<T> { public static int Count = 5; public static string Last = typeof(T).Name; public string Who() => "G of " + typeof(T).Name; }
static class Structs
{
    public static string Pair(KeyValuePair<string, Target> a, (int, string) b) => a.Key + a.Value.P + b.Item1 + b.Item2;
    public static (double, (string, int)) Swapped((string, double) a) => (a.Item2, (a.Item1, a.Item1.Length));
    public static KeyValuePair<string, Sub>? Maybe(KeyValuePair<string, Target>? a) => a is null ? null : new(a.Value.Key + "!", new Sub());
}
class Lazy1 { static Lazy1() => Console.WriteLine("cctor ran"); }
