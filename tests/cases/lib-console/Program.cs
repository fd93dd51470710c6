using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using CommunityToolkit.Mvvm.ComponentModel;
using CommunityToolkit.Mvvm.Input;
using CommunityToolkit.Mvvm.Messaging;
using FluentValidation;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Riok.Mapperly.Abstractions;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Spectre.Console;
using Spectre.Console.Rendering;
using Stateless;

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

// Spectre.Console
var output = new StringWriter();
var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
console.Profile.Width = 60;
string Render(IRenderable renderable)
{
    output.GetStringBuilder().Clear();
    console.Write(renderable);
    return "\n" + output.ToString().TrimEnd();
}

Check("table", () => Render(new Table().Title("Numbers").Border(TableBorder.Rounded).AddColumn("Name").AddColumn(new TableColumn("[bold]Value[/]").RightAligned()).AddRow("one", "1").AddRow("[red]two[/]", "2222")));
Check("tree", () =>
{
    var tree = new Tree("root");
    var node = tree.AddNode("child [green]a[/]");
    node.AddNode(new Panel("inside").Header("panel"));
    tree.AddNode("child b");
    return Render(tree);
});
Check("chart", () => Render(new BarChart().Width(40).AddItem("a", 3).AddItem("b", 10, Spectre.Console.Color.Red)) + Render(new BreakdownChart().Width(40).AddItem("x", 20, Spectre.Console.Color.Blue).AddItem("y", 80, Spectre.Console.Color.Red)));
Check("layout", () => Render(new Columns(new Spectre.Console.Text("left"), new Markup("[u]right[/]"))) + Render(new Rule("title")) + Render(new Spectre.Console.Calendar(2024, 2).Culture(CultureInfo.InvariantCulture)));
Check("figlet", () => Render(new FigletText("Hi")));
Check("markup error", () => Render(new Markup("[nocolor]x[/]")));
Check("exception", () => Markup.Escape("[x]") + Markup.Remove("[red]y[/]"));

// System.CommandLine
Check("command line", () =>
{
    var count = new System.CommandLine.Option<int>("--count", "-c") { Description = "how many", DefaultValueFactory = _ => 3 };
    var mode = new System.CommandLine.Option<Mode>("--mode") { Description = "which" };
    var files = new Argument<string[]>("files") { Arity = ArgumentArity.OneOrMore };
    var verbose = new System.CommandLine.Option<bool>("--verbose") { Recursive = true };
    var result = "";
    var add = new Command("add", "adds files") { count, mode, files };
    add.SetAction(p => { result = $"{p.GetValue(count)} {p.GetValue(mode)} {string.Join(",", p.GetValue(files)!)} {p.GetValue(verbose)}"; return 5; });
    var root = new RootCommand("test program") { add };
    root.Options.Add(verbose);
    count.Validators.Add(r => { if (r.GetValueOrDefault<int>() > 100) r.AddError("too many"); });
    var code = root.Parse("add a.txt b.txt -c 7 --mode fast --verbose").Invoke();
    var errors = root.Parse("add x --count 500 --mode wrong").Errors.Select(e => e.Message);
    var help = new StringWriter();
    root.Parse("add --help").Invoke(new InvocationConfiguration { Output = help, Error = help });
    return code + " " + result + "\n" + string.Join("\n", errors) + "\n" + help.ToString().Replace("lib-console", "APP").TrimEnd();
});

// Serilog
Check("serilog", () =>
{
    var sink = new ListSink();
    using var log = new LoggerConfiguration().MinimumLevel.Debug().MinimumLevel.Override("Quiet", LogEventLevel.Error).Enrich.WithProperty("App", "test").Enrich.FromLogContext()
        .Destructure.ByTransforming<Person>(p => p.Name.ToLowerInvariant()).Filter.ByExcluding(e => e.MessageTemplate.Text.Contains("secret"))
        .WriteTo.Sink(sink).WriteTo.Console(outputTemplate: "[{Level:u3}] {Message:lj} {Properties}{NewLine}{Exception}", theme: Serilog.Sinks.SystemConsole.Themes.ConsoleTheme.None).CreateLogger();
    log.Information("Hello {Name}, {Count:000} {@List} {$Type}", "world", 5, new[] { 1, 2 }, new Version(1, 2));
    log.ForContext<Person>().Warning(new InvalidOperationException("bad"), "failed");
    log.Debug("a secret");
    log.ForContext(Constants.SourceContextPropertyName, "Quiet").Information("not shown");
    using (Serilog.Context.LogContext.PushProperty("Scope", 42))
        log.Error("{@Person} {Missing}", new Person { Name = "N", Age = 3 });
    return string.Join(" | ", sink.Events.Select(e => e.RenderMessage()));
});

