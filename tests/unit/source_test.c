#include "scanner/source.h"

#include <fcntl.h>
#include <unistd.h>

#include "schema/tls/target.h"
#include "tests/support/check.h"

static char path[64];

static struct source *open_bytes(const char *bytes, size_t size)
{
    struct error err = { 0 };
    struct source *source;
    int fd;

    snprintf(path, sizeof(path), "/tmp/rootshift-source-XXXXXX");
    fd = mkstemp(path);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
    source = source_open(path, &err);
    assert_non_null(source);
    unlink(path);
    return source;
}

static const struct lines_case {
    const char *name, *text;
    const char *lines[4];
} cases[] = {
    { "nothing", "", { NULL } },
    { "one line", "a\n", { "a" } },
    { "a last line without its end", "a\nb", { "a", "b" } },
    { "blank lines and comments are no targets", "\n  \n# a\na\n\n", { "a" } },
    { "a byte order mark is none of the first line",
      "\xef\xbb\xbf"
      "# a\nb\n",
      { "b" } },
    { "a byte order mark alone is no target", "\xef\xbb\xbf", { NULL } },
    { "a byte order mark further on is one",
      "a\n\xef\xbb\xbf"
      "b\n",
      { "a", "\xef\xbb\xbf"
             "b" } },
    { "carriage returns stay for the target to trim", "a\r\nb\r\n", { "a\r", "b\r" } },
};

static void lines_are_as_described(void **state)
{
    const struct lines_case *row = *state;
    struct source *source = open_bytes(row->text, strlen(row->text));
    struct error err = { 0 };
    const char *line;
    size_t size;

    for (size_t i = 0; i < 4 && row->lines[i] != NULL; i++) {
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_LINE);
        assert_int_equal(size, strlen(row->lines[i]));
        assert_memory_equal(line, row->lines[i], size);
    }
    assert_int_equal(source_next(source, &line, &size, &err), SOURCE_ENDED);
    source_close(source);
}

/* Longer than the reader's own buffer, once and several times over. */
static void a_long_line_is_one_line(void **state)
{
    static const size_t sizes[] = { TARGET_LINE_BYTES + 1, 65535, 65536, 65537, 300000 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *bytes = malloc(sizes[i] + 3);
        struct error err = { 0 };
        struct source *source;
        const char *line;
        size_t size;

        memset(bytes, 'x', sizes[i]);
        memcpy(bytes + sizes[i], "\nb\n", 3);
        source = open_bytes(bytes, sizes[i] + 3);
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_LINE);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(line[TARGET_LINE_BYTES - 1], 'x');
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_LINE);
        assert_int_equal(size, 1);
        assert_int_equal(line[0], 'b');
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_ENDED);
        source_close(source);
        free(bytes);
    }
}

/* Nobody knows what stands behind them. */
static void too_many_blanks_are_a_line(void **state)
{
    static const size_t sizes[] = { TARGET_LINE_BYTES, TARGET_LINE_BYTES + 1, 300000 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *bytes = malloc(sizes[i] + 2);
        struct error err = { 0 };
        struct source *source;
        const char *line;
        size_t size;

        memset(bytes, ' ', sizes[i]);
        memcpy(bytes + sizes[i], "a\n", 2);
        source = open_bytes(bytes, sizes[i] + 2);
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_LINE);
        assert_int_equal(size, sizes[i] + 1);
        assert_int_equal(source_next(source, &line, &size, &err), SOURCE_ENDED);
        source_close(source);
        free(bytes);
    }
}

static void what_is_not_there_is_said(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_null(source_open("/nonexistent/list", &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(a_long_line_is_one_line),
                                       cmocka_unit_test(too_many_blanks_are_a_line),
                                       cmocka_unit_test(what_is_not_there_is_said) };

    return RUN_ROWS(cases, lines_are_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
