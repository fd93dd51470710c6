using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

static void Check(string what, Func<string> test)
{
    try
    {
        Console.WriteLine($"{what}: {test()}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{what}: {e.GetType()}: {e.Message}");
        Console.Error.WriteLine(e);
    }
}

// Dependency injection
Check("scopes", () =>
{
    var services = new ServiceCollection();
    services.AddSingleton<IClock, Clock>().AddScoped<Unit>().AddTransient<Consumer>().AddSingleton(typeof(Repository<>)).AddKeyedSingleton<IClock, Slow>("slow").TryAddSingleton<IClock, Slow>();
    services.AddSingleton<IEnumerableItem, First>().AddSingleton<IEnumerableItem, Second>().AddTransient<Func<Unit>>(p => p.GetRequiredService<Unit>);
    using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    using var a = provider.CreateScope();
    using var b = provider.CreateScope();
    var first = a.ServiceProvider.GetRequiredService<Consumer>();
    var second = a.ServiceProvider.GetRequiredService<Consumer>();
    var other = b.ServiceProvider.GetRequiredService<Consumer>();
    return $"{ReferenceEquals(first.Unit, second.Unit)} {ReferenceEquals(first.Unit, other.Unit)} {first.Clock.Now} {provider.GetRequiredKeyedService<IClock>("slow").Now} {string.Join(",", first.Items.Select(i => i.GetType().Name))} {provider.GetRequiredService<Repository<Entity>>().Describe()} {first.Slow.Now}";
});
Check("missing", () => new ServiceCollection().AddTransient<Consumer>().BuildServiceProvider().GetRequiredService<Consumer>().ToString()!);
Check("scoped from root", () => new ServiceCollection().AddScoped<Unit>().BuildServiceProvider(true).GetRequiredService<Unit>().ToString()!);
Check("circular", () => new ServiceCollection().AddSingleton<CircularA>().AddSingleton<CircularB>().BuildServiceProvider().GetRequiredService<CircularA>().ToString()!);
Check("dispose", () =>
{
    var log = new List<string>();
    var provider = new ServiceCollection().AddSingleton(log).AddSingleton<DisposeA>().AddSingleton<DisposeB>().BuildServiceProvider();
    provider.GetRequiredService<DisposeB>();
    provider.DisposeAsync().AsTask().Wait();
    return string.Join(",", log);
});
Check("activator", () => ActivatorUtilities.CreateInstance<Manual>(new ServiceCollection().AddSingleton<IClock, Clock>().BuildServiceProvider(), 5, "text").ToString()!);

// Configuration, options
Check("configuration", () =>
{
    File.WriteAllText("settings.json", "{\"App\": {\"Name\": \"json\", \"Size\": 3, \"Mode\": \"Fast\", \"List\": [\"a\", \"b\"], \"Map\": {\"x\": 1.5}, \"Nested\": {\"When\": \"2024-05-17\", \"Span\": \"00:01:30\"}}}");
    File.WriteAllText("settings.ini", "[App]\nName=ini\n[Other]\nKey=value\n");
    var configuration = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("settings.json")).AddIniFile(Path.GetFullPath("settings.ini")).AddInMemoryCollection(new Dictionary<string, string?> { ["App:Size"] = "4" }).AddCommandLine(["--App:Nested:Deep=true", "/Other:Key", "cl"]).Build();
    var settings = configuration.GetSection("App").Get<Settings>()!;
    return $"{settings.Name} {settings.Size} {settings.Mode} {string.Join("+", settings.List)} {settings.Map["x"]} {settings.Nested.When:yyyy-MM-dd} {settings.Nested.Span} {settings.Nested.Deep} {configuration["other:key"]} {configuration.GetValue<int>("App:Size") + 1} {configuration.GetChildren().Count()}";
});
Check("options", () =>
{
    var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["App:Name"] = "o", ["App:Size"] = "500" }).Build();
    var services = new ServiceCollection();
    services.AddOptions<Settings>().Bind(configuration.GetSection("App")).Configure<IClock>((s, c) => s.Name += c.Now).PostConfigure(s => s.Name += "!").Validate(s => s.Size < 100, "too big");
    services.AddOptions<Settings>("named").Configure(s => s.Name = "named");
    services.AddSingleton<IClock, Clock>().AddSingleton<IValidateOptions<Settings>, SettingsValidator>();
    var provider = services.BuildServiceProvider();
    var monitor = provider.GetRequiredService<IOptionsMonitor<Settings>>();
    var text = monitor.Get("named").Name;
    try
    {
        text += provider.GetRequiredService<IOptions<Settings>>().Value.Name;
    }
    catch (OptionsValidationException e)
    {
        text += " " + e.Message;
    }
    return text;
});
Check("reload", () =>
{
    var source = new Dictionary<string, string?> { ["a"] = "1" };
    var configuration = new ConfigurationBuilder().AddInMemoryCollection(source).Build();
    var count = 0;
    ChangeToken.OnChange(configuration.GetReloadToken, () => count++);
    configuration["a"] = "2";
    configuration.Reload();
    return configuration["a"] + " " + count;
});

