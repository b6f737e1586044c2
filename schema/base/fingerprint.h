/*
 * A SHA-256 that names something: a certificate (of its DER), a key identity, a trust set, a file.
 * Written in lowercase hex everywhere.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/error.h"

#define FINGERPRINT_BYTES 32
#define FINGERPRINT_TEXT_BYTES (2 * FINGERPRINT_BYTES + 1)

struct fingerprint {
    uint8_t bytes[FINGERPRINT_BYTES];
};

struct fingerprint fingerprint_of(const void *data, size_t size);

/* One hash over several pieces, without putting them together first. */
struct fingerprint_hash;
struct fingerprint_hash *fingerprint_hash_new(void);
void fingerprint_hash_add(struct fingerprint_hash *hash, const void *data, size_t size);
struct fingerprint fingerprint_hash_take(struct fingerprint_hash *hash); /* frees it */

/* Hex in `text`, which is returned. */
const char *fingerprint_format(const struct fingerprint *print, char text[FINGERPRINT_TEXT_BYTES]);

/* 64 hex digits, of either case, colons between pairs allowed. */
MUST_CHECK bool fingerprint_parse(const char *text, struct fingerprint *print, struct error *err);

/* As memcmp: an order for sorted lists. */
int fingerprint_compare(const struct fingerprint *a, const struct fingerprint *b);
bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b);
