/*
 * Clients: pieces of software on a host that believe stores. One is made for each runtime that is
 * installed, as its own defaults have it, and one for each other way in which a running process was
 * told to trust. A store that lies beside an application and that no client uses makes one too: unclaimed.
 */
#pragma once

#include "collector/runtime/choice.h"
#include "collector/shelf.h"
#include "schema/trust/trust_set.h"

struct client_process {
    pid_t pid;
    int64_t started_ms;
};

struct client {
    char id[17]; /* of runtime, executable, stores and settings: stable on this host */
    enum runtime runtime;
    char *executable, *version;
    char *home;           /* of what is installed */
    struct choice choice; /* what it reads */
    bool unclaimed;
    bool talks; /* a process of it speaks to the campaign's servers */
    struct client_process *processes;
    size_t process_count;
    struct trust_set *trust;
    struct fingerprint digest; /* of trust */
    struct timespec *changes;  /* of each store: when what its path leads to last changed */
    struct timespec told;      /* when the latest of the other files that have a say changed */
    struct timespec changed;   /* the latest of all of them */
};

struct client_list {
    struct client *items;
    size_t count;
};

/* What a process has to do with the servers in question: decided by whoever knows the campaign. */
enum client_speech {
    CLIENT_SILENT,
    CLIENT_NAMES,    /* it was told of them */
    CLIENT_CONNECTS, /* it is connected to one */
};

typedef enum client_speech client_speaks(void *context, const struct process *process);

/* Every client of the host, its trust read through the shelf. Free with client_list_clear(). */
void client_list_read(struct client_list *list, const struct process_list *processes, struct shelf *shelf,
                      int root_fd, client_speaks *speaks, void *context);
void client_list_clear(struct client_list *list);
