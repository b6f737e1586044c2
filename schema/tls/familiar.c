#include "schema/tls/familiar.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

#define ROWS 64
/* Larger chains are rare, and hostile ones would make the memory large. */
#define CHAIN_BYTES_MAX 16384
#define CHAIN_CERTIFICATES_MAX 8

struct familiar {
    struct row {
        struct text ders; /* one behind the other */
        size_t count;
        size_t sizes[CHAIN_CERTIFICATES_MAX];
        struct fingerprint prints[CHAIN_CERTIFICATES_MAX];
    } rows[ROWS];
};

struct familiar *familiar_new(void)
{
    return memory_new(sizeof(struct familiar));
}

void familiar_free(struct familiar *familiar)
{
    if (familiar == NULL)
        return;
    for (size_t i = 0; i < ROWS; i++)
        text_clear(&familiar->rows[i].ders);
    free(familiar);
}

/* The end of the leaf is its signature's, as good as chance. */
static struct row *row_of(struct familiar *familiar, const struct handshake_chain *chain)
{
    const struct handshake_certificate *leaf = &chain->items[0];
    uint32_t tail = 0;

    if (leaf->size >= sizeof(tail))
        memcpy(&tail, leaf->der + leaf->size - sizeof(tail), sizeof(tail));
    return &familiar->rows[(tail ^ chain->count) % ROWS];
}

static bool is_known(const struct row *row, const struct handshake_chain *chain)
{
    size_t at = 0;

    if (row->count != chain->count)
        return false;
    for (size_t i = 0; i < chain->count; i++) {
        if (row->sizes[i] != chain->items[i].size ||
            memcmp(row->ders.bytes + at, chain->items[i].der, row->sizes[i]) != 0)
            return false;
        at += row->sizes[i];
    }
    return true;
}

static void learn(struct row *row, const struct handshake_chain *chain)
{
    size_t size = 0;

    for (size_t i = 0; i < chain->count; i++)
        size += chain->items[i].size;
    row->count = 0;
    text_clear(&row->ders);
    if (size > CHAIN_BYTES_MAX)
        return;
    for (size_t i = 0; i < chain->count; i++) {
        text_append(&row->ders, chain->items[i].der, chain->items[i].size);
        row->sizes[i] = chain->items[i].size;
        row->prints[i] = chain->items[i].print;
    }
    row->count = chain->count;
}

void familiar_identify(struct familiar *familiar, struct handshake_chain *chain)
{
    struct row *row;

    if (chain->count == 0 || chain->count > CHAIN_CERTIFICATES_MAX) {
        handshake_chain_identify(chain);
        return;
    }
    row = row_of(familiar, chain);
    if (is_known(row, chain)) {
        for (size_t i = 0; i < chain->count; i++)
            chain->items[i].print = row->prints[i];
        return;
    }
    handshake_chain_identify(chain);
    learn(row, chain);
}
