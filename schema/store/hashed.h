/*
 * Which files of a directory OpenSSL looks up, and what it finds there: enum store_hashed of each entry.
 *
 * A certificate is looked up by its subject: HASH.0, HASH.1, … with HASH the eight lowercase hex digits
 * of the subject's hash, until one cannot be loaded. Every certificate of a file that was loaded stays in
 * the client's memory, whatever its subject.
 */
#pragma once

#include "schema/store/store.h"

/* A file of the directory, and which items of the store came from it. */
struct hashed_file {
    const char *name; /* borrowed */
    size_t from, until;
    bool pem;
};

/* Set `hashed` of every item of these files. All files of the directory, those that hold nothing too. */
void hashed_mark(struct store *store, const struct hashed_file *files, size_t count);
