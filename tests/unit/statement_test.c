#include "schema/sql/statement.h"

#include "tests/support/check.h"

static const struct statement_case {
    const char *name, *sql, *numbered, *names;
} cases[] = {
    { "a variable becomes a number", "SELECT :'a'", "SELECT $1", "a" },
    { "the same variable keeps its number", ":'b' :'a' :'b'", "$1 $2 $1", "b a" },
    { "a cast is no variable", "SELECT now()::date", "SELECT now()::date", "" },
    { "a variable may be cast", ":'a'::text", "$1::text", "a" },
    { "a quoted colon is no variable", "SELECT ' :' || 'x'", "SELECT ' :' || 'x'", "" },
    { "a comment's variable stays", "-- :'a'\n:'b'", "-- :'a'\n$1", "b" },
    { "a comment's apostrophe opens nothing", "-- a partner's\n:'b'", "-- a partner's\n$1", "b" },
};

static void is_numbered(void **state)
{
    const struct statement_case *row = *state;
    struct text_list names = { 0 };
    struct text joined = { 0 };
    char *sql = statement_number(row->sql, &names);

    for (size_t i = 0; i < names.count; i++)
        text_format(&joined, "%s%s", i > 0 ? " " : "", names.items[i]);
    assert_string_equal(sql, row->numbered);
    assert_string_equal(text_string(&joined), row->names);
    text_clear(&joined);
    text_list_clear(&names);
    free(sql);
}

int main(void)
{
    return RUN_ROWS(cases, is_numbered);
}
