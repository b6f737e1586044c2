/*
 * Bytes that somebody else owns, taken from the front: how the messages of TLS are read (RFC 8446
 * section 3). Nothing is taken unless all of it is there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const uint8_t *at;
    size_t size;
};

/* The next `size` bytes. */
bool span_take(struct span *rest, size_t size, struct span *taken);

/* A number of `width` bytes, at most 4, big-endian. */
bool span_take_number(struct span *rest, size_t width, uint32_t *number);

/* A vector that a length of `width` bytes precedes (RFC 8446 section 3.4). */
bool span_take_vector(struct span *rest, size_t width, struct span *vector);
