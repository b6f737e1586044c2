/* The PKI of tests/support/migration in a directory of its own, made once a test program. */
#pragma once

#include "tests/support/check.h"

#include <unistd.h>

#include "schema/x509/certificate.h"
#include "schema/base/text.h"

static char migration_directory[64];

/* cmocka group setup: the calls give 0 for success. */
static inline int migration_make(void **state)
{
    char command[512];

    (void)state;
    strcpy(migration_directory, "/tmp/rootshift-migration-XXXXXX");
    if (mkdtemp(migration_directory) == NULL)
        return -1;
    snprintf(command, sizeof(command), "timeout 60 '%s/tests/support/migration' '%s'", SOURCE_ROOT,
             migration_directory);
    return system(command);
}

static inline int migration_remove(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", migration_directory);
    return system(command);
}

/* "DIRECTORY/name"; valid until the next but three calls. */
static inline const char *migration_path(const char *name)
{
    static char paths[4][192];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", migration_directory, name);
    return path;
}

/* The first certificate of NAME.pem; the caller's to free. */
static inline struct certificate *migration_certificate(const char *name)
{
    struct certificate_list list = { 0 };
    struct certificate *certificate;
    struct error err = { 0 };
    char file[80];

    snprintf(file, sizeof(file), "%.64s.pem", name);
    if (!certificate_list_read_pem(&list, migration_path(file), &err))
        fail_msg("%s", err.message);
    certificate = certificate_ref(list.items[0]);
    certificate_list_clear(&list);
    return certificate;
}

/* Write a campaign beside the PKI, with the SHA-256 of NAME.pem for each ~NAME~. Returns its path. */
static inline const char *migration_write(const char *text)
{
    const char *path = migration_path("campaign.yaml"), *mark;
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    while ((mark = strchr(text, '~')) != NULL) {
        const char *end = strchr(mark + 1, '~');
        char name[64], print[FINGERPRINT_TEXT_BYTES];
        struct certificate *certificate;

        assert_non_null(end);
        snprintf(name, sizeof(name), "%.*s", (int)(end - mark - 1), mark + 1);
        certificate = migration_certificate(name);
        fprintf(file, "%.*s%s", (int)(mark - text), text,
                fingerprint_format(certificate_fingerprint(certificate), print));
        certificate_free(certificate);
        text = end + 1;
    }
    fputs(text, file);
    fclose(file);
    return path;
}
