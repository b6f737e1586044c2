#include "schema/base/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

static char tree[] = "/tmp/rootshift-input-XXXXXX";

static void make_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static int make_tree(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(tree));
    assert_int_equal(chdir(tree), 0);
    assert_int_equal(mkdir("root", 0755) | mkdir("root/etc", 0755) | mkdir("root/pem", 0755), 0);
    make_file("root/pem/real", "inside");
    make_file("outside", "outside");
    assert_int_equal(symlink("/pem/real", "root/etc/absolute"), 0);
    assert_int_equal(symlink("../../../../../pem/real", "root/etc/upward"), 0);
    assert_int_equal(symlink("../../outside", "root/etc/escape"), 0);
    assert_int_equal(symlink("loop", "root/etc/loop"), 0);
    assert_int_equal(symlink("/pem", "root/etc/folder"), 0);
    assert_int_equal(mkfifo("root/etc/fifo", 0644), 0);
    return 0;
}

static int remove_tree(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", tree);
    return system(command);
}

static const struct read_case {
    const char *name, *path, *content;
    enum error_kind kind;
} cases[] = {
    { "a plain file", "/pem/real", "inside", ERROR_NONE },
    { "an absolute link stays inside", "/etc/absolute", "inside", ERROR_NONE },
    { "a link above the root stays inside", "/etc/upward", "inside", ERROR_NONE },
    { "a linked folder on the way", "/etc/folder/real", "inside", ERROR_NONE },
    { "no link reaches outside", "/etc/escape", NULL, ERROR_ABSENT },
    { "a loop of links ends", "/etc/loop", NULL, ERROR_ABSENT },
    { "a FIFO is refused without waiting", "/etc/fifo", NULL, ERROR_FORMAT },
    { "a directory is refused", "/etc", NULL, ERROR_FORMAT },
    { "a missing file is absent", "/etc/nothing", NULL, ERROR_ABSENT },
};

static void file_is_read_as_described(void **state)
{
    const struct read_case *row = *state;
    struct error err = { 0 };
    struct input input;
    int root = input_root_open("root", &err);

    assert_true(root >= 0);
    assert_int_equal(input_read(root, row->path, 100, &input, &err), row->content != NULL);
    if (row->content != NULL)
        assert_string_equal((const char *)input.bytes, row->content);
    assert_int_equal(err.kind, row->kind);
    input_clear(&input);
    close(root);
}

static void limit_holds_exactly(void **state)
{
    struct error err = { 0 };
    struct input input;

    (void)state;
    assert_true(input_read(INPUT_MACHINE, "outside", 7, &input, &err));
    assert_int_equal(input.size, 7);
    input_clear(&input);
    assert_false(input_read(INPUT_MACHINE, "outside", 6, &input, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void resolve_tells_the_path_inside(void **state)
{
    struct error err = { 0 };
    int root = input_root_open("root", &err);
    char *path = input_resolve(root, "/etc/absolute", &err);

    (void)state;
    assert_non_null(path);
    assert_string_equal(path, "/pem/real");
    free(path);
    assert_null(input_resolve(root, "/etc/escape", &err));
    close(root);
}

static int rows(void)
{
    int failed;

    make_tree(NULL);
    failed = RUN_ROWS(cases, file_is_read_as_described);
    return failed;
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(limit_holds_exactly),
        cmocka_unit_test(resolve_tells_the_path_inside),
    };

    return rows() + cmocka_run_group_tests(rest, NULL, remove_tree);
}
