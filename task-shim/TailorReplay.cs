using System;
using System.IO;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Tailor.Tasks;

/// <summary>Repeats the diagnostics of the last compilation when there is nothing to compile.</summary>
public sealed class TailorReplay : Task
{
    /// <summary>Gets or sets the file that <see cref="TailorCompile"/> wrote; it is absent where there was nothing to say.</summary>
    [Required]
    public string DiagnosticsFile { get; set; } = "";

    /// <summary>Gets or sets the project file, the place of diagnostics that have none of their own.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        EventLog events = new(Log, ProjectFile);
        try
        {
            foreach (string line in File.Exists(DiagnosticsFile) ? File.ReadAllLines(DiagnosticsFile) : [])
            {
                events.TryHandle(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogMessage(MessageImportance.Low, "{0}", e.Message);
        }
        return !Log.HasLoggedErrors;
    }
}
