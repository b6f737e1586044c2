/*
 * An Ed25519 key (RFC 8032): a host's or the centre's identity on the wire. With its private half it
 * signs; of a peer we have only the public half. The key id is SHA-256 of the raw 32-byte public key.
 */
#pragma once

#include <stdint.h>

#include "schema/base/fingerprint.h"

#define KEY_PUBLIC_BYTES 32
#define KEY_SIGNATURE_BYTES 64

struct key;

struct key *key_make(struct error *err);
struct key *key_of_public(const uint8_t bytes[KEY_PUBLIC_BYTES], struct error *err);
void key_free(struct key *key);

/*
 * A PEM file (PKCS#8), so that `openssl pkey` reads it too. ERROR_DENIED when its group or others may
 * read it: then it is nobody's identity any more.
 */
struct key *key_load(const char *path, struct error *err);

/* The public half alone, as `openssl pkey -pubout` writes it (PEM, SubjectPublicKeyInfo). */
struct key *key_load_public(const char *path, struct error *err);

/*
 * Mode 0600; whole or not at all, also when the power fails. An existing file is ERROR_CONFLICT and stays: a key that
 * is overwritten is lost for good.
 */
MUST_CHECK bool key_save(const struct key *key, const char *path, struct error *err);

const uint8_t *key_public(const struct key *key); /* KEY_PUBLIC_BYTES */
const struct fingerprint *key_id(const struct key *key);

MUST_CHECK bool key_sign(const struct key *key, const void *message, size_t size,
                         uint8_t signature[KEY_SIGNATURE_BYTES], struct error *err);
bool key_verify(const struct key *key, const void *message, size_t size, const void *signature,
                size_t signature_size);
