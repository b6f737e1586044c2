/*
 * An OpenSSL library context for a thread that shakes many hands. OpenSSL 3.0 decodes the public key of every
 * certificate it meets, and for each key asks all decoders of all providers anew whether they would do, and goes through
 * all algorithms it ever fetched: half of a handshake's instructions, for keys of which only the leaf's is used
 * (tests/bench/scanner). In this context only decoders for a certificate's SubjectPublicKeyInfo and ciphers for TLS
 * records are to be had, besides all that is neither; keys, groups, cipher suites and signatures of a handshake are as in
 * the default provider, whose own functions do the work.
 *
 * Private keys, and files of any kind, can not be read in it: it has no use but TLS without a certificate of one's own.
 */
#pragma once

#include <openssl/types.h>

#include "schema/base/error.h"

struct library;

struct library *library_new(struct error *err);
OSSL_LIB_CTX *library_context(const struct library *library); /* lives as long as it */
void library_leave(const struct library *library);            /* by a thread that used it, before it ends */
void library_free(struct library *library); /* after all that was made in it; NULL is fine */
