#include "collector/runtime/java_security.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/java.h"
#include "collector/runtime/java_algorithm.h"
#include "collector/runtime/properties.h"
#include "schema/base/input.h"

#define FILE_BYTES_MAX (1024 * 1024) /* the JDKs' own have 70 KB */
#define INCLUDES_MAX 16              /* deep, and files in all */

/* What Fedora and RHEL lay over java.security where that asks for it, and where they say which policy is meant. */
#define POLICY_FILE "/etc/crypto-policies/back-ends/java.config"
#define POLICY_NAME "/etc/crypto-policies/config"
#define KERNEL_FIPS "/proc/sys/crypto/fips_enabled"

struct property {
    char *key, *value;
};

struct reading {
    struct java_security *security;
    const struct installed *java;
    int root_fd;
    bool includes; /* "include" means something since JDK 24 */
    struct property *properties;
    size_t count;
    const char *file; /* being read */
};

static void doubt(struct reading *reading, const char *what)
{
    if (reading->security->unsettled == NULL)
        reading->security->unsettled = what;
}

static const char *value_of(const struct reading *reading, const char *key)
{
    for (size_t i = reading->count; i > 0; i--) {
        if (strcmp(reading->properties[i - 1].key, key) == 0)
            return reading->properties[i - 1].value;
    }
    return NULL;
}

static bool is_on(const struct reading *reading, const char *key)
{
    const char *value = value_of(reading, key);

    return value != NULL && strcasecmp(value, "true") == 0;
}

static void forget(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        free(reading->properties[i].key);
        free(reading->properties[i].value);
    }
    free(reading->properties);
    reading->properties = NULL;
    reading->count = 0;
}

/* reading */

static bool read_file(struct reading *reading, const char *path);

/* A path of "include": ${java.home} is the only word in it that is followed, and others count from the file's own folder. */
static void include(struct reading *reading, const char *value)
{
    static const char home[] = "${java.home}";
    bool of_home = text_starts(value, home);
    char *folder = tree_folder(reading->file), *path = NULL;
    const char *outer = reading->file;
    struct text whole = { 0 };

    if (of_home)
        text_format(&whole, "%s%s", reading->java->home, value + strlen(home));
    else
        text_add(&whole, value);
    path = tree_join(folder, text_string(&whole));
    if (strchr(path, '$') != NULL || reading->security->files.count >= INCLUDES_MAX ||
        !read_file(reading, path))
        doubt(reading, "include");
    reading->file = outer;
    text_clear(&whole);
    free(path);
    free(folder);
}

static void keep(void *context, const char *key, const char *value)
{
    struct reading *reading = context;
    struct property property;
    size_t size;

    if (strcmp(key, "include") == 0 && reading->includes) {
        include(reading, value);
        return;
    }
    property = (struct property){ memory_text(key), memory_text(value) };
    for (size = strlen(property.value); size > 0 && isspace((unsigned char)property.value[size - 1]);)
        property.value[--size] = '\0';
    reading->properties = array_grow(reading->properties, reading->count, sizeof(*reading->properties));
    reading->properties[reading->count++] = property;
}

/* False when it is not there; what is there and cannot be read leaves all open. */
static bool read_file(struct reading *reading, const char *path)
{
    struct error err = { 0 };
    struct input input;
    bool there = true;

    text_list_add(&reading->security->files, path);
    reading->file = path;
    if (input_read(reading->root_fd, path, FILE_BYTES_MAX, &input, &err)) {
        if (!properties_walk((const char *)input.bytes, input.size, keep, reading))
            doubt(reading, "java.security");
    } else if (err.kind == ERROR_ABSENT) {
        there = false;
    } else {
        doubt(reading, "java.security");
    }
    input_clear(&input);
    return there;
}

/* JDK 9 moved it from lib to conf. */
static void read_own(struct reading *reading)
{
    char *path = tree_join(reading->java->home, "conf/security/java.security"),
         *old = tree_join(reading->java->home, "lib/security/java.security");

    if (!read_file(reading, path) && !read_file(reading, old))
        doubt(reading, "java.security");
    free(old);
    free(path);
}

/*
 * -Djava.security.properties=FILE adds to the JDK's own, ==FILE stands in their place; FILE is a path or a URL, and
 * ${NAME} in it a property of the process. What is not there is passed over, until JDK 24 refuses to start
 * (java.security.Security; measured with 11, 17, 21 and 25).
 */
static void read_added(struct reading *reading, const char *added, const char *folder)
{
    static const char name[] = "java.security.properties", file[] = "file:";
    bool replaces = added[0] == '=';
    const char *value = added + replaces;
    char *path;

    if (!is_on(reading, "security.overridePropertiesFile")) {
        doubt(reading, "security.overridePropertiesFile"); /* it is not looked at */
        return;
    }
    if (replaces)
        forget(reading);
    if (text_starts(value, file))
        value += strlen(file) + (text_starts(value + strlen(file), "//") ? 2 : 0);
    if (strchr(value, '$') != NULL || strstr(value, "://") != NULL || strchr(value, '%') != NULL) {
        doubt(reading, name);
        return;
    }
    path = tree_join(folder, value);
    if (!read_file(reading, path) && replaces)
        doubt(reading, name);
    free(path);
}

