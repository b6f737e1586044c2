/*
 * What a probe says first, as named rows: a server chooses its chain by the hello (RSA or ECDSA
 * certificate, version), so each row asks for one of the chains that it may hold.
 */
#pragma once

#include <openssl/ssl.h>

#include "schema/base/error.h"

struct hello {
    const char *name;
    const char *summary;
    int oldest, newest;     /* TLS1_2_VERSION, … */
    const char *ciphers;    /* up to TLS 1.2; OpenSSL's words */
    const char *signatures; /* signature_algorithms; OpenSSL's words */
    const char *groups;     /* OpenSSL's words; NULL: those that it says unasked */
    bool nameless;          /* no SNI even when the target has a name */
};

#define HELLO_DEFAULT "modern"

/* The row of a name; NULL for none. The table ends with a row without name. */
const struct hello *hello_find(const char *name);
const struct hello *hello_all(void);

/*
 * A context that says this hello: nothing is verified and no chain is built, and OpenSSL's own
 * security level is 0, because what a server does must be seen before it can be judged. SSL_CTX_free()
 * it; `library` must outlive it and may be NULL.
 */
SSL_CTX *hello_context(const struct hello *hello, OSSL_LIB_CTX *library, struct error *err);
