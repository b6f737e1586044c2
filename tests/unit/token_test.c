#include "schema/wire/token.h"

#include "tests/support/check.h"

static Rootshift__V1__EnrolmentToken sample(char *brokers[])
{
    Rootshift__V1__EnrolmentToken token = ROOTSHIFT__V1__ENROLMENT_TOKEN__INIT;

    token.token_id = (ProtobufCBinaryData){ 16, (uint8_t *)"0123456789abcdef" };
    token.secret = (ProtobufCBinaryData){ 32, (uint8_t *)"\xff\xfe\xfd\xfc is a secret of 32 bytes!!!" };
    token.centre = (ProtobufCBinaryData){ 32, (uint8_t *)"the centre's key, of 32 bytes too" };
    token.partner = (char *)"shop";
    token.brokers = brokers;
    token.n_brokers = 1;
    token.expires_at = 1800000000;
    return token;
}

static void word_gives_back_its_token(void **state)
{
    char *brokers[] = { (char *)"kafka.example:9093" };
    Rootshift__V1__EnrolmentToken token = sample(brokers), *again;
    struct error err;
    char *word = token_format(&token, &err);
    struct text pasted = { 0 };

    (void)state;
    assert_non_null(word);
    assert_int_equal(strspn(word + 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     strlen(word) - 5);
    text_format(&pasted, " %s\r\n", word);
    again = token_parse(pasted.bytes, &err);
    assert_non_null(again);
    assert_string_equal(again->partner, "shop");
    assert_string_equal(again->brokers[0], "kafka.example:9093");
    assert_memory_equal(again->secret.data, token.secret.data, 32);
    assert_int_equal(again->expires_at, 1800000000);
    codec_free(again);
    text_clear(&pasted);
    free(word);
}

static void no_cut_word_is_a_token(void **state)
{
    char *brokers[] = { (char *)"kafka.example:9093" };
    Rootshift__V1__EnrolmentToken token = sample(brokers);
    struct error err;
    char *word = token_format(&token, &err);

    (void)state;
    for (size_t size = strlen(word) - 1; size > 0; size--) {
        word[size] = '\0';
        assert_null(token_parse(word, &err));
    }
    free(word);
}

static const struct refused_case {
    const char *name, *word, *says;
} refused[] = {
    { "nothing is refused", "", "rst1." },
    { "a prefix alone is refused", "rst1.", "id has 0 bytes" },
    { "another version is refused", "rst2.AAAA", "rst1." },
    { "two words are refused", "rst1.AAAA BBBB", "one word" },
    { "a padded word is refused", "rst1.AAA=", "base64url" },
    { "the other alphabet is refused", "rst1.AA+A", "base64url" },
    { "a lone digit is refused", "rst1.AAAAA", "base64url" },
    { "bits that mean nothing are refused", "rst1.AB", "base64url" },
    { "bytes that are no message are refused", "rst1.____", "damaged" },
};

static void word_is_refused_as_described(void **state)
{
    const struct refused_case *row = *state;
    struct error err;

    assert_null(token_parse(row->word, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
}

static void endless_word_is_refused(void **state)
{
    char *word = memory_new(1000001);
    struct error err;

    (void)state;
    memset(word, 'A', 1000000);
    memcpy(word, "rst1.", 5);
    assert_null(token_parse(word, &err));
    free(word);
}

/* The layout by hand, the HMAC by the openssl tool. */
static void proof_is_what_openssl_makes_of_the_documented_bytes(void **state)
{
    static const char command[] =
        "printf 'rootshift-enrol-v1\\0\\0\\0\\0\\0\\0\\0\\040PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"
        "\\0\\0\\0\\0\\0\\0\\0\\004shop\\0\\0\\0\\0\\0\\0\\0\\003web' |"
        " openssl dgst -sha256 -mac HMAC -macopt key:00112233445566778899aabbccddeeff -binary";
    const uint8_t *secret = (const uint8_t *)"00112233445566778899aabbccddeeff";
    Rootshift__V1__Enrolment enrolment = ROOTSHIFT__V1__ENROLMENT__INIT;
    uint8_t expected[TOKEN_HMAC_BYTES + 1], hmac[TOKEN_HMAC_BYTES];
    FILE *tool = popen(command, "r");

    (void)state;
    assert_int_equal(fread(expected, 1, sizeof(expected), tool), TOKEN_HMAC_BYTES);
    assert_int_equal(pclose(tool), 0);
    enrolment.public_key = (ProtobufCBinaryData){ 32, (uint8_t *)"PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP" };
    enrolment.partner = (char *)"shop";
    enrolment.host = (char *)"web";
    token_prove(secret, &enrolment, hmac);
    assert_memory_equal(hmac, expected, TOKEN_HMAC_BYTES);

    enrolment.hmac = (ProtobufCBinaryData){ TOKEN_HMAC_BYTES, hmac };
    assert_true(token_is_proven(secret, &enrolment));
    enrolment.host = (char *)"we";
    assert_false(token_is_proven(secret, &enrolment));
    enrolment.host = (char *)"web";
    enrolment.hmac.len--;
    assert_false(token_is_proven(secret, &enrolment));
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(word_gives_back_its_token),
        cmocka_unit_test(no_cut_word_is_a_token),
        cmocka_unit_test(endless_word_is_refused),
        cmocka_unit_test(proof_is_what_openssl_makes_of_the_documented_bytes),
    };

    return RUN_ROWS(refused, word_is_refused_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
