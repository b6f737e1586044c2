#include "schema/x509/cache.h"

#include "schema/base/text.h"
#include "tests/support/check.h"

#define DATA TEST_DATA "/store/"

static void equal_bytes_are_one_certificate(void **state)
{
    struct certificate_cache *cache = certificate_cache_new();
    struct certificate_list list = { 0 };
    struct certificate *first, *second, *other;
    struct error err = { 0 };
    const uint8_t *der;
    size_t size;

    (void)state;
    assert_true(certificate_list_read_pem(&list, DATA "a.pem", &err));
    assert_true(certificate_list_read_pem(&list, DATA "b.pem", &err));
    der = certificate_der(list.items[0], &size);
    first = certificate_cache_parse(cache, der, size, &err);
    second = certificate_cache_parse(cache, der, size, &err);
    assert_ptr_equal(first, second);
    der = certificate_der(list.items[1], &size);
    other = certificate_cache_parse(cache, der, size, &err);
    assert_ptr_not_equal(first, other);
    assert_null(certificate_cache_parse(cache, der, size - 1, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    certificate_cache_free(cache);
    assert_string_equal(certificate_label(first), "Root A"); /* references outlive the cache */
    certificate_free(first);
    certificate_free(second);
    certificate_free(other);
    certificate_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equal_bytes_are_one_certificate) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
