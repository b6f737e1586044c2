/*
 * The processes of a host: which program each runs, with which command line and environment, since
 * when and for whom. A host is this machine or a directory tree: then its processes are those whose
 * root directory is that tree.
 *
 * What belongs to another user can be unreadable; such processes are counted, because a host of which
 * something was not seen must not be called fully seen.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "schema/base/fingerprint.h"
#include "schema/base/text.h"

struct process {
    pid_t pid;
    uid_t uid;        /* the one that files are opened with */
    gid_t groups[32]; /* likewise; more are not kept */
    size_t group_count;
    bool reads_all;     /* a capability lets it read every file (capabilities(7)) */
    bool privileged;    /* more rights than its user's: secure_getenv(3) tells it nothing */
    char *root;         /* the path of its root directory; NULL or "/" for this machine */
    int64_t started_ms; /* Unix milliseconds, exact to the kernel's clock tick; what it forked from counts */
    struct fingerprint image; /* of all that were forked from one another the same; zero for unknown */
    char *executable;         /* as the process sees it, inside its root; NULL when unreadable */
    bool executable_deleted;  /* replaced since: an upgrade without a restart */
    char *working_directory;  /* likewise */
    struct text_list arguments;
    struct text_list environment; /* "NAME=value" */
    bool environment_read;
};

struct process_list {
    struct process *items;
    size_t count;
    size_t unreadable; /* processes of which the program or the environment could not be read */
};

/*
 * Every process whose root directory is `root` ("/" for this machine), ourselves and kernel threads
 * apart. Processes that end while being read are left out.
 */
MUST_CHECK bool process_list_read(struct process_list *list, const char *root, struct error *err);
void process_list_clear(struct process_list *list);

/* The value of NAME in the process's environment; NULL when it is not set. */
const char *process_variable(const struct process *process, const char *name);

/*
 * Connections to certain addresses, asked of the kernel once for each network namespace: its table of sockets is
 * dear to read. Borrows `addresses` (literal ones).
 */
struct process_sockets;

struct process_sockets *process_sockets_new(const struct text_list *addresses);
void process_sockets_free(struct process_sockets *sockets); /* NULL is fine */

/* Whether the process holds a TCP connection to one of the addresses. */
bool process_talks_to(const struct process *process, struct process_sockets *sockets);
