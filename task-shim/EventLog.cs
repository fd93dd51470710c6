using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Tailor.Tasks;

/// <summary>
/// Turns the compiler's events (one JSON object a line) into MSBuild log events. Severities are decided in the compiler;
/// nothing is parsed out of prose. Diagnostics are kept, so that a publish which has nothing to compile can repeat them.
/// </summary>
internal sealed class EventLog(TaskLoggingHelper log, string projectFile)
{
    private const int Schema = 1;
    private readonly List<KeyValuePair<string, string>> times = [];
    private readonly List<string> facts = [];
    private readonly List<string> diagnostics = [];

    public bool SawError { get; private set; }

    public bool SawResult { get; private set; }

    public bool Succeeded { get; private set; }

    /// <summary>Gets the lines of all diagnostic events so far, as they came.</summary>
    public IReadOnlyList<string> Diagnostics => diagnostics;

    /// <summary>Handles one line; false where it is not an event.</summary>
    public bool TryHandle(string line)
    {
        if (line.Length == 0 || line[0] != '{')
        {
            return false;
        }
        try
        {
            return Handle(JsonReader.ParseObject(line), line);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Logs the stages and sizes in one short block (shown from <c>-v:n</c> on).</summary>
    public void LogSummary(string name)
    {
        if (facts.Count > 0)
        {
            log.LogMessage(MessageImportance.Normal, "{0}: {1}", name, string.Join(", ", facts));
        }
        if (times.Count > 0)
        {
            StringBuilder line = new();
            foreach (KeyValuePair<string, string> time in times)
            {
                line.Append(line.Length == 0 ? "" : ", ").Append(time.Key).Append(' ').Append(time.Value);
            }
            log.LogMessage(MessageImportance.Normal, "{0}: {1}", name, line);
        }
    }

    private bool Handle(Dictionary<string, object?> e, string line)
    {
        switch (Text(e, "event"))
        {
            case "hello":
                CheckSchema(e);
                return true;
            case "diagnostic":
                diagnostics.Add(line);
                LogDiagnostic(e);
                return true;
            case "progress":
                log.LogMessage(MessageImportance.Low, "{0}", Text(e, "message") ?? Text(e, "phase") ?? "");
                return true;
            case "stat":
                LogStatistic(e);
                return true;
            case "artifact":
                LogArtifact(e);
                return true;
            case "result":
                SawResult = true;
                Succeeded = e.TryGetValue("success", out object? success) && success is true;
                return true;
            default:
                return false;
        }
    }

    private void CheckSchema(Dictionary<string, object?> e)
    {
        log.LogMessage(MessageImportance.Low, "tailor {0}, LLVM {1}", Text(e, "version") ?? "?", Text(e, "llvm") ?? "?");
        if (Number(e, "schema") != Schema)
        {
            SawError = true;
            log.LogError(null, "TLR9997", null, projectFile, 0, 0, 0, 0,
                "The compiler and the build task of the package Tailor.NativeAot do not belong together (event schema {0}, expected {1}). Restore the package again.",
                Number(e, "schema"), Schema);
        }
    }

    private void LogDiagnostic(Dictionary<string, object?> e)
    {
        string? code = Text(e, "code");
        string? category = Text(e, "category");
        string file = Text(e, "file") ?? projectFile;
        string? help = Text(e, "help");
        string message = Text(e, "message") ?? "";
        int line = Number(e, "line");
        int column = Number(e, "column");
        switch (Text(e, "severity"))
        {
            case "error":
                SawError = true;
                log.LogError(category, code, null, help, file, line, column, 0, 0, "{0}", message);
                break;
            case "warning":
                log.LogWarning(category, code, null, help, file, line, column, 0, 0, "{0}", message);
                break;
            default:
                log.LogMessage(category, code, null, file, line, column, 0, 0, MessageImportance.Normal, "{0}", message);
                break;
        }
    }

    private void LogStatistic(Dictionary<string, object?> e)
    {
        string name = Text(e, "name") ?? "";
        string unit = Text(e, "unit") ?? "";
        double value = e.TryGetValue("value", out object? number) && number is double d ? d : 0;
        log.LogMessage(MessageImportance.Low, "stat {0} = {1} {2}", name, value.ToString(CultureInfo.InvariantCulture), unit);
        const string Wall = ".wall";
        if (name.EndsWith(Wall, StringComparison.Ordinal))
        {
            double seconds = unit == "ms" ? value / 1000 : value;
            string stage = name.Substring(0, name.Length - Wall.Length);
            times.Add(new KeyValuePair<string, string>(stage, seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s"));
        }
        else if (unit is "bytes" or "KB")
        {
            facts.Add(name.Replace('.', ' ') + " " + Size(unit == "KB" ? value * 1024 : value));
        }
        else
        {
            facts.Add(value.ToString("#,0.##", CultureInfo.InvariantCulture) + " " + (unit.Length == 0 ? name.Replace('.', ' ') : unit));
        }
    }

    private void LogArtifact(Dictionary<string, object?> e)
    {
        string path = Text(e, "path") ?? "";
        string kind = Text(e, "kind") ?? "file";
        log.LogMessage(MessageImportance.Low, "artifact {0} {1}", kind, path);
        if (!File.Exists(path))
        {
            SawError = true;
            log.LogError(null, "TLR9998", null, projectFile, 0, 0, 0, 0, "The compiler reported the {0} '{1}' but did not write it.", kind, path);
        }
        else if (kind == "object")
        {
            facts.Add("object " + Size(new FileInfo(path).Length));
        }
    }

    private static string Size(double bytes) => bytes >= 1_000_000
        ? (bytes / 1_000_000).ToString("0.0", CultureInfo.InvariantCulture) + " MB"
        : (bytes / 1_000).ToString("0.0", CultureInfo.InvariantCulture) + " KB";

    private static string? Text(Dictionary<string, object?> e, string name) =>
        e.TryGetValue(name, out object? value) ? value as string : null;

    private static int Number(Dictionary<string, object?> e, string name) =>
        e.TryGetValue(name, out object? value) && value is double and >= 0 and <= int.MaxValue ? (int)(double)value : 0;
}
