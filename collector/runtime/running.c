#include "collector/runtime/running.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/mapping.h"
#include "collector/host/tree.h"
#include "collector/runtime/gnutls.h"
#include "collector/runtime/java.h"
#include "collector/runtime/kind.h"
#include "collector/runtime/openssldir.h"

/*
 * The path by which a process was started, where that is more than its program: a virtual environment's
 * python is a link to another's, and only argv[0] tells which was meant.
 */
static char *started_as(const struct process *process, int root_fd)
{
    char *path = process->arguments.items[0][0] == '/' ? memory_text(process->arguments.items[0]) : NULL;
    char *resolved = path == NULL ? NULL : tree_resolve(root_fd, path);
    char *bin, *prefix, *marker;
    bool environment = false;

    if (resolved != NULL && strcmp(resolved, process->executable) == 0) {
        bin = tree_folder(path);
        prefix = tree_folder(bin);
        marker = tree_join(prefix, "pyvenv.cfg");
        environment = tree_exists(root_fd, marker);
        free(marker);
        free(prefix);
        free(bin);
    }
    free(resolved);
    if (environment)
        return path;
    free(path);
    return memory_text(process->executable);
}

/*
 * A program with rustls that honours no variables has its roots compiled in, as names and keys without the certificates
 * that they are from (webpki-roots): which ones is not read.
 */
static bool carries_rustls(int root_fd, const char *path)
{
    return tree_has_text(root_fd, path, "rustls-webpki-");
}

/*
 * Programs of no kind that we know. Whoever honours OpenSSL's variables has their name in its bytes, or in those
 * of a library that it has mapped; that is OpenSSL itself (Ruby, nginx, a static build), Go, and Rust's
 * native-certs. All but Go are judged as OpenSSL, the sternest of them.
 */
static bool has_no_trust(struct installed_list *list, const struct mappings *mappings, int root_fd)
{
    const char *path = mappings->process->executable;

    if (mappings_have(mappings, "libcrypto.so") || !tree_is_file(root_fd, path))
        return false;
    if (!text_list_has(&list->plain, path) &&
        (tree_has_text(root_fd, path, "SSL_CERT_FILE") || carries_rustls(root_fd, path)))
        return false;
    if (!text_list_has(&list->plain, path))
        text_list_add(&list->plain, path);
    return true;
}

static enum runtime kind_of_stranger(const struct mappings *mappings, int root_fd)
{
    const char *path = mappings->process->executable;

    if (go_made(root_fd, path))
        return RUNTIME_GO;
    if (!mappings_have(mappings, "libcrypto.so") && !tree_has_text(root_fd, path, "SSL_CERT_FILE") &&
        carries_rustls(root_fd, path))
        return RUNTIME_RUSTLS;
    return RUNTIME_OPENSSL;
}

/* It may carry an OpenSSL, or find one in its own folder; else it has the system's. */
static void set_openssl(struct installed *installed, int root_fd, const char *mapped_dir)
{
    char *directory = openssldir_of(root_fd, installed->resolved);

    installed->carries_openssl = directory != NULL;
    if (directory != NULL) {
        char *version = openssldir_version(root_fd, installed->resolved);

        installed_set_openssl(installed, version);
        free(version);
    } else {
        directory = mapped_dir != NULL ? memory_text(mapped_dir) : openssldir_of_system(root_fd);
    }
    if (directory != NULL) {
        installed->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&installed->stores, directory);
    }
    free(directory);
}

/* SIZE_MAX when this program has nothing to do with trust. */
static size_t add_stranger(struct installed_list *list, const struct mappings *mappings, int root_fd,
                           const char *openssl_dir)
{
    const char *path = mappings->process->executable;
    enum runtime runtime;
    struct installed *installed;

    if (has_no_trust(list, mappings, root_fd))
        return SIZE_MAX;
    runtime = kind_of_stranger(mappings, root_fd);
    installed = installed_add(list, runtime, path, path, NULL, runtime_name(runtime));
    if (installed == NULL)
        return SIZE_MAX;
    installed->version = memory_text("");
    if (runtime == RUNTIME_GO)
        go_add_stores(installed, root_fd);
    else if (runtime == RUNTIME_RUSTLS)
        installed->unclear = "webpki-roots";
    else
        set_openssl(installed, root_fd, openssl_dir);
    return list->count - 1;
}

/*
 * The program of another user's process, which only its command line names: one without privileges sees no more. NULL
 * when that leads to no program here.
 */