static bool says(int root_fd, const char *path, const char *start)
{
    struct error err = { 0 };
    struct input input;
    bool said = input_read(root_fd, path, FILE_BYTES_MAX, &input, &err) &&
                text_starts((const char *)input.bytes, start);

    input_clear(&input);
    return said;
}

/*
 * In FIPS mode another list of providers counts (fips.provider.1, …), whose trust store is NSS's. Whether the system's
 * file or the process's own is read last differs between their releases.
 */
static void read_policy(struct reading *reading, bool added)
{
    if (!is_on(reading, "security.useSystemPropertiesFile"))
        return;
    if (read_file(reading, POLICY_FILE) && added)
        doubt(reading, "java.security.properties");
    if (value_of(reading, "fips.provider.1") != NULL &&
        (says(reading->root_fd, POLICY_NAME, "FIPS") || says(reading->root_fd, KERNEL_FIPS, "1")))
        doubt(reading, "fips.provider.1");
}

/* judging */

/*
 * Providers by either of their names. Services are taken from the first that has them, so that a stranger before one of
 * these may be who opens stores or checks paths; after all of them it gets what they leave, which is no trust.
 */
enum provider {
    PROVIDER_SUN = 1,
    PROVIDER_RSA = 2,
    PROVIDER_JSSE = 4,
    PROVIDER_JCE = 8,
    PROVIDER_EC = 16,
    PROVIDER_OTHER = 32, /* of no account */
    PROVIDERS_NEEDED = PROVIDER_SUN | PROVIDER_RSA | PROVIDER_JSSE | PROVIDER_JCE
};

static const struct {
    const char *name, *class;
    enum provider provider;
} providers[] = {
    { "SUN", "sun.security.provider.Sun", PROVIDER_SUN },
    { "SunRsaSign", "sun.security.rsa.SunRsaSign", PROVIDER_RSA },
    { "SunJSSE", "com.sun.net.ssl.internal.ssl.Provider", PROVIDER_JSSE },
    { "SunJCE", "com.sun.crypto.provider.SunJCE", PROVIDER_JCE },
    { "SunEC", "sun.security.ec.SunEC", PROVIDER_EC },
    { "SunJGSS", "sun.security.jgss.SunProvider", PROVIDER_OTHER },
    { "SunSASL", "com.sun.security.sasl.Provider", PROVIDER_OTHER },
    { "XMLDSig", "org.jcp.xml.dsig.internal.dom.XMLDSigRI", PROVIDER_OTHER },
    { "SunPCSC", "sun.security.smartcardio.SunPCSC", PROVIDER_OTHER },
    { "JdkLDAP", "sun.security.provider.certpath.ldap.JdkLDAP", PROVIDER_OTHER },
    { "JdkSASL", "com.sun.security.sasl.gsskerb.JdkSASL", PROVIDER_OTHER },
    { "SunPKCS11", "sun.security.pkcs11.SunPKCS11", PROVIDER_OTHER }, /* without a file it does nothing */
};

/* 0 for a stranger, one of ours with an argument among them. */
static unsigned provider_of(const char *value)
{
    size_t size = strcspn(value, " \t");

    for (size_t i = 0;
         value[size + strspn(value + size, " \t")] == '\0' && i < sizeof(providers) / sizeof(providers[0]);
         i++) {
        if ((strlen(providers[i].name) == size && strncmp(value, providers[i].name, size) == 0) ||
            (strlen(providers[i].class) == size && strncmp(value, providers[i].class, size) == 0))
            return providers[i].provider;
    }
    return 0;
}

/* A runtime that jlink made may lack the module of a provider that its file names; with JDK 22 that moved to java.base. */
static bool lacks_elliptic_curves(const struct reading *reading)
{
    char *release = tree_join(reading->java->home, "release");
    char *modules = tree_find_text(reading->root_fd, release, "MODULES=\"", "\"");
    bool lacks = modules != NULL && strstr(modules, "jdk.crypto.ec") == NULL &&
                 java_age(reading->java, "22") == JAVA_OLDER;

    free(modules);
    free(release);
    return lacks;
}

