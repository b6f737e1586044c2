/* When a path came to lead where it does, on a real file system: its ctimes cannot be made up. */
#include "collector/host/tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

static char folder[] = "/tmp/rootshift-tree-XXXXXX";

static const struct change_case {
    const char *name, *before, *change, *path; /* shell words run in the folder; a path in it */
    bool seen;
} cases[] = {
    { "a link at the end that is replaced", "echo >a; echo >b; ln -s a l", "ln -s b n; mv -T n l", "l",
      true },
    { "a link on the way that is replaced", "mkdir v1 v2; echo >v1/f; echo >v2/f; ln -s v1 now",
      "ln -s v2 n; mv -T n now", "now/f", true },
    { "a link on the way to a link's target",
      "mkdir v1 v2; echo >v1/f; echo >v2/f; ln -s v1 now; ln -s now/f l", "ln -s v2 n; mv -T n now", "l",
      true },
    { "a folder that takes another's place", "mkdir v1 v2; echo >v1/f; echo >v2/f", "mv v1 v0; mv v2 v1",
      "v1/f", true },
    { "a file that is removed", "mkdir v; echo >v/f", "rm v/f", "v/f", true },
    { "a neighbour that comes", "mkdir v; echo >v/f", "echo >v/g", "v/f", false },
    { "a link in a circle", "ln -s l l", "true", "l", false },
    { "a way up", "mkdir v w; echo >w/f; ln -s ../w v/l", "ln -s ../w n; mv -T n v/l", "v/../v/l/f", true },
};

static bool later(struct timespec a, struct timespec b)
{
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void run(const char *words)
{
    struct text command = { 0 };

    text_format(&command, "cd %s && { %s; }", folder, words);
    assert_int_equal(system(text_string(&command)), 0);
    text_clear(&command);
}

static void change_is_seen_or_not(void **state)
{
    const struct change_case *row = *state;
    char *path = tree_join(folder, row->path);
    struct timespec before;

    run("rm -rf ./*");
    run(row->before);
    before = tree_changed(INPUT_MACHINE, path);
    usleep(20000); /* a ctime has the kernel's tick */
    run(row->change);
    assert_int_equal(later(tree_changed(INPUT_MACHINE, path), before), row->seen);
    free(path);
}

int main(void)
{
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    failed = RUN_ROWS(cases, change_is_seen_or_not);
    run("rm -rf ./*");
    return failed + rmdir(folder);
}
