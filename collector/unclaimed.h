/*
 * Trust stores that lie beside applications and that no client is known to use. Trust can be set in code,
 * so on a host where software of their kind runs, such a store may well be what decides.
 */
#pragma once

#include "collector/client.h"

/*
 * Add a client without process for each such store that holds certificates of CAs and nothing else, where a
 * runtime of its kind runs: Java for keystores, any other for PEM. It is judged as that runtime would.
 */
void unclaimed_add(struct client_list *list, struct shelf *shelf, int root_fd);
