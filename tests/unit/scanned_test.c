#include "aggregator/scanned.h"

#include "tests/support/check.h"

#define PRINT "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f"
#define RECORD(...) "{" FIELDS(__VA_ARGS__) "}"
#define FIELDS(v, seq, address, port, stage, class, chain, started)                                          \
    "\"v\":" v ",\"run\":\"r\",\"seq\":" seq ",\"target\":\"t\",\"tag\":null,\"name\":\"a.test\","           \
    "\"address\":" address ",\"port\":" port ",\"hello\":\"modern\",\"stage\":\"" stage                      \
    "\",\"class\":\"" class "\",\"detail\":null,\"alert\":null,\"tls\":\"TLSv1.3\",\"cipher\":\"c\","        \
                            "\"group\":\"x25519\","                                                          \
                            "\"via\":\"openssl\",\"chain\":" chain                                           \
                            ",\"campaign_chain\":\"lie\",\"started_at\":\"" started "\",\"elapsed_ms\":5"
#define AT "2026-11-20T00:00:00.123Z"
#define GOOD RECORD("1", "1", "\"192.0.2.1\"", "443", "done", "ok", "[\"" PRINT "\"]", AT)

static const struct record_case {
    const char *name, *json;
    const char *wrong; /* part of the error; NULL: taken */
    const char *says;  /* part of what is made of it */
} cases[] = {
    { "a whole record", GOOD, NULL,
      "\"scan\":\"r\",\"seq\":1,\"name\":\"a.test\",\"address\":\"192.0.2.1\",\"port\":443" },
    { "its group is no word of SQL", GOOD, NULL, "\"key_group\":\"x25519\"" },
    { "the chain has a name of its own", GOOD, NULL, "\"chain_id\":\"" },
    { "without a chain there is none",
      RECORD("1", "1", "\"192.0.2.1\"", "443", "connect", "refused", "[]", AT), NULL, "\"chain_id\":null" },
    { "what the scanner took the chain for is not read", GOOD, NULL, "\"elapsed_ms\":5,\"chain\":[" },
    { "a line that was no target", RECORD("1", "1", "null", "null", "input", "malformed", "[]", AT), NULL,
      "\"address\":null,\"port\":null" },
    { "an IPv6 address", RECORD("1", "1", "\"2001:db8::1\"", "443", "done", "ok", "[]", AT), NULL,
      "2001:db8::1" },
    { "a field more is no fault",
      "{\"later\":{}," FIELDS("1", "1", "null", "null", "input", "malformed", "[]", AT) "}", NULL,
      "\"scan\":\"r\"" },
    { "no bytes", "", "no JSON", NULL },
    { "no JSON", "{", "scan record: JSON", NULL },
    { "another value", "[]", "v is not 1", NULL },
    { "a later version", RECORD("2", "1", "null", "443", "done", "ok", "[]", AT), "v is not 1", NULL },
    { "no target's number", RECORD("1", "0", "null", "443", "done", "ok", "[]", AT), "seq", NULL },
    { "half a number", RECORD("1", "1.5", "null", "443", "done", "ok", "[]", AT), "seq", NULL },
    { "a number beyond what JSON holds", RECORD("1", "1e300", "null", "443", "done", "ok", "[]", AT), "seq",
      NULL },
    { "an address that is a name", RECORD("1", "1", "\"a.test\"", "443", "done", "ok", "[]", AT), "address",
      NULL },
    { "the last port", RECORD("1", "1", "null", "65535", "done", "ok", "[]", AT), NULL, "65535" },
    { "the one after it", RECORD("1", "1", "null", "65536", "done", "ok", "[]", AT), "port", NULL },
    { "a stage that is none", RECORD("1", "1", "null", "443", "over", "ok", "[]", AT), "stage", NULL },
    { "a class that is none", RECORD("1", "1", "null", "443", "done", "fine", "[]", AT), "class", NULL },
    { "a chain that is no list", RECORD("1", "1", "null", "443", "done", "ok", "null", AT), "chain", NULL },
    { "a chain of something else", RECORD("1", "1", "null", "443", "done", "ok", "[1]", AT), "chain", NULL },
    { "an instant that is none", RECORD("1", "1", "null", "443", "done", "ok", "[]", "yesterday"),
      "started_at", NULL },
    { "a NUL that JSON hides", "{\"v\":1,\"run\":\"\\u0000\"}", "JSON", NULL },
};

static void is_read(void **state)
{
    const struct record_case *row = *state;
    struct scanned scanned;
    struct error err = { 0 };
    bool ok = scanned_read((const uint8_t *)row->json, strlen(row->json), &scanned, &err);

    if (row->wrong != NULL) {
        assert_false(ok);
        assert_int_equal(err.kind, ERROR_FORMAT);
        if (strstr(err.message, row->wrong) == NULL)
            fail_msg("%s", err.message);
        return;
    }
    if (!ok)
        fail_msg("%s", err.message);
    assert_int_equal(scanned.started_at, 1795132800);
    if (strstr(text_string(&scanned.content.text), row->says) == NULL)
        fail_msg("%s", text_string(&scanned.content.text));
    json_clear(&scanned.content);
}

int main(void)
{
    return RUN_ROWS(cases, is_read);
}
