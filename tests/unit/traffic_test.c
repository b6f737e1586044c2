#include "schema/tls/traffic.h"

#include "tests/support/check.h"
#include "tests/support/trace.h"

#define HEADER_BYTES 5

static struct traffic *make(void)
{
    uint8_t key[TRAFFIC_SHARE_BYTES];
    struct error err = { 0 };
    struct traffic *traffic;

    trace_bytes(trace_private_key, key, sizeof(key));
    traffic = traffic_new(NULL, key, &err);
    assert_non_null(traffic);
    return traffic;
}

static void assert_hex(const uint8_t *bytes, const char *hex)
{
    uint8_t want[1024];
    size_t size = trace_bytes(hex, want, sizeof(want));

    assert_memory_equal(bytes, want, size);
}

/* RFC 8448 section 3, from the two hellos to the server's opened flight. */
static void the_trace_of_rfc_8448_is_followed(void **state)
{
    struct traffic *traffic = make();
    uint8_t client[256], server[256], flight[1024], secret[TRAFFIC_SHARE_BYTES], plain[1024];
    size_t client_bytes = trace_bytes(trace_client_hello, client, sizeof(client));
    size_t server_bytes = trace_bytes(trace_server_hello, server, sizeof(server));
    size_t flight_bytes = trace_bytes(trace_server_flight, flight, sizeof(flight)), size;
    const uint8_t *share = server + server_bytes - 6 - TRAFFIC_SHARE_BYTES; /* before supported_versions */
    const struct traffic_suite *suite = traffic_suite(traffic, 0x1301);
    struct traffic_keys keys;

    (void)state;
    assert_true(traffic_agree(traffic, share, secret));
    assert_hex(secret, trace_shared_secret);
    assert_true(traffic_derive(traffic, suite, secret, (struct span){ client, client_bytes },
                               (struct span){ server + HEADER_BYTES, server_bytes - HEADER_BYTES }, &keys));
    assert_hex(keys.key, trace_server_key);
    assert_hex(keys.nonce, trace_server_iv);
    assert_true(traffic_open(traffic, &keys, (struct span){ flight, HEADER_BYTES },
                             (struct span){ flight + HEADER_BYTES, flight_bytes - HEADER_BYTES }, plain,
                             &size));
    assert_int_equal(size, 658);
    assert_int_equal(plain[0], 8);   /* EncryptedExtensions */
    assert_int_equal(plain[40], 11); /* Certificate */
    assert_int_equal(plain[657], 22);
    /* the next record has another nonce: the same bytes again are not it */
    assert_false(traffic_open(traffic, &keys, (struct span){ flight, HEADER_BYTES },
                              (struct span){ flight + HEADER_BYTES, flight_bytes - HEADER_BYTES }, plain,
                              &size));
    traffic_free(traffic);
}

static void what_leads_nowhere_is_refused(void **state)
{
    static const uint8_t zeros[TRAFFIC_SHARE_BYTES];
    struct traffic *traffic = make();
    struct traffic_keys keys = { .suite = traffic_suite(traffic, 0x1302) };
    uint8_t secret[TRAFFIC_SHARE_BYTES], plain[16];
    size_t size;

    (void)state;
    assert_false(traffic_agree(traffic, zeros, secret)); /* RFC 7748 section 6.1 */
    assert_null(traffic_suite(traffic, 0x1304));
    assert_null(traffic_suite(traffic, 0xc02f));
    assert_false(
        traffic_open(traffic, &keys, (struct span){ zeros, 5 }, (struct span){ zeros, 15 }, plain, &size));
    traffic_free(traffic);
}

static void each_has_a_share_of_its_own(void **state)
{
    struct error err = { 0 };
    struct traffic *one = traffic_new(NULL, NULL, &err), *other = traffic_new(NULL, NULL, &err);

    (void)state;
    assert_memory_not_equal(traffic_share(one), traffic_share(other), TRAFFIC_SHARE_BYTES);
    traffic_free(one);
    traffic_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trace_of_rfc_8448_is_followed),
        cmocka_unit_test(what_leads_nowhere_is_refused),
        cmocka_unit_test(each_has_a_share_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
