/*
 * Which decisions were made here, in a file beside the centre's key: `NUMBER:HASH` a line, only ever appended
 * to. Whoever can rewrite the database can cut the end off the chain of decisions and make another one; with
 * this file, or with a line of it that somebody kept, `gate verify` notices.
 */
#pragma once

#include "schema/base/fingerprint.h"

struct journal_entry {
    int64_t number;
    struct fingerprint hash;
};

struct journal {
    struct journal_entry *entries;
    size_t count;
};

/* "NUMBER:HASH" in `text`, which is returned. */
#define JOURNAL_TEXT_BYTES (24 + FINGERPRINT_TEXT_BYTES)
const char *journal_format(const struct journal_entry *entry, char text[JOURNAL_TEXT_BYTES]);

/* Append what `text` says. ERROR_FORMAT when that is not NUMBER:HASH. */
MUST_CHECK bool journal_add(struct journal *journal, const char *text, struct error *err);

/* Append what the journal of this key says; a journal that is not there says nothing. */
MUST_CHECK bool journal_read(struct journal *journal, const char *key_path, struct error *err);
void journal_clear(struct journal *journal);

/* A line more, on the disk when this returns. */
MUST_CHECK bool journal_keep(const char *key_path, const struct journal_entry *entry, struct error *err);
