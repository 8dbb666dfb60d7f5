/* Which files are meant: those below one folder, which a variable of the environment names without symbolic links. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder with a slash at its end; empty until all is ready. */
static char root[PATH_MAX];

static void find_root(const char *variable) {
    const char *folder = getenv(variable);
    if (folder == NULL || strlen(folder) + 2 > sizeof root) abort();
    snprintf(root, sizeof root, "%s/", folder);
}

/* The part of a path below the folder, or NULL. */
static const char *below(const char *path) {
    size_t length = strlen(root);
    return length > 0 && strncmp(path, root, length) == 0 ? path + length : NULL;
}

/* Whether an open file or folder is one of those below the folder, or the folder itself. */
static int is_ours(int file, struct stat *found) {
    char link[64], path[PATH_MAX];
    if (root[0] == 0 || fstat(file, found) != 0) return 0;
    if (!S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 2);
    if (length < 0) return 0;
    path[length] = '/';
    path[length + 1] = 0;
    return below(path) != NULL;
}
