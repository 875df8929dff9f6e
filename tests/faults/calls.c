/* Count what a process does to the files below one folder, and let it die, fail or be written down at a chosen call.

   Loaded before everything else (LD_PRELOAD). Nothing is counted until a process calls fault_arm(), so the parent that
   forks the victims loads it once. A call that opens to read changes nothing and is not counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096
#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

enum verdict { GO, FAIL };

static char *paths[MOST_FILES];
static char prefix[PATH_MAX];
static long count, kill_at, fail_from;
static int torn, fail_with, record = -1, with_data;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void fault_arm(const char *folder, long dies_at, int tears, long fails_from, int fails_with, const char *log, int data) {
    REAL(int, "open64", const char *, int, ...);
    snprintf(prefix, sizeof prefix, "%s", folder);
    count = 0;
    kill_at = dies_at;
    torn = tears;
    fail_from = fails_from;
    fail_with = fails_with;
    with_data = data;
    record = log && *log ? real(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600) : -1;
}

static int below(const char *path) {
    size_t length = strlen(prefix);
    return length && !strncmp(path, prefix, length) && (path[length] == '/' || !path[length]);
}

static const char *full(int folder, const char *path, char *into) {
    char start[PATH_MAX] = "";
    if (*path == '/')
        snprintf(into, PATH_MAX, "%s", path);
    else {
        if (folder == AT_FDCWD) {
            if (!getcwd(start, sizeof start)) *start = 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t got = readlink(link, start, sizeof start - 1);
            start[got > 0 ? got : 0] = 0;
        }
        if ((size_t)snprintf(into, PATH_MAX, "%.2000s/%.2000s", start, path) >= PATH_MAX) *into = 0;
    }
    return into;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void note(const char *what, const char *path, const char *other, long at, long length, const void *data) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char line[2 * PATH_MAX + 128];
    int size = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\t%ld\t%ld\n", count, what, path, other, at, length);
    real(record, line, size);
    if (with_data && data && length > 0) real(record, data, length);
}

/* Count one call; *dies says whether the process must die in it, and the answer whether it must fail. */
static enum verdict tick(const char *what, const char *path, const char *other, long at, long length, const void *data,
                         int *dies) {
    pthread_mutex_lock(&turn);
    count++;
    if (record >= 0) note(what, path, other, at, length, data);
    *dies = count == kill_at;
    enum verdict verdict = fail_from > 0 && count >= fail_from ? FAIL : GO;
    pthread_mutex_unlock(&turn);
    return verdict;
}

/* A call that is done or not, with nothing between. */
#define WHOLE(what, path, other, refuses)                                                                             \
    do {                                                                                                              \
        int dies;                                                                                                     \
        enum verdict verdict = tick(what, path, other, 0, 0, NULL, &dies);                                            \
        if (dies) die();                                                                                              \
        if (verdict == FAIL && (refuses)) { errno = fail_with; return -1; }                                           \
    } while (0)

static void remember(int file, const char *path) {
    if (file < 0 || file >= MOST_FILES) return;
    free(paths[file]);
    paths[file] = path && below(path) ? strdup(path) : NULL;
}

static const char *path_of(int file) { return file >= 0 && file < MOST_FILES ? paths[file] : NULL; }

typedef int (*open_call)(const char *, int, ...);
typedef int (*openat_call)(int, const char *, int, ...);

