/*
 * Clients: pieces of software on a host that believe stores. One is made for each runtime that is
 * installed, as its own defaults have it, and one for each other way in which a running process was
 * told to trust. A store that lies beside an application and that no client uses makes one too: unclaimed.
 */
#pragma once

#include "collector/installed.h"
#include "collector/shelf.h"
#include "schema/trust/trust_set.h"

struct client_process {
    pid_t pid;
    int64_t started_ms;
};

/* Why a client does not get at a store that lies there. */
enum client_refusal {
    CLIENT_READS,
    CLIENT_WANTS_FILE,  /* it is a directory */
    CLIENT_MAY_NOT_READ /* as who it runs now; what it read before it gave up rights cannot be said */
};

struct client {
    char id[17]; /* of runtime, executable, stores and settings: stable on this host */
    enum runtime runtime;
    char *executable, *version;
    const struct model *model;
    struct text_list stores;       /* paths, in reading order */
    enum client_refusal *refusals; /* one a store; NULL where each is read */
    struct text_list settings;     /* names of what chose them, never their values */
    char *password;                /* Java's; never leaves this program */
    char *store_type;              /* Java's trustStoreType; NULL when not set */
    char *home;
    bool carries_roots;  /* the first store is the program itself */
    bool adds_extra;     /* Node: the last store is NODE_EXTRA_CA_CERTS */
    bool trusts_nothing; /* Java: trustStore=NONE */
    bool unsettled;      /* what its processes were told is not all known: nothing is said of its trust */
    bool adds_unread;    /* more roots than are read here */
    bool unclaimed;
    bool talks; /* a process of it speaks to the campaign's servers */
    struct client_process *processes;
    size_t process_count;
    struct trust_set *trust;
    struct fingerprint digest; /* of trust */
    struct timespec *changes;  /* of each store: when what its path leads to last changed */
    struct timespec changed;   /* the latest of them */
};

struct client_list {
    struct client *items;
    size_t count;
};

/* Whether a process speaks to the servers in question: decided by whoever knows the campaign. */
typedef bool client_talks(void *context, const struct process *process);

/* Every client of the host, its trust read through the shelf. Free with client_list_clear(). */
void client_list_read(struct client_list *list, const struct process_list *processes, struct shelf *shelf,
                      int root_fd, client_talks *talks, void *context);
void client_list_clear(struct client_list *list);

/*
 * What the first client that reads the store at `path` accepts from it, added to `set`; *model is that
 * client's. False when no client reads it.
 */
bool client_list_trust_of(const struct client_list *list, struct shelf *shelf, const char *path,
                          struct trust_set *set, const struct model **model);