static char *named_program(const struct process *process, int root_fd)
{
    static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };
    char *found = NULL;

    if (strchr(process->arguments.items[0], '/') != NULL)
        return tree_resolve(root_fd, process->arguments.items[0]);
    for (size_t i = 0; found == NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        char *path = tree_join(folders[i], process->arguments.items[0]);

        found = tree_resolve(root_fd, path);
        free(path);
    }
    return found;
}

/* Which of the rows of one program are meant: a Python's by its prefix, and where its process finds the libraries. */
struct known {
    const struct process *process;
    char *prefix, *own; /* of its libraries' rows; NULL where they are its prefix's */
};

static bool is_meant(const struct installed_list *list, const struct installed *item,
                     const struct known *known)
{
    const char *home = known->own != NULL ? known->own : known->prefix;

    switch (item->runtime) {
    case RUNTIME_PYTHON: return item->home == NULL || strcmp(item->home, known->prefix) == 0;
    case RUNTIME_REQUESTS:
    case RUNTIME_HTTPX:
    case RUNTIME_HTTPLIB2:
    case RUNTIME_BOTOCORE:
    case RUNTIME_GRPC:
    case RUNTIME_CERTIFI: return item->home == NULL || strcmp(item->home, home) == 0;
    case RUNTIME_PIP: return false; /* in a Python that runs something else, pip is only a file */
    case RUNTIME_PHP:
    case RUNTIME_PHP_CURL: return php_runs(list, item, known->process);
    case RUNTIME_OPENSSL:
    case RUNTIME_NODE:
    case RUNTIME_JAVA:
    case RUNTIME_CURL:
    case RUNTIME_GO:
    case RUNTIME_RUSTLS:
    case RUNTIME_DOTNET:
    case RUNTIME_GNUTLS:
    case RUNTIME_GIT:
    case RUNTIME_WGET:
    case RUNTIME_UNKNOWN_TLS:
    case RUNTIME_UNSEEN:
    case RUNTIMES: break;
    }
    return true;
}

static char *add_own_modules(struct installed_list *list, const struct process *process, const char *prefix,
                             int root_fd)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct installed *item = &list->items[i];

        if (item->runtime == RUNTIME_PYTHON && strcmp(item->resolved, process->executable) == 0 &&
            strcmp(item->home, prefix) == 0)
            return python_add_own(list, root_fd, process, i);
    }
    return NULL;
}

static size_t of_known(struct installed_list *list, const struct process *process, int root_fd,
                       size_t found[RUNNING_PER_PROCESS])
{
    char *path = started_as(process, root_fd), *bin = tree_folder(path);
    struct known known = { process, tree_folder(bin), NULL };
    size_t count = 0;

    installed_add_program(list, root_fd, path);
    known.own = add_own_modules(list, process, known.prefix, root_fd);
    for (size_t i = 0; i < list->count && count < RUNNING_PER_PROCESS; i++) {
        if (strcmp(list->items[i].resolved, process->executable) == 0 &&
            is_meant(list, &list->items[i], &known))
            found[count++] = i;
    }
    free(known.own);
    free(known.prefix);
    free(bin);
    free(path);
    return count;
}

/* PHP in a process that is not PHP's own: Apache's module. */
static size_t of_module(struct installed_list *list, const struct mappings *mappings, int root_fd,
                        size_t found[RUNNING_PER_PROCESS], size_t count)
{
    char *module = mappings_path(mappings, "libphp"),
         *resolved = module == NULL ? NULL : tree_resolve(root_fd, module);

    if (resolved != NULL)
        installed_add_program(list, root_fd, module);
    for (size_t i = 0; resolved != NULL && i < list->count && count < RUNNING_PER_PROCESS; i++) {
        if (strcmp(list->items[i].resolved, resolved) == 0)
            found[count++] = i;
    }
    free(resolved);
    free(module);
    return count;
}

static bool is_among(const struct installed_list *list, enum runtime runtime, const size_t *found,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list->items[found[i]].runtime == runtime)
            return true;
    }
    return false;
}

/* Runtimes that live in processes which are not their own program's, by the library that is mapped then. */
struct guest {
    enum runtime runtime;
    const char *library;
    size_t (*add)(struct installed_list *list, int root_fd, const char *executable, const char *library);
};

/* Beside whatever else a process is, … */
static const struct guest guests[] = {
    { RUNTIME_PYTHON, "libpython", python_add_embedded },
    { RUNTIME_JAVA, "libjvm.so", java_add_embedded },
};

/* … and instead: its programs are loaders, and what they map of OpenSSL it asks for. */
static const struct guest dotnet = { RUNTIME_DOTNET, "libcoreclr.so", dotnet_add_embedded };

