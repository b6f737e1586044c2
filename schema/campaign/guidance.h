/*
 * What to do about a reason, on this very store: add-only commands with the real path in them, in
 * English and Chinese. From the notices' own commands and the stores' own tools; the old root always stays.
 *
 * A line is a command to paste into a shell, or a comment that starts with "# ". The commands of both
 * languages are the same.
 */
#pragma once

#include "schema/campaign/judge.h"

/* What kind of thing must be changed; each has its own tool. */
enum guidance_target {
    GUIDANCE_DEBIAN_STORE, /* update-ca-certificates */
    GUIDANCE_REDHAT_STORE, /* update-ca-trust */
    GUIDANCE_SUSE_STORE,   /* update-ca-certificates, from other folders */
    GUIDANCE_ARCH_STORE,   /* update-ca-trust, likewise */
    GUIDANCE_JAVA_STORE,   /* keytool on a JKS or PKCS#12 file */
    GUIDANCE_PEM_BUNDLE,   /* a file some program was pointed at */
    GUIDANCE_HASHED_DIRECTORY,
    GUIDANCE_CERTIFI,
    GUIDANCE_HTTPX, /* certifi's copy, in another variable */
    GUIDANCE_NODE,
    GUIDANCE_PHP,     /* php.ini, where PHP has no store */
    GUIDANCE_WINDOWS, /* the machine's Root store */
    GUIDANCE_PROCESS, /* restart */
    GUIDANCE_TARGETS
};

/* The target of a store that a system's own tool makes, by where its path leads: false for any other. */
bool guidance_system_target(const char *resolved, enum guidance_target *target);

struct guidance_question {
    const struct campaign *campaign;
    size_t root;        /* the root to add: index into campaign.roots */
    const char *reason; /* a code of verdict.h */
    enum guidance_target target;
    size_t chain; /* that is not accepted, from the instant `at` on; SIZE_MAX where none is */
    int64_t at;
    const struct model *model; /* of the client; NULL when unknown: model rfc5280 */
    const char *path;    /* of the store, as that host sees it; may be NULL where the target needs none */
    const char *tool;    /* the JVM's own keytool, the interpreter's executable; NULL when unknown */
    const char *setting; /* what chose the store ("REQUESTS_CA_BUNDLE"); NULL for a default */
    const char *process; /* "pid 812 (java)" for restarts; NULL when none runs */
};

enum guidance_language { GUIDANCE_EN, GUIDANCE_ZH };

/*
 * The root to name in a question about a chain that is not accepted: the first new one among those that
 * would do, else the first; the first new one of the campaign where the chain is SIZE_MAX. SIZE_MAX for a chain of no
 * root.
 */
size_t guidance_root(const struct campaign *campaign, size_t chain);

/* Add the lines of the fix to `lines`; nothing where there is none to give. */
void guidance_lines(const struct guidance_question *question, enum guidance_language language,
                    struct text_list *lines);
