// request/: JSON on stdin -> `Request`, the only input of a compilation (msbuild.md 4). Also reads
// ILLink-style XML (descriptors, substitutions, link attributes) into one neutral tree. Const after reading.
#pragma once

#include "support/bytes.h"
#include "support/diag.h"

enum { REQUEST_SCHEMA = 1 };

typedef enum OutputKind { OUTPUT_Exe, OUTPUT_SharedLibrary, OUTPUT_StaticLibrary } OutputKind;
typedef enum Preference { PREFERENCE_Blended, PREFERENCE_Size, PREFERENCE_Speed } Preference;

typedef struct TextList {
    const Text *items;
    uint32_t count;
} TextList;
/// Sorted by name.
typedef struct TextPair {
    Text name, value;
} TextPair;
typedef struct TextMap {
    const TextPair *items;
    uint32_t count;
} TextMap;

typedef struct Request {
    struct {
        Text file, directory, assembly_name, target_framework, configuration, output_type, sdk_version,
            runtime_pack_version;
    } project;
    struct {
        Text rid, os, arch, libc;
        TextList instruction_set;
        uint32_t max_vector_t_bit_width; // 0 = not given
    } target;
    struct {
        OutputKind kind;
        Text object, exports_file, intermediate_directory, map, dgml, mstat;
        bool custom_native_main, export_unmanaged_entry_points;
        TextList export_dynamic_symbols;
    } output;
    struct {
        bool optimize, debug_symbols;
        Preference preference;
        Text method_body_folding;           // "none", "generic", "all"
        uint32_t parallelism;               // 0 = number of processors
        uint32_t max_generic_cycle;         // default 4
        uint32_t max_generic_cycle_breadth; // default 10
        bool gc_stress;                     // build for the forced-collection runtime
    } codegen;
    struct {
        bool stack_trace_data;
        TextList init_assemblies;
        TextMap knobs;      // runtimeconfig names -> AppContext and GC
        TextMap gc_options; // private runtime settings
    } runtime;
    struct {
        Text mode;
        TextMap features; // values are text; see request_feature
        TextList roots, conditional_roots, trimmable;
        bool default_rooting, scan_reflection;
        Text metadata; // "all" or "none"
    } trim;
    struct {
        TextList no_warn, warnings_as_errors, warnings_not_as_errors, single_warn_assemblies,
            no_single_warn_assemblies;
        bool treat_warnings_as_errors, single_warn, suppress_trim_warnings, suppress_aot_warnings, verbose;
    } diagnostics;
    struct {
        TextList direct_pinvokes, direct_pinvoke_lists, unmanaged_entry_point_assemblies;
    } interop;
    struct {
        TextList assemblies, references, satellites, descriptors, rd_xml, profiles;
    } inputs;
    struct {
        Text core, runtime_pack_directory, ilcompiler_pack_directory, runtime_archive;
    } tool;
    TextList extra_arguments;
} Request;

/// Parses `json` (not NUL-terminated). Unknown keys, wrong types, a greater schema and bad enum values are
/// errors that name the key and its line. Texts are NUL-terminated and live in `arena`, which must outlive
/// `diag`: the severities of the request take effect in it.
MUST_CHECK bool request_read(Request *out, const char *json, size_t size, Arena *arena, Diag *diag);
/// Value of a feature switch: 1 true, 0 false, -1 not given.
int request_feature(const Request *request, Text name);

// ---- ILLink-style XML (reach.md 4.6) ------------------------------------------------------------

typedef struct XmlAttribute {
    Text name, value;
} XmlAttribute;
/// One element with its attributes; children in document order.
typedef struct XmlElement {
    Text name;
    const XmlAttribute *attributes;
    uint32_t attribute_count;
    struct XmlElement **children;
    uint32_t child_count;
    uint32_t line, column; // of the start tag's name, from 1
} XmlElement;

/// Parses a whole document (no network, no entity expansion, depth limit). `path` names it in diagnostics.
/// NULL after DIAG_DescriptorSyntax with file, line and column.
XmlElement *xml_read(Bytes bytes, const char *path, Arena *arena, Diag *diag);
/// Attribute value, or an empty text with data == NULL.
Text xml_attribute(const XmlElement *element, const char *name);
/// `feature`/`featurevalue`/`featuredefault` of an element against the request: whether it applies.
/// Only one of the two given: error IL1001-like DIAG_DescriptorShape, answer false.
bool xml_feature_applies(const XmlElement *element, const Request *request, const char *path, Diag *diag);
