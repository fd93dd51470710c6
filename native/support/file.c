#include "support/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool report_read(const char *path, const char *reason, Diag *diag) {
    diag_report(diag, DIAG_FileRead, (DiagLocation){.file = path}, reason);
    return false;
}

static bool map_descriptor(int descriptor, const char *path, Bytes *out, Diag *diag) {
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return report_read(path, strerror(errno), diag);
    if (S_ISDIR(status.st_mode))
        return report_read(path, "it is a directory", diag);
    if (!S_ISREG(status.st_mode))
        return report_read(path, "it is not a regular file", diag);
    *out = (Bytes){(const uint8_t *)"", 0};
    if (status.st_size == 0)
        return true; // mmap refuses an empty range
    void *view = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (view == MAP_FAILED)
        return report_read(path, strerror(errno), diag);
    *out = (Bytes){view, (size_t)status.st_size};
    return true;
}

bool file_map(const char *path, Bytes *out, Diag *diag) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return report_read(path, strerror(errno), diag);
    bool mapped = map_descriptor(descriptor, path, out, diag);
    close(descriptor);
    return mapped;
}

void file_unmap(Bytes bytes) {
    if (bytes.size)
        munmap((void *)bytes.data, bytes.size);
}

bool file_exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// ---- atomic output ------------------------------------------------------------------------------

static bool write_all(int descriptor, Bytes bytes) {
    while (bytes.size) {
        ssize_t written = write(descriptor, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return true;
}

// A file without a name vanishes with the process however that ends; *named says that the file system has no
// such files.
static int temporary_open(const char *path, const char *temporary, bool *named) {
    size_t size = strlen(path) + 1;
    char *copy = checked_malloc(size);
    memcpy(copy, path, size);
    int descriptor = open(dirname(copy), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(copy);
    *named = descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
    if (*named)
        descriptor = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
    return descriptor;
}

static bool temporary_name(int descriptor, const char *temporary) {
    char self[40];
    snprintf(self, sizeof self, "/proc/self/fd/%d", descriptor);
    unlink(temporary); // left by a process that was killed between naming and renaming
    return linkat(AT_FDCWD, self, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0;
}

bool file_write_atomic(const char *path, Bytes bytes, Diag *diag) {
    size_t size = strlen(path) + sizeof ".tmp";
    char *temporary = checked_malloc(size);
    snprintf(temporary, size, "%s.tmp", path);
    bool named;
    int descriptor = temporary_open(path, temporary, &named);
    bool ok =
        descriptor >= 0 && write_all(descriptor, bytes) && (named || temporary_name(descriptor, temporary));
    int error = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && ok) {
        ok = false;
        error = errno;
    }
    if (ok && rename(temporary, path) != 0) {
        ok = false;
        error = errno;
    }
    if (!ok) {
        if (descriptor >= 0)
            unlink(temporary);
        diag_report(diag, DIAG_FileWrite, (DiagLocation){0}, path, strerror(error));
    }
    free(temporary);
    return ok;
}

bool file_read_stdin(char **data, size_t *size, Diag *diag) {
    size_t capacity = 65536, used = 0;
    char *buffer = checked_malloc(capacity);
    for (;;) {
        ssize_t got = read(STDIN_FILENO, buffer + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int error = errno;
            free(buffer);
            return report_read("stdin", strerror(error), diag);
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (used < capacity)
            continue;
        char *grown = checked_malloc(capacity * 2);
        memcpy(grown, buffer, used);
        free(buffer);
        buffer = grown;
        capacity *= 2;
    }
    *data = buffer;
    *size = used;
    return true;
}

bool directory_make(const char *path, Diag *diag) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    diag_report(diag, DIAG_FileWrite, (DiagLocation){0}, path, strerror(errno));
    return false;
}
