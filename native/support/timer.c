#include "support/timer.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static long peak_kilobytes(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

// The running stage is the last one: one that goes on moves there.
void timer_begin(Timer *timer, const char *name) {
    TimedStage stage = {.name = name};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < timer->stage_count; i++) {
        if (strcmp(timer->stages[i].name, name) == 0) {
            stage = timer->stages[i];
        } else {
            timer->stages[kept++] = timer->stages[i];
        }
    }
    assert(kept < MOST_TIMED_STAGES);
    timer->stages[kept] = stage;
    timer->stage_count = kept + 1;
    timer->started = now(CLOCK_MONOTONIC);
    timer->cpu_started = now(CLOCK_PROCESS_CPUTIME_ID);
}

void timer_end(Timer *timer) {
    assert(timer->stage_count);
    TimedStage *stage = &timer->stages[timer->stage_count - 1];
    stage->seconds += now(CLOCK_MONOTONIC) - timer->started;
    stage->cpu_seconds += now(CLOCK_PROCESS_CPUTIME_ID) - timer->cpu_started;
    stage->peak_kilobytes = peak_kilobytes();
}

void timer_count(Timer *timer, const char *name, uint64_t value, const char *unit) {
    assert(timer->count_count < MOST_TIMED_COUNTS);
    timer->counts[timer->count_count++] = (TimedCount){name, value, unit};
}

void timer_print(const Timer *timer, FILE *file) {
    double total = 0, cpu_total = 0;
    fprintf(file, "%-12s %10s %10s %10s\n", "stage", "seconds", "CPU s", "peak MB");
    for (uint32_t i = 0; i < timer->stage_count; i++) {
        const TimedStage *stage = &timer->stages[i];
        fprintf(file, "%-12s %10.3f %10.3f %10.1f\n", stage->name, stage->seconds, stage->cpu_seconds,
                (double)stage->peak_kilobytes / 1024);
        total += stage->seconds;
        cpu_total += stage->cpu_seconds;
    }
    fprintf(file, "%-12s %10.3f %10.3f %10.1f\n", "total", total, cpu_total, (double)peak_kilobytes() / 1024);
    for (uint32_t i = 0; i < timer->count_count; i++) {
        const TimedCount *count = &timer->counts[i];
        fprintf(file, "%12" PRIu64 " %s%s%s\n", count->value, count->name, *count->unit ? ", " : "",
                count->unit);
    }
}

static void stat_event(Diag *diag, const char *name, const char *suffix, double value, const char *unit) {
    char line[256];
    snprintf(line, sizeof line, "{\"event\":\"stat\",\"name\":\"%s%s\",\"value\":%.0f,\"unit\":\"%s\"}", name,
             suffix, value, unit);
    diag_event(diag, line);
}

void timer_events(const Timer *timer, Diag *diag) {
    for (uint32_t i = 0; i < timer->stage_count; i++) {
        stat_event(diag, timer->stages[i].name, ".wall", timer->stages[i].seconds * 1000, "ms");
    }
    stat_event(diag, "memory.peak", "", (double)peak_kilobytes(), "KB");
    for (uint32_t i = 0; i < timer->count_count; i++) {
        const TimedCount *count = &timer->counts[i];
        stat_event(diag, count->name, "", (double)count->value, count->unit);
    }
}
