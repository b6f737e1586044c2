#include "collector/host/access.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/check.h"

static char folder[] = "/tmp/rootshift-access-XXXXXX";
static char here[64], there[64];

static void make_file(const char *path)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    assert_int_equal(fclose(out), 0);
}

/* A process for which `there` lies where `here` does; 0 where this user may not mount. */
static pid_t start_with_own_mount(void)
{
    int ready[2], ok = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        ok = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
             mount(there, here, NULL, MS_BIND, NULL) == 0;
        if (write(ready[1], &ok, sizeof(ok)) == sizeof(ok))
            sleep(60);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &ok, sizeof(ok)), sizeof(ok));
    close(ready[0]);
    close(ready[1]);
    if (!ok) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return ok ? pid : 0;
}

static void a_mount_of_its_own_shows_a_process_another_file(void **state)
{
    struct process process = { 0 };

    (void)state;
    process.pid = start_with_own_mount();
    if (process.pid == 0)
        skip();
    assert_false(access_sees_same(&process, INPUT_MACHINE, here));
    assert_true(access_sees_same(&process, INPUT_MACHINE, there));
    assert_true(access_sees_same(&process, INPUT_MACHINE, "/nowhere/at/all"));
    kill(process.pid, SIGKILL);
    waitpid(process.pid, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_mount_of_its_own_shows_a_process_another_file) };
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(here, sizeof(here), "%s/here", folder);
    snprintf(there, sizeof(there), "%s/there", folder);
    make_file(here);
    make_file(there);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(here);
    unlink(there);
    rmdir(folder);
    return failed;
}
