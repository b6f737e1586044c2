#include "collector/runtime/java.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/kind.h"
#include "schema/base/input.h"
#include "schema/catalog/version.h"

/* JAVA_VERSION="17.0.15" of the file `release`, which every JDK since 7 has. */
static char *java_version(int root_fd, const char *home)
{
    char *file = tree_join(home, "release");
    char *version = tree_find_text(root_fd, file, "JAVA_VERSION=\"", "\"");

    free(file);
    return version;
}

enum java_age java_age(const struct installed *installed, const char *version)
{
    struct version own, asked;

    if (installed->version == NULL || !version_parse(VERSION_JAVA, installed->version, &own) ||
        !version_parse(VERSION_JAVA, version, &asked))
        return JAVA_AGE_UNKNOWN;
    return version_compare(&own, &asked) < 0 ? JAVA_OLDER : JAVA_AT_LEAST;
}

/*
 * java.home is the folder above bin, or its jre up to JDK 8. Of jssecacerts and cacerts the first that can be
 * read is all that is read (sun.security.ssl.TrustStoreManager).
 */
void java_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *bin = tree_folder(resolved), *above = tree_folder(bin), *jre = tree_join(above, "jre");
    char *jre_java = tree_join(jre, "bin/java");
    const char *home = tree_exists(root_fd, jre_java) ? jre : above;
    char *security = tree_join(home, "lib/security"), *own = tree_join(home, "lib/security/jssecacerts"),
         *cacerts = tree_join(home, "lib/security/cacerts");
    struct installed *installed = NULL;

    /* one without either trusts nobody, and is a client all the same */
    if (tree_exists(root_fd, own) || tree_exists(root_fd, cacerts) || tree_is_directory(root_fd, security))
        installed = installed_add(list, RUNTIME_JAVA, path, resolved, home, "java");
    if (installed != NULL) {
        installed->version = java_version(root_fd, above);
        if (installed->version == NULL && text_ends(above, "/jre")) {
            char *jdk = tree_folder(above);

            installed->version = java_version(root_fd, jdk);
            free(jdk);
        }
        text_list_add(&installed->stores, tree_exists(root_fd, own) ? own : cacerts);
    }
    free(cacerts);
    free(own);
    free(security);
    free(jre_java);
    free(jre);
    free(above);
    free(bin);
}

/*
 * A trustStore that is no file is passed over in silence, for the JDK's own (measured with 17 and 25); both
 * are listed, so that a person sees which path leads nowhere.
 */
void java_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *store = settings_get(speaker->settings, SETTING_STORE),
               *type = settings_get(speaker->settings, SETTING_STORE_TYPE);
    const char *password = settings_get(speaker->settings, SETTING_PASSWORD);
    struct stat status;
    bool there = false;

    choice->password = password == NULL ? NULL : memory_text(password);
    choice->store_type = type == NULL || type[0] == '\0' ? NULL : memory_text(type);
    if (store != NULL && strcmp(store, "NONE") == 0) /* nothing is read, nothing trusted */
        return;
    if (store != NULL) {
        choice_add_set(choice, speaker, store, CHOICE_FILE);
        there = tree_status(speaker->root_fd, choice->stores.items[0], &status) && S_ISREG(status.st_mode);
    }
    for (size_t i = 0; !there && i < installed->stores.count; i++)
        choice_add_store(choice, speaker, installed->stores.items[i], CHOICE_FILE, false);
}

/*
 * Which formats open under a type: JKS and PKCS12 each open the other too (keystore.type.compat), JCEKS opens JKS,
 * CaseExactJKS is JKS alone. Measured with 17 and 25.
 */
static const struct store_type {
    const char *name;
    bool jks, pkcs12, jceks;
} store_types[] = {
    { "JKS", true, true, false },
    { "PKCS12", true, true, false },
    { "JCEKS", true, false, true },
    { "CaseExactJKS", true, false, false },
};

/* NULL for a type that our readers do not know, or that is no file at all: what is in it cannot be said. */
static const struct store_type *store_type_of(const struct choice *choice)
{
    if (choice->store_type == NULL)
        return &store_types[0];
    for (size_t i = 0; i < sizeof(store_types) / sizeof(store_types[0]); i++) {
        if (strcasecmp(choice->store_type, store_types[i].name) == 0)
            return &store_types[i];
    }
    return NULL;
}

bool java_knows_type(const struct choice *choice)
{
    return store_type_of(choice) != NULL;
}

const char *java_refusal(const struct choice *choice, const struct store *store)
{
    const struct store_type *type = store_type_of(choice);

    if (store->format == STORE_JCEKS && type != NULL && !type->jceks)
        return "a JCEKS file opens only with trustStoreType=JCEKS";
    if ((store->format == STORE_PKCS12 && type != NULL && !type->pkcs12) ||
        (store->format == STORE_JKS && type != NULL && !type->jks))
        return "it is of another kind than trustStoreType says";
    if (choice->password != NULL && store->state != STORE_DANGLING && store->state != STORE_DENIED &&
        (store->password_needed ||
         (store->integrity != STORE_INTEGRITY_VERIFIED && store->integrity != STORE_INTEGRITY_NONE &&
          store->state != STORE_OPAQUE)))
        return "it does not open with the password that is set";
    return NULL;
}

/* lib/security/blocked.certs: a line "Algorithm=SHA-256", then one fingerprint a line (sun.security.util.UntrustedCertificates). */
void java_add_blocked(struct trust_set *trust, const char *home, int root_fd)
{
    char *path = tree_join(home, "lib/security/blocked.certs"), *rest, *line;
    struct error err = { 0 };
    struct input input;

    if (input_read(root_fd, path, 1024 * 1024, &input, &err)) {
        rest = (char *)input.bytes;
        while ((line = strsep(&rest, "\r\n")) != NULL) {
            struct fingerprint print;
            struct text parameter = { 0 };
            char text[FINGERPRINT_TEXT_BYTES];

            if (!fingerprint_parse(line, &print, &err))
                continue;
            text_format(&parameter, "blocked=%s", fingerprint_format(&print, text));
            text_list_add(&trust->parameters, text_string(&parameter));
            text_clear(&parameter);
        }
    }
    input_clear(&input);
    free(path);
}
