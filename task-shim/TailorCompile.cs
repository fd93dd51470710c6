using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Tailor.Tasks;

/// <summary>
/// Starts the compiler, hands it the request on standard input and forwards its events. After any failure the outputs
/// are deleted: a half-written or outdated object must never look up to date to the next publish.
/// </summary>
public sealed class TailorCompile : ToolTask
{
    private const int AccessDenied = 13; // EACCES
    private const int StrayLimit = 4000;
    private readonly StringBuilder stray = new();
    private EventLog? events;

    /// <summary>Gets or sets the compiler's executable.</summary>
    [Required]
    public string Compiler { get; set; } = "";

    /// <summary>Gets or sets the file with the request.</summary>
    [Required]
    public string RequestFile { get; set; } = "";

    /// <summary>Gets or sets the project file, the place of diagnostics that have none of their own.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Gets or sets where diagnostics are kept for <see cref="TailorReplay"/>.</summary>
    [Required]
    public string DiagnosticsFile { get; set; } = "";

    /// <summary>Gets or sets the files that the compiler must have written; the first is the object.</summary>
    [Required]
    public ITaskItem[] Outputs { get; set; } = [];

    /// <summary>Gets or sets the application's name, for the summary.</summary>
    public string ApplicationName { get; set; } = "";

    /// <summary>Gets a value indicating whether a compilation took place.</summary>
    [Output]
    public bool Ran { get; private set; }

    /// <inheritdoc/>
    protected override string ToolName => Path.GetFileName(Compiler);

    /// <inheritdoc/>
    protected override Encoding StandardOutputEncoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    protected override Encoding StandardErrorEncoding => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    // The importance is how LogEventsFromTextOutput tells the two streams apart.

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.Low;

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.Normal;

    private EventLog Events => events ??= new EventLog(Log, ProjectFile);

    /// <inheritdoc/>
    public override bool Execute()
    {
        Ran = true;
        bool succeeded = base.Execute() && CheckResult();
        if (!succeeded)
        {
            DeleteOutputs();
            return false;
        }
        KeepDiagnostics();
        Events.LogSummary(ApplicationName);
        return true;
    }

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool() => Compiler;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands() => "--events";

    /// <inheritdoc/>
    protected override void LogToolCommand(string message) =>
        Log.LogCommandLine(MessageImportance.Low, message + " < " + RequestFile);

    /// <inheritdoc/>
    protected override bool ValidateParameters()
    {
        if (!File.Exists(Compiler))
        {
            Error("TLR9996", $"The compiler '{Compiler}' is missing. Delete the package Tailor.NativeAot from the package cache and restore again.");
            return false;
        }
        return base.ValidateParameters();
    }

    // On Unix ToolTask leaves standard input alone: both the redirection and the writing are ours.

    /// <inheritdoc/>
    protected override ProcessStartInfo GetProcessStartInfo(string pathToTool, string commandLineCommands, string responseFileSwitch)
    {
        ProcessStartInfo info = base.GetProcessStartInfo(pathToTool, commandLineCommands, responseFileSwitch);
        info.RedirectStandardInput = true;
        return info;
    }

    /// <inheritdoc/>
    protected override Process StartToolProcess(Process proc)
    {
        Process process;
        try
        {
            process = base.StartToolProcess(proc);
        }
        catch (Win32Exception e) when (e.NativeErrorCode == AccessDenied)
        {
            // A package cache that was copied or unpacked by other means has lost the executable bit.
            MakeExecutable();
            process = base.StartToolProcess(proc);
        }
        byte[] request = File.ReadAllBytes(RequestFile);
        try
        {
            process.StandardInput.BaseStream.Write(request, 0, request.Length);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The compiler ended early and closed the pipe: its exit code and events say why.
        }
        return process;
    }

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        if (messageImportance == StandardOutputLoggingImportance && Events.TryHandle(singleLine))
        {
            return;
        }
        if (messageImportance == StandardErrorLoggingImportance && stray.Length < StrayLimit)
        {
            stray.AppendLine(singleLine);
        }
        Log.LogMessage(MessageImportance.Low, "{0}", singleLine);
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors()
    {
        if (!Events.SawError)
        {
            ShowStray();
            string request = Path.GetFullPath(RequestFile);
            Error("TLR9999", $"The compiler {HowItEnded()}. To repeat the compilation: '{Compiler}' < '{request}'");
        }
        return false;
    }

    private bool CheckResult()
    {
        if (Events.SawError)
        {
            return false;
        }
        if (!Events.SawResult || !Events.Succeeded)
        {
            ShowStray();
            Error("TLR9998", $"The compiler ended without a result. The request is '{Path.GetFullPath(RequestFile)}'.");
            return false;
        }
        foreach (ITaskItem output in Outputs)
        {
            if (!File.Exists(output.ItemSpec))
            {
                Error("TLR9998", $"The compiler reported success but did not write '{output.ItemSpec}'.");
                return false;
            }
        }
        return true;
    }

    private string HowItEnded() => ExitCode switch
    {
        137 => "was killed (SIGKILL), which the system does when memory runs out",
        > 128 and < 192 => $"crashed with signal {ExitCode - 128}",
        _ => $"stopped with exit code {ExitCode} without saying why",
    };

    /// <summary>What a compiler that ended without a word of its own has written to standard error, as plain lines.</summary>
    private void ShowStray()
    {
        if (stray.Length > 0)
        {
            Log.LogMessage(MessageImportance.High, "{0}", stray.ToString().TrimEnd());
        }
    }

    private void KeepDiagnostics()
    {
        try
        {
            if (Events.Diagnostics.Count > 0)
            {
                File.WriteAllLines(DiagnosticsFile, Events.Diagnostics);
            }
            else
            {
                File.Delete(DiagnosticsFile);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, "{0}", e.Message);
        }
    }

    private void DeleteOutputs()
    {
        foreach (ITaskItem output in Outputs)
        {
            Delete(output.ItemSpec);
        }
        Delete(DiagnosticsFile);
    }

    private void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, "{0}", e.Message);
        }
    }

    private void MakeExecutable()
    {
        Log.LogMessage(MessageImportance.Low, "'{0}' lacks the executable bit; setting it.", Compiler);
        ProcessStartInfo info = new("/bin/sh", "-c \"chmod u+x \\\"$TAILOR_COMPILER\\\"\"") { UseShellExecute = false };
        info.EnvironmentVariables["TAILOR_COMPILER"] = Compiler;
        using Process chmod = Process.Start(info)!;
        chmod.WaitForExit();
    }

    private void Error(string code, string message) =>
        Log.LogError(null, code, null, ProjectFile, 0, 0, 0, 0, "{0}", message);
}
