#include "schema/wire/token.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "schema/wire/envelope.h"

#define PREFIX "rst1."
#define PACKED_BYTES_MAX 2048 /* 16 + 32 + 32 bytes, a partner and a dozen brokers have 600 */
#define WORD_BYTES_MAX (sizeof(PREFIX) + PACKED_BYTES_MAX * 4 / 3 + 4)
#define DOMAIN "rootshift-enrol-v1"

char *token_format(const Rootshift__V1__EnrolmentToken *token, struct error *err)
{
    uint8_t packed[PACKED_BYTES_MAX];
    char base64[PACKED_BYTES_MAX * 4 / 3 + 8];
    size_t size = rootshift__v1__enrolment_token__get_packed_size(token);
    struct text word = { 0 };

    if (size > sizeof(packed)) {
        error_set(err, ERROR_LIMIT, "token of %zu bytes, more than the %d allowed", size, PACKED_BYTES_MAX);
        return NULL;
    }
    rootshift__v1__enrolment_token__pack(token, packed);
    EVP_EncodeBlock((unsigned char *)base64, packed, (int)size);
    base64[strcspn(base64, "=")] = '\0';
    for (char *at = base64; *at != '\0'; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    text_add(&word, PREFIX);
    text_add(&word, base64);
    OPENSSL_cleanse(packed, sizeof(packed));
    OPENSSL_cleanse(base64, sizeof(base64));
    return text_take(&word);
}

/* The six bits of a digit, or -1. */
static int digit_value(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);

    return at == NULL ? -1 : (int)(at - digits);
}

/* False when it is no base64url, or more than one word stands for the same bytes. */
static bool decode(const char *digits, size_t count, uint8_t *bytes, size_t *size)
{
    uint32_t bits = 0;
    int held = 0;

    *size = 0;
    for (size_t i = 0; i < count; i++) {
        int value = digit_value(digits[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[(*size)++] = (uint8_t)(bits >> held);
        }
    }
    return held < 6 && (bits & ((1u << held) - 1)) == 0;
}

static bool check(const Rootshift__V1__EnrolmentToken *token, struct error *err)
{
    const struct {
        const char *what;
        const ProtobufCBinaryData *bytes;
        size_t size;
    } parts[] = {
        { "id", &token->token_id, TOKEN_ID_BYTES },
        { "secret", &token->secret, TOKEN_SECRET_BYTES },
        { "centre's key", &token->centre, KEY_PUBLIC_BYTES },
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].bytes->len != parts[i].size)
            return error_set(err, ERROR_FORMAT, "its %s has %zu bytes instead of %zu", parts[i].what,
                             parts[i].bytes->len, parts[i].size);
    }
    if (token->partner[0] == '\0')
        return error_set(err, ERROR_FORMAT, "it names no partner");
    if (token->expires_at <= 0) /* the last field: a word cut before it would still be a message */
        return error_set(err, ERROR_FORMAT, "it has no end; was it copied whole?");
    return true;
}

Rootshift__V1__EnrolmentToken *token_parse(const char *word, struct error *err)
{
    uint8_t packed[PACKED_BYTES_MAX + 4];
    Rootshift__V1__EnrolmentToken *token = NULL;
    size_t size, length;

    word += strspn(word, " \t\r\n");
    length = strcspn(word, " \t\r\n");
    if (!text_starts(word, PREFIX) || word[length + strspn(word + length, " \t\r\n")] != '\0') {
        error_set(err, ERROR_FORMAT, "token: not one word that starts with " PREFIX);
        return NULL;
    }
    word += strlen(PREFIX);
    length -= strlen(PREFIX);
    if (length > WORD_BYTES_MAX - sizeof(PREFIX) - 4 || !decode(word, length, packed, &size))
        error_set(err, ERROR_FORMAT, "token: not base64url; was it copied whole?");
    else if ((token = codec_unpack(&rootshift__v1__enrolment_token__descriptor, packed, size, err)) == NULL)
        error_set(err, ERROR_FORMAT, "token: damaged; was it copied whole?");
    else if (!check(token, err)) {
        error_within(err, "token");
        codec_free(token);
        token = NULL;
    }
    OPENSSL_cleanse(packed, sizeof(packed));
    return token;
}

void token_prove(const uint8_t secret[TOKEN_SECRET_BYTES], const Rootshift__V1__Enrolment *enrolment,
                 uint8_t hmac[TOKEN_HMAC_BYTES])
{
    struct text bound = { 0 };

    text_add(&bound, DOMAIN);
    envelope_frame(&bound, enrolment->public_key.data, enrolment->public_key.len);
    envelope_frame(&bound, enrolment->partner, strlen(enrolment->partner));
    envelope_frame(&bound, enrolment->host, strlen(enrolment->host));
    HMAC(EVP_sha256(), secret, TOKEN_SECRET_BYTES, (const unsigned char *)bound.bytes, bound.size, hmac,
         NULL);
    text_clear(&bound);
}

bool token_is_proven(const uint8_t secret[TOKEN_SECRET_BYTES], const Rootshift__V1__Enrolment *enrolment)
{
    uint8_t hmac[TOKEN_HMAC_BYTES];

    token_prove(secret, enrolment, hmac);
    return enrolment->hmac.len == sizeof(hmac) &&
           CRYPTO_memcmp(hmac, enrolment->hmac.data, sizeof(hmac)) == 0;
}
