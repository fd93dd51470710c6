using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

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

static string Tags(ReadOnlySpan<KeyValuePair<string, object?>> tags)
{
    var text = "";
    foreach (var tag in tags)
        text += $"[{tag.Key}={tag.Value}]";
    return text;
}

// Events
Check("events", () =>
{
    using var listener = new Collector(ShopEventSource.Log, EventKeywords.All);
    ShopEventSource.Log.Started("shop", 3);
    ShopEventSource.Log.Sold(7, 2.5, true, DayOfWeek.Friday, Guid.Empty);
    ShopEventSource.Log.Failed("broken");
    ShopEventSource.Log.Write("Dynamic", new { Name = "n", Count = 2 });
    return listener.Text();
});
Check("levels", () =>
{
    using var listener = new Collector(ShopEventSource.Log, ShopEventSource.Keywords.Sales);
    ShopEventSource.Log.Started("ignored", 1);
    ShopEventSource.Log.Sold(1, 1, false, DayOfWeek.Monday, Guid.Empty);
    return listener.Text() + ShopEventSource.Log.IsEnabled(EventLevel.Verbose, ShopEventSource.Keywords.Sales) + ShopEventSource.Log.Name;
});
Check("manifest", () => EventSource.GetName(typeof(ShopEventSource)) + " " + EventSource.GetGuid(typeof(ShopEventSource)));

// Metrics
using var meter = new Meter("shop", "1.0", [new("region", "eu")]);
var sold = meter.CreateCounter<int>("sold", "items", "what was sold");
var price = meter.CreateHistogram<double>("price");
var queue = meter.CreateUpDownCounter<long>("queue");
var level = meter.CreateGauge<float>("level");
var size = 10;
meter.CreateObservableGauge("size", () => size, "items");
meter.CreateObservableCounter("total", () => new Measurement<decimal>(1.5m, new KeyValuePair<string, object?>("kind", "a")));
meter.CreateObservableUpDownCounter("many", () => new[] { new Measurement<short>(1), new Measurement<short>(2, new KeyValuePair<string, object?>("n", 2)) });
Check("meter listener", () =>
{
    var text = new List<string>();
    using var listener = new MeterListener();
    listener.InstrumentPublished = (instrument, l) =>
    {
        if (instrument.Meter == meter)
            l.EnableMeasurementEvents(instrument, instrument.Name.Length);
    };
    listener.MeasurementsCompleted = (instrument, state) => text.Add("completed " + instrument.Name);
    listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => text.Add($"{instrument.Name} int {value} {Tags(tags)} {state}"));
    listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => text.Add($"{instrument.Name} double {value} {Tags(tags)}"));
    listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => text.Add($"{instrument.Name} long {value}"));
    listener.SetMeasurementEventCallback<float>((instrument, value, tags, state) => text.Add($"{instrument.Name} float {value}"));
    listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, state) => text.Add($"{instrument.Name} decimal {value} {Tags(tags)}"));
    listener.SetMeasurementEventCallback<short>((instrument, value, tags, state) => text.Add($"{instrument.Name} short {value} {Tags(tags)}"));
    listener.Start();
    sold.Add(1);
    sold.Add(2, new KeyValuePair<string, object?>("product", "apple"));
    sold.Add(3, new TagList { { "a", 1 }, { "b", null } });
    price.Record(2.5, new("x", 1), new("y", "z"));
    queue.Add(-4);
    level.Record(0.5f);
    size = 11;
    listener.RecordObservableInstruments();
    listener.DisableMeasurementEvents(queue);
    queue.Add(1);
    return string.Join("; ", text) + " " + sold.Enabled + queue.Enabled;
});
Check("metrics events", () =>
{
    using var listener = new MetricsCollector();
    for (var i = 0; i < 500 && !(listener.Has("CollectionStop") && listener.Has("CounterRateValuePublished total")); i++)
    {
        sold.Add(1, new KeyValuePair<string, object?>("product", "pear"));
        price.Record(i, new KeyValuePair<string, object?>("product", "pear"));
        Thread.Sleep(10);
    }
    return listener.Text();
});
Check("counters", () =>
{
    using var counter = new EventCounter("requests", ShopEventSource.Log) { DisplayName = "Requests" };
    using var polling = new PollingCounter("polled", ShopEventSource.Log, () => 42);
    using var listener = new Counters();
    for (var i = 0; i < 500 && !(listener.Has("requests") && listener.Has("polled")); i++)
    {
        counter.WriteMetric(5);
        Thread.Sleep(10);
    }
    return listener.Text();
});

