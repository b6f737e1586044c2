#include "schema/tls/target.h"

#include "tests/support/check.h"

static const struct line_case {
    const char *name, *line;
    const char *error; /* NULL: it is a target with the values that follow */
    const char *host, *address;
    int port;
    const char *tag;
} cases[] = {
    { "a name gets port 443", "pay.example", NULL, "pay.example", NULL, 443, NULL },
    { "a name with its port", "pay.example:8443", NULL, "pay.example", NULL, 8443, NULL },
    { "names are lowercase and lose the final dot", "Pay.Example.:443", NULL, "pay.example", NULL, 443,
      NULL },
    { "blanks around a line do not count", " pay.example \r", NULL, "pay.example", NULL, 443, NULL },
    { "an underscore may stand in a name", "_dmarc.pay.example", NULL, "_dmarc.pay.example", NULL, 443,
      NULL },
    { "an address has no server name", "192.0.2.1:8443", NULL, NULL, "192.0.2.1", 8443, NULL },
    { "brackets hold an IPv6 address", "[2001:db8::1]:8443", NULL, NULL, "2001:db8::1", 8443, NULL },
    { "brackets without a port", "[2001:db8::1]", NULL, NULL, "2001:db8::1", 443, NULL },
    { "an IPv6 address without brackets has no port", "2001:db8::1", NULL, NULL, "2001:db8::1", 443, NULL },
    { "fields pin a name to an address", "192.0.2.1,pay.example,8443,shop 7", NULL, "pay.example",
      "192.0.2.1", 8443, "shop 7" },
    { "fields at the end may be left out", "192.0.2.1,pay.example", NULL, "pay.example", "192.0.2.1", 443,
      NULL },
    { "without an address the name is resolved", ",pay.example,,x", NULL, "pay.example", NULL, 443, "x" },
    { "an IPv6 address needs no brackets in a field", "2001:db8::1,,443", NULL, NULL, "2001:db8::1", 443,
      NULL },
    { "a quoted tag keeps commas and quotes", "192.0.2.1,,,\"a,\"\"b\"\"\"", NULL, NULL, "192.0.2.1", 443,
      "a,\"b\"" },
    { "a tag begins no STARTTLS", "192.0.2.1,,,smtp://x", NULL, NULL, "192.0.2.1", 443, "smtp://x" },
    { "a highest port", "pay.example:65535", NULL, "pay.example", NULL, 65535, NULL },

    { "one port more is none", "pay.example:65536", "65535", NULL, NULL, 0, NULL },
    { "port 0 is none", "pay.example:0", "1 to 65535", NULL, NULL, 0, NULL },
    { "a port is digits", "pay.example:+443", "no port", NULL, NULL, 0, NULL },
    { "an empty port is none", "pay.example:", "no port", NULL, NULL, 0, NULL },
    { "an address is not what is too large for one", "999.0.2.1", "neither an address nor a name", NULL, NULL,
      0, NULL },
    { "a URL is not a target", "https://pay.example/", "\"https\" before ://", NULL, NULL, 0, NULL },
    { "a protocol without STARTTLS here", "ftp://pay.example,,21", "\"ftp\" before ://", NULL, NULL, 0,
      NULL },
    { "STARTTLS of nobody", "smtp://", "neither address nor name", NULL, NULL, 0, NULL },
    { "STARTTLS with a path", "smtp://mail.example/", "cannot stand", NULL, NULL, 0, NULL },
    { "an empty label", "pay..example", "empty", NULL, NULL, 0, NULL },
    { "a hyphen at a label's end", "pay-.example", "hyphen", NULL, NULL, 0, NULL },
    { "an internationalised name",
      "b\xc3\xbc"
      "cher.example",
      "xn--", NULL, NULL, 0, NULL },
    { "an open bracket", "[2001:db8::1", "]", NULL, NULL, 0, NULL },
    { "brackets around a name", "[pay.example]:443", "no IPv6", NULL, NULL, 0, NULL },
    { "text after brackets", "[::1]443", "only :port", NULL, NULL, 0, NULL },
    { "a name in the address field", "pay.example,pay.example,443,", "no address", NULL, NULL, 0, NULL },
    { "only commas", ",,,", "neither address nor name", NULL, NULL, 0, NULL },
    { "a fifth field", "192.0.2.1,,443,a,b", "more than", NULL, NULL, 0, NULL },
    { "a quote that does not end", "192.0.2.1,,443,\"a", "quoted", NULL, NULL, 0, NULL },
    { "blanks inside a name", "pay example", "cannot stand", NULL, NULL, 0, NULL },
};

