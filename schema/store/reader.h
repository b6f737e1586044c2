/*
 * What a reader of one format is: a constant row, one file a format. The registry in store.c asks
 * each in turn whether the bytes are its own.
 */
#pragma once

#include "schema/store/store.h"

/* Called once an entry, in file order. `entry` and all it points at are borrowed. False stops the walk. */
typedef bool store_visitor(void *context, const struct store_entry *entry);

struct store_reader {
    enum store_format format;
    const char *name;
    /* Whether these bytes look like this format (cheap, no false yes for another format's magic). */
    bool (*knows)(const uint8_t *bytes, size_t size);
    /*
     * Walk every entry. Facts about the whole (integrity, encrypted, password_needed) go to *store.
     * False with *err when the rest cannot be read at all; what was visited before stays.
     */
    bool (*walk)(const uint8_t *bytes, size_t size, const struct store_options *options, struct store *store,
                 store_visitor *visit, void *context, struct error *err);
};

extern const struct store_reader store_reader_pem, store_reader_der, store_reader_jks, store_reader_jceks,
    store_reader_pkcs12;
