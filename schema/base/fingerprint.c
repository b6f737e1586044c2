#include "schema/base/fingerprint.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static EVP_MD *sha256;

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL)
        abort(); /* no memory, or an OpenSSL that can name nothing: nothing sensible can follow */
}

/* Fetched once: OpenSSL 3's one-shot functions look the algorithm up at each call, which costs as much as 500 bytes. */
static const EVP_MD *the_sha256(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fetch_sha256);
    return sha256;
}

struct fingerprint fingerprint_of(const void *data, size_t size)
{
    struct fingerprint print;

    if (EVP_Digest(data, size, print.bytes, NULL, the_sha256(), NULL) != 1)
        abort();
    return print;
}

struct fingerprint_hash {
    EVP_MD_CTX *context;
};

struct fingerprint_hash *fingerprint_hash_new(void)
{
    struct fingerprint_hash *hash = malloc(sizeof(*hash));

    if (hash == NULL)
        abort();
    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL || EVP_DigestInit_ex(hash->context, the_sha256(), NULL) != 1)
        abort(); /* no memory for 200 bytes: nothing sensible can follow */
    return hash;
}

void fingerprint_hash_add(struct fingerprint_hash *hash, const void *data, size_t size)
{
    EVP_DigestUpdate(hash->context, data, size);
}

struct fingerprint fingerprint_hash_take(struct fingerprint_hash *hash)
{
    struct fingerprint print;

    EVP_DigestFinal_ex(hash->context, print.bytes, NULL);
    EVP_MD_CTX_free(hash->context);
    free(hash);
    return print;
}

const char *fingerprint_format(const struct fingerprint *print, char text[FINGERPRINT_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < FINGERPRINT_BYTES; i++) {
        text[2 * i] = digits[print->bytes[i] >> 4];
        text[2 * i + 1] = digits[print->bytes[i] & 15];
    }
    text[FINGERPRINT_TEXT_BYTES - 1] = '\0';
    return text;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool fingerprint_parse(const char *text, struct fingerprint *print, struct error *err)
{
    const char *at = text;

    for (size_t i = 0; i < FINGERPRINT_BYTES; i++) {
        int high = digit_value(at[0]), low = high < 0 ? -1 : digit_value(at[1]);

        if (low < 0)
            return error_set(err, ERROR_FORMAT, "\"%.80s\": a SHA-256 is 64 hex digits", text);
        print->bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
        if (*at == ':' && i + 1 < FINGERPRINT_BYTES)
            at++;
    }
    if (*at != '\0')
        return error_set(err, ERROR_FORMAT, "\"%.80s\": a SHA-256 is 64 hex digits", text);
    return true;
}

int fingerprint_compare(const struct fingerprint *a, const struct fingerprint *b)
{
    return memcmp(a->bytes, b->bytes, FINGERPRINT_BYTES);
}

bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
    return fingerprint_compare(a, b) == 0;
}
