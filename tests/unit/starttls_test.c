#include "schema/tls/starttls.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/support/check.h"

#define US "EHLO [192.0.2.7]\r\n"
#define REQUEST "\0\0\0\x08\x04\xd2\x16\x2f"

static const struct dialogue_case {
    const char *name;
    enum starttls starttls;
    const char *heard[4]; /* what the peer says in each turn */
    enum starttls_answer answer;
    const char *said; /* by us, all of it */
    const char *left; /* of what was heard */
} cases[] = {
    { "SMTP",
      STARTTLS_SMTP,
      { "220 mail ESMTP\r\n", "250 mail\r\n", "220 go\r\n" },
      STARTTLS_GRANTED,
      US "STARTTLS\r\n",
      "" },
    { "SMTP with replies of several lines",
      STARTTLS_SMTP,
      { "220-mail\r\n220 ESMTP\r\n", "250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n", "220-go\r\n220 on\r\n" },
      STARTTLS_GRANTED,
      US "STARTTLS\r\n",
      "" },
    { "SMTP with bare codes and line feeds",
      STARTTLS_SMTP,
      { "220\n", "250\n", "220\n" },
      STARTTLS_GRANTED,
      US "STARTTLS\r\n",
      "" },
    { "SMTP that takes nobody", STARTTLS_SMTP, { "554 go away\r\n" }, STARTTLS_DENIED, "", "554 go away" },
    { "SMTP that takes nobody, at length",
      STARTTLS_SMTP,
      { "220-mail\r\n554 go away\r\n" },
      STARTTLS_DENIED,
      "",
      "554 go away" },
    { "SMTP that does not like our name",
      STARTTLS_SMTP,
      { "220 mail\r\n", "501 no\r\n" },
      STARTTLS_DENIED,
      US,
      "501 no" },
    { "SMTP without STARTTLS",
      STARTTLS_SMTP,
      { "220 mail\r\n", "250 mail\r\n", "502 what?\r\n" },
      STARTTLS_DENIED,
      US "STARTTLS\r\n",
      "502 what?" },
    { "a code that only begins like it",
      STARTTLS_SMTP,
      { "2200 mail\r\n" },
      STARTTLS_DENIED,
      "",
      "2200 mail" },
    { "an empty line", STARTTLS_SMTP, { "\r\n" }, STARTTLS_DENIED, "", "" },
    { "a line that is not whole is waited for",
      STARTTLS_SMTP,
      { "220 mail\r" },
      STARTTLS_MORE,
      "",
      "220 mail\r" },
    { "a reply that is not whole is waited for",
      STARTTLS_SMTP,
      { "220-mail\r\n220" },
      STARTTLS_MORE,
      "",
      "220" },
    { "words behind the leave",
      STARTTLS_SMTP,
      { "220 mail\r\n", "250 mail\r\n", "220 go\r\n250 injected\r\n" },
      STARTTLS_EARLY,
      US "STARTTLS\r\n",
      "250 injected\r\n" },
    { "half a word behind the leave",
      STARTTLS_SMTP,
      { "220 mail\r\n", "250 mail\r\n", "220 go\r\n\x16" },
      STARTTLS_EARLY,
      US "STARTTLS\r\n",
      "\x16" },
    { "all replies at once",
      STARTTLS_SMTP,
      { "220 mail\r\n250 mail\r\n220 go\r\n" },
      STARTTLS_EARLY,
      "",
      "250 mail\r\n220 go\r\n" },

    { "IMAP",
      STARTTLS_IMAP,
      { "* OK [CAPABILITY IMAP4rev1] hi\r\n", "a OK begin\r\n" },
      STARTTLS_GRANTED,
      "a STARTTLS\r\n",
      "" },
    { "IMAP in lower case",
      STARTTLS_IMAP,
      { "* ok hi\r\n", "A ok begin\r\n" },
      STARTTLS_GRANTED,
      "a STARTTLS\r\n",
      "" },
    { "IMAP with news in between",
      STARTTLS_IMAP,
      { "* OK hi\r\n", "* 1 EXISTS\r\n* CAPABILITY IMAP4rev1\r\na OK begin\r\n" },
      STARTTLS_GRANTED,
      "a STARTTLS\r\n",
      "" },
    { "IMAP that knows us already",
      STARTTLS_IMAP,
      { "* PREAUTH hi\r\n" },
      STARTTLS_DENIED,
      "",
      "* PREAUTH hi" },
    { "IMAP that takes nobody", STARTTLS_IMAP, { "* BYE busy\r\n" }, STARTTLS_DENIED, "", "* BYE busy" },
    { "IMAP without STARTTLS",
      STARTTLS_IMAP,
      { "* OK hi\r\n", "a BAD what?\r\n" },
      STARTTLS_DENIED,
      "a STARTTLS\r\n",
      "a BAD what?" },
    { "an answer to somebody else",
      STARTTLS_IMAP,
      { "* OK hi\r\n", "b OK begin\r\n" },
      STARTTLS_DENIED,
      "a STARTTLS\r\n",
      "b OK begin" },
    { "IMAP with words behind the leave",
      STARTTLS_IMAP,
      { "* OK hi\r\n", "a OK begin\r\n* CAPABILITY X\r\n" },
      STARTTLS_EARLY,
      "a STARTTLS\r\n",
      "* CAPABILITY X\r\n" },

    { "POP3", STARTTLS_POP3, { "+OK hi\r\n", "+OK begin\r\n" }, STARTTLS_GRANTED, "STLS\r\n", "" },
    { "POP3 without STLS",
      STARTTLS_POP3,
      { "+OK hi\r\n", "-ERR what?\r\n" },
      STARTTLS_DENIED,
      "STLS\r\n",
      "-ERR what?" },
    { "POP3 with words behind the leave",
      STARTTLS_POP3,
      { "+OK hi\r\n", "+OK begin\r\n+OK\r\n" },
      STARTTLS_EARLY,
      "STLS\r\n",
      "+OK\r\n" },
    { "a web server",
      STARTTLS_POP3,
      { "HTTP/1.1 400 Bad Request\r\n\r\n" },
      STARTTLS_DENIED,
      "",
      "HTTP/1.1 400 Bad Request" },

    { "PostgreSQL", STARTTLS_POSTGRES, { "S" }, STARTTLS_GRANTED, REQUEST, "" },
    { "PostgreSQL without TLS", STARTTLS_POSTGRES, { "N" }, STARTTLS_DENIED, REQUEST, "N" },
    { "PostgreSQL that does not know the request",
      STARTTLS_POSTGRES,
      { "Eunsupported" },
      STARTTLS_DENIED,
      REQUEST,
      "E" },
    { "PostgreSQL with words behind the leave (CVE-2021-23222)",
      STARTTLS_POSTGRES,
      { "SR" },
      STARTTLS_EARLY,
      REQUEST,
      "R" },
};

