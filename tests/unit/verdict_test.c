#include "schema/campaign/verdict.h"

#include "tests/support/check.h"

static const struct worse_case {
    const char *name;
    enum verdict a, b, worse;
} cases[] = {
    { "not ready outweighs a doubt", VERDICT_NOT_READY, VERDICT_UNKNOWN, VERDICT_NOT_READY },
    { "not ready outweighs ready", VERDICT_READY, VERDICT_NOT_READY, VERDICT_NOT_READY },
    { "a doubt outweighs ready", VERDICT_READY, VERDICT_UNKNOWN, VERDICT_UNKNOWN },
    { "ready with ready stays ready", VERDICT_READY, VERDICT_READY, VERDICT_READY },
};

static void worse_is_as_described(void **state)
{
    const struct worse_case *row = *state;

    assert_int_equal(verdict_worse(row->a, row->b), row->worse);
    assert_int_equal(verdict_worse(row->b, row->a), row->worse);
}

static void each_reason_is_whole_and_written_once(void **state)
{
    (void)state;
    for (const struct reason *row = reason_all(); row->code != NULL; row++) {
        assert_ptr_equal(reason_find(row->code),
                         row); /* a second row of the same code would not find itself */
        assert_true(strlen(row->en) > 20 && row->en[strlen(row->en) - 1] == '.');
        assert_non_null(strstr(row->zh, "。"));
        assert_int_equal(strspn(row->code, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->code));
    }
    assert_null(reason_find("because"));
}

static void names_are_read_back(void **state)
{
    enum verdict verdict;
    enum evidence evidence;

    (void)state;
    for (int i = VERDICT_UNKNOWN; i <= VERDICT_NOT_READY; i++) {
        assert_true(verdict_parse(verdict_name((enum verdict)i), &verdict));
        assert_int_equal(verdict, i);
    }
    for (int i = EVIDENCE_NONE; i <= EVIDENCE_LIVE; i++) {
        assert_true(evidence_parse(evidence_name((enum evidence)i), &evidence));
        assert_int_equal(evidence, i);
    }
    assert_false(verdict_parse("maybe", &verdict));
    assert_false(evidence_parse("", &evidence));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(each_reason_is_whole_and_written_once),
                                       cmocka_unit_test(names_are_read_back) };

    return RUN_ROWS(cases, worse_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
