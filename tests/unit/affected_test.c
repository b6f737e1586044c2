#include "scanner/affected.h"

#include "tests/support/check.h"

static const struct name_case {
    const char *name, *host, *found;
} cases[] = {
    { "a name itself", "render.pay.example", "render.pay.example" },
    { "case and the final dot do not count", "Render.Pay.Example.", "render.pay.example" },
    { "a wildcard is one label", "open.pay.example", "*.pay.example" },
    { "a wildcard is not two labels", "a.open.pay.example", NULL },
    { "a wildcard is not no label", "pay.example", NULL },
    { "a label cannot be empty", ".pay.example", NULL },
    { "a longer name is another name", "open.pay.example.org", NULL },
    { "the end of a label is no domain", "xpay.example", NULL },
    { "an empty name", "", NULL },
    { "a wildcard itself", "*.pay.example", "*.pay.example" },
};

static void name_is_found_as_described(void **state)
{
    const struct name_case *row = *state;
    char first[] = "render.pay.example", second[] = "*.pay.example";
    char *items[] = { first, second };
    const struct text_list names = { items, 2 };
    const char *found = affected_find(&names, row->host);

    assert_int_equal(found == NULL, row->found == NULL);
    if (found != NULL)
        assert_string_equal(found, row->found);
}

int main(void)
{
    return RUN_ROWS(cases, name_is_found_as_described);
}
