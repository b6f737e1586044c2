#include "schema/trust/parameter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

/* The value of a parameter of this key; NULL when it is another. */
static const char *value_of(const char *parameter, const char *key)
{
    size_t size = strlen(key);

    return strncmp(parameter, key, size) == 0 && parameter[size] == '=' ? parameter + size + 1 : NULL;
}

bool parameter_security_level(const struct trust_set *trust, int *level)
{
    for (size_t i = 0; trust != NULL && i < trust->parameters.count; i++) {
        const char *value = value_of(trust->parameters.items[i], "security_level");

        if (value == NULL)
            continue;
        *level = atoi(value);
        return true;
    }
    return false;
}

bool parameter_blocks(const struct trust_set *trust, const struct certificate *certificate)
{
    char print[FINGERPRINT_TEXT_BYTES];

    if (trust == NULL || trust->parameters.count == 0)
        return false;
    fingerprint_format(certificate_fingerprint(certificate), print);
    for (size_t i = 0; i < trust->parameters.count; i++) {
        const char *value = value_of(trust->parameters.items[i], "blocked");

        if (value != NULL && strcmp(value, print) == 0)
            return true;
    }
    return false;
}

/* "RSA:3072": whether the key is of that kind and smaller. */
static bool is_smaller(const EVP_PKEY *key, const char *value)
{
    const char *bits = strchr(value, ':');
    char kind[16];

    if (bits == NULL || (size_t)(bits - value) >= sizeof(kind))
        return false;
    memcpy(kind, value, (size_t)(bits - value));
    kind[bits - value] = '\0';
    return EVP_PKEY_is_a(key, kind) && EVP_PKEY_get_bits(key) < atoi(bits + 1);
}

bool parameter_refuses_key(const struct trust_set *trust, const EVP_PKEY *key, bool anchor)
{
    for (size_t i = 0; trust != NULL && i < trust->parameters.count; i++) {
        const char *parameter = trust->parameters.items[i];
        const char *all = value_of(parameter, "key_bits_min"),
                   *issued = value_of(parameter, "issued_key_bits_min"),
                   *refused = value_of(parameter, "key_refused");

        if ((all != NULL && is_smaller(key, all)) || (issued != NULL && !anchor && is_smaller(key, issued)) ||
            (refused != NULL && EVP_PKEY_is_a(key, refused)))
            return true;
    }
    return false;
}

bool parameter_refuses_digest(const struct trust_set *trust, int nid)
{
    for (size_t i = 0; trust != NULL && i < trust->parameters.count; i++) {
        const char *value = value_of(trust->parameters.items[i], "digest_refused");

        if (value != NULL && strcasecmp(value, OBJ_nid2sn(nid)) == 0)
            return true;
    }
    return false;
}

static bool asks_more_bits(const char *value)
{
    static const struct {
        const char *kind;
        int bits;
    } public[] = { { "RSA:", 2048 }, { "EC:", 256 } };

    for (size_t i = 0; value != NULL && i < sizeof(public) / sizeof(public[0]); i++) {
        size_t size = strlen(public[i].kind);

        if (strncmp(value, public[i].kind, size) == 0 && atoi(value + size) > public[i].bits)
            return true;
    }
    return false;
}

/* Of security levels 3 is the first that refuses RSA of 2048 bits (SSL_CTX_set_security_level(3)). */
bool parameter_refuses_public(const struct trust_set *trust)
{
    int level;

    if (parameter_security_level(trust, &level) && level >= 3)
        return true;
    for (size_t i = 0; trust != NULL && i < trust->parameters.count; i++) {
        const char *parameter = trust->parameters.items[i];
        const char *key = value_of(parameter, "key_refused"), *digest = value_of(parameter, "digest_refused");

        if (asks_more_bits(value_of(parameter, "key_bits_min")) ||
            asks_more_bits(value_of(parameter, "issued_key_bits_min")) ||
            (key != NULL && (strcmp(key, "RSA") == 0 || strcmp(key, "EC") == 0)) ||
            (digest != NULL && strcasecmp(digest, "SHA224") != 0))
            return true;
    }
    return false;
}
