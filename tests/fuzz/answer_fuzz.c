/*
 * What a server answers to a hello of ours, and what it says before STARTTLS. The first byte of an input chooses which,
 * the second how the rest is cut; however that is, the answer must mean the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "schema/tls/claim.h"
#include "schema/tls/starttls.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/trace.h"

enum { HELLO_TLS12, HELLO_TLS13, WORDS, KINDS };

static struct {
    struct offer *offer;
    struct traffic *traffic;
    struct trace trace;
    uint8_t older[OFFER_BYTES_MAX];
    size_t older_bytes;
} ours;

/* Once: hellos are the same each time, the one of TLS 1.3 that of RFC 8448, to which the answer's keys belong. */
static void prepare(void)
{
    static const uint8_t random[OFFER_RANDOM_BYTES] = { 1 };
    const struct hello *hello = hello_find("modern");
    struct error err = { 0 };
    uint8_t key[TRAFFIC_SHARE_BYTES];
    SSL_CTX *context;

    if (ours.offer != NULL)
        return;
    trace_bytes(trace_private_key, key, sizeof(key));
    context = hello_context(hello, NULL, &err);
    ours.offer = context != NULL ? offer_new(hello, context, &err) : NULL;
    ours.traffic = traffic_new(NULL, key, &err);
    ours.trace = trace_read();
    if (ours.offer == NULL || ours.traffic == NULL) {
        fprintf(stderr, "prepare: %s\n", err.message);
        exit(3);
    }
    ours.older_bytes = offer_write(ours.offer, OFFER_TLS12, "a.example", random, NULL, ours.older);
    SSL_CTX_free(context);
}

static enum claim_answer claim_of(struct claim *claim, bool newer, const uint8_t *bytes, size_t size,
                                  size_t cut)
{
    const struct span older = { ours.older, ours.older_bytes },
                      hello = { ours.trace.hello, ours.trace.hello_bytes };
    enum claim_answer answer = CLAIM_MORE;

    *claim = (struct claim){ .reached = STAGE_HELLO, .alert = OUTCOME_NO_ALERT };
    claim_begin(claim, ours.offer, ours.traffic, newer ? hello : older);
    for (size_t at = 0; at < size && answer == CLAIM_MORE; at += cut)
        answer = claim_read(claim, bytes + at, size - at < cut ? size - at : cut);
    return answer;
}

static void read_claim(bool newer, const uint8_t *bytes, size_t size, size_t cut)
{
    struct claim whole, pieces;
    enum claim_answer answer = claim_of(&whole, newer, bytes, size, size + 1);

    if (claim_of(&pieces, newer, bytes, size, cut) != answer || whole.reached != pieces.reached ||
        whole.alert != pieces.alert || whole.chain.count != pieces.chain.count ||
        (answer == CLAIM_SHOWN && whole.chain.count == 0))
        abort();
    handshake_chain_identify(&whole.chain);
    claim_clear(&whole);
    claim_clear(&pieces);
}

static void hear_words(enum starttls starttls, const uint8_t *bytes, size_t size, size_t cut)
{
    const struct sockaddr_storage self = { .ss_family = AF_INET };
    enum starttls_answer answer = STARTTLS_MORE;
    struct starttls_dialogue dialogue;
    struct text heard = { 0 }, say = { 0 };

    starttls_begin(&dialogue, starttls, &self, &say);
    for (size_t at = 0; at < size && at < STARTTLS_BYTES_MAX && answer == STARTTLS_MORE; at += cut) {
        text_append(&heard, bytes + at, size - at < cut ? size - at : cut);
        answer = starttls_hear(&dialogue, &heard, &say);
    }
    text_clear(&heard);
    text_clear(&say);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t cut;

    if (size < 2)
        return 0;
    prepare();
    cut = bytes[1] + 1U;
    if (bytes[0] % KINDS == WORDS)
        hear_words(STARTTLS_SMTP + bytes[0] / KINDS % STARTTLS_POSTGRES, bytes + 2, size - 2, cut);
    else
        read_claim(bytes[0] % KINDS == HELLO_TLS13, bytes + 2, size - 2, cut);
    return 0;
}

static void add_seed(fuzz_add *add, void *context, unsigned kind, const void *bytes, size_t size)
{
    struct text seed = { 0 };

    text_append(&seed, &(uint8_t){ (uint8_t)kind }, 1);
    text_append(&seed, "\x06", 1);
    text_append(&seed, bytes, size);
    add(context, seed.bytes, seed.size);
    text_clear(&seed);
}

#define TEXT(words) words, sizeof(words) - 1

void fuzz_seeds(fuzz_add *add, void *context)
{
    /* a ServerHello of TLS 1.2, and a Certificate of two frames with nothing in them, in two records */
    static const uint8_t hello[11] = { 22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3 }, nothing[33] = { 0 },
                         cipher[] = { 0xc0, 0x2f, 0 },
                         list[] = { 22, 3, 3, 0, 9, 11, 0, 0, 25, 0, 0, 22, 0, 0 },
                         frames[] = { 22, 3, 3, 0, 20,   8, 0x30, 6, 0x30, 0, 0x30, 0, 3,
                                      0,  0, 0, 8, 0x30, 6, 0x30, 0, 0x30, 0, 3,    0 };
    static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };

    struct text older = { 0 };

    text_append(&older, hello, sizeof(hello));
    text_append(&older, nothing, sizeof(nothing));
    text_append(&older, cipher, sizeof(cipher));
    text_append(&older, list, sizeof(list));
    text_append(&older, frames, sizeof(frames));
    prepare();
    add_seed(add, context, HELLO_TLS12, older.bytes, older.size);
    add_seed(add, context, HELLO_TLS12, alert, sizeof(alert));
    add_seed(add, context, HELLO_TLS13, ours.trace.answer, ours.trace.answer_bytes);
    add_seed(add, context, WORDS, TEXT("220-a\r\n220 b\r\n250-c\r\n250 STARTTLS\r\n220 go\r\n"));
    add_seed(add, context, WORDS + KINDS, TEXT("* OK a\r\n* b\r\na OK go\r\n"));
    add_seed(add, context, WORDS + 2 * KINDS, TEXT("+OK a\r\n+OK go\r\n"));
    add_seed(add, context, WORDS + 3 * KINDS, TEXT("S"));
    text_clear(&older);
}
