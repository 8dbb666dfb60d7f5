/*
 * Writes down, in order, all that a process does to the files below one folder, for tests of power loss.
 *
 * Loaded before the C library (LD_PRELOAD), it stands between the program and the calls that change files. Each call is
 * done as it was asked for and then noted in a log; a replayer makes from that log what a disk could hold at any moment.
 *
 *   RECORDER_ROOT   the folder; a path without symbolic links
 *   RECORDER_LOG    the log, outside of it; processes that follow each other append to one
 *
 * A note is a line "KIND INODE NUMBER LENGTH", so many bytes, and a line break:
 *
 *   C mode  path       a file was made           W offset  bytes   bytes were written
 *   D mode  path       a folder was made         T size            a file was cut or stretched
 *   L 0     from\0to   a second name was given   s ticket          a flush began
 *   R 0     from\0to   a name was changed        S ticket          that flush ended well
 *   U 0     path       a name was removed        M 0  path         a file was mapped so that memory writes to it
 *
 * A change and its note are one step for all threads, so what one of them has seen done is noted already. A flush is in
 * two, since others go on writing meanwhile, and only what was there when it began is safe when it ends.
 *
 * For Linux on 64 bits: the calls are made by number, so that no symbol of the library behind has to be looked up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ours.h"

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static unsigned long tickets;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("RECORDER_LOG");
    if (path == NULL) abort();
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
    tickets = (unsigned long)getpid() << 32; /* so that no two processes share one */
    find_root("RECORDER_ROOT");
}

/* A log with a gap would prove what is not so: rather no process than such a log. */
static void note(char kind, ino_t inode, unsigned long number, const void *bytes, size_t length) {
    char head[96];
    int size = snprintf(head, sizeof head, "%c %lu %lu %zu\n", kind, (unsigned long)inode, number, length);
    struct iovec parts[3] = {{head, (size_t)size}, {(void *)bytes, length}, {"\n", 1}};
    ssize_t written = syscall(SYS_writev, journal, parts, 3);
    if (written != (ssize_t)((size_t)size + length + 1)) abort();
}

/* Makes a path of a call absolute. */
static const char *absolute(int folder, const char *path, char *space) {
    char base[PATH_MAX], link[64];
    if (path[0] == '/') return path;
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return path;
    base[length] = 0;
    return snprintf(space, PATH_MAX, "%s/%s", base, path) < PATH_MAX ? space : path;
}

static int do_open(int folder, const char *path, int flags, mode_t mode) {
    char space[PATH_MAX];
    const char *name = below(absolute(folder, path, space));
    if (name == NULL || (flags & (O_CREAT | O_TRUNC)) == 0)
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    struct stat found;
    pthread_mutex_lock(&turn);
    int was_there = fstatat(folder, path, &found, 0) == 0;
    int file = (int)syscall(SYS_openat, folder, path, flags, mode);
    int error = errno;
    if (file >= 0 && fstat(file, &found) == 0) {
        if (!was_there)
            note('C', found.st_ino, found.st_mode & 07777, name, strlen(name));
        else if (flags & O_TRUNC)
            note('T', found.st_ino, 0, "", 0);
    }
    pthread_mutex_unlock(&turn);
    errno = error;
    return file;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                       \
    int name(const char *path, int flags, ...) {         \
        va_list rest;                                    \
        va_start(rest, flags);                           \
        mode_t mode = mode_of(flags, rest);              \
        va_end(rest);                                    \
        return do_open(AT_FDCWD, path, flags, mode);     \
    }
#define OPENAT(name)                                     \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest;                                    \
        va_start(rest, flags);                           \
        mode_t mode = mode_of(flags, rest);              \
        va_end(rest);                                    \
        return do_open(folder, path, flags, mode);       \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode) { return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* Where the next plain write goes. */
static off_t position(int file, const struct stat *found) {
    int flags = fcntl(file, F_GETFL);
    return flags & O_APPEND ? found->st_size : lseek(file, 0, SEEK_CUR);
}

/* Notes what of several pieces was written. */
static void note_pieces(ino_t inode, off_t offset, const struct iovec *pieces, int count, ssize_t written) {
    for (int piece = 0; piece < count && written > 0; piece++) {
        size_t length = pieces[piece].iov_len < (size_t)written ? pieces[piece].iov_len : (size_t)written;
        if (length > 0) note('W', inode, (unsigned long)offset, pieces[piece].iov_base, length);
        offset += (off_t)length;
        written -= (ssize_t)length;
    }
}

/* A write of any kind; `offset` is -1 for one at the place where the file stands. */
static ssize_t do_write(int file, const struct iovec *pieces, int count, off_t offset) {
    struct stat found;
    int is_plain = offset < 0;
    if (!is_ours(file, &found))
        return is_plain ? syscall(SYS_writev, file, pieces, count)
                        : syscall(SYS_pwritev, file, pieces, count, offset, 0);
    pthread_mutex_lock(&turn);
    if (is_plain) {
        fstat(file, &found);
        offset = position(file, &found);
    }
    ssize_t written = is_plain ? syscall(SYS_writev, file, pieces, count)
                               : syscall(SYS_pwritev, file, pieces, count, offset, 0);
    int error = errno;
    if (written > 0) note_pieces(found.st_ino, offset, pieces, count, written);
    pthread_mutex_unlock(&turn);
    errno = error;
    return written;
}

ssize_t write(int file, const void *bytes, size_t count) {
    struct iovec piece = {(void *)bytes, count};
    return do_write(file, &piece, 1, -1);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    struct iovec piece = {(void *)bytes, count};
    return do_write(file, &piece, 1, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return pwrite(file, bytes, count, offset);
}

ssize_t writev(int file, const struct iovec *pieces, int count) { return do_write(file, pieces, count, -1); }
ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset) {
    return do_write(file, pieces, count, offset);
}
ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t offset) {
    return do_write(file, pieces, count, offset);
}

