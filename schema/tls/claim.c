#include "schema/tls/claim.h"

#include <string.h>

#define RECORD_HEADER_BYTES 5
/* RFC 5246 section 6.2.3, which is more than RFC 8446 section 5.2 allows */
#define RECORD_BYTES_MAX (16384 + 2048)

/* RFC 8446 section 4.2 */
enum { EXTENSION_SUPPORTED_VERSIONS = 43, EXTENSION_KEY_SHARE = 51, GROUP_X25519 = 29 };

void claim_begin(struct claim *claim, const struct offer *offer, struct traffic *traffic, struct span hello)
{
    *claim = (struct claim){
        .reached = STAGE_HELLO,
        .alert = OUTCOME_NO_ALERT,
        .offer = offer,
        .traffic = traffic,
    };
    text_append(&claim->hello, hello.at + OFFER_MESSAGE_AT, hello.size - OFFER_MESSAGE_AT);
}

void claim_clear(struct claim *claim)
{
    text_clear(&claim->hello);
    text_clear(&claim->unread);
    text_clear(&claim->messages);
    handshake_chain_clear(&claim->chain);
}

static struct span span_of(const struct text *text)
{
    return (struct span){ (const uint8_t *)text->bytes, text->size };
}

/* Nothing but `rest` is left to read: the end of `text`, or of what came just now. */
static void keep_rest(struct text *text, struct span rest)
{
    if (text->size > 0) {
        memmove(text->bytes, rest.at, rest.size);
        text->size = rest.size;
    } else if (rest.size > 0) {
        text_append(text, rest.at, rest.size);
    }
}

/* --- messages ------------------------------------------------------------------------------------- */

/* What of a ServerHello matters (RFC 8446 section 4.1.3). */
struct server_hello {
    uint32_t version, cipher;
    struct span share; /* x25519's; empty for none */
};

static bool read_share(struct span body, struct server_hello *hello)
{
    uint32_t group;

    return span_take_number(&body, 2, &group) && group == GROUP_X25519 &&
           span_take_vector(&body, 2, &hello->share) && hello->share.size == TRAFFIC_SHARE_BYTES;
}

static bool read_server_hello(struct span message, struct server_hello *hello)
{
    struct span skipped, extensions = { 0 }, body;
    uint32_t compression, type;

    *hello = (struct server_hello){ 0 };
    if (!span_take(&message, HANDSHAKE_HEADER_BYTES, &skipped) ||
        !span_take_number(&message, 2, &hello->version) ||
        !span_take(&message, OFFER_RANDOM_BYTES, &skipped) || /* random */
        !span_take_vector(&message, 1, &skipped) ||           /* session */
        !span_take_number(&message, 2, &hello->cipher) || !span_take_number(&message, 1, &compression) ||
        compression != 0 || (message.size > 0 && !span_take_vector(&message, 2, &extensions)) ||
        message.size > 0)
        return false;
    while (extensions.size > 0) {
        if (!span_take_number(&extensions, 2, &type) || !span_take_vector(&extensions, 2, &body))
            return false;
        if (type == EXTENSION_SUPPORTED_VERSIONS && !span_take_number(&body, 2, &hello->version))
            return false;
        if (type == EXTENSION_KEY_SHARE && !read_share(body, hello))
            return false;
    }
    return true;
}

static bool make_keys(struct claim *claim, struct span message, const struct server_hello *hello)
{
    const struct traffic_suite *suite = traffic_suite(claim->traffic, hello->cipher);
    uint8_t secret[TRAFFIC_SHARE_BYTES];

    return suite != NULL && hello->share.size > 0 && traffic_agree(claim->traffic, hello->share.at, secret) &&
           traffic_derive(claim->traffic, suite, secret, span_of(&claim->hello), message, &claim->keys);
}

static enum claim_answer take_server_hello(struct claim *claim, struct span message)
{
    struct server_hello hello;

    if (claim->reached != STAGE_HELLO || handshake_is_retry(message.at, message.size) ||
        !read_server_hello(message, &hello))
        return CLAIM_UNUSUAL;
    claim->tls = offer_version(claim->offer, hello.version);
    claim->cipher = offer_cipher(claim->offer, hello.cipher);
    claim->tls13 = hello.version == TLS1_3_VERSION;
    if (claim->tls == NULL || claim->cipher == NULL || offer_is_tls13_suite(hello.cipher) != claim->tls13)
        return CLAIM_UNUSUAL;
    if (claim->tls13 && !make_keys(claim, message, &hello))
        return CLAIM_UNUSUAL;
    if (claim->tls13)
        claim->group = "x25519";
    text_clear(&claim->hello);
    claim->reached = STAGE_CERTIFICATE;
    return CLAIM_MORE;
}

static enum claim_answer take_message(struct claim *claim, struct span message)
{
    struct error err = { 0 };

    switch (message.at[0]) {
    case HANDSHAKE_SERVER_HELLO: return take_server_hello(claim, message);
    case HANDSHAKE_CERTIFICATE:
        if (claim->reached != STAGE_CERTIFICATE ||
            !handshake_read_chain(message.at, message.size, claim->tls13, &claim->chain, &err) ||
            !handshake_chain_is_framed(&claim->chain))
            return CLAIM_UNUSUAL;
        return CLAIM_SHOWN;
    case HANDSHAKE_HELLO_REQUEST: return claim->tls13 ? CLAIM_UNUSUAL : CLAIM_MORE; /* RFC 5246 7.4.1.1 */
    case HANDSHAKE_ENCRYPTED_EXTENSIONS:
    case HANDSHAKE_CERTIFICATE_REQUEST: return claim->tls13 ? CLAIM_MORE : CLAIM_UNUSUAL;
    default: return CLAIM_UNUSUAL;
    }
}

