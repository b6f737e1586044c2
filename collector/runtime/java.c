#include "collector/runtime/java.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/java_security.h"
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

/* Likewise of an older one's JDK, whose jre `home` is. */
static char *version_of_home(int root_fd, const char *home)
{
    char *version = java_version(root_fd, home);

    if (version == NULL && text_ends(home, "/jre")) {
        char *jdk = tree_folder(home);

        version = java_version(root_fd, jdk);
        free(jdk);
    }
    return version;
}

/*
 * Of jssecacerts and cacerts the first that is a file and can be read is all that is read
 * (sun.security.ssl.TrustStoreManager; measured with 11, 17, 21 and 25). One without either trusts nobody, and is a
 * client all the same. NULL where there is no java.home, or this is known already.
 */
static struct installed *add_home(struct installed_list *list, int root_fd, const char *path,
                                  const char *resolved, const char *home)
{
    char *security = tree_join(home, "lib/security"), *own = tree_join(security, "jssecacerts"),
         *cacerts = tree_join(security, "cacerts");
    struct installed *installed = NULL;

    if (tree_is_directory(root_fd, security))
        installed = installed_add(list, RUNTIME_JAVA, path, resolved, home, "java");
    if (installed != NULL) {
        installed->version = version_of_home(root_fd, home);
        if (installed->version == NULL)
            installed->version = memory_text("");
        text_list_add(&installed->stores, tree_is_file(root_fd, own) ? own : cacerts);
    }
    free(cacerts);
    free(own);
    free(security);
    return installed;
}

/* java.home is the folder above bin, or its jre up to JDK 8. */
void java_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *bin = tree_folder(resolved), *above = tree_folder(bin), *jre = tree_join(above, "jre");
    char *jre_java = tree_join(jre, "bin/java");

    add_home(list, root_fd, path, resolved, tree_exists(root_fd, jre_java) ? jre : above);
    free(jre_java);
    free(jre);
    free(above);
    free(bin);
}

/* HOME/lib/server/libjvm.so, before JDK 9 with the machine's name between them. */
static char *home_of_library(const char *path)
{
    char *home = memory_text(path), *end = NULL;

    for (char *at = strstr(home, "/lib/"); at != NULL; at = strstr(at + 1, "/lib/"))
        end = at;
    if (end != NULL)
        *end = '\0';
    return home;
}

size_t java_add_embedded(struct installed_list *list, int root_fd, const char *program, const char *library)
{
    char *home = home_of_library(library);
    struct installed *installed = add_home(list, root_fd, program, program, home);
    size_t index = SIZE_MAX;

    if (installed != NULL)
        installed->unclear = "libjvm.so";
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].runtime == RUNTIME_JAVA && strcmp(list->items[i].resolved, program) == 0 &&
            strcmp(list->items[i].home, home) == 0)
            index = i;
    }
    free(home);
    return index;
}

/*
 * A trustStore that is no file is passed over in silence, for the JDK's own cacerts, never jssecacerts (measured with
 * 8u212 of Oracle's, 8u252 of OpenJDK's, 11, 17, 21 and 25). JDK 7 read nothing in its place, and which update of 8
 * changed that is not known.
 */
static void choose_in_place(struct choice *choice, const struct installed *installed,
                            const struct speaker *speaker)
{
    char *cacerts = tree_join(installed->home, "lib/security/cacerts");

    if (java_age(installed, "8u212") == JAVA_AT_LEAST)
        choice_add_store(choice, speaker, cacerts, CHOICE_FILE, false);
    else if (java_age(installed, "8") != JAVA_OLDER)
        choice_doubt(choice, "javax.net.ssl.trustStore");
    free(cacerts);
}

/* Keys that came late: Edwards curves with JDK 15 (JEP 339; refused by 11.0.13, taken by 17). */
static void choose_keys(struct choice *choice, const struct installed *installed)
{
    static const char *const late[] = { "key_refused=ED25519", "key_refused=ED448" };

    for (size_t i = 0; i < 2 && java_age(installed, "15") != JAVA_AT_LEAST; i++) {
        if (!text_list_has(&choice->parameters, late[i]))
            text_list_add(&choice->parameters, late[i]);
    }
}

