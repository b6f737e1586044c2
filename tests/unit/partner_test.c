#include "aggregator/partner.h"

#include "tests/support/check.h"

#define HEADER PARTNER_COLUMNS "\n"

static const struct partner_case {
    const char *name, *csv;
    size_t rows;
    const char *problem; /* part of the first sentence; NULL: all rows are fine */
} cases[] = {
    { "a whole row", HEADER "p1,One,en,a@b,10,0.5,yes,early,192.0.2.0/24 2001:db8::/32\n", 1, NULL },
    { "what may be empty is empty", HEADER "p1,One,,,,,,,\n", 1, NULL },
    { "columns come in any order", "name,id\nOne,p1\n", 1, NULL },
    { "an id of other characters", HEADER "p 1,One,,,,,,,\n", 0, "line 2: id" },
    { "a partner without name", HEADER "p1,,,,,,,,\n", 0, "line 2: name" },
    { "a language we do not write", HEADER "p1,One,fr,,,,,,\n", 0, "line 2: language" },
    { "a negative number of hosts", HEADER "p1,One,,,-1,,,,\n", 0, "line 2: expected_hosts" },
    { "a number of hosts with a point", HEADER "p1,One,,,1.5,,,,\n", 0, "line 2: expected_hosts" },
    { "a share of exactly one", HEADER "p1,One,,,,1,,,\n", 1, NULL },
    { "a share above one", HEADER "p1,One,,,,1.01,,,\n", 0, "line 2: traffic_share" },
    { "a share that is no number", HEADER "p1,One,,,,nan,,,\n", 0, "line 2: traffic_share" },
    { "critical is yes or no", HEADER "p1,One,,,,,maybe,,\n", 0, "line 2: critical" },
    { "a network with host bits", HEADER "p1,One,,,,,,,192.0.2.1/24\n", 0, "line 2: networks" },
    { "a network too wide", HEADER "p1,One,,,,,,,192.0.2.0/33\n", 0, "line 2: networks" },
    { "an id that stands twice", HEADER "p1,One,,,,,,,\np1,Two,,,,,,,\n", 1, "line 3: id" },
    { "a row with too few fields", HEADER "p1,One\n", 0, "line 2: the row" },
};

static void is_checked(void **state)
{
    const struct partner_case *row = *state;
    struct partner_problems problems = { 0 };
    struct text json = { 0 };
    struct error err = { 0 };

    assert_true(partner_read(row->csv, strlen(row->csv), &json, &problems, &err));
    if (row->problem == NULL) {
        assert_int_equal(problems.sentences.count, 0);
        assert_int_equal(problems.rows, row->rows);
    } else {
        assert_true(problems.sentences.count > 0);
        assert_non_null(strstr(problems.sentences.items[0], row->problem));
    }
    partner_problems_clear(&problems);
    text_clear(&json);
}

static const struct header_case {
    const char *name, *csv, *wrong;
} headers[] = {
    { "an empty file", "", "empty" },
    { "an unknown column", "id,name,colour\n", "colour" },
    { "a column twice", "id,name,id\n", "twice" },
    { "no column for the name", "id\n", "\"name\" is missing" },
};

static void is_refused(void **state)
{
    const struct header_case *row = *state;
    struct partner_problems problems = { 0 };
    struct text json = { 0 };
    struct error err = { 0 };

    assert_false(partner_read(row->csv, strlen(row->csv), &json, &problems, &err));
    assert_non_null(strstr(err.message, row->wrong));
    partner_problems_clear(&problems);
    text_clear(&json);
}

int main(void)
{
    return RUN_ROWS(cases, is_checked) + RUN_ROWS(headers, is_refused);
}