/* Every message that is whole. */
static enum claim_answer take_messages(struct claim *claim, struct span *rest)
{
    enum claim_answer answer = CLAIM_MORE;

    while (answer == CLAIM_MORE && rest->size >= HANDSHAKE_HEADER_BYTES) {
        struct span ahead = { rest->at + 1, rest->size - 1 }, body, message;
        uint32_t size;

        if (!span_take_number(&ahead, 3, &size) || size > HANDSHAKE_CERTIFICATE_BYTES_MAX)
            return CLAIM_UNUSUAL;
        if (!span_take(&ahead, size, &body))
            return CLAIM_MORE;
        span_take(rest, HANDSHAKE_HEADER_BYTES + size, &message);
        answer = take_message(claim, message);
        /* what follows this hello has other keys, and a record of its own (RFC 8446 section 5.1) */
        if (claim->tls13 && message.at[0] == HANDSHAKE_SERVER_HELLO && rest->size > 0)
            return CLAIM_UNUSUAL;
    }
    return answer;
}

/* Messages and records need not end together. */
static enum claim_answer take_handshake(struct claim *claim, struct span fragment)
{
    struct span rest = fragment;
    enum claim_answer answer;

    if (claim->messages.size > 0) {
        text_append(&claim->messages, fragment.at, fragment.size);
        rest = span_of(&claim->messages);
    }
    answer = take_messages(claim, &rest);
    if (answer != CLAIM_MORE)
        return answer;
    keep_rest(&claim->messages, rest);
    return CLAIM_MORE;
}

/* --- records -------------------------------------------------------------------------------------- */

static enum claim_answer take_alert(struct claim *claim, struct span alert)
{
    if (alert.size != 2 || (alert.at[0] != SSL3_AL_WARNING && alert.at[0] != SSL3_AL_FATAL))
        return CLAIM_UNUSUAL;
    if (!handshake_alert_is_fatal(alert.at, claim->tls13))
        return alert.at[1] == SSL3_AD_CLOSE_NOTIFY ? CLAIM_UNUSUAL : CLAIM_MORE;
    claim->alert = alert.at[1];
    return CLAIM_ALERT;
}

static enum claim_answer take_content(struct claim *claim, uint8_t type, struct span content)
{
    switch (type) {
    case SSL3_RT_HANDSHAKE: return content.size > 0 ? take_handshake(claim, content) : CLAIM_UNUSUAL;
    case SSL3_RT_ALERT: return take_alert(claim, content);
    default: return CLAIM_UNUSUAL;
    }
}

/* The real type stands at the end, behind it only zeros (RFC 8446 section 5.4). */
static enum claim_answer take_sealed(struct claim *claim, struct span header, struct span sealed)
{
    uint8_t plain[RECORD_BYTES_MAX];
    size_t size;

    if (!traffic_open(claim->traffic, &claim->keys, header, sealed, plain, &size))
        return CLAIM_UNUSUAL;
    while (size > 0 && plain[size - 1] == 0)
        size--;
    if (size == 0)
        return CLAIM_UNUSUAL;
    return take_content(claim, plain[size - 1], (struct span){ plain, size - 1 });
}

static enum claim_answer take_record(struct claim *claim, struct span header, struct span body)
{
    uint8_t type = header.at[0];

    if (!claim->tls13)
        return take_content(claim, type, body);
    if (type == SSL3_RT_CHANGE_CIPHER_SPEC) /* for middleboxes (RFC 8446 section 5) */
        return body.size == 1 && body.at[0] == 1 ? CLAIM_MORE : CLAIM_UNUSUAL;
    if (type == SSL3_RT_APPLICATION_DATA)
        return take_sealed(claim, header, body);
    return type == SSL3_RT_ALERT ? take_alert(claim, body) : CLAIM_UNUSUAL;
}

/* Every record that is whole. */
static enum claim_answer take_records(struct claim *claim, struct span *rest)
{
    enum claim_answer answer = CLAIM_MORE;

    while (answer == CLAIM_MORE && rest->size >= RECORD_HEADER_BYTES) {
        struct span ahead = *rest, header, body;
        uint32_t size;

        span_take(&ahead, RECORD_HEADER_BYTES, &header);
        size = (uint32_t)header.at[3] << 8 | header.at[4];
        if (!handshake_can_be_record(header.at, header.size) || size > RECORD_BYTES_MAX)
            return CLAIM_UNUSUAL;
        if (!span_take(&ahead, size, &body))
            return CLAIM_MORE;
        *rest = ahead;
        answer = take_record(claim, header, body);
    }
    return answer;
}

enum claim_answer claim_read(struct claim *claim, const uint8_t *bytes, size_t size)
{
    struct span rest = { bytes, size };
    enum claim_answer answer;

    if (claim->unread.size > 0) {
        text_append(&claim->unread, bytes, size);
        rest = span_of(&claim->unread);
    }
    answer = take_records(claim, &rest);
    if (answer != CLAIM_MORE)
        return answer;
    keep_rest(&claim->unread, rest);
    return CLAIM_MORE;
}