// Polly
Check("polly", () =>
{
    var attempts = 0;
    var seen = new List<string>();
    var pipeline = new ResiliencePipelineBuilder<int>()
        .AddFallback(new() { ShouldHandle = new PredicateBuilder<int>().Handle<TimeoutRejectedException>(), FallbackAction = _ => Outcome.FromResultAsValueTask(-1) })
        .AddRetry(new RetryStrategyOptions<int> { MaxRetryAttempts = 3, Delay = TimeSpan.FromMilliseconds(1), BackoffType = DelayBackoffType.Exponential, ShouldHandle = new PredicateBuilder<int>().Handle<IOException>().HandleResult(0), OnRetry = a => { seen.Add(a.AttemptNumber + ":" + (a.Outcome.Exception?.Message ?? a.Outcome.Result.ToString())); return default; } })
        .AddTimeout(TimeSpan.FromSeconds(20)).Build();
    var value = pipeline.Execute(() => ++attempts switch { 1 => throw new IOException("one"), 2 => 0, _ => 42 });
    return value + " " + string.Join(",", seen);
});
Check("breaker", () =>
{
    var pipeline = new ResiliencePipelineBuilder().AddCircuitBreaker(new CircuitBreakerStrategyOptions { FailureRatio = 0.5, MinimumThroughput = 2, BreakDuration = TimeSpan.FromSeconds(30), SamplingDuration = TimeSpan.FromSeconds(10) }).Build();
    var text = "";
    for (var i = 0; i < 4; i++)
    {
        try
        {
            pipeline.Execute(() => throw new InvalidOperationException("x"));
        }
        catch (Exception e)
        {
            text += e.GetType().Name + " ";
        }
    }
    return text;
});
Check("timeout", () =>
{
    try
    {
        new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromMilliseconds(20)).Build().ExecuteAsync(async t => await Task.Delay(10_000, t)).AsTask().GetAwaiter().GetResult();
        return "none";
    }
    catch (TimeoutRejectedException e)
    {
        return e.Timeout.ToString();
    }
});

// Stateless
Check("stateless", () =>
{
    var machine = new StateMachine<State, Trigger>(State.Off);
    var log = new List<string>();
    machine.Configure(State.Off).Permit(Trigger.Toggle, State.On).OnExit(t => log.Add("exit " + t.Source));
    machine.Configure(State.On).PermitIf(Trigger.Toggle, State.Off, () => log.Count > 1, "enough").OnEntry(t => log.Add("enter " + t.Destination)).Ignore(Trigger.Nothing);
    machine.Configure(State.Broken).SubstateOf(State.On);
    var set = machine.SetTriggerParameters<int>(Trigger.Break);
    machine.Configure(State.Off).PermitDynamic(set, n => n > 1 ? State.Broken : State.On);
    machine.Fire(Trigger.Toggle);
    machine.Fire(Trigger.Nothing);
    machine.Fire(Trigger.Toggle);
    machine.Fire(set, 2);
    var text = string.Join(",", log) + " " + machine.State + " " + machine.IsInState(State.On) + " " + Stateless.Graph.UmlDotGraph.Format(machine.GetInfo()).Length;
    try
    {
        machine.Fire(Trigger.Break);
    }
    catch (InvalidOperationException e)
    {
        text += " " + e.Message;
    }
    return text;
});

