#include "scanner/record.h"

#include "scanner/examiner.h"
#include "scanner/seen.h"
#include "tests/support/check.h"

static void a_record_has_every_field_in_order(void **state)
{
    const struct fingerprint chain[] = { { { 0xab } } };
    const uint8_t der[] = "abc";
    const struct handshake_certificate shown[] = { { der, 3, fingerprint_of(der, 3) } };
    struct record record = {
        .version = 1,
        .run = "r",
        .seq = 2,
        .target = "pay.example",
        .name = "pay.example",
        .address = "192.0.2.1",
        .port = 443,
        .starttls = "smtp",
        .hello = "modern",
        .stage = "done",
        .class = "ok",
        .alert = RECORD_NONE,
        .alert_sent = 50,
        .staple = PROBE_YES,
        .client_certificate = PROBE_NO,
        .tls = "TLSv1.3",
        .via = "openssl",
        .chain = chain,
        .chain_count = 1,
        .started_at_ms = 1005,
        .elapsed_ms = 7,
    };
    const char *head =
        "{\"v\":1,\"run\":\"r\",\"seq\":2,\"target\":\"pay.example\",\"tag\":null,\"name\":\"pay.example\","
        "\"address\":\"192.0.2.1\",\"port\":443,\"starttls\":\"smtp\",\"hello\":\"modern\",\"stage\":"
        "\"done\",\"class\":\"ok\","
        "\"detail\":null,\"alert\":null,\"alert_sent\":50,\"tls\":\"TLSv1.3\",\"cipher\":null,"
        "\"group\":null,\"client_certificate_wanted\":false,\"staple\":true,\"via\":"
        "\"openssl\","
        "\"chain\":[\"ab00000000000000000000000000000000000000000000000000000000000000\"],"
        "\"campaign_chain\":null,\"findings\":null,\"breaks\":null,\"judgement\":null,\"started_at\":\"1970-"
        "01-01T00:00:01.005Z\",\"elapsed_ms\":7";
    struct text line = { 0 };

    (void)state;
    record_write(&record, &line);
    assert_memory_equal(text_string(&line), head, strlen(head));
    assert_string_equal(text_string(&line) + strlen(head), "}");
    text_clear(&line);
    record.examined = true;
    record.findings = FINDING_EXPIRED | FINDING_HOSTNAME;
    record.breaks = "[]";
    record.judgement = "0123456789abcdef";
    record.verdicts = "[{}]";
    record_write(&record, &line);
    assert_non_null(strstr(text_string(&line), "\"findings\":[\"expired\",\"hostname\"],\"breaks\":[],"
                                               "\"judgement\":\"0123456789abcdef\",\"started_at\""));
    assert_string_equal(strstr(text_string(&line), ",\"verdicts\""), ",\"verdicts\":[{}]}");
    text_clear(&line);
    record.examined = false;
    record.breaks = record.judgement = record.verdicts = NULL;
    record.shown = shown;
    record.shown_count = 1;
    record_write(&record, &line);
    assert_string_equal(
        text_string(&line) + strlen(head),
        ",\"certificates\":[{\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
        "\"der\":\"YWJj\"}]}");
    text_clear(&line);
}

static const struct key_case {
    const char *name;
    struct record record;
    const char *key;
} cases[] = {
    { "a name and its address",
      { .target = "t", .name = "pay.example", .address = "192.0.2.1", .port = 443, .hello = "modern" },
      "pay.example|192.0.2.1|443|modern" },
    { "an address alone",
      { .target = "t", .address = "192.0.2.1", .port = 443, .hello = "modern" },
      "|192.0.2.1|443|modern" },
    { "a name without address",
      { .target = "t", .name = "pay.example", .port = 443, .hello = "modern" },
      "pay.example||443|modern" },
    { "a line that is no target",
      { .target = "bad line", .port = RECORD_NONE, .hello = "modern" },
      "bad line||0|modern" },
};

static void key_is_as_described(void **state)
{
    const struct key_case *row = *state;
    struct text key = { 0 };

    record_write_key(&row->record, &key);
    assert_string_equal(text_string(&key), row->key);
    text_clear(&key);
}

static void a_certificate_is_new_once(void **state)
{
    struct seen seen = { 0 };
    struct fingerprint zero = { { 0 } };

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 10000; i++) {
            struct fingerprint print = fingerprint_of(&i, sizeof(i));

            assert_int_equal(seen_add(&seen, &print), turn == 0);
        }
        assert_int_equal(seen_add(&seen, &zero), turn == 0);
    }
    assert_int_equal(seen.count, 10001);
    seen_clear(&seen);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(a_record_has_every_field_in_order),
                                       cmocka_unit_test(a_certificate_is_new_once) };

    return RUN_ROWS(cases, key_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
