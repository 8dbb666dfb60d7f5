/*
 * Makes calls fail that change the files below one folder, for tests of disks that are full, broken or locked.
 *
 *   FAULTS_ROOT   the folder; a path without symbolic links
 *   FAULTS_FILE   while it is there, calls fail as it says: "CALLS ERRNO EVERY", where CALLS has a letter for each kind of
 *                 call that fails (w: writes, s: stretching and cutting, f: flushes), and each EVERY-th of them does
 *
 * Loaded before the C library (LD_PRELOAD). For Linux on 64 bits: see recorder.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "ours.h"

static const char *orders;
static atomic_uint calls;

__attribute__((constructor)) static void start(void) {
    orders = getenv("FAULTS_FILE");
    if (orders == NULL) abort();
    find_root("FAULTS_ROOT");
}

/* Whether this call shall fail; sets errno if so. */
static int fails(int file, char kind) {
    struct stat found;
    char text[64] = "", kinds[8];
    int error;
    unsigned every;
    if (!is_ours(file, &found)) return 0;
    int order = (int)syscall(SYS_openat, AT_FDCWD, orders, O_RDONLY | O_CLOEXEC);
    if (order < 0) return 0;
    ssize_t length = syscall(SYS_read, order, text, sizeof text - 1);
    syscall(SYS_close, order);
    /* It may be empty while it is being written. */
    if (length <= 0 || sscanf(text, "%7s %d %u", kinds, &error, &every) != 3 || every == 0) return 0;
    if (strchr(kinds, kind) == NULL || atomic_fetch_add(&calls, 1) % every != 0) return 0;
    errno = error;
    return 1;
}

ssize_t write(int file, const void *bytes, size_t count) {
    return fails(file, 'w') ? -1 : syscall(SYS_write, file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return fails(file, 'w') ? -1 : syscall(SYS_pwrite64, file, bytes, count, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return pwrite(file, bytes, count, offset);
}

int ftruncate(int file, off_t length) { return fails(file, 's') ? -1 : (int)syscall(SYS_ftruncate, file, length); }
int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

int fsync(int file) { return fails(file, 'f') ? -1 : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return fails(file, 'f') ? -1 : (int)syscall(SYS_fdatasync, file); }
