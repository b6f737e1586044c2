#include "collector/sandbox.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"

static bool reads(void)
{
    int fd = open("/etc/passwd", O_RDONLY);
    char byte;

    return fd >= 0 && read(fd, &byte, 1) == 1;
}

static bool writes(void)
{
    int fd = open("/tmp/rootshift-sandbox-test", O_WRONLY | O_CREAT, 0600);

    unlink("/tmp/rootshift-sandbox-test");
    return fd >= 0;
}

static bool connects(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool runs_programs(void)
{
    char *const arguments[] = { (char *)(uintptr_t) "true", NULL };

    execv("/bin/true", arguments); /* where it succeeds, the exit code is 0, which stands for yes */
    return false;
}

static const struct deed_case {
    const char *name;
    bool (*deed)(void);
    bool may_write, succeeds;
} cases[] = {
    { "a reader reads", reads, false, true },
    { "a reader changes no file", writes, false, false },
    { "unless it may", writes, true, true },
    { "a reader has no network", connects, true, false },
    { "a reader runs no program", runs_programs, true, false },
};

static void deed_ends_as_described(void **state)
{
    const struct deed_case *row = *state;
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct error err = { 0 };

        if (!sandbox_enter(row->may_write, &err)) {
            fprintf(stderr, "%s\n", err.message);
            _exit(2);
        }
        _exit(row->deed() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), row->succeeds ? 0 : 1);
}

int main(void)
{
    return RUN_ROWS(cases, deed_ends_as_described);
}