static struct sockaddr_storage ipv4(const char *text)
{
    struct sockaddr_storage self = { .ss_family = AF_INET };

    inet_pton(AF_INET, text, &((struct sockaddr_in *)&self)->sin_addr);
    return self;
}

static void assert_said(const struct text *said, const struct dialogue_case *row)
{
    size_t size = row->starttls == STARTTLS_POSTGRES ? sizeof(REQUEST) - 1 : strlen(row->said);

    assert_int_equal(said->size, size);
    assert_memory_equal(text_string(said), row->said, size);
}

static void dialogue_goes_as_described(void **state)
{
    const struct dialogue_case *row = *state;
    const struct sockaddr_storage self = ipv4("192.0.2.7");
    struct text heard = { 0 }, said = { 0 };
    enum starttls_answer answer = STARTTLS_MORE;
    struct starttls_dialogue dialogue;

    starttls_begin(&dialogue, row->starttls, &self, &said);
    for (size_t i = 0; row->heard[i] != NULL; i++) {
        assert_int_equal(answer, STARTTLS_MORE);
        text_add(&heard, row->heard[i]);
        answer = starttls_hear(&dialogue, &heard, &said);
    }
    assert_int_equal(answer, row->answer);
    assert_string_equal(text_string(&heard), row->left);
    assert_said(&said, row);
    text_clear(&heard);
    text_clear(&said);
}

/* However it is cut; only who says too much at once cannot be told from who is asked already. */
static void bytes_may_come_one_by_one(void **state)
{
    const struct sockaddr_storage self = ipv4("192.0.2.7");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct dialogue_case *row = &cases[i];
        struct text heard = { 0 }, said = { 0 };
        enum starttls_answer answer = STARTTLS_MORE;
        struct starttls_dialogue dialogue;

        if (row->answer == STARTTLS_EARLY)
            continue;
        starttls_begin(&dialogue, row->starttls, &self, &said);
        for (size_t turn = 0; row->heard[turn] != NULL; turn++) {
            for (const char *at = row->heard[turn]; *at != '\0' && answer == STARTTLS_MORE; at++) {
                text_append(&heard, at, 1);
                answer = starttls_hear(&dialogue, &heard, &said);
            }
        }
        assert_int_equal(answer, row->answer);
        assert_said(&said, row);
        text_clear(&heard);
        text_clear(&said);
    }
}

static void our_address_may_be_ipv6(void **state)
{
    struct sockaddr_storage self = { .ss_family = AF_INET6 };
    struct text heard = { 0 }, said = { 0 };
    struct starttls_dialogue dialogue;

    (void)state;
    inet_pton(AF_INET6, "2001:db8::7", &((struct sockaddr_in6 *)&self)->sin6_addr);
    starttls_begin(&dialogue, STARTTLS_SMTP, &self, &said);
    assert_int_equal(starttls_hear(&dialogue, &heard, &said), STARTTLS_MORE);
    assert_int_equal(said.size, 0);
    text_add(&heard, "220 mail\r\n");
    assert_int_equal(starttls_hear(&dialogue, &heard, &said), STARTTLS_MORE);
    assert_string_equal(text_string(&said), "EHLO [IPv6:2001:db8::7]\r\n");
    text_clear(&heard);
    text_clear(&said);
}

static void names_are_whole_words(void **state)
{
    enum starttls starttls;

    (void)state;
    assert_true(starttls_find("SMTP://", 4, &starttls));
    assert_int_equal(starttls, STARTTLS_SMTP);
    assert_false(starttls_find("smtps", 5, &starttls));
    assert_int_equal(starttls, STARTTLS_NONE);
    assert_false(starttls_find("", 0, &starttls));
    assert_null(starttls_name(STARTTLS_NONE));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(bytes_may_come_one_by_one),
                                       cmocka_unit_test(our_address_may_be_ipv6),
                                       cmocka_unit_test(names_are_whole_words) };

    return RUN_ROWS(cases, dialogue_goes_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
