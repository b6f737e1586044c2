#include "schema/tls/outcome.h"

#include <errno.h>

#include "tests/support/check.h"

static const struct errno_case {
    const char *name;
    int number;
    enum outcome_class class;
    bool local;
} cases[] = {
    { "nobody listens", ECONNREFUSED, CLASS_REFUSED, false },
    { "the kernel gave up waiting", ETIMEDOUT, CLASS_TIMEOUT, false },
    { "no route", EHOSTUNREACH, CLASS_UNREACHABLE, false },
    { "a firewall's rule", EPERM, CLASS_UNREACHABLE, false },
    { "broken while reading", ECONNRESET, CLASS_RESET, false },
    { "broken while writing", EPIPE, CLASS_RESET, false },
    { "our own open files are not the target's fault", EMFILE, CLASS_LOCAL_FILES, true },
    { "nor the machine's", ENFILE, CLASS_LOCAL_FILES, true },
    { "nor our ports", EADDRNOTAVAIL, CLASS_LOCAL_PORTS, true },
    { "nor our memory", ENOBUFS, CLASS_LOCAL_MEMORY, true },
};

static void errno_has_its_class(void **state)
{
    const struct errno_case *row = *state;

    assert_int_equal(outcome_class_of_errno(row->number), row->class);
    assert_int_equal(outcome_is_local(row->class), row->local);
}

static void alerts_have_words_and_numbers(void **state)
{
    struct outcome outcome = outcome_of_alert(STAGE_HANDSHAKE, 116);

    (void)state;
    assert_string_equal(outcome.detail, "certificate required");
    assert_int_equal(outcome.alert, 116);
    assert_int_equal(outcome.alert_sent, OUTCOME_NO_ALERT);
    assert_string_equal(outcome_of_alert(STAGE_HELLO, 109).detail, "missing extension");
    assert_string_equal(outcome_of_alert(STAGE_HELLO, 40).detail, "handshake failure");
}

static void words_are_quoted_as_far_as_they_fit(void **state)
{
    struct outcome outcome = outcome_of_words(STAGE_HELLO, "says", "a\"\r\n\0\x7f\xff", 7);
    char long_text[2 * OUTCOME_DETAIL_BYTES];

    (void)state;
    assert_string_equal(outcome.detail, "says \"a\"\\x0d\\x0a\\x00\\x7f\\xff\"");
    assert_int_equal(outcome.class, CLASS_NOT_TLS);
    memset(long_text, 0xff, sizeof(long_text));
    outcome = outcome_of_words(STAGE_HELLO, "says", long_text, sizeof(long_text));
    assert_true(outcome.detail[strlen(outcome.detail) - 1] == '"');
}

static void every_word_is_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < STAGES; i++) {
        enum outcome_stage stage;

        assert_true(outcome_stage_parse(outcome_stage_name((enum outcome_stage)i), &stage));
        assert_int_equal(stage, i);
    }
    for (int i = 0; i < CLASSES; i++) {
        enum outcome_class class;

        assert_true(outcome_class_parse(outcome_class_name((enum outcome_class)i), &class));
        assert_int_equal(class, i);
        assert_int_equal(outcome_is_local(class), strncmp(outcome_class_name(class), "local_", 6) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(every_word_is_read_back),
                                       cmocka_unit_test(alerts_have_words_and_numbers),
                                       cmocka_unit_test(words_are_quoted_as_far_as_they_fit) };

    return RUN_ROWS(cases, errno_has_its_class) + cmocka_run_group_tests(rest, NULL, NULL);
}