static void assert_text(const char *got, const char *want)
{
    assert_int_equal(got == NULL, want == NULL);
    if (want != NULL)
        assert_string_equal(got, want);
}

/* `wanted` holds alternatives between bars. */
static bool says(const char *message, const char *wanted)
{
    char *copy = strdup(wanted), *rest = copy, *word;
    bool found = false;

    while ((word = strsep(&rest, "|")) != NULL)
        found = found || strstr(message, word) != NULL;
    free(copy);
    return found;
}

static void line_is_read_as_described(void **state)
{
    const struct line_case *row = *state;
    struct target target;
    struct error err = { 0 };

    assert_int_equal(target_parse(row->line, strlen(row->line), &target, &err), row->error == NULL);
    assert_non_null(target.text);
    if (row->error != NULL) {
        assert_int_equal(err.kind, ERROR_FORMAT);
        assert_true(says(err.message, row->error));
    } else {
        assert_text(target.name, row->host);
        assert_text(target.address, row->address);
        assert_int_equal(target.port, row->port);
        assert_text(target.tag, row->tag);
        assert_int_equal(target.starttls, STARTTLS_NONE);
    }
    target_clear(&target);
}

static void starttls_stands_before_any_form(void **state)
{
    static const struct {
        const char *line;
        enum starttls starttls;
        const char *name, *address;
        int port;
    } forms[] = {
        { "smtp://mail.example", STARTTLS_SMTP, "mail.example", NULL, 25 },
        { "IMAP://mail.example:1430", STARTTLS_IMAP, "mail.example", NULL, 1430 },
        { " pop3://[2001:db8::1]", STARTTLS_POP3, NULL, "2001:db8::1", 110 },
        { "smtp://,mail.example", STARTTLS_SMTP, "mail.example", NULL, 25 },
        { "postgres://192.0.2.1,db.example,,a://b", STARTTLS_POSTGRES, "db.example", "192.0.2.1", 5432 },
    };
    struct error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct target target;

        assert_true(target_parse(forms[i].line, strlen(forms[i].line), &target, &err));
        assert_int_equal(target.starttls, forms[i].starttls);
        assert_text(target.name, forms[i].name);
        assert_text(target.address, forms[i].address);
        assert_int_equal(target.port, forms[i].port);
        target_clear(&target);
    }
}

static void lines_are_bounded(void **state)
{
    static char line[TARGET_LINE_BYTES + 1];
    struct target target;
    struct error err = { 0 };

    (void)state;
    memset(line, 'a', sizeof(line));
    memcpy(line, "192.0.2.1,,443,", 15);
    assert_true(target_parse(line, TARGET_LINE_BYTES, &target, &err));
    target_clear(&target);
    assert_false(target_parse(line, TARGET_LINE_BYTES + 1, &target, &err));
    assert_int_equal(strlen(target.text), TARGET_LINE_BYTES);
    target_clear(&target);
    memcpy(line, "   192.0.2.1,,443,", 18);
    assert_false(
        target_parse(line, TARGET_LINE_BYTES + 1, &target, &err)); /* or the tag would lose its end */
    target_clear(&target);
    assert_false(target_parse("a\0b", 3, &target, &err));
    assert_string_equal(err.message, "a NUL byte");
    target_clear(&target);
}

static void names_are_as_long_as_dns_allows(void **state)
{
    char name[256];
    struct target target;
    struct error err = { 0 };

    (void)state;
    for (int i = 0; i < 254; i++)
        name[i] = i % 2 == 0 ? 'a' : '.';
    name[253] = '\0';
    assert_true(target_parse(name, 253, &target, &err));
    target_clear(&target);
    name[253] = 'a';
    name[254] = '\0';
    name[252] = 'a';
    assert_false(target_parse(name, 254, &target, &err));
    target_clear(&target);
}

static void comments_are_no_targets(void **state)
{
    (void)state;
    assert_true(target_line_is_blank("", 0));
    assert_true(target_line_is_blank("  \t\r", 4));
    assert_true(target_line_is_blank(" # x", 4));
    assert_false(target_line_is_blank("x # y", 5));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(starttls_stands_before_any_form),
                                       cmocka_unit_test(lines_are_bounded),
                                       cmocka_unit_test(names_are_as_long_as_dns_allows),
                                       cmocka_unit_test(comments_are_no_targets) };

    return RUN_ROWS(cases, line_is_read_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
