/*
 * Trust settings: which words in a process's environment and command line move which runtime's trust,
 * as rows of one table. They are read of the process that is judged, never of the collector itself.
 */
#pragma once

#include "collector/host/process.h"
#include "collector/runtime/runtime.h"

/* What a setting decides. */
enum setting_slot {
    SETTING_FILE,      /* OpenSSL's file */
    SETTING_DIRECTORY, /* OpenSSL's hashed directories, a list with colons */
    SETTING_BUNDLE,    /* replaces all there is: a file or a directory */
    SETTING_EXTRA,     /* a file that is added */
    SETTING_SYSTEM,    /* Node: OpenSSL's store in place of its own */
    SETTING_BUNDLED,   /* Node: its own store where it was built for OpenSSL's */
    SETTING_STORE,     /* Java's trust store */
    SETTING_STORE_TYPE,
    SETTING_PASSWORD,      /* of it; its value is never printed, logged or sent */
    SETTING_CONFIGURATION, /* OpenSSL's, in place of its own */
    SETTING_SHARED,        /* Node: of it what all others read */
    SETTING_UNVERIFIED,    /* certificates are not checked at all */
    SETTING_UNREAD,        /* adds roots that are not read here */
    SETTING_SECURITY,      /* Java: a file that alters its security properties */
    SETTING_CODE,          /* Java: brings code that can have its own mind about certificates */
    SETTING_UNSETTLED,     /* alters trust in a way that is not followed: nothing can be said */
    SETTING_SLOTS
};

struct setting_value {
    const char *name; /* of the row that decided; NULL where nothing did */
    char *value;
};

/* What decides for one process and runtime: one value a slot. */
struct trust_settings {
    struct setting_value slots[SETTING_SLOTS];
    struct text_list files; /* that were read for them, or would be if they were there */
};

struct installed;

/*
 * What the process's own environment and command line say to what it runs. Java's option files (@FILE)
 * are read inside `root_fd`. Free with settings_clear().
 */
void settings_read(struct trust_settings *settings, const struct process *process,
                   const struct installed *installed, int root_fd);
void settings_clear(struct trust_settings *settings);

const char *settings_get(const struct trust_settings *settings,
                         enum setting_slot slot); /* NULL when not set */

/* A word of a command line and the slot that it fills. */
struct setting_word {
    const char *word;
    enum setting_slot slot;
};

/* For the kinds' own files: set a slot, replacing what was there; and let the variables of setting.c decide. */
void settings_set(struct trust_settings *settings, enum setting_slot slot, const char *name,
                  const char *value);
void settings_read_variables(struct trust_settings *settings, const struct process *process,
                             enum runtime runtime);
