/* As java.util.Properties of JDK 17 takes these files apart. */
#include "collector/runtime/properties.h"

#include "schema/base/text.h"
#include "tests/support/check.h"

static const struct properties_case {
    const char *name, *file, *read; /* "key=value" and a semicolon each */
} cases[] = {
    { "an equals sign", "a=b\n", "a=b;" },
    { "a colon", "a:b", "a=b;" },
    { "a blank", "a b", "a=b;" },
    { "blanks around the sign", "  a \t = b ", "a=b ;" },
    { "only the first sign separates", "a==b", "a==b;" },
    { "a key without a value", "a\n\n=\nb", "a=;b=;" },
    { "comments", "#a=b\n ! c=d\ne=f", "e=f;" },
    { "a comment does not go on", "# a \\\nb=c", "b=c;" },
    { "a value that goes on", "a=b,\\\n   c", "a=b,c;" },
    { "an empty line ends it", "a=b\\\n\nc=d", "a=b;c=d;" },
    { "two backslashes are one", "a=b\\\\\nc=d", "a=b\\;c=d;" },
    { "a key that goes on", "a\\\n  b=c", "ab=c;" },
    { "the sign is on the next line", "a\\\n  = b", "a=b;" },
    { "escapes", "a\\=b=\\tc\\q", "a=b=\tcq;" },
    { "a letter by its number", "\\u0061b=\\u0063", "ab=c;" },
    { "one of another script", "a=\\u5b57", "a=?;" },
    { "lines of any system", "a=b\r\nc=d\re=f", "a=b;c=d;e=f;" },
    { "a backslash at the end", "a=b\\", "a=b;" },
    { "twice the same", "a=b\na=c", "a=b;a=c;" },
};

static void note(void *context, const char *key, const char *value)
{
    text_format(context, "%s=%s;", key, value);
}

static void file_is_read_as_java_does(void **state)
{
    const struct properties_case *row = *state;
    struct text read = { 0 };

    assert_true(properties_walk(row->file, strlen(row->file), note, &read));
    assert_string_equal(text_string(&read), row->read);
    text_clear(&read);
}

static void nothing_is_said_of_what_follows_a_nul(void **state)
{
    struct text read = { 0 };

    (void)state;
    assert_false(properties_walk("a=b\0c=d", 7, note, &read));
    text_clear(&read);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(nothing_is_said_of_what_follows_a_nul) };

    return RUN_ROWS(cases, file_is_read_as_java_does) + cmocka_run_group_tests(rest, NULL, NULL);
}