/* What its security properties add to what it was told. */
static void choose_security(struct choice *choice, const struct installed *installed,
                            const struct speaker *speaker)
{
    struct java_security security;

    java_security_read(&security, installed, speaker->root_fd,
                       settings_get(speaker->settings, SETTING_SECURITY),
                       speaker->process == NULL ? NULL : speaker->process->working_directory);
    if (security.unsettled != NULL)
        choice_doubt(choice, security.unsettled);
    choice->exact_type = !security.opens_either;
    if (choice->store_type == NULL)
        choice->store_type = memory_text(security.store_type);
    for (size_t i = 0; i < security.parameters.count; i++)
        text_list_add(&choice->parameters, security.parameters.items[i]);
    for (size_t i = 0; i < security.files.count; i++)
        text_list_add(&choice->files, security.files.items[i]);
    java_security_clear(&security);
}

/*
 * Certificates that the JDK was made to block: a line "Algorithm=SHA-256", then one fingerprint a line
 * (sun.security.util.UntrustedCertificates).
 */
static void choose_blocked(struct choice *choice, const struct installed *installed,
                           const struct speaker *speaker)
{
    static const char *const names[] = { "lib/security/blocked.certs", /* since JDK 16 */
                                         "lib/security/blacklisted.certs" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = tree_join(installed->home, names[i]), *rest, *line;
        struct error err = { 0 };
        struct input input;

        text_list_add(&choice->files, path);
        if (input_read(speaker->root_fd, path, 1024 * 1024, &input, &err)) {
            rest = (char *)input.bytes;
            while ((line = strsep(&rest, "\r\n")) != NULL) {
                struct fingerprint print;
                struct text parameter = { 0 };
                char text[FINGERPRINT_TEXT_BYTES];

                if (!fingerprint_parse(line, &print, &err))
                    continue;
                text_format(&parameter, "blocked=%s", fingerprint_format(&print, text));
                text_list_add(&choice->parameters, text_string(&parameter));
                text_clear(&parameter);
            }
        }
        input_clear(&input);
        free(path);
    }
}

/*
 * The digests of what keytool writes since JDK 16 and OpenSSL since 3.0 came to JDK 11 and 8 with 11.0.12 and 8u301
 * (JDK-8267837; measured with 11.0.5 and 11.0.13), and to nothing between 11 and 16.
 */
static enum choice_answer knows_new_macs(const struct installed *installed)
{
    const char *since = java_age(installed, "12") == JAVA_AT_LEAST  ? "16"
                        : java_age(installed, "9") == JAVA_AT_LEAST ? "11.0.12"
                                                                    : "8u301";

    switch (java_age(installed, since)) {
    case JAVA_OLDER: return CHOICE_NO;
    case JAVA_AT_LEAST: return CHOICE_YES;
    case JAVA_AGE_UNKNOWN: break;
    }
    return CHOICE_UNKNOWN;
}

/* JDK 9 brought the type PKCS12 that opens a JKS (8u212 and 8u252 refuse, 11 takes it; later updates of 8 were not asked). */
static enum choice_answer turns_jks(const struct installed *installed)
{
    if (java_age(installed, "9") == JAVA_AT_LEAST)
        return CHOICE_YES;
    return java_age(installed, "8u253") == JAVA_OLDER ? CHOICE_NO : CHOICE_UNKNOWN;
}

