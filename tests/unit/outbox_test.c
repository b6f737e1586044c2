#include "collector/outbox.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/state.h"

#define NOW INT64_C(1800000000)

static const struct fingerprint digest = { { 7 } };

/* `size` bytes that start with `word`. */
static struct text a_message(const char *word, size_t size)
{
    struct text message = { 0 };
    char *rest;

    text_add(&message, word);
    if (size > message.size) {
        rest = memory_new(size);
        text_append(&message, rest, size - message.size);
        free(rest);
    }
    return message;
}

static void put(struct state *state, enum outbox_kind kind, const char *word, size_t size)
{
    struct text message = a_message(word, size);
    struct error err;

    assert_true(state_begin(state, &err));
    assert_true(outbox_put(state, kind, kind == OUTBOX_MANIFEST ? &digest : NULL, &message, NOW, &err));
    assert_true(state_end(state, true, &err));
    text_clear(&message);
}

/* The first words of all that waits, in order, each followed by a blank. */
static char *words(struct state *state)
{
    struct text all = { 0 };
    struct outbox_item item;
    struct error err;
    int64_t id = 0;

    while (outbox_next(state, id, &item, &err)) {
        id = item.id;
        text_format(&all, "%s ", item.sealed.bytes);
        text_clear(&item.sealed);
    }
    assert_int_equal(err.kind, ERROR_NONE);
    return text_take(&all);
}

static void assert_waiting(struct state *state, const char *expected, int64_t dropped)
{
    char *found = words(state);
    int64_t waiting, gone;
    struct error err;

    assert_string_equal(found, expected);
    assert_true(outbox_count(state, &waiting, &gone, &err));
    assert_int_equal(gone, dropped);
    free(found);
}

static void oldest_comes_first_and_leaves_when_delivered(void **state)
{
    struct outbox_item item;
    struct error err;

    put(*state, OUTBOX_ENROLMENT, "e", 0);
    put(*state, OUTBOX_MANIFEST, "m", 0);
    put(*state, OUTBOX_REPORT, "r", 0);
    assert_waiting(*state, "e m r ", 0);
    assert_true(outbox_next(*state, 0, &item, &err));
    assert_int_equal(item.kind, OUTBOX_ENROLMENT);
    assert_true(outbox_delivered(*state, item.id, NOW, &err));
    text_clear(&item.sealed);
    assert_waiting(*state, "m r ", 0);
}

static void oldest_reports_make_room_and_are_counted(void **state)
{
    put(*state, OUTBOX_ENROLMENT, "e", 1000);
    put(*state, OUTBOX_REPORT, "r1", OUTBOX_BYTES_MAX / 2);
    put(*state, OUTBOX_REPORT, "r2", OUTBOX_BYTES_MAX / 2);
    assert_waiting(*state, "e r1 r2 ", 0); /* exactly full, the enrolment aside */
    put(*state, OUTBOX_REPORT, "r3", 1);
    assert_waiting(*state, "e r2 r3 ", 1);
    put(*state, OUTBOX_REPORT, "r4", OUTBOX_BYTES_MAX);
    assert_waiting(*state, "e r4 ", 3);
}

static void second_enrolment_takes_the_place_of_the_first(void **state)
{
    put(*state, OUTBOX_ENROLMENT, "e1", 0);
    put(*state, OUTBOX_REPORT, "r", 0);
    put(*state, OUTBOX_ENROLMENT, "e2", 0);
    assert_waiting(*state, "r e2 ", 0);
}

static void message_that_cannot_arrive_is_counted(void **state)
{
    struct outbox_item item;
    struct error err;

    put(*state, OUTBOX_REPORT, "r", 0);
    assert_true(outbox_next(*state, 0, &item, &err));
    assert_true(outbox_drop(*state, item.id, NOW, &err));
    text_clear(&item.sealed);
    assert_waiting(*state, "", 1);
}

static bool wanted(struct state *state, int64_t now)
{
    struct error err;
    bool answer;

    assert_true(outbox_wants_manifest(state, &digest, now, &answer, &err));
    return answer;
}

static void manifest_is_wanted_until_it_waits_and_again_when_it_is_old(void **state)
{
    struct outbox_item item;
    struct error err;

    assert_true(wanted(*state, NOW));
    put(*state, OUTBOX_MANIFEST, "m", 0);
    assert_false(wanted(*state, NOW));
    assert_true(outbox_next(*state, 0, &item, &err));
    assert_true(outbox_delivered(*state, item.id, NOW, &err));
    text_clear(&item.sealed);
    assert_false(wanted(*state, NOW + OUTBOX_MANIFEST_AGE_MAX));
    assert_true(wanted(*state, NOW + OUTBOX_MANIFEST_AGE_MAX + 1));
    assert_true(wanted(*state, NOW - 1)); /* the clock was set back: nobody knows how old it is */
}

static void manifest_that_was_dropped_is_wanted_again(void **state)
{
    put(*state, OUTBOX_MANIFEST, "m", 0);
    put(*state, OUTBOX_REPORT, "r", OUTBOX_BYTES_MAX);
    assert_waiting(*state, "r ", 1);
    assert_true(wanted(*state, NOW));
}

static void what_was_not_committed_is_not_there(void **state)
{
    struct text message = a_message("r", 0);
    struct error err;

    assert_true(state_begin(*state, &err));
    assert_true(outbox_put(*state, OUTBOX_REPORT, NULL, &message, NOW, &err));
    assert_false(state_end(*state, false, &err));
    text_clear(&message);
    assert_waiting(*state, "", 0);
}

/* The child tells of each message once it is kept; whatever it told must be there after it was killed. */
static void what_was_kept_survives_a_kill(void **state)
{
    int told[2], status;
    struct error err;
    pid_t child;
    char byte;
    int64_t kept = 0, waiting, dropped;

    state_close(*state);
    *state = NULL;
    assert_int_equal(pipe(told), 0);
    child = fork();
    if (child == 0) {
        struct state *own = state_open(state_directory, true, &err);

        for (;;) {
            put(own, OUTBOX_REPORT, "r", 3000);
            if (write(told[1], "x", 1) != 1)
                _exit(1);
        }
    }
    close(told[1]);
    while (kept < 20 && read(told[0], &byte, 1) == 1)
        kept++;
    kill(child, SIGKILL);
    while (read(told[0], &byte, 1) == 1)
        kept++;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    close(told[0]);

    *state = state_open(state_directory, true, &err);
    assert_non_null(*state);
    assert_true(outbox_count(*state, &waiting, &dropped, &err));
    assert_true(waiting == kept || waiting == kept + 1); /* one may be kept and not told */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(oldest_comes_first_and_leaves_when_delivered),
        STATE_TEST(oldest_reports_make_room_and_are_counted),
        STATE_TEST(second_enrolment_takes_the_place_of_the_first),
        STATE_TEST(message_that_cannot_arrive_is_counted),
        STATE_TEST(manifest_is_wanted_until_it_waits_and_again_when_it_is_old),
        STATE_TEST(manifest_that_was_dropped_is_wanted_again),
        STATE_TEST(what_was_not_committed_is_not_there),
        STATE_TEST(what_was_kept_survives_a_kill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
