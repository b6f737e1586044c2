/*
 * Real certificates for tests, made by libcrypto: each test says only what it is about. Keys are P-256
 * unless asked otherwise and are made once per number, so "key 3" is the same key wherever it is named.
 * Whatever fails here ends the test program: it is a mistake in the test.
 */
#pragma once

#include <openssl/evp.h>

#include "schema/base/text.h"
#include "schema/x509/certificate.h"

#define PKI_KEYS 256

/* The key of this number, made when first asked for. Lives until the program ends. */
EVP_PKEY *pki_key(unsigned number);
EVP_PKEY *pki_rsa_key(int bits);

struct pki_request {
    const char *subject;              /* "C=US/O=Example/CN=Root": UTF-8; "" for an empty name */
    const char *issuer_name;          /* as subject; NULL: the issuer's subject, or its own */
    const struct certificate *issuer; /* borrowed; NULL: self-issued */
    unsigned key, signer;             /* numbers of keys; signer 0: its own key */
    EVP_PKEY *own_key, *signing_key;  /* instead of numbers */
    long serial;                      /* 0: 1 */
    int64_t not_before, not_after;    /* 0: 2020-01-01 and 2040-01-01 */
    const char *const *extensions; /* "basicConstraints=critical,CA:TRUE", …; ended by NULL; NULL: none */
    int string_type;    /* MBSTRING_UTF8, or a V_ASN1_… type for every attribute; 0: OpenSSL's choice */
    const char *digest; /* NULL: SHA256 */
};

struct certificate *pki_issue(const struct pki_request *request);

/* PEM of one certificate added to `out`; `label` NULL is "CERTIFICATE". */
void pki_pem(struct text *out, const struct certificate *certificate, const char *label);
