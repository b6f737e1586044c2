/*
 * What is installed on a host that has trust rules of its own, and the stores that it reads when nothing
 * tells it otherwise. Found by looking at well-known places, and, for programs that run from elsewhere,
 * by the program itself.
 */
#pragma once

#include "collector/setting.h"

struct installed {
    enum runtime runtime;
    char *executable;               /* as a person knows it: the path by which it was found */
    char *resolved;                 /* where that leads; what /proc/PID/exe shows */
    char *version;                  /* "" when it does not say */
    char *home;                     /* java.home, a Python's prefix, OPENSSLDIR; NULL for the rest */
    const char *model;              /* of schema/trust/model.h */
    struct text_list stores;        /* in reading order */
    bool carries_roots;             /* the first store is the program itself */
    bool told;                      /* PHP: its ini files name the stores, and no variable moves them */
    struct text_list system_stores; /* Node: OpenSSL's, which a setting can switch to */
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
 * What this process runs: one for each of its trust rules (a Python with requests has two), as indices
 * into the list, which grows where the process runs from a place that was not looked at. Returns how many.
 */
#define INSTALLED_PER_PROCESS 8
size_t installed_of_process(struct installed_list *list, const struct process *process, int root_fd,
                            size_t found[INSTALLED_PER_PROCESS]);