static size_t of_guest(struct installed_list *list, const struct guest *guest,
                       const struct mappings *mappings, int root_fd, size_t found[RUNNING_PER_PROCESS],
                       size_t count)
{
    char *library = mappings_path(mappings, guest->library),
         *resolved = library == NULL ? NULL : tree_resolve(root_fd, library);

    if (resolved != NULL && count < RUNNING_PER_PROCESS && !is_among(list, guest->runtime, found, count)) {
        found[count] = guest->add(list, root_fd, mappings->process->executable, resolved);
        count += found[count] != SIZE_MAX;
    }
    free(resolved);
    free(library);
    return count;
}

/* The row of the library that is mapped; of one that was replaced since, that of what is there now. */
static const struct installed *mapped_gnutls(struct installed_list *list, const struct mappings *mappings,
                                             int root_fd)
{
    char *path = mappings_path(mappings, "libgnutls.so"),
         *resolved = path == NULL ? NULL : tree_resolve(root_fd, path);
    const struct installed *library = NULL;

    if (resolved != NULL)
        installed_add_program(list, root_fd, path);
    for (size_t i = 0; library == NULL && resolved != NULL && i < list->count; i++) {
        if (strcmp(list->items[i].resolved, resolved) == 0)
            library = &list->items[i];
    }
    free(resolved);
    free(path);
    return library != NULL ? library : gnutls_find(list);
}

/*
 * GnuTLS, beside whatever else a process is: OpenSSL's libcurl brings it along in Debian, by way of LDAP. Of one that is
 * nothing else it is all there is to say.
 */
static size_t of_gnutls(struct installed_list *list, const struct mappings *mappings, int root_fd,
                        size_t found[RUNNING_PER_PROCESS], size_t count)
{
    const struct installed *library;

    if (count == RUNNING_PER_PROCESS || !mappings_have(mappings, "libgnutls.so") ||
        is_among(list, RUNTIME_GNUTLS, found, count) || is_among(list, RUNTIME_GIT, found, count) ||
        is_among(list, RUNTIME_WGET, found, count))
        return count;
    library = mapped_gnutls(list, mappings, root_fd);
    if (library != NULL && count > 0)
        found[count] = (size_t)(library - list->items);
    else
        found[count] = gnutls_add_program(list, library, mappings->process->executable);
    return found[count] == SIZE_MAX ? count : count + 1;
}

/*
 * The library that is mapped may be another one than its kind has at this place (LD_LIBRARY_PATH, a folder of the
 * program's own), and then looks elsewhere by default.
 */
static void read_openssl(struct running *running, const struct installed_list *list,
                         const struct mappings *mappings, int root_fd)
{
    char *path = mappings_path(mappings, "libcrypto.so"),
         *resolved = path == NULL ? NULL : tree_resolve(root_fd, path);

    for (size_t i = 0; resolved != NULL && running->openssl_dir == NULL && i < list->count; i++) {
        const struct installed *item = &list->items[i];

        if (item->runtime != RUNTIME_OPENSSL || item->home == NULL || strcmp(item->resolved, resolved) != 0)
            continue;
        running->openssl_dir = memory_text(item->home);
        running->openssl_version = memory_text(item->version);
    }
    if (resolved != NULL && running->openssl_dir == NULL) {
        running->openssl_dir = openssldir_of(root_fd, resolved);
        running->openssl_version = openssldir_version(root_fd, resolved);
    }
    free(resolved);
    free(path);
}

void running_find(struct running *running, struct installed_list *list, const struct process *process,
                  int root_fd)
{
    struct process named = *process;
    struct mappings mappings;
    size_t *found = running->found, count;

    *running = (struct running){ .process = process };
    if (process->arguments.count == 0)
        return;
    if (process->executable == NULL) {
        named.executable = named_program(process, root_fd);
        if (named.executable != NULL)
            running->count = of_known(list, &named, root_fd, found);
        free(named.executable);
        return;
    }
    mappings_read(&mappings, process);
    read_openssl(running, list, &mappings, root_fd);
    count = of_known(list, process, root_fd, found);
    count = of_guest(list, &dotnet, &mappings, root_fd, found, count);
    if (count == 0) {
        found[0] = add_stranger(list, &mappings, root_fd, running->openssl_dir);
        count = found[0] != SIZE_MAX;
    }
    count = of_module(list, &mappings, root_fd, found, count);
    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
        count = of_guest(list, &guests[i], &mappings, root_fd, found, count);
    running->count = of_gnutls(list, &mappings, root_fd, found, count);
    mappings_clear(&mappings);
}

void running_clear(struct running *running)
{
    free(running->openssl_dir);
    free(running->openssl_version);
    *running = (struct running){ 0 };
}