/* Does what changes the length of a file, and notes the length that came of it. */
static int do_stretch(int file, long (*change)(int, int, off_t, off_t), int mode, off_t from, off_t length) {
    struct stat found;
    if (!is_ours(file, &found)) return (int)change(file, mode, from, length);
    pthread_mutex_lock(&turn);
    int ended = (int)change(file, mode, from, length);
    int error = errno;
    if (ended == 0 && fstat(file, &found) == 0) note('T', found.st_ino, (unsigned long)found.st_size, "", 0);
    pthread_mutex_unlock(&turn);
    errno = error;
    return ended;
}

static long cut(int file, int mode, off_t from, off_t length) {
    (void)mode, (void)from;
    return syscall(SYS_ftruncate, file, length);
}
static long reserve(int file, int mode, off_t from, off_t length) {
    return syscall(SYS_fallocate, file, mode, from, length);
}

int ftruncate(int file, off_t length) { return do_stretch(file, cut, 0, 0, length); }
int ftruncate64(int file, off64_t length) { return do_stretch(file, cut, 0, 0, length); }
int fallocate(int file, int mode, off_t from, off_t length) { return do_stretch(file, reserve, mode, from, length); }
int fallocate64(int file, int mode, off64_t from, off64_t length) { return fallocate(file, mode, from, length); }

static int do_flush(int file, long call) {
    struct stat found;
    if (!is_ours(file, &found)) return (int)syscall(call, file);
    pthread_mutex_lock(&turn);
    unsigned long ticket = ++tickets;
    note('s', found.st_ino, ticket, "", 0);
    pthread_mutex_unlock(&turn);
    int ended = (int)syscall(call, file);
    int error = errno;
    if (ended == 0) {
        pthread_mutex_lock(&turn);
        note('S', found.st_ino, ticket, "", 0);
        pthread_mutex_unlock(&turn);
    }
    errno = error;
    return ended;
}

int fsync(int file) { return do_flush(file, SYS_fsync); }
int fdatasync(int file) { return do_flush(file, SYS_fdatasync); }

/* Notes a change of names: `kind`, and one path or two. */
static void note_names(char kind, const char *from, const char *to) {
    char names[2 * PATH_MAX];
    if (from == NULL || to == NULL) abort(); /* what comes from outside of the folder, or goes there, is not understood */
    int length = snprintf(names, sizeof names, "%s%c%s", from, 0, to);
    note(kind, 0, 0, names, kind == 'U' ? strlen(from) : (size_t)length);
}

static int do_mkdir(int folder, const char *path, mode_t mode) {
    char space[PATH_MAX];
    struct stat made;
    const char *name = below(absolute(folder, path, space));
    if (name == NULL) return (int)syscall(SYS_mkdirat, folder, path, mode);
    pthread_mutex_lock(&turn);
    int ended = (int)syscall(SYS_mkdirat, folder, path, mode);
    int error = errno;
    if (ended == 0 && fstatat(folder, path, &made, 0) == 0)
        note('D', made.st_ino, made.st_mode & 07777, name, strlen(name));
    pthread_mutex_unlock(&turn);
    errno = error;
    return ended;
}

int mkdir(const char *path, mode_t mode) { return do_mkdir(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return do_mkdir(folder, path, mode); }

static int do_unlink(int folder, const char *path, int flags) {
    char space[PATH_MAX];
    const char *name = below(absolute(folder, path, space));
    if (name == NULL) return (int)syscall(SYS_unlinkat, folder, path, flags);
    pthread_mutex_lock(&turn);
    int ended = (int)syscall(SYS_unlinkat, folder, path, flags);
    int error = errno;
    if (ended == 0) note_names('U', name, "");
    pthread_mutex_unlock(&turn);
    errno = error;
    return ended;
}

int unlink(const char *path) { return do_unlink(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return do_unlink(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int folder, const char *path, int flags) { return do_unlink(folder, path, flags); }

static int do_two(char kind, long call, int old_folder, const char *old, int new_folder, const char *new, int flags) {
    char old_space[PATH_MAX], new_space[PATH_MAX];
    const char *from = below(absolute(old_folder, old, old_space)), *to = below(absolute(new_folder, new, new_space));
    if (from == NULL && to == NULL) return (int)syscall(call, old_folder, old, new_folder, new, flags);
    pthread_mutex_lock(&turn);
    int ended = (int)syscall(call, old_folder, old, new_folder, new, flags);
    int error = errno;
    if (ended == 0) note_names(kind, from, to);
    pthread_mutex_unlock(&turn);
    errno = error;
    return ended;
}

int rename(const char *old, const char *new) { return do_two('R', SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    return do_two('R', SYS_renameat2, old_folder, old, new_folder, new, 0);
}
int link(const char *old, const char *new) { return do_two('L', SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    return do_two('L', SYS_linkat, old_folder, old, new_folder, new, flags);
}

/* Memory that writes to a file goes past all of the above; the replayer has to know for which files that may be. */
static void *do_map(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    struct stat found;
    char link[64], path[PATH_MAX];
    int writes = (protection & PROT_WRITE) && (flags & MAP_SHARED) && file >= 0 && is_ours(file, &found);
    void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
    if (!writes || memory == MAP_FAILED) return memory;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) abort();
    path[size] = 0;
    pthread_mutex_lock(&turn);
    note('M', found.st_ino, 0, below(path), strlen(below(path)));
    pthread_mutex_unlock(&turn);
    return memory;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return do_map(address, length, protection, flags, file, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    return do_map(address, length, protection, flags, file, offset);
}
