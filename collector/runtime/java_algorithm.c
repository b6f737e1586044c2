#include "collector/runtime/java_algorithm.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Beginnings of names that say nothing about certificates which model "java" accepts: digests that it refuses always or no CA may use
 * (SHA-3), protocol versions, ciphers, key exchanges and whole suites, curves that it does not know. All that the JDKs from 6 to 25 and
 * the crypto policies of Fedora and RHEL name is among them, keys and SHA-2 apart.
 */
static const char *const of_no_account[] = {
    "MD2",        "SHA3",     "MD4",    "MD5",     "SHA1",       "SHA-1",    "rsa_pkcs1_sha1",
    "ecdsa_sha1", "dsa_sha1", "SSLv",   "TLSv1.1", "TLSv1.3",    "DTLSv1.0", "NULL",
    "anon",       "K_NULL",   "C_NULL", "M_NULL",  "RC2",        "RC4",      "ARCFOUR",
    "DES",        "3DES",     "IDEA",   "SEED",    "Blowfish",   "Camellia", "AES",
    "ChaCha20",   "Hmac",     "DH",     "ECDH",    "RSA_EXPORT", "KRB5",     "EXPORT",
    "TLS_",       "SSL_",     "sect",   "secp1",   "secp2",      "X9.62",    "brainpool",
    "x25519",     "x448",     "ffdhe",
};

/* Names that end there: others begin alike. */
static const char *const whole[] = { "TLSv1", "SHA" };

/* Those of them that it knows. */
static const char *const curves[] = { "secp256r1", "X9.62 prime256v1" };

static bool is_among(const char *name, const char *const *names, size_t count, bool beginning)
{
    for (size_t i = 0; i < count; i++) {
        if ((beginning ? strncasecmp(name, names[i], strlen(names[i])) : strcasecmp(name, names[i])) == 0)
            return true;
    }
    return false;
}

#define IS_AMONG(name, names, beginning) is_among(name, names, sizeof(names) / sizeof((names)[0]), beginning)

/* Kinds of keys, and up to which size model "java" (schema/trust/model.c) refuses them by itself. */
static const struct kind_of_key {
    const char *name, *openssl;
    int bits;
} kinds[] = { { "RSA", "RSA", 1024 }, { "DSA", "DSA", 1024 }, { "EC", "EC", 224 }, { "ECDSA", "EC", 224 } };

static const struct kind_of_key *kind_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasecmp(name, kinds[i].name) == 0)
            return &kinds[i];
    }
    return NULL;
}

static void add(struct text_list *parameters, const char *key, const char *value)
{
    struct text parameter = { 0 };

    text_format(&parameter, "%s=%s", key, value);
    if (!text_list_has(parameters, text_string(&parameter)))
        text_list_add(parameters, text_string(&parameter));
    text_clear(&parameter);
}

/* An algorithm that is refused whatever else holds. */
static bool refuse(const char *name, struct text_list *parameters)
{
    static const char *const digests[] = { "SHA224", "SHA256", "SHA384", "SHA512" };
    const struct kind_of_key *kind = kind_of_name(text_ends(name, "withDSA") ? "DSA" : name);

    if (kind != NULL)
        add(parameters, "key_refused", kind->openssl);
    if (text_starts(name, "SHA224with")) /* more than is meant, and nothing that a CA issues */
        name = digests[0];
    for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
        /* also written SHA-256 */
        if (strcasecmp(name, digests[i]) == 0 ||
            (strncasecmp(name, "SHA-", 4) == 0 && strcmp(name + 4, digests[i] + 3) == 0)) {
            add(parameters, "digest_refused", digests[i]);
            return true;
        }
    }
    return kind != NULL;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n\f");
}

/* "keySize < 2048": the size from which on keys are accepted; 0 for any other constraint. */
static int smallest_key(const char *constraint)
{
    static const char word[] = "keySize";
    const char *at = constraint;
    char *end;
    bool equal;
    long bits;

    if (strncasecmp(at, word, strlen(word)) != 0)
        return 0;
    at = skip_blanks(at + strlen(word));
    if (*at++ != '<')
        return 0;
    equal = *at == '=';
    at = skip_blanks(at + equal);
    if (!isdigit((unsigned char)*at))
        return 0;
    bits = strtol(at, &end, 10);
    return *skip_blanks(end) == '\0' && bits > 0 && bits < 1000000 ? (int)bits + equal : 0;
}

/* "usage SignedJAR" and the like: not where a server's certificate is checked. */
static bool is_elsewhere(const char *constraint)
{
    return strncasecmp(constraint, "usage", 5) == 0 && isspace((unsigned char)constraint[5]) &&
           strcasestr(constraint, "TLSServer") == NULL && strcasestr(constraint, "Handshake") == NULL;
}

/* Constraints narrow one another: where one of them is of no account, none is. */
static bool constrain(const struct kind_of_key *kind, char *constraints, bool of_tls,
                      struct text_list *parameters)
{
    size_t count = 0;
    char *rest = constraints, *constraint, value[32];
    int bits = 0;

    while ((constraint = strsep(&rest, "&")) != NULL) {
        int smallest;

        constraint = constraint + strspn(constraint, " \t\r\n\f");
        smallest = smallest_key(constraint);
        if (is_elsewhere(constraint) || (kind != NULL && smallest > 0 && smallest <= kind->bits))
            return true;
        bits = smallest > 0 ? smallest : bits;
        count++;
    }
    if (kind == NULL || count != 1 || bits == 0)
        return false;
    snprintf(value, sizeof(value), "%s:%d", kind->openssl, bits);
    add(parameters, of_tls ? "issued_key_bits_min" : "key_bits_min", value);
    return true;
}

bool java_algorithm_settles(const char *term, bool of_tls, struct text_list *parameters)
{
    char *copy = memory_text(skip_blanks(term)), *constraints = NULL;
    size_t size = strlen(copy);
    bool settles;

    while (size > 0 && isspace((unsigned char)copy[size - 1]))
        copy[--size] = '\0';
    if (IS_AMONG(copy, curves, true))
        settles = false;
    else if (size == 0 || IS_AMONG(copy, of_no_account, true))
        settles = true;
    else {
        constraints = copy + strcspn(copy, " \t\r\n\f");
        if (*constraints != '\0')
            *constraints++ = '\0';
        settles = IS_AMONG(copy, whole, false) ||
                  (*constraints == '\0' ? refuse(copy, parameters)
                                        : constrain(kind_of_name(copy), constraints, of_tls, parameters));
    }
    free(copy);
    return settles;
}