// CommunityToolkit.Mvvm, Mapperly
Check("mvvm", () =>
{
    var model = new Model();
    var log = new List<string>();
    model.PropertyChanged += (_, e) => log.Add(e.PropertyName!);
    model.Name = "x";
    model.SaveCommand.Execute(null);
    model.LoadCommand.ExecuteAsync(3).GetAwaiter().GetResult();
    WeakReferenceMessenger.Default.Register<Model, string>(model, (r, m) => r.Name += m);
    WeakReferenceMessenger.Default.Send("!");
    return string.Join(",", log) + " " + model.Name + " " + model.Saved + " " + model.SaveCommand.CanExecute(null);
});
Check("mapperly", () => new Mapper().ToDto(new Person { Name = "P", Age = 40, Friends = [new Person { Name = "Q" }], Mode = Mode.Slow }).ToString());

// Rx
Check("rx", () =>
{
    var log = new List<string>();
    using var all = new CompositeDisposable();
    var subject = new Subject<int>();
    all.Add(subject.Where(n => n % 2 == 0).Select(n => n * n).Scan((a, b) => a + b).Buffer(2).Subscribe(b => log.Add(string.Join("+", b)), e => log.Add(e.Message), () => log.Add("done")));
    all.Add(subject.GroupBy(n => n % 3).SelectMany(g => g.Count().Select(c => g.Key + "=" + c)).Subscribe(log.Add));
    all.Add(subject.Zip(subject.Skip(1), (a, b) => a + b).Throttle(TimeSpan.Zero, System.Reactive.Concurrency.Scheduler.Immediate).Aggregate(0, (a, b) => a + b).Subscribe(n => log.Add("sum " + n)));
    for (var i = 0; i < 10; i++)
        subject.OnNext(i);
    subject.OnCompleted();
    var timed = Observable.Timer(TimeSpan.FromMilliseconds(5)).Concat(Observable.Throw<long>(new Exception("end"))).Catch((Exception e) => Observable.Return((long)e.Message.Length)).ToList().Wait();
    return string.Join(" ", log) + " " + string.Join(",", timed) + " " + Observable.Range(1, 5).CombineLatest(Observable.Return("s"), (a, b) => a + b).LastAsync().Wait();
});

// FluentValidation
Check("validation", () =>
{
    var result = new PersonValidator().Validate(new Person { Name = "", Age = 200, Friends = [new Person { Name = "abc", Age = -1 }] });
    return result.IsValid + "\n" + string.Join("\n", result.Errors.Select(e => e.PropertyName + ": " + e.ErrorMessage + " [" + e.ErrorCode + "]"));
});

class ListSink : ILogEventSink
{
    public List<LogEvent> Events { get; } = [];

    public void Emit(LogEvent logEvent) => Events.Add(logEvent);
}

enum Mode
{
    Slow,
    Fast,
}

enum State
{
    Off,
    On,
    Broken,
}

enum Trigger
{
    Toggle,
    Nothing,
    Break,
}

class Person
{
    public string Name { get; set; } = "";
    public int Age { get; set; }
    public Mode Mode { get; set; }
    public List<Person> Friends { get; set; } = [];
}

record PersonDto(string Name, long Age, string Mode, PersonDto[] Friends);

[Mapper]
partial class Mapper
{
    public partial PersonDto ToDto(Person person);
}

partial class Model : ObservableObject
{
    [ObservableProperty]
    [NotifyPropertyChangedFor(nameof(Saved))]
    private string _name = "";

    public string Saved { get; private set; } = "no";

    [RelayCommand(CanExecute = nameof(CanSave))]
    private void Save() => Saved = "saved " + Name;

    private bool CanSave => Name.Length > 0;

    [RelayCommand]
    private async Task Load(int count)
    {
        await Task.Yield();
        Name = new string('l', count);
    }
}

class PersonValidator : AbstractValidator<Person>
{
    public PersonValidator()
    {
        RuleFor(p => p.Name).NotEmpty().MaximumLength(20);
        RuleFor(p => p.Age).InclusiveBetween(0, 150).WithErrorCode("AGE");
        RuleForEach(p => p.Friends).ChildRules(f => f.RuleFor(x => x.Age).GreaterThanOrEqualTo(0).WithMessage(x => x.Name + " is not born"));
        RuleFor(p => p.Name).Must((person, name) => person.Age < 100 || name.Length > 0).When(p => p.Age > 0);
    }
}
