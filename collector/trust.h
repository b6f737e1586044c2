/*
 * What a client trusts: the stores of its choice, opened as its kind of software opens them.
 */
#pragma once

#include "collector/client.h"

/* Reads all its stores through the shelf into its trust set, digest and times of change. */
void trust_read(struct client *client, struct shelf *shelf, int root_fd);

/*
 * What the first client that reads the store at `path` accepts from it, added to `set`; *model is that
 * client's. False when no client reads it.
 */
bool trust_of_store(const struct client_list *list, struct shelf *shelf, const char *path,
                    struct trust_set *set, const struct model **model);