// Logging
Check("logging", () =>
{
    var sink = new ListProvider();
    using var factory = LoggerFactory.Create(b => b.AddProvider(sink).SetMinimumLevel(LogLevel.Debug).AddFilter("Quiet", LogLevel.Error));
    var logger = factory.CreateLogger<Consumer>();
    using (logger.BeginScope("scope {Id}", 5))
        logger.LogInformation("Hello {Name}, {Count:000}", "world", 7);
    Log.Failed(logger, 42, new InvalidOperationException("bad"));
    factory.CreateLogger("Quiet").LogWarning("not shown");
    return string.Join(" | ", sink.Lines);
});

// Host
Check("host", () =>
{
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "app", EnvironmentName = "Testing", ContentRootPath = Directory.GetCurrentDirectory() });
    builder.Logging.AddSimpleConsole(o => { o.SingleLine = true; o.ColorBehavior = LoggerColorBehavior.Disabled; });
    builder.Services.AddSingleton<List<string>>().AddHostedService<Worker>().AddMetrics().AddSingleton<IHostedService, Lifecycle>();
    builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
    using var host = builder.Build();
    var log = host.Services.GetRequiredService<List<string>>();
    var environment = host.Services.GetRequiredService<IHostEnvironment>();
    host.Run();
    return string.Join(",", log) + " " + environment.IsEnvironment("Testing");
});
Check("default host", () =>
{
    var builder = Host.CreateApplicationBuilder(["--key", "value"]);
    builder.Logging.ClearProviders();
    using var host = builder.Build();
    host.StartAsync().Wait();
    host.StopAsync().Wait();
    return host.Services.GetRequiredService<IConfiguration>()["key"] + " " + host.Services.GetRequiredService<IHostEnvironment>().EnvironmentName;
});

// HttpClientFactory, files
Check("http", () =>
{
    var services = new ServiceCollection();
    services.AddTransient<AddHeader>().AddHttpClient<Api>(c => c.BaseAddress = new Uri("http://test/")).AddHttpMessageHandler<AddHeader>().ConfigurePrimaryHttpMessageHandler(() => new Answer());
    return services.BuildServiceProvider().GetRequiredService<Api>().Get().GetAwaiter().GetResult();
});
Check("files", () =>
{
    Directory.CreateDirectory("tree/sub");
    File.WriteAllText("tree/a.txt", "x");
    File.WriteAllText("tree/sub/b.txt", "yy");
    var matcher = new Matcher().AddInclude("**/*.txt");
    using var provider = new PhysicalFileProvider(Path.GetFullPath("tree"));
    return string.Join(",", matcher.Execute(new Microsoft.Extensions.FileSystemGlobbing.Abstractions.DirectoryInfoWrapper(new("tree"))).Files.Select(f => f.Path).Order()) + " " + provider.GetFileInfo("sub/b.txt").Length + " " + provider.GetDirectoryContents("").Count();
});

interface IClock
{
    string Now { get; }
}

