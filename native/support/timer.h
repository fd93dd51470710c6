// Times, peak memory and counts of the stages, for --time and the `stat` events. For the thread that runs the
// stages.
#pragma once

#include "support/diag.h"

enum { MOST_TIMED_STAGES = 24, MOST_TIMED_COUNTS = 48 };

typedef struct TimedStage {
    const char *name;
    double seconds;      // of the clock on the wall
    double cpu_seconds;  // of all threads
    long peak_kilobytes; // of the process, when the stage ended
} TimedStage;

typedef struct TimedCount {
    const char *name;
    uint64_t value;
    const char *unit; // "" for plain counts, "bytes"
} TimedCount;

/// Names are kept by pointer: literals.
typedef struct Timer {
    double started, cpu_started; // of the running stage
    TimedStage stages[MOST_TIMED_STAGES];
    uint32_t stage_count;
    TimedCount counts[MOST_TIMED_COUNTS];
    uint32_t count_count;
} Timer;

/// Starts a stage, or goes on with one of that name; stages do not nest.
void timer_begin(Timer *timer, const char *name);
void timer_end(Timer *timer);
/// Remembers a number to show, such as ("methods", 2133, "").
void timer_count(Timer *timer, const char *name, uint64_t value, const char *unit);
/// The table for people.
void timer_print(const Timer *timer, FILE *file);
/// One `stat` event per stage and count; nothing when events are off.
void timer_events(const Timer *timer, Diag *diag);
