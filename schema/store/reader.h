/*
 * What a reader of one format is: a constant row, one file a format. The registry in store.c asks
 * each in turn whether the bytes are its own.
 */
#pragma once

#include <sys/stat.h>

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

/*
 * The bytes of the DER element at the start of `bytes`, its header included; 0 when there is none, when it
 * is cut short, or when its length is not definite.
 */
size_t der_element_bytes(const uint8_t *bytes, size_t size);

/* Walk the PEM blocks of `bytes`, as the reader for PEM does. False when `visit` stopped it. */
bool pem_walk(const uint8_t *bytes, size_t size, store_visitor *visit, void *context);

/* Whether a password is to be tried; calls `fits` for each candidate until one does. NULL and "" are different. */
typedef bool store_password_fits(void *context, const char *password);
bool store_try_passwords(const struct store_options *options, store_password_fits *fits, void *context);

/* What the registry gives to readers, and to the directory, which is no reader because it has no bytes. */
bool store_keep(void *store, const struct store_entry *entry); /* a store_visitor: parsed and copied */
void store_trouble(struct store *store, enum store_state state, const char *problem);
void store_read_bytes(struct store *store, const uint8_t *bytes, size_t size,
                      const struct store_options *options);
void store_set_status(struct store *store, const struct stat *status);

/* Every regular file of `folder` (closed), in the order of names; an entry's alias is its file's name. */
void store_read_directory(struct store *store, int root_fd, int folder, const struct store_options *options);
