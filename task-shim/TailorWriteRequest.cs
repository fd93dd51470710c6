using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Tailor.Tasks;

/// <summary>
/// Writes the request that the compiler reads: one JSON document, rewritten only when its bytes differ, because the file
/// is an input of the incremental build. What goes into it is listed in Tailor.Compile.targets; this task only checks the
/// values and serialises them.
/// </summary>
public sealed class TailorWriteRequest : Task
{
    /// <summary>Gets or sets the file to write.</summary>
    [Required]
    public string RequestFile { get; set; } = "";

    /// <summary>Gets or sets the project file, for diagnostics and as the base of relative paths.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>
    /// Gets or sets single values. Identity = dotted name; Value; Type = text (default), path, bool, int, list or enum;
    /// Allowed = values of an enum between '|'; Property = name shown in diagnostics. An empty Value is left out.
    /// Type <c>enum</c> with Check="true" is only checked, not written.
    /// </summary>
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>Gets or sets elements of lists. Group = dotted name; Kind = path (default) or name.</summary>
    public ITaskItem[] Elements { get; set; } = [];

    /// <summary>
    /// Gets or sets entries of maps. Group = dotted name; Value; Boolean = true where only true and false have a meaning.
    /// </summary>
    public ITaskItem[] Entries { get; set; } = [];

    /// <summary>Gets or sets which property stands behind a feature: Identity = feature, Property. For diagnostics.</summary>
    public ITaskItem[] FeatureProperties { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        RequestBuilder request = new();
        foreach (ITaskItem setting in Settings)
        {
            AddSetting(request, setting);
        }
        foreach (ITaskItem element in Elements)
        {
            bool isName = element.GetMetadata("Kind") == "name";
            request.Add(element.GetMetadata("Group"), isName ? element.ItemSpec : AbsolutePath(element.ItemSpec));
        }
        foreach (ITaskItem entry in Entries)
        {
            AddEntry(request, entry);
        }
        if (Log.HasLoggedErrors)
        {
            return false;
        }
        WriteIfDifferent(request.ToJson());
        return !Log.HasLoggedErrors;
    }

    private void AddSetting(RequestBuilder request, ITaskItem setting)
    {
        string name = setting.ItemSpec;
        string value = setting.GetMetadata("Value").Trim();
        if (value.Length == 0)
        {
            return;
        }
        switch (setting.GetMetadata("Type"))
        {
            case "path":
                request.Set(name, AbsolutePath(value));
                break;
            case "bool":
                if (IsBoolean(value, setting.GetMetadata("Property")))
                {
                    request.Set(name, bool.Parse(value));
                }
                break;
            case "int":
                if (long.TryParse(value, out long number))
                {
                    request.Set(name, number);
                }
                else
                {
                    Error("TLR1002", $"Property '{setting.GetMetadata("Property")}' has the value '{value}', which is not a whole number.");
                }
                break;
            case "list":
                foreach (string part in value.Split([';', ',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
                {
                    request.Add(name, part);
                }
                break;
            case "enum":
                string? known = FindAllowed(setting, value);
                if (known != null && setting.GetMetadata("Check") != "true")
                {
                    request.Set(name, known);
                }
                break;
            default:
                request.Set(name, value);
                break;
        }
    }

    private void AddEntry(RequestBuilder request, ITaskItem entry)
    {
        string value = entry.GetMetadata("Value");
        if (entry.GetMetadata("Boolean") == "true" && !IsBoolean(value, PropertyBehind(entry.ItemSpec)))
        {
            return;
        }
        request.Put(entry.GetMetadata("Group"), entry.ItemSpec, value);
    }

    private string? FindAllowed(ITaskItem setting, string value)
    {
        string[] allowed = setting.GetMetadata("Allowed").Split('|');
        foreach (string candidate in allowed)
        {
            if (string.Equals(candidate, value, StringComparison.OrdinalIgnoreCase))
            {
                return candidate;
            }
        }
        string list = string.Join(", ", allowed);
        Error("TLR1002", $"Property '{setting.GetMetadata("Property")}' has the value '{value}', which is not one of: {list}.");
        return null;
    }

    private bool IsBoolean(string value, string property)
    {
        if (bool.TryParse(value, out _))
        {
            return true;
        }
        Error("TLR1001", $"Property '{property}' has the value '{value}', which is neither 'true' nor 'false'.");
        return false;
    }

    private string PropertyBehind(string feature)
    {
        foreach (ITaskItem row in FeatureProperties)
        {
            if (row.ItemSpec == feature)
            {
                return row.GetMetadata("Property");
            }
        }
        return feature;
    }

    private string AbsolutePath(string path)
    {
        string directory = Path.GetDirectoryName(ProjectFile) ?? "";
        string full = Path.GetFullPath(Path.Combine(directory, path.Replace('\\', Path.DirectorySeparatorChar)));

        // .NET shows bytes of a file name that are not UTF-8 as U+FFFD, and such a name cannot be opened again.
        if (full.IndexOf('\uFFFD') >= 0 && !File.Exists(full) && !Directory.Exists(Path.GetDirectoryName(full)))
        {
            Error("TLR1005", $"The path is not valid UTF-8: {full}");
        }
        return full;
    }

    private void WriteIfDifferent(string json)
    {
        byte[] bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(json);
        try
        {
            if (File.Exists(RequestFile) && bytes.SequenceEqual(File.ReadAllBytes(RequestFile)))
            {
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(RequestFile))!);
            File.WriteAllBytes(RequestFile, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Error("TLR1004", $"Cannot write '{RequestFile}': {e.Message}");
        }
    }

    private void Error(string code, string message) =>
        Log.LogError(null, code, null, ProjectFile, 0, 0, 0, 0, "{0}", message);
}