/* security.provider.1 and on, up to the first number that is missing. */
static void judge_providers(struct reading *reading)
{
    static const char *const on_curves[] = { "key_refused=EC", "key_refused=ED25519", "key_refused=ED448" };
    unsigned seen = 0;
    bool stranger = false;

    for (unsigned number = 1; number < 100; number++) {
        char key[32];
        const char *value;
        unsigned provider;

        snprintf(key, sizeof(key), "security.provider.%u", number);
        value = value_of(reading, key);
        if (value == NULL)
            break;
        provider = provider_of(value);
        if (stranger && (provider & (PROVIDERS_NEEDED | PROVIDER_EC)) != 0)
            doubt(reading, "security.provider");
        stranger = stranger || provider == 0;
        seen |= provider;
    }
    if ((seen & PROVIDERS_NEEDED) != PROVIDERS_NEEDED)
        doubt(reading, "security.provider");
    for (size_t i = 0; i < 3 && ((seen & PROVIDER_EC) == 0 || lacks_elliptic_curves(reading)); i++)
        text_list_add(&reading->security->parameters, on_curves[i]);
}

/* A list of terms, one of which may stand for those of another property. */
static void judge_algorithms(struct reading *reading, const char *key, const char *value, bool of_tls,
                             bool included)
{
    static const char include_word[] = "include ";
    char *copy = memory_text(value), *rest = copy, *term;
    size_t size = strlen(copy);

    if (size > 1 && copy[0] == '"' && copy[size - 1] == '"') {
        copy[size - 1] = '\0';
        rest++;
    }
    while ((term = strsep(&rest, ",")) != NULL) {
        term += strspn(term, " \t\r\n\f");
        if (strncasecmp(term, include_word, strlen(include_word)) == 0) {
            char *name = term + strlen(include_word);
            const char *named;

            name += strspn(name, " \t");
            name[strcspn(name, " \t\r\n\f")] = '\0';
            named = value_of(reading, name);
            if (included)
                doubt(reading, key);
            else if (named != NULL)
                judge_algorithms(reading, key, named, of_tls, true);
        } else if (!java_algorithm_settles(term, of_tls, &reading->security->parameters)) {
            doubt(reading, key);
        }
    }
    free(copy);
}

static void judge_disabled(struct reading *reading)
{
    static const struct {
        const char *key;
        bool of_tls;
    } lists[] = { { "jdk.certpath.disabledAlgorithms", false }, { "jdk.tls.disabledAlgorithms", true } };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const char *value = value_of(reading, lists[i].key);

        if (value != NULL)
            judge_algorithms(reading, lists[i].key, value, lists[i].of_tls, false);
    }
}

static bool is_among(const char *word, const char *const values[4])
{
    for (size_t i = 0; i < 4 && values[i] != NULL; i++) {
        if (strcasecmp(word, values[i]) == 0)
            return true;
    }
    return false;
}

/*
 * The rest that has a say: what it may be. SunX509 takes no intermediate from the store, others are strangers. The
 * distrust policies of the JDKs up to 25 are about CAs that no longer issue.
 */
static void judge_words(struct reading *reading)
{
    static const struct {
        const char *key;
        bool needed; /* without it something else is assumed than its usual value */
        const char *values[4];
    } words[] = {
        { "ssl.TrustManagerFactory.algorithm", true, { "PKIX", "SunPKIX", "X509", "X.509" } },
        { "ssl.SocketFactory.provider", false, { NULL } },
        { "crypto.policy", false, { "unlimited" } }, /* a limited one opens no PKCS#12 of today */
        { "jdk.security.caDistrustPolicies",
          false,
          { "SYMANTEC_TLS", "ENTRUST_TLS", "CAMERFIRMA_TLS", "CHUNGHWA_TLS" } },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *value = value_of(reading, words[i].key);
        char *copy = memory_text(value == NULL ? "" : value), *rest = copy, *word;
        bool known = value != NULL || !words[i].needed;

        while ((word = strsep(&rest, ", \t")) != NULL)
            known = known && (word[0] == '\0' ? !words[i].needed : is_among(word, words[i].values));
        if (!known)
            doubt(reading, words[i].key);
        free(copy);
    }
}

void java_security_read(struct java_security *security, const struct installed *java, int root_fd,
                        const char *added, const char *folder)
{
    struct reading reading = {
        .security = security,
        .java = java,
        .root_fd = root_fd,
        .includes = java_age(java, "24") != JAVA_OLDER,
    };
    const char *type;

    *security = (struct java_security){ 0 };
    read_own(&reading);
    if (added != NULL)
        read_added(&reading, added, folder);
    read_policy(&reading, added != NULL);
    type = value_of(&reading, "keystore.type");
    security->store_type = memory_text(type == NULL ? "jks" : type); /* KeyStore.getDefaultType() */
    security->opens_either = is_on(&reading, "keystore.type.compat");
    judge_providers(&reading);
    judge_disabled(&reading);
    judge_words(&reading);
    forget(&reading);
}

void java_security_clear(struct java_security *security)
{
    free(security->store_type);
    text_list_clear(&security->parameters);
    text_list_clear(&security->files);
    *security = (struct java_security){ 0 };
}
