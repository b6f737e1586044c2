#include "schema/x509/signature.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

static struct certificate *issue(struct pki_request request)
{
    return pki_issue(&request);
}

static void a_signature_is_computed_once(void **state)
{
    struct certificate *root = issue((struct pki_request){ .subject = "CN=Root", .key = 1 });
    struct certificate *good =
        issue((struct pki_request){ .subject = "CN=A", .key = 2, .issuer = root, .signer = 1 });
    struct certificate *bad =
        issue((struct pki_request){ .subject = "CN=A", .key = 2, .issuer = root, .signer = 3 });
    struct signature_memory *memory = signature_memory_new();
    enum signature_state known;
    size_t checked = 0;

    (void)state;
    assert_false(signature_known(memory, root, good, &known));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(signature_check(memory, root, good, &checked), SIGNATURE_GOOD);
        assert_int_equal(signature_check(memory, root, bad, &checked), SIGNATURE_BAD);
    }
    assert_int_equal(checked, 2);
    assert_true(signature_known(memory, root, good, &known));
    assert_int_equal(known, SIGNATURE_GOOD);
    assert_int_equal(signature_check(NULL, root, good, &checked), SIGNATURE_GOOD);
    assert_int_equal(checked, 3);
    signature_memory_free(memory);
    certificate_free(root);
    certificate_free(good);
    certificate_free(bad);
}

/* A cross-certificate has its root's key and name, so what is known of one is known of the other. */
static void a_cross_certificate_shares_what_is_known_of_its_root(void **state)
{
    struct certificate *old = issue((struct pki_request){ .subject = "CN=Old", .key = 1 });
    struct certificate *root = issue((struct pki_request){ .subject = "CN=New", .key = 2 });
    struct certificate *cross =
        issue((struct pki_request){ .subject = "CN=New", .key = 2, .issuer = old, .signer = 1 });
    struct certificate *below =
        issue((struct pki_request){ .subject = "CN=A", .key = 3, .issuer = root, .signer = 2 });
    struct signature_memory *memory = signature_memory_new();
    size_t checked = 0;

    (void)state;
    assert_int_equal(signature_check(memory, root, below, &checked), SIGNATURE_GOOD);
    assert_int_equal(signature_check(memory, cross, below, &checked), SIGNATURE_GOOD);
    assert_int_equal(checked, 1);
    signature_memory_free(memory);
    certificate_free(old);
    certificate_free(root);
    certificate_free(cross);
    certificate_free(below);
}

static void the_memory_grows_without_forgetting(void **state)
{
    enum { COUNT = 1000 };
    struct certificate *root = issue((struct pki_request){ .subject = "CN=Root", .key = 1 });
    struct certificate *all[COUNT];
    struct signature_memory *memory = signature_memory_new();
    size_t checked = 0;

    (void)state;
    for (long i = 0; i < COUNT; i++)
        all[i] = issue((struct pki_request){
            .subject = "CN=A", .key = 2, .issuer = root, .signer = i % 2 == 0 ? 1 : 3, .serial = i + 1 });
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++)
            assert_int_equal(signature_check(memory, root, all[i], &checked),
                             i % 2 == 0 ? SIGNATURE_GOOD : SIGNATURE_BAD);
    }
    assert_int_equal(checked, COUNT);
    signature_memory_free(memory);
    for (int i = 0; i < COUNT; i++)
        certificate_free(all[i]);
    certificate_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_computed_once),
        cmocka_unit_test(a_cross_certificate_shares_what_is_known_of_its_root),
        cmocka_unit_test(the_memory_grows_without_forgetting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