class Clock : IClock
{
    public string Now => "now";
}

class Slow : IClock
{
    public string Now => "later";
}

class Unit;

class Entity;

interface IEnumerableItem;

class First : IEnumerableItem;

class Second : IEnumerableItem;

class Repository<T>(IClock clock) where T : new()
{
    public string Describe() => typeof(T).Name + clock.Now;
}

class Consumer(IClock clock, Unit unit, IEnumerable<IEnumerableItem> items, [FromKeyedServices("slow")] IClock slow, Func<Unit> factory)
{
    public IClock Clock => clock;
    public IClock Slow => slow;
    public Unit Unit => ReferenceEquals(unit, factory()) ? unit : new Unit();
    public IEnumerable<IEnumerableItem> Items => items;
}

class CircularA(CircularB b)
{
    public CircularB B => b;
}

class CircularB(CircularA a)
{
    public CircularA A => a;
}

class DisposeA(List<string> log) : IDisposable
{
    public void Dispose() => log.Add("a");
}

class DisposeB(DisposeA a, List<string> log) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        log.Add("b" + (a != null));
        return default;
    }
}

class Manual(string text, IClock clock, int number)
{
    public override string ToString() => text + clock.Now + number;
}

enum Mode
{
    Slow,
    Fast,
}

public class Settings
{
    public string Name { get; set; } = "";
    [Range(0, 1000)]
    public int Size { get; set; }
    internal Mode Mode { get; set; }
    public List<string> List { get; set; } = [];
    public Dictionary<string, double> Map { get; set; } = [];
    public NestedSettings Nested { get; set; } = new();
}

public class NestedSettings
{
    public DateTime When { get; set; }
    public TimeSpan Span { get; set; }
    public bool Deep { get; set; }
}

class SettingsValidator : IValidateOptions<Settings>
{
    public ValidateOptionsResult Validate(string? name, Settings options) => options.Size > 200 ? ValidateOptionsResult.Fail("size over 200") : ValidateOptionsResult.Success;
}

static partial class Log
{
    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "failed with {Code}")]
    public static partial void Failed(ILogger logger, int code, Exception exception);
}

class ListProvider : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    public List<string> Lines { get; } = [];

    public ILogger CreateLogger(string category) => new ListLogger(this, category);

    public void SetScopeProvider(IExternalScopeProvider scopes) => _scopes = scopes;

    public void Dispose()
    {
    }

    private class ListLogger(ListProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = "";
            owner._scopes?.ForEachScope((s, _) => scopes += s, 0);
            var values = state is IReadOnlyList<KeyValuePair<string, object?>> list ? string.Join(";", list.Select(p => p.Key + "=" + p.Value)) : "";
            owner.Lines.Add($"{level} {category} {id.Id} {formatter(state, exception)} {exception?.Message} [{scopes}] {values}");
        }
    }
}

class Worker(List<string> log, ILogger<Worker> logger, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        logger.LogInformation("working");
        var started = new TaskCompletionSource();
        lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task;
        log.Add("worked");
        lifetime.StopApplication();
    }
}

class Lifecycle(List<string> log) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken t) => Add("start");
    public Task StopAsync(CancellationToken t) => Add("stop");
    public Task StartingAsync(CancellationToken t) => Add("starting");
    public Task StartedAsync(CancellationToken t) => Add("started");
    public Task StoppingAsync(CancellationToken t) => Add("stopping");
    public Task StoppedAsync(CancellationToken t) => Add("stopped");

    private Task Add(string what)
    {
        log.Add(what);
        return Task.CompletedTask;
    }
}

class AddHeader : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        request.Headers.Add("X-Test", "1");
        return base.SendAsync(request, token);
    }
}

class Answer : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent(request.RequestUri + string.Join(",", request.Headers.GetValues("X-Test"))) });
}

class Api(HttpClient client)
{
    public async Task<string> Get()
    {
        using var response = await client.GetAsync("path?q=1");
        return (int)response.StatusCode + await response.Content.ReadAsStringAsync();
    }
}
