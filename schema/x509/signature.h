/*
 * Whether one certificate's key made another's signature: asked very often for few pairs, so the
 * answers are remembered by (issuer key, certificate). OpenSSL does the mathematics.
 *
 * A memory belongs to one thread: each event loop has its own.
 */
#pragma once

#include "schema/x509/certificate.h"

enum signature_state {
    SIGNATURE_GOOD,
    SIGNATURE_BAD,
    SIGNATURE_UNSUPPORTED, /* an algorithm or a key that OpenSSL does not know: it may be good, nobody here can say */
};

struct signature_memory;

struct signature_memory *signature_memory_new(void);
void signature_memory_free(struct signature_memory *memory);

/*
 * Whether `issuer`'s key signed `certificate`. `memory` may be NULL. *checked is incremented when the
 * answer had to be computed.
 */
enum signature_state signature_check(struct signature_memory *memory, const struct certificate *issuer,
                                     const struct certificate *certificate, size_t *checked);

/* The answer if it is remembered, without computing anything. */
bool signature_known(const struct signature_memory *memory, const struct certificate *issuer,
                     const struct certificate *certificate, enum signature_state *state);
