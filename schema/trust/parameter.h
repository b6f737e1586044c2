/*
 * What a trust set's parameters ask of certificates, beside what its client's model asks. Each is "key=value":
 *
 *   security_level=2          OpenSSL's (SSL_CTX_set_security_level(3)), in place of the model's own strength
 *   blocked=SHA-256 in hex    nothing may hang from this certificate
 *   key_bits_min=RSA:3072     smaller keys of this kind are refused: RSA, EC or DSA
 *   issued_key_bits_min=…     likewise, but for the anchor's
 *   key_refused=EC            keys of this kind are
 *   digest_refused=SHA224     signatures with it are, by OpenSSL's short name
 *
 * One that is not known here says nothing.
 */
#pragma once

#include "schema/trust/trust_set.h"

/* Each takes NULL for no trust set. */
bool parameter_security_level(const struct trust_set *trust, int *level);
bool parameter_blocks(const struct trust_set *trust, const struct certificate *certificate);
bool parameter_refuses_key(const struct trust_set *trust, const EVP_PKEY *key, bool anchor);
bool parameter_refuses_digest(const struct trust_set *trust, int nid);

/*
 * Whether they may refuse what public CAs issue: RSA of 2048 bits, P-256 and SHA-256 (CA/Browser Forum, Baseline
 * Requirements, sections 6.1.5 and 7.1.3.2). Then an anchor alone says little about what hangs from it.
 */
bool parameter_refuses_public(const struct trust_set *trust);
