/*
 * Which stores a client reads, and how: what the runtime's own defaults and the settings of one process come to.
 */
#pragma once

#include "collector/runtime/installed.h"
#include "schema/trust/model.h"

/* Why a client does not get at a store that lies there. */
enum choice_refusal {
    CHOICE_READS,
    CHOICE_WANTS_FILE,      /* it is a directory */
    CHOICE_WANTS_DIRECTORY, /* it is a file */
    CHOICE_SEES_OTHER,      /* another file is mounted there for it than for us */
    CHOICE_MAY_NOT_READ     /* as who it runs now; what it read before it gave up rights cannot be said */
};

enum choice_answer { CHOICE_NO, CHOICE_YES, CHOICE_UNKNOWN };

struct choice {
    const struct model *model;
    struct text_list stores;       /* paths, in reading order */
    enum choice_refusal *refusals; /* one a store; NULL where there are none */
    struct text_list settings;     /* names of what chose them, never their values */
    char *password;                /* Java's; never leaves this program */
    char *store_type;              /* Java's trustStoreType; NULL when not set */
    bool exact_type;               /* Java: a store of another type than that is not opened */
    enum choice_answer new_macs;   /* Java: whether it can check a PKCS#12 of today */
    enum choice_answer turns_jks;  /* Java: whether a store that is called PKCS12 may be a JKS */
    struct text_list
        parameters;           /* of the trust set: what was told beside stores (schema/trust/parameter.h) */
    struct text_list files;   /* other files that have a say, or would if they were there */
    bool carries_roots;       /* the first store is the program itself */
    bool adds_extra;          /* Node: the last store is NODE_EXTRA_CA_CERTS */
    bool brings_code;         /* what it trusts may be set in code that it was told to load */
    bool unsettled;           /* what was told is not all known: nothing is said of its trust */
    const char *unsettled_by; /* the setting; NULL where that has no name */
    bool adds_unread;         /* more roots than are read here */
    bool needs_first;         /* where the first store yields nothing, none counts */
};

struct running;

/* Whose settings these are, on which host. */
struct speaker {
    int root_fd;
    const struct process *process; /* NULL: the runtime's own defaults */
    const struct trust_settings *settings;
    const char *openssl_dir; /* of the OpenSSL that the process has loaded; NULL where that is not seen */
};

/* As this process was told, or with none as the runtime's own defaults have it. Free with choice_clear(). */
void choice_make(struct choice *choice, const struct installed *installed, int root_fd,
                 const struct running *running);
void choice_clear(struct choice *choice);

/* From here on nothing is said of its trust. `by` is static. */
void choice_doubt(struct choice *choice, const char *by);

/* Whether it is only assumed that its stores are what it trusts: nobody named one, or code may have the last word. */
bool choice_is_assumed(const struct choice *choice);

/* Two processes of which one may not read a store are two clients. */
bool choice_is_refused(const struct choice *choice);

/* What a store has to be for who reads it. OpenSSL 3 takes a file where a directory is asked for (by_store.c). */
enum choice_form { CHOICE_ANY, CHOICE_FILE, CHOICE_DIRECTORY };

/* One more store. `within`: if it is a directory, the files in it have to be readable too. */
void choice_add_store(struct choice *choice, const struct speaker *speaker, const char *path,
                      enum choice_form form, bool within);

/* Likewise by a path from a setting, which counts from where the process stands; an empty one adds nothing. */
void choice_add_set(struct choice *choice, const struct speaker *speaker, const char *path,
                    enum choice_form form);
