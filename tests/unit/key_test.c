#include "schema/wire/key.h"

#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/text.h"
#include "tests/support/check.h"

static char directory[64];

static const char *in_directory(const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/key_test.XXXXXX");
    return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", directory);
    return system(command);
}

static void saved_key_is_loaded_again(void **state)
{
    struct error err;
    struct key *key = key_make(&err), *again;
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct stat status;

    (void)state;
    assert_true(key_save(key, in_directory("a.pem"), &err));
    assert_int_equal(stat(in_directory("a.pem"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(status.st_nlink, 1);
    again = key_load(in_directory("a.pem"), &err);
    assert_non_null(again);
    assert_true(fingerprint_equal(key_id(key), key_id(again)));
    assert_true(key_sign(again, "abc", 3, signature, &err));
    assert_true(key_verify(key, "abc", 3, signature, sizeof(signature)));
    assert_false(key_verify(key, "abd", 3, signature, sizeof(signature)));
    assert_false(key_verify(key, "abc", 3, signature, sizeof(signature) - 1));
    key_free(key);
    key_free(again);
}

static void existing_key_is_never_replaced(void **state)
{
    struct error err;
    struct key *first = key_make(&err), *second = key_make(&err), *kept;

    (void)state;
    assert_true(key_save(first, in_directory("b.pem"), &err));
    assert_false(key_save(second, in_directory("b.pem"), &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    kept = key_load(in_directory("b.pem"), &err);
    assert_true(fingerprint_equal(key_id(first), key_id(kept)));
    key_free(first);
    key_free(second);
    key_free(kept);
}

/* RFC 8032 section 7.1, test 2. */
static void signature_of_the_rfc_is_verified(void **state)
{
    static const uint8_t public_key[] = {
        0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
        0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c,
    };
    static const uint8_t signature[] = {
        0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40,
        0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda,
        0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c,
        0x38, 0x7b, 0x2e, 0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00,
    };
    struct error err;
    struct key *key = key_of_public(public_key, &err);
    struct fingerprint id = fingerprint_of(public_key, sizeof(public_key));

    (void)state;
    assert_true(key_verify(key, "\x72", 1, signature, sizeof(signature)));
    assert_false(key_verify(key, "\x73", 1, signature, sizeof(signature)));
    assert_true(fingerprint_equal(key_id(key), &id));
    assert_memory_equal(key_public(key), public_key, sizeof(public_key));
    key_free(key);
}

static void public_half_alone_cannot_sign(void **state)
{
    struct error err;
    struct key *key = key_make(&err), *peer = key_of_public(key_public(key), &err);
    uint8_t signature[KEY_SIGNATURE_BYTES];

    (void)state;
    assert_false(key_sign(peer, "abc", 3, signature, &err));
    key_free(key);
    key_free(peer);
}

static const struct refused_case {
    const char *name;
    const char *make; /* shell, with $f the file */
    enum error_kind kind;
} refused[] = {
    { "a key that is not there is refused", ":", ERROR_ABSENT },
    { "a key that others may read is refused", "openssl genpkey -algorithm ed25519 -out $f; chmod 604 $f",
      ERROR_DENIED },
    { "a key that its group may read is refused", "openssl genpkey -algorithm ed25519 -out $f; chmod 640 $f",
      ERROR_DENIED },
    { "a key of another kind is refused", "openssl genpkey -algorithm x25519 -out $f; chmod 600 $f",
      ERROR_FORMAT },
    { "a public key is refused",
      "openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out $f; chmod 600 $f", ERROR_FORMAT },
    { "a cut key is refused", "openssl genpkey -algorithm ed25519 | head -c 60 >$f; chmod 600 $f",
      ERROR_FORMAT },
    { "an empty key is refused", ":>$f; chmod 600 $f", ERROR_FORMAT },
    { "a huge file is refused", "head -c 5000 /dev/zero >$f; chmod 600 $f", ERROR_LIMIT },
};

static void key_file_is_refused_as_described(void **state)
{
    const struct refused_case *row = *state;
    struct text command = { 0 };
    struct error err;

    unlink(in_directory("c.pem"));
    text_format(&command, "f=%s; { %s; } 2>/dev/null", in_directory("c.pem"), row->make);
    assert_int_equal(system(command.bytes), 0);
    assert_null(key_load(in_directory("c.pem"), &err));
    assert_int_equal(err.kind, row->kind);
    text_clear(&command);
}

static void key_made_by_openssl_is_loaded(void **state)
{
    struct text command = { 0 };
    struct error err;
    struct key *key;

    (void)state;
    text_format(&command, "openssl genpkey -algorithm ed25519 -out %s", in_directory("d.pem"));
    assert_int_equal(system(command.bytes), 0);
    key = key_load(in_directory("d.pem"), &err);
    assert_non_null(key);
    key_free(key);
    text_clear(&command);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(saved_key_is_loaded_again),        cmocka_unit_test(existing_key_is_never_replaced),
        cmocka_unit_test(signature_of_the_rfc_is_verified), cmocka_unit_test(public_half_alone_cannot_sign),
        cmocka_unit_test(key_made_by_openssl_is_loaded),
    };
    int failed = make_directory(NULL);

    failed += RUN_ROWS(refused, key_file_is_refused_as_described);
    failed += cmocka_run_group_tests(rest, NULL, NULL);
    return failed + remove_directory(NULL);
}
