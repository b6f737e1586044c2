#include "schema/tls/handshake.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "schema/base/text.h"
#include "schema/tls/span.h"

bool handshake_read_chain(const uint8_t *message, size_t size, bool tls13, struct handshake_chain *chain,
                          struct error *err)
{
    struct span rest, list, item;

    *chain = (struct handshake_chain){ 0 };
    if (size < HANDSHAKE_HEADER_BYTES || message[0] != HANDSHAKE_CERTIFICATE)
        return error_set(err, ERROR_FORMAT, "no Certificate message");
    chain->bytes = memory_copy(message, size);
    rest = (struct span){ chain->bytes + HANDSHAKE_HEADER_BYTES, size - HANDSHAKE_HEADER_BYTES };
    if (tls13 && !span_take_vector(&rest, 1, &item)) /* certificate_request_context */
        goto damaged;
    if (!span_take_vector(&rest, 3, &list) || rest.size != 0)
        goto damaged;
    while (list.size > 0) {
        if (!span_take_vector(&list, 3, &item) || item.size == 0)
            goto damaged;
        if (chain->count == HANDSHAKE_CERTIFICATES_MAX) {
            error_set(err, ERROR_LIMIT, "more than %d certificates", HANDSHAKE_CERTIFICATES_MAX);
            goto fail;
        }
        chain->items = array_grow(chain->items, chain->count, sizeof(*chain->items));
        chain->items[chain->count++] = (struct handshake_certificate){ .der = item.at, .size = item.size };
        if (tls13 && !span_take_vector(&list, 2, &item)) /* extensions of the entry */
            goto damaged;
    }
    if (chain->count > 0)
        return true;
    error_set(err, ERROR_FORMAT, "no certificate in the Certificate message");
    goto fail;
damaged:
    error_set(err, ERROR_FORMAT, "a length in the Certificate message does not fit");
fail:
    handshake_chain_clear(chain);
    return false;
}

/* One element of DER with this tag (X.690 section 8.1). */
static bool take_element(struct span *rest, uint32_t tag, struct span *content)
{
    struct span ahead = *rest;
    uint32_t found, size;

    if (!span_take_number(&ahead, 1, &found) || found != tag || !span_take_number(&ahead, 1, &size))
        return false;
    if (size > 0x80 && (size > 0x83 || !span_take_number(&ahead, size - 0x80, &size)))
        return false;
    if (!span_take(&ahead, size, content))
        return false;
    *rest = ahead;
    return true;
}

static bool is_framed(const struct handshake_certificate *item)
{
    enum { BIT_STRING = 0x03, SEQUENCE = 0x30 };
    struct span rest = { item->der, item->size }, parts, part;

    return take_element(&rest, SEQUENCE, &parts) && rest.size == 0 && take_element(&parts, SEQUENCE, &part) &&
           take_element(&parts, SEQUENCE, &part) && take_element(&parts, BIT_STRING, &part) &&
           parts.size == 0;
}

bool handshake_chain_is_framed(const struct handshake_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (!is_framed(&chain->items[i]))
            return false;
    }
    return true;
}

void handshake_chain_identify(struct handshake_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        chain->items[i].print = fingerprint_of(chain->items[i].der, chain->items[i].size);
}

void handshake_chain_clear(struct handshake_chain *chain)
{
    free(chain->items);
    free(chain->bytes);
    *chain = (struct handshake_chain){ 0 };
}

bool handshake_is_retry(const uint8_t *message, size_t size)
{
    /* SHA-256 of "HelloRetryRequest", in the place of the random (RFC 8446 section 4.1.3) */
    static const uint8_t retry[32] = {
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    };
    const size_t random_at = HANDSHAKE_HEADER_BYTES + 2;

    return size >= random_at + sizeof(retry) && message[0] == HANDSHAKE_SERVER_HELLO &&
           memcmp(message + random_at, retry, sizeof(retry)) == 0;
}

bool handshake_alert_is_fatal(const uint8_t alert[2], bool tls13)
{
    return (tls13 || alert[0] == SSL3_AL_FATAL) && alert[1] != SSL3_AD_CLOSE_NOTIFY &&
           alert[1] != TLS1_AD_USER_CANCELLED;
}

bool handshake_can_be_record(const uint8_t *bytes, size_t size)
{
    /* change_cipher_spec (20) to application_data (23), then the major version 3 of all of TLS */
    if (size > 0 && (bytes[0] < 20 || bytes[0] > 23))
        return false;
    return size < 2 || bytes[1] == 3;
}
