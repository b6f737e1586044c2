/*
 * What one client's reader accepts from all its stores: the thing that is judged. Made from stores
 * by a model's reading rule, or from a manifest that a host sent. Its digest names it.
 */
#pragma once

#include "schema/store/store.h"
#include "schema/trust/model.h"

/* Marks of an entry; part of the digest, so their values never change. */
enum trust_mark {
    TRUST_MARK_EXPLICIT =
        1, /* the store explicitly trusts it for servers: an anchor even if not self-issued */
    TRUST_MARK_REJECTED = 2, /* the store explicitly distrusts it: a path through it is `distrusted` */
    TRUST_MARK_HELPER = 4,   /* may be an intermediate, never an anchor */
    TRUST_MARK_UNSURE = 8,   /* whether the client finds it is not known: a directory wants rehashing */
};

struct trust_entry {
    struct fingerprint fingerprint;
    struct fingerprint key_identity;
    uint32_t marks;
    struct certificate *certificate; /* owned; NULL when a manifest did not carry it and nobody knows it */
    enum store_hashed hashed;        /* how a directory gives it, for models that look names up there */
};

struct trust_set {
    struct trust_entry *entries; /* in reading order */
    size_t count;
    struct text_list parameters; /* "key=value": security level, disabled algorithms, block lists
                                    (schema/trust/parameter.h) */
    struct text_list notes;      /* what the reading rule dropped and why, for a person */
    bool complete;               /* false: some store could not be read, so absence proves nothing */
};

struct trust_set *trust_set_new(void);
void trust_set_free(struct trust_set *set);

/*
 * Add what a client of `model` accepts from this store. A store that is dangling or empty adds
 * nothing; one that is opaque or denied makes the set incomplete.
 */
void trust_set_add_store(struct trust_set *set, const struct model *model, const struct store *store);

/* A line of set->notes, each once. */
void trust_set_note(struct trust_set *set, const char *format, ...) PRINTF_LIKE(2, 3);

/* Add one entry of a manifest. `certificate` is referenced, not taken; NULL when it is not known. */
void trust_set_add(struct trust_set *set, const struct fingerprint *fingerprint,
                   const struct fingerprint *key_identity, uint32_t marks, struct certificate *certificate);

/*
 * SHA-256 over the entries (fingerprint, then marks as u32 big-endian), sorted by fingerprint, or in
 * reading order where the model's order matters, then the sorted parameters, each ended by a NUL; an
 * incomplete set has the further parameter "complete=no". An entry that occurs more than once counts
 * once, where it stands first.
 */
struct fingerprint trust_set_digest(const struct trust_set *set, const struct model *model);