// Activities
Check("activities", () =>
{
    using var source = new ActivitySource("work", "2.0");
    var text = new List<string>();
    using var listener = new ActivityListener
    {
        ShouldListenTo = s => s.Name == "work",
        Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Name == "dropped" ? ActivitySamplingResult.None : ActivitySamplingResult.AllDataAndRecorded,
        ActivityStarted = a => text.Add("start " + a.OperationName),
        ActivityStopped = a => text.Add($"stop {a.OperationName} {a.Kind} {string.Join(",", a.TagObjects)} {a.Status}{a.StatusDescription} {a.Events.Count()} {a.Links.Count()}")
    };
    ActivitySource.AddActivityListener(listener);
    var context = new ActivityContext(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), ActivitySpanId.CreateFromString("b7ad6b7169203331"), ActivityTraceFlags.Recorded, "k=v");
    using (var outer = source.StartActivity("outer", ActivityKind.Server, context, [new("tag", 1)]))
    {
        outer!.AddBaggage("user", "me");
        outer.AddEvent(new ActivityEvent("event", default, new ActivityTagsCollection { ["e"] = 1 }));
        outer.AddLink(new ActivityLink(context));
        text.Add(outer.TraceId + " " + outer.ParentSpanId + " " + outer.TraceStateString + " " + outer.Recorded);
        text.Add((source.StartActivity("dropped") is null).ToString());
        using var inner = source.StartActivity("inner");
        inner!.SetTag("later", "yes").SetStatus(ActivityStatusCode.Error, "bad");
        inner.AddException(new InvalidOperationException("oops"));
        text.Add(inner.GetBaggageItem("user") + (Activity.Current == inner) + (inner.Parent == outer));
    }
    return string.Join("; ", text) + " " + (Activity.Current is null);
});
Check("diagnostic source", () =>
{
    var text = new List<string>();
    using var all = DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(l =>
    {
        if (l.Name == "mine")
            l.Subscribe(new Observer<KeyValuePair<string, object?>>(p => text.Add(p.Key + "=" + p.Value)), (name, _, _) => name != "hidden");
    }));
    using var source = new DiagnosticListener("mine");
    if (source.IsEnabled("shown"))
        source.Write("shown", 5);
    if (source.IsEnabled("hidden"))
        source.Write("hidden", 5);
    var activity = source.StartActivity(new Activity("op"), "args");
    source.StopActivity(activity, "end");
    return string.Join("; ", text);
});
Check("propagator", () =>
{
    var carrier = new Dictionary<string, string>();
    using var activity = new Activity("a").SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").AddBaggage("x", "y").Start();
    DistributedContextPropagator.Current.Inject(activity, carrier, (c, k, v) => ((Dictionary<string, string>)c!)[k] = v);
    return string.Join(",", carrier.Keys.Order()) + " " + carrier["traceparent"].StartsWith("00-0af7651916cd43dd8448eb211c80319c-");
});

// Trace
Check("trace", () =>
{
    var writer = new StringWriter();
    var source = new TraceSource("component", SourceLevels.Information);
    source.Listeners.Clear();
    source.Listeners.Add(new TextWriterTraceListener(writer) { Filter = new EventTypeFilter(SourceLevels.Warning) });
    source.TraceEvent(TraceEventType.Error, 3, "error {0}", 1);
    source.TraceInformation("not shown");
    source.TraceData(TraceEventType.Warning, 4, "data", 2);
    Trace.Listeners.Clear();
    Trace.Listeners.Add(new TextWriterTraceListener(writer));
    Trace.Indent();
    Trace.WriteLine("indented", "category");
    Trace.Unindent();
    Trace.WriteLineIf(false, "never");
    Trace.Flush();
    return writer.ToString().Replace("\n", "/");
});
Check("stack", () => new StackTrace().FrameCount > 0 ? "frames" : "none");

