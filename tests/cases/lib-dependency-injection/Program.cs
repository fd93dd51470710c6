using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

var services = new ServiceCollection();
services.AddLogging(b => b.AddProvider(new ConsoleLines()).SetMinimumLevel(LogLevel.Debug));
services.AddOptions<Settings>().Configure(s => s.Name = "configured").Validate(s => s.Name != "");
services.AddSingleton(typeof(IRepository<>), typeof(Repository<>));
services.AddTransient(typeof(IPair<,>), typeof(Pair<,>));
services.AddSingleton<Application>();
services.AddKeyedSingleton<IGreeter, Loud>("loud");
using ServiceProvider provider = services.BuildServiceProvider();
provider.GetRequiredService<Application>().Run();
Console.WriteLine(ReferenceEquals(provider.GetService<IRepository<Customer>>(), provider.GetService<IRepository<Customer>>()));
Console.WriteLine(provider.GetRequiredKeyedService<IGreeter>("loud").Greet("you"));
foreach (Type t in new[] { typeof(Order), typeof(Customer) })
    Console.WriteLine(provider.GetService(typeof(IEnumerable<>).MakeGenericType(typeof(IRepository<>).MakeGenericType(t)))!.GetType());

class Settings { public string Name { get; set; } = ""; }
class Customer { public override string ToString() => "customer"; }
class Order { public override string ToString() => "order"; }
interface IRepository<T> { void Add(T item); int Count { get; } string Describe(); }
class Repository<T>(ILogger<Repository<T>> logger) : IRepository<T>
{
    private readonly List<T> items = new();
    public void Add(T item) { logger.LogInformation("adding {Item} number {Number}", item, items.Count); items.Add(item); }
    public int Count => items.Count;
    public string Describe() => $"{typeof(T).Name} x {items.Count}: {string.Join(",", items)}";
}
interface IPair<A, B> { string Show(); }
class Pair<A, B>(IRepository<A> first, IRepository<B> second) : IPair<A, B> { public string Show() => first.Describe() + " & " + second.Describe(); }
interface IGreeter { string Greet(string name); }
class Loud : IGreeter { public string Greet(string name) => "HELLO " + name.ToUpperInvariant(); }
class Application(ILogger<Application> logger, IRepository<Customer> customers, IRepository<Order> orders, IPair<Customer, Order> pair, IOptions<Settings> options, IOptionsMonitor<Settings> monitor)
{
    public void Run()
    {
        customers.Add(new Customer()); orders.Add(new Order()); orders.Add(new Order());
        logger.LogWarning("{Customers} customers, {Orders} orders, {Name}", customers.Count, orders.Count, options.Value.Name);
        Console.WriteLine(pair.Show() + " " + monitor.CurrentValue.Name);
    }
}
class ConsoleLines : ILoggerProvider, ILogger
{
    string category = "";
    public ILogger CreateLogger(string name) => new ConsoleLines { category = name };
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel level) => true;
    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> format) => Console.WriteLine($"{level} {category}: {format(state, e)}");
    public void Dispose() { }
}
