#include "schema/tls/handshake.h"

#include "tests/support/check.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static const struct chain_case {
    const char *name;
    const uint8_t *message;
    size_t size;
    bool tls13;
    size_t count; /* 0: it is refused */
} cases[] = {
    { "TLS 1.2, two certificates", BYTES(11, 0, 0, 12, 0, 0, 9, 0, 0, 2, 'a', 'b', 0, 0, 1, 'c'), false, 2 },
    { "TLS 1.3, two certificates with extensions",
      BYTES(11, 0, 0, 19, 0, 0, 0, 15, 0, 0, 2, 'a', 'b', 0, 2, 9, 9, 0, 0, 1, 'c', 0, 0), true, 2 },
    { "TLS 1.3 with a request context", BYTES(11, 0, 0, 11, 1, 7, 0, 0, 6, 0, 0, 1, 'a', 0, 0), true, 1 },
    { "an empty list is no chain", BYTES(11, 0, 0, 3, 0, 0, 0), false, 0 },
    { "an empty list in TLS 1.3", BYTES(11, 0, 0, 4, 0, 0, 0, 0), true, 0 },
    { "an empty certificate", BYTES(11, 0, 0, 6, 0, 0, 3, 0, 0, 0), false, 0 },
    { "a list longer than the message", BYTES(11, 0, 0, 7, 0, 0, 5, 0, 0, 1, 'a'), false, 0 },
    { "a list shorter than the message", BYTES(11, 0, 0, 8, 0, 0, 4, 0, 0, 1, 'a', 'b'), false, 0 },
    { "a certificate longer than the list", BYTES(11, 0, 0, 7, 0, 0, 4, 0, 0, 2, 'a'), false, 0 },
    { "TLS 1.3 without the extensions", BYTES(11, 0, 0, 8, 0, 0, 0, 4, 0, 0, 1, 'a'), true, 0 },
    { "another message", BYTES(2, 0, 0, 7, 0, 0, 4, 0, 0, 1, 'a'), false, 0 },
    { "cut in its header", BYTES(11, 0, 0), false, 0 },
};

static void chain_is_read_as_described(void **state)
{
    const struct chain_case *row = *state;
    struct handshake_chain chain;
    struct error err = { 0 };

    assert_int_equal(handshake_read_chain(row->message, row->size, row->tls13, &chain, &err), row->count > 0);
    assert_int_equal(chain.count, row->count);
    if (row->count > 0)
        assert_int_equal(chain.items[0].der[0], 'a');
    if (row->count > 1) {
        assert_int_equal(chain.items[0].size, 2);
        assert_int_equal(chain.items[1].der[0], 'c');
    }
    if (row->count == 0)
        assert_int_equal(err.kind, ERROR_FORMAT);
    handshake_chain_clear(&chain);
}

/* `count` certificates of one byte. */
static bool read_many(size_t count, struct error *err)
{
    static uint8_t message[7 + 4 * (HANDSHAKE_CERTIFICATES_MAX + 1)];
    size_t list = 4 * count;
    struct handshake_chain chain;
    bool ok;

    memset(message, 0, sizeof(message));
    message[0] = HANDSHAKE_CERTIFICATE;
    message[5] = (uint8_t)(list >> 8);
    message[6] = (uint8_t)list;
    for (size_t i = 0; i < count; i++)
        message[7 + 4 * i + 2] = 1;
    ok = handshake_read_chain(message, 7 + list, false, &chain, err);
    handshake_chain_clear(&chain);
    return ok;
}

static void certificates_are_counted(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_true(read_many(HANDSHAKE_CERTIFICATES_MAX, &err));
    assert_false(read_many(HANDSHAKE_CERTIFICATES_MAX + 1, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void first_bytes_tell_tls_from_the_rest(void **state)
{
    (void)state;
    assert_true(handshake_can_be_record((const uint8_t *)"", 0));
    assert_true(handshake_can_be_record((const uint8_t *)"\x16", 1));
    assert_true(handshake_can_be_record((const uint8_t *)"\x15\x03\x01", 3));
    assert_false(handshake_can_be_record((const uint8_t *)"H", 1));
    assert_false(handshake_can_be_record((const uint8_t *)"\x16\x02", 2));
    assert_false(handshake_can_be_record((const uint8_t *)"\x13\x03", 2));
    assert_false(handshake_can_be_record((const uint8_t *)"\x18\x03", 2));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(certificates_are_counted),
                                       cmocka_unit_test(first_bytes_tell_tls_from_the_rest) };

    return RUN_ROWS(cases, chain_is_read_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