[EventSource(Name = "Shop-Events")]
sealed class ShopEventSource : EventSource
{
    public static readonly ShopEventSource Log = new();

    public static class Keywords
    {
        public const EventKeywords Sales = (EventKeywords)1;
        public const EventKeywords Life = (EventKeywords)2;
    }

    [Event(1, Keywords = Keywords.Life, Message = "{0} started with {1}")]
    public void Started(string name, int count) => WriteEvent(1, name, count);

    [Event(2, Keywords = Keywords.Sales, Level = EventLevel.Verbose)]
    public void Sold(long id, double price, bool discount, DayOfWeek day, Guid customer) => WriteEvent(2, id, price, discount, day, customer);

    [Event(3, Level = EventLevel.Error)]
    public void Failed(string reason) => WriteEvent(3, reason);
}

sealed class Collector : EventListener
{
    private readonly ConcurrentQueue<string> events = new();

    public Collector(EventSource source, EventKeywords keywords) => EnableEvents(source, EventLevel.LogAlways, keywords);

    protected override void OnEventWritten(EventWrittenEventArgs e) =>
        events.Enqueue($"{e.EventId} {e.EventName} {e.Level} {(long)e.Keywords & 0xff} {string.Join(",", (e.PayloadNames ?? []).Zip(e.Payload ?? [], (n, v) => n + "=" + v))} {e.Message}");

    public string Text() => string.Join("; ", events);
}

sealed class MetricsCollector : EventListener
{
    private readonly ConcurrentDictionary<string, string> seen = new();

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == "System.Diagnostics.Metrics")
            EnableEvents(source, EventLevel.Informational, (EventKeywords)3, new Dictionary<string, string?> { ["Metrics"] = "shop", ["RefreshInterval"] = "0.1", ["SessionId"] = "mine", ["MaxTimeSeries"] = "100", ["MaxHistograms"] = "10" });
    }

    protected override void OnEventWritten(EventWrittenEventArgs e)
    {
        var text = e.EventName + (e.EventName is "CounterRateValuePublished" or "HistogramValuePublished" ? " " + e.Payload![3] + " " + e.Payload[5] : "");
        if (e.EventName is "InstrumentPublished" or "BeginInstrumentReporting")
            text += " " + e.Payload![3] + " " + e.Payload[4] + " " + e.Payload[5] + " " + e.Payload[6];
        if (e.EventName is not ("Message" or "Error"))
            seen.TryAdd(text, "");
    }

    public bool Has(string name) => seen.Keys.Any(k => k.StartsWith(name));

    public string Text() => string.Join("; ", seen.Keys.Order(StringComparer.Ordinal).Where(k => !k.StartsWith("Upd")));
}

sealed class Counters : EventListener
{
    private readonly ConcurrentDictionary<string, string> seen = new();

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == "Shop-Events")
            EnableEvents(source, EventLevel.Informational, EventKeywords.None, new Dictionary<string, string?> { ["EventCounterIntervalSec"] = "0.1" });
    }

    protected override void OnEventWritten(EventWrittenEventArgs e)
    {
        if (e.EventName == "EventCounters" && e.Payload![0] is IDictionary<string, object> p && (double)p["Mean"] != 0)
            seen.TryAdd((string)p["Name"], p["DisplayName"] + " " + p["Mean"] + " " + p["CounterType"]);
    }

    public bool Has(string name) => seen.ContainsKey(name);

    public string Text() => string.Join("; ", seen.OrderBy(k => k.Key).Select(k => k.Key + " " + k.Value));
}

sealed class Observer<T>(Action<T> next) : IObserver<T>
{
    public void OnCompleted() { }

    public void OnError(Exception error) { }

    public void OnNext(T value) => next(value);
}
