/*
 * What is installed on a host that has trust rules of its own, and the stores that it reads when nothing
 * tells it otherwise. Found by looking at well-known places; programs that run from elsewhere are added as
 * they are met (collector/runtime/running.h).
 */
#pragma once

#include "collector/runtime/setting.h"

struct installed {
    enum runtime runtime;
    char *executable;        /* as a person knows it: the path by which it was found */
    char *resolved;          /* where that leads; what /proc/PID/exe shows */
    char *version;           /* "" when it does not say */
    char *home;              /* java.home, a Python's prefix, OPENSSLDIR, FPM's pool; NULL for the rest */
    const char *model;       /* of schema/trust/model.h */
    struct text_list stores; /* in reading order */
    bool carries_roots;      /* the first store is the program itself */
    char *told_file, *told_directory; /* named by its files in place of `stores`; NULL */
    struct text_list files;         /* others that have a say in its defaults, or would if they were there */
    char *configuration;            /* OpenSSL's (openssl_conf.h); NULL for who reads none */
    char *configuration_name;       /* Node: whose lines of it count; NULL for everybody's */
    bool carries_openssl;           /* in its bytes: what it maps is not what it asks */
    bool own_level;                 /* it sets OpenSSL's security level itself */
    bool by_process;                /* a client only while it runs: by its defaults it is another one */
    const char *unclear;            /* where it is told something that is not followed; NULL */
    struct text_list system_stores; /* which a setting brings in: Node, requests */
};

struct installed_list {
    struct installed *items;
    size_t count;
    struct text_list plain; /* programs that were looked at and have nothing to do with trust */
};

/* Everything that is found inside the root. Free with installed_list_clear(). */
void installed_list_read(struct installed_list *list, int root_fd);
void installed_list_clear(struct installed_list *list);

/*
 * A new row, with everything copied but `model`, which is static; borrowed until the next one is added. NULL where the
 * same program of the same home is there already. `home` may be NULL.
 */
struct installed *installed_add(struct installed_list *list, enum runtime runtime, const char *executable,
                                const char *resolved, const char *home, const char *model);

/* It has an OpenSSL of this version (NULL: unknown), which may be one that judges in an older way. */
void installed_set_openssl(struct installed *installed, const char *version);

/* Everything that the program or library at `path` is; nothing where it is of no kind that we know, or not there. */
void installed_add_program(struct installed_list *list, int root_fd, const char *path);