static int opened(open_call real, openat_call real_at, int folder, const char *path, int flags, mode_t mode) {
    char name[PATH_MAX];
    full(folder, path, name);
    if (below(name) && flags & (O_CREAT | O_TRUNC)) {
        int was = access(name, F_OK) == 0;
        if (!was || flags & O_TRUNC) WHOLE("open", name, was ? "trunc" : "new", 1);
    }
    int file = real ? real(path, flags, mode) : real_at(folder, path, flags, mode);
    remember(file, name);
    return file;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { REAL(int, "open", const char *, int, ...); MODE return opened(real, NULL, AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { REAL(int, "open64", const char *, int, ...); MODE return opened(real, NULL, AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { REAL(int, "openat", int, const char *, int, ...); MODE return opened(NULL, real, folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { REAL(int, "openat64", int, const char *, int, ...); MODE return opened(NULL, real, folder, path, flags, mode); }

int close(int file) {
    REAL(int, "close", int);
    remember(file, NULL);
    return real(file);
}

static ssize_t put(int file, const void *data, size_t length, off64_t at, int placed) {
    static ssize_t (*plain)(int, const void *, size_t);
    static ssize_t (*there)(int, const void *, size_t, off64_t);
    if (!plain) plain = dlsym(RTLD_NEXT, "write");
    if (!there) there = dlsym(RTLD_NEXT, "pwrite64");
    const char *path = path_of(file);
    if (path) {
        int dies;
        off64_t from = placed ? at : lseek64(file, 0, SEEK_CUR);
        enum verdict verdict = tick("write", path, "", from, length, data, &dies);
        if (dies) {
            if (torn && length > 1) placed ? there(file, data, length / 2, at) : plain(file, data, length / 2);
            die();
        }
        if (verdict == FAIL) { errno = fail_with; return -1; }
    }
    return placed ? there(file, data, length, at) : plain(file, data, length);
}

ssize_t write(int file, const void *data, size_t length) { return put(file, data, length, 0, 0); }
ssize_t pwrite(int file, const void *data, size_t length, off_t at) { return put(file, data, length, at, 1); }
ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) { return put(file, data, length, at, 1); }

/* The two quick ways to copy are refused where they would write below the folder, so that a plain write is seen. */
ssize_t sendfile(int out, int in, off_t *at, size_t length) {
    REAL(ssize_t, "sendfile", int, int, off_t *, size_t);
    if (path_of(out)) { errno = EINVAL; return -1; }
    return real(out, in, at, length);
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t length) {
    REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    if (path_of(out)) { errno = EINVAL; return -1; }
    return real(out, in, at, length);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    if (path_of(out)) { errno = EOPNOTSUPP; return -1; }
    return real(in, from, out, to, length, flags);
}

static int sync_to(int (*real)(int), int file) {
    char name[64], folder[PATH_MAX];
    const char *path = path_of(file);
    if (!path) { /* a folder that was opened to read */
        snprintf(name, sizeof name, "/proc/self/fd/%d", file);
        ssize_t got = readlink(name, folder, sizeof folder - 1);
        folder[got > 0 ? got : 0] = 0;
        path = below(folder) ? folder : NULL;
    }
    if (path) WHOLE("fsync", path, "", 1);
    return real(file);
}
int fsync(int file) { REAL(int, "fsync", int); return sync_to(real, file); }
int fdatasync(int file) { REAL(int, "fdatasync", int); return sync_to(real, file); }

static int cut(int (*real)(int, off64_t), int file, off64_t length) {
    const char *path = path_of(file);
    if (path) {
        int dies;
        tick("truncate", path, "", length, 0, NULL, &dies);
        if (dies) die();
    }
    return real(file, length);
}
int ftruncate(int file, off_t length) { REAL(int, "ftruncate64", int, off64_t); return cut(real, file, length); }
int ftruncate64(int file, off64_t length) { REAL(int, "ftruncate64", int, off64_t); return cut(real, file, length); }

#define NAMES(a, b) char one[PATH_MAX], two[PATH_MAX]; full a; full b
int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    NAMES((AT_FDCWD, old, one), (AT_FDCWD, new, two));
    if (below(one) || below(two)) WHOLE("rename", one, two, fail_with != ENOSPC);
    return real(old, new);
}
int renameat(int from, const char *old, int to, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    NAMES((from, old, one), (to, new, two));
    if (below(one) || below(two)) WHOLE("rename", one, two, fail_with != ENOSPC);
    return real(from, old, to, new);
}
int link(const char *old, const char *new) {
    REAL(int, "link", const char *, const char *);
    NAMES((AT_FDCWD, old, one), (AT_FDCWD, new, two));
    if (below(two)) WHOLE("link", one, two, 1);
    return real(old, new);
}
#define GONE(what, folder, path) do { char name[PATH_MAX]; full(folder, path, name); if (below(name)) WHOLE(what, name, "", 0); } while (0)
int unlink(const char *path) { REAL(int, "unlink", const char *); GONE("unlink", AT_FDCWD, path); return real(path); }
int rmdir(const char *path) { REAL(int, "rmdir", const char *); GONE("rmdir", AT_FDCWD, path); return real(path); }
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    GONE(flags & AT_REMOVEDIR ? "rmdir" : "unlink", folder, path);
    return real(folder, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    char name[PATH_MAX];
    full(AT_FDCWD, path, name);
    if (below(name)) WHOLE("mkdir", name, "", 1);
    return real(path, mode);
}
