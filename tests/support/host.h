/*
 * One host for each row of a test: a few files and one process, or none, and the client that the collector must see.
 */
#pragma once

#include "collector/client.h"
#include "tests/support/check.h"

#define PEM_A "@a.pem"
#define PEM_B "@b.pem"
#define BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* "-> PATH" is a link; "@NAME" a copy of that one of tests/data/store; "hash NAME" one in this folder, by its hash. */
struct host_file {
    const char *path, *text;
};

struct kind_case {
    const char *name;
    struct host_file files[8];
    struct {
        const char *executable;
        const char *arguments[6], *environment[3];
        const char *maps; /* a file's name */
    } process;            /* none without executable */

    enum runtime runtime;
    const char *stores[4], *model;
    size_t trusted;
    bool complete;
    const char *level; /* "security_level=N" among the parameters of the trust set; NULL for none */
};

struct host {
    struct process_list processes;
    struct client_list clients;
    struct shelf *shelf;
    void *mapped;
    int root_fd;
};

/*
 * The host of a row and its client: that of the row's process, or else the one without a process; NULL where there is
 * none. Each host has an OpenSSL, whose file is a.pem, and a libcurl that is built to read Debian's bundle and directory;
 * a process that maps something is this test itself, as far as that is looked at.
 */
const struct client *host_make(struct host *host, const struct kind_case *row);
void host_remove(struct host *host);

/* A row as a test. */
void client_is_as_measured(void **state);
