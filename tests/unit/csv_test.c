#include "aggregator/csv.h"

#include "tests/support/check.h"

static const struct csv_case {
    const char *name, *csv;
    const char *records; /* fields between bars, records between slashes; NULL: refused */
    const char *wrong;
} cases[] = {
    { "plain fields", "a,b\r\nc,d\r\n", "a|b/c|d", NULL },
    { "a bare LF ends a record too", "a,b\nc,d", "a|b/c|d", NULL },
    { "a byte order mark is no field",
      "\xef\xbb\xbf"
      "a\n",
      "a", NULL },
    { "quotes hold commas, quotes and line breaks", "\"a,\"\"b\"\"\n\",c\n", "a,\"b\"\n|c", NULL },
    { "an empty field is a field", "a,,b\n,\n", "a||b/|", NULL },
    { "blank lines are skipped", "\n\na\r\n\r\nb\n", "a/b", NULL },
    { "an empty file has no record", "", "", NULL },
    { "a quote that is never closed is refused with its line", "a\n\"b\nc", NULL, "line 2" },
    { "text after a closing quote is refused", "\"a\"b\n", NULL, "line 1" },
    { "a quote inside a field is refused", "a\"b\n", NULL, "line 1" },
};

static void is_read(void **state)
{
    const struct csv_case *row = *state;
    struct csv_reader reader;
    struct text_list fields = { 0 };
    struct text all = { 0 };
    struct error err = { 0 };
    bool more = true, ok = true;

    csv_open(&reader, row->csv, strlen(row->csv));
    while ((ok = csv_next(&reader, &fields, &more, &err)) && more) {
        for (size_t i = 0; i < fields.count; i++)
            text_format(&all, "%s%s", i > 0 ? "|" : all.size > 0 ? "/" : "", fields.items[i]);
    }
    assert_int_equal(ok, row->records != NULL);
    if (ok)
        assert_string_equal(text_string(&all), row->records);
    else
        assert_non_null(strstr(err.message, row->wrong));
    text_clear(&all);
    text_list_clear(&fields);
}

static const struct field_case {
    const char *name, *value, *written;
} fields[] = {
    { "a plain field stays as it is", "a b", "a b" },
    { "a comma is quoted", "a,b", "\"a,b\"" },
    { "a quote is doubled", "a\"b", "\"a\"\"b\"" },
    { "a line break is quoted", "a\nb", "\"a\nb\"" },
    { "what looks like a formula is made text", "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
    { "so is a plus", "+1", "'+1" },
    { "so is a minus", "-1", "'-1" },
    { "so is an at sign", "@a", "'@a" },
    { "so is a tab", "\ta", "'\ta" },
    { "a sign further on is none", "1-1", "1-1" },
};

static void is_written(void **state)
{
    const struct field_case *row = *state;
    struct text out = { 0 };

    csv_field(&out, true, row->value);
    assert_string_equal(text_string(&out), row->written);
    text_clear(&out);
}

int main(void)
{
    return RUN_ROWS(cases, is_read) + RUN_ROWS(fields, is_written);
}