/* One that leads nowhere or to a directory is listed too, so that a person sees it. */
static void choose_named(struct choice *choice, const struct installed *installed,
                         const struct speaker *speaker, const char *store)
{
    char *path = tree_join(speaker->process == NULL ? NULL : speaker->process->working_directory, store);
    struct stat status = { 0 };
    bool there = store[0] != '\0' && tree_status(speaker->root_fd, path, &status);

    if (!there || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        choice_add_set(choice, speaker, store, CHOICE_FILE);
    if (!there || !S_ISREG(status.st_mode))
        choose_in_place(choice, installed, speaker);
    free(path);
}

void java_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *store = settings_get(speaker->settings, SETTING_STORE),
               *type = settings_get(speaker->settings, SETTING_STORE_TYPE);
    const char *password = settings_get(speaker->settings, SETTING_PASSWORD);
    char *own = tree_join(installed->home, "lib/security/jssecacerts");

    choice->password = password == NULL ? NULL : memory_text(password);
    choice->store_type = type == NULL ? NULL : memory_text(type);
    choice->new_macs = knows_new_macs(installed);
    choice->turns_jks = turns_jks(installed);
    choose_security(choice, installed, speaker);
    choose_blocked(choice, installed, speaker);
    choose_keys(choice, installed);
    if (store == NULL) {
        text_list_add(&choice->files, own);
        for (size_t i = 0; i < installed->stores.count; i++)
            choice_add_store(choice, speaker, installed->stores.items[i], CHOICE_FILE, false);
    } else if (strcmp(store, "NONE") != 0) { /* else nothing is read, nothing trusted */
        choose_named(choice, installed, speaker, store);
    }
    free(own);
}

/*
 * Which formats open under a type: JCEKS opens JKS, CaseExactJKS is JKS alone; JKS and PKCS12 each open the other too
 * where keystore.type.compat says so, and the JDK is new enough (turns_jks). Measured with 8, 17 and 25.
 */
static const struct store_type {
    const char *name;
    bool jks, pkcs12, jceks;
} store_types[] = {
    { "JKS", true, true, false },
    { "PKCS12", true, true, false },
    { "JCEKS", true, false, true },
    { "CaseExactJKS", true, false, false },
}, exact_types[] = {
    { "JKS", true, false, false },
    { "PKCS12", false, true, false },
};

static const struct store_type *find_type(const struct store_type *types, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (name == NULL || strcasecmp(name, types[i].name) == 0)
            return &types[i];
    }
    return NULL;
}

/* NULL for a type that our readers do not know, or that is no file at all: what is in it cannot be said. */
static const struct store_type *store_type_of(const struct choice *choice)
{
    const struct store_type *exact =
        choice->exact_type
            ? find_type(exact_types, sizeof(exact_types) / sizeof(exact_types[0]), choice->store_type)
            : NULL;

    return exact != NULL
               ? exact
               : find_type(store_types, sizeof(store_types) / sizeof(store_types[0]), choice->store_type);
}

bool java_knows_type(const struct choice *choice)
{
    return store_type_of(choice) != NULL;
}

const char *java_refusal(const struct choice *choice, const struct store *store, bool *certain)
{
    const struct store_type *type = store_type_of(choice);

    *certain = true;
    if (store->format == STORE_JCEKS && type != NULL && !type->jceks)
        return "a JCEKS file opens only with trustStoreType=JCEKS";
    if ((store->format == STORE_PKCS12 && type != NULL && !type->pkcs12) ||
        (store->format == STORE_JKS && type != NULL && !type->jks))
        return "it is of another kind than trustStoreType says";
    *certain = choice->turns_jks == CHOICE_NO;
    if (store->format == STORE_JKS && type != NULL && strcmp(type->name, "PKCS12") == 0 &&
        choice->turns_jks != CHOICE_YES)
        return "a JVM before 9 opens no JKS as a PKCS12";
    *certain = true;
    if (choice->password != NULL && store->state != STORE_DANGLING && store->state != STORE_DENIED &&
        (store->password_needed ||
         (store->integrity != STORE_INTEGRITY_VERIFIED && store->integrity != STORE_INTEGRITY_NONE &&
          store->state != STORE_OPAQUE)))
        return "it does not open with the password that is set";
    *certain = choice->new_macs == CHOICE_NO;
    if (choice->password != NULL && store->new_mac && choice->new_macs != CHOICE_YES)
        return "a JVM before 11.0.12 or 8u301 does not open it: its check is by a newer digest than SHA-1";
    return NULL;
}
