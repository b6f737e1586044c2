/*
 * The stores of one host, each read once: the same file can be seen in several ways, since a keystore
 * shows a client only what its password opens.
 */
#pragma once

#include "schema/store/store.h"

struct shelf;

struct shelf *shelf_new(int root_fd);
void shelf_free(struct shelf *shelf);

/* How a client opens a store. */
struct shelf_view {
    bool program;          /* the roots compiled into it */
    bool without_password; /* Java without trustStorePassword */
    const char *password;  /* Java with it; NULL for none */
};

/* The store as this view shows it; the shelf's, until the shelf is freed. NULL view: as much as can be read. */
const struct store *shelf_get(struct shelf *shelf, const char *path, const struct shelf_view *view);

/* Each store once, as much as can be read of it, in the order of first use. */
size_t shelf_count(const struct shelf *shelf);
const struct store *shelf_at(const struct shelf *shelf, size_t index);
