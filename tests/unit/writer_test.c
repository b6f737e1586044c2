#include "scanner/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

struct folder {
    char path[64], out[80], note[80];
};

static void make_folder(struct folder *folder)
{
    strcpy(folder->path, "/tmp/rootshift-writer-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->out, sizeof(folder->out), "%s/out", folder->path);
    snprintf(folder->note, sizeof(folder->note), "%s/note", folder->path);
}

static void remove_folder(struct folder *folder)
{
    unlink(folder->out);
    unlink(folder->note);
    assert_int_equal(rmdir(folder->path), 0); /* nothing else is left behind */
}

static void give(struct writer *writer, const char *bytes)
{
    struct text text = { 0 };

    text_add(&text, bytes);
    writer_give(writer, &text, 1);
    assert_int_equal(text.size, 0);
}

static void note(struct writer *writer, const char *path, const char *bytes)
{
    struct text text = { 0 };

    text_add(&text, bytes);
    writer_note(writer, path, &text);
}

static void assert_content(const char *path, const char *wanted)
{
    char bytes[128] = { 0 };
    int fd = open(path, O_RDONLY);

    assert_true(fd >= 0);
    assert_true(read(fd, bytes, sizeof(bytes) - 1) >= 0);
    close(fd);
    assert_string_equal(bytes, wanted);
}

static void pieces_and_notes_keep_their_order(void **state)
{
    struct folder folder;
    struct writer *writer;
    struct error err = { 0 };

    (void)state;
    make_folder(&folder);
    writer = writer_new(open(folder.out, O_WRONLY | O_CREAT, 0600), "out", &err);
    give(writer, "one ");
    note(writer, folder.note, "first");
    give(writer, "two");
    note(writer, folder.note, "2nd");
    assert_true(writer_finish(writer, &err));
    assert_int_equal(writer_records(writer), 2);
    assert_int_equal(writer_bytes_waiting(writer), 0);
    assert_false(writer_note_is_waiting(writer));
    writer_free(writer);
    assert_content(folder.out, "one two");
    assert_content(folder.note, "2nd");
    remove_folder(&folder);
}

/* A reader that does not read holds up nobody; once it reads, the bell rings. */
static void who_gives_never_waits(void **state)
{
    enum { BYTES = 300000 };
    struct error err = { 0 };
    struct writer *writer;
    struct text much = { 0 };
    int ends[2];
    char *bytes = calloc(1, BYTES);
    size_t got = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    writer = writer_new(ends[1], "pipe", &err);
    text_append(&much, bytes, BYTES);
    writer_give(writer, &much, 1000);
    give(writer, "end");
    assert_int_equal(writer_records(writer), 0);
    assert_int_equal(writer_bytes_waiting(writer), BYTES + 3);
    assert_int_equal(poll(&(struct pollfd){ .fd = writer_bell(writer), .events = POLLIN }, 1, 100), 0);
    while (got < BYTES + 3) {
        ssize_t size = read(ends[0], bytes, BYTES);

        assert_true(size > 0);
        got += (size_t)size;
    }
    assert_int_equal(poll(&(struct pollfd){ .fd = writer_bell(writer), .events = POLLIN }, 1, 5000), 1);
    assert_true(writer_finish(writer, &err));
    assert_int_equal(writer_records(writer), 1001);
    writer_free(writer);
    close(ends[0]);
    free(bytes);
}

static void after_a_loss_no_note_speaks_of_it(void **state)
{
    struct folder folder;
    struct error err = { 0 };
    struct writer *writer = writer_new(open("/dev/full", O_WRONLY), "the disk", &err);

    (void)state;
    make_folder(&folder);
    give(writer, "lost");
    note(writer, folder.note, "all is well");
    assert_false(writer_finish(writer, &err));
    assert_non_null(strstr(err.message, "the disk"));
    assert_int_equal(writer_records(writer), 0);
    assert_int_equal(access(folder.note, F_OK), -1);
    writer_free(writer);
    remove_folder(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_and_notes_keep_their_order),
        cmocka_unit_test(who_gives_never_waits),
        cmocka_unit_test(after_a_loss_no_note_speaks_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
