/*
 * A directory of certificates, and the programs that carry some: both are read by the readers of files.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "schema/store/reader.h"
#include "schema/x509/cache.h"

/* A directory is read up to this many bytes in all. */
#define DIRECTORY_BYTES_MAX (4 * (size_t)STORE_BYTES_MAX)

/*
 * HASH.N: the eight lowercase hex digits of OpenSSL's hash and a number. OpenSSL tries 0, 1, … until
 * one is missing, so a number without all those below it is not found.
 */
static bool parse_hash_name(const char *name, unsigned long *hash, unsigned long *number)
{
    char *end;

    for (int i = 0; i < 8; i++) {
        if (!isdigit((unsigned char)name[i]) && (name[i] < 'a' || name[i] > 'f'))
            return false;
    }
    if (name[8] != '.' || !isdigit((unsigned char)name[9]) || (name[9] == '0' && name[10] != '\0'))
        return false;
    *hash = strtoul(name, NULL, 16);
    *number = strtoul(name + 9, &end, 10);
    return *end == '\0';
}

static bool has_name(char *const *names, size_t count, const char *name)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(names[middle], name);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_reachable(char *const *names, size_t count, const char *name,
                         const struct certificate *certificate)
{
    unsigned long hash, number;
    char below[32];

    if (certificate == NULL || !parse_hash_name(name, &hash, &number) || number > STORE_ENTRIES_MAX ||
        X509_NAME_hash_ex(X509_get_subject_name(certificate_x509(certificate)), NULL, NULL, NULL) != hash)
        return false;
    for (unsigned long i = 0; i < number; i++) {
        snprintf(below, sizeof(below), "%08lx.%lu", hash, i);
        if (!has_name(names, count, below))
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_names(int folder, struct text_list *names)
{
    int copy = dup(folder);
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    bool all = true;

    if (directory == NULL) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    for (struct dirent *row = readdir(directory); row != NULL; row = readdir(directory)) {
        if (row->d_name[0] == '.')
            continue;
        if (names->count == STORE_ENTRIES_MAX) {
            all = false;
            break;
        }
        text_list_add(names, row->d_name);
    }
    closedir(directory);
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), by_name);
    return all;
}

/* Entries of one file, on their way into the directory's store. */
struct passing {
    struct store *store;
    const struct text_list *names;
    const char *name;
};

static void pass_on(const struct passing *passing, const struct store *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct store_entry entry = file->items[i].entry;

        entry.alias = passing->name;
        entry.hashed_name = is_reachable(passing->names->items, passing->names->count, passing->name,
                                         file->items[i].certificate);
        if (!store_keep(passing->store, &entry))
            return;
    }
}

/* Later than both: a directory changes when its names or any of its files do. */
static void take_change(struct store *store, const struct timespec *changed)
{
    if (changed->tv_sec > store->changed.tv_sec ||
        (changed->tv_sec == store->changed.tv_sec && changed->tv_nsec > store->changed.tv_nsec))
        store->changed = *changed;
}

/* Files that hold no certificates at all are not the store's trouble: README, a key, a list. */
static void read_file(const struct passing *passing, int root_fd, const struct store_options *options,
                      struct fingerprint_hash *digest, size_t *left)
{
    struct store *store = passing->store;
    struct error err = { 0 };
    struct input input = { 0 };
    struct text path = { 0 };
    struct store *file;

    text_format(&path, "%s/%s", store->path, passing->name);
    if (!input_read(root_fd, text_string(&path), *left < STORE_BYTES_MAX ? *left : STORE_BYTES_MAX, &input,
                    &err)) {
        if (err.kind == ERROR_DENIED || err.kind == ERROR_LIMIT) {
            struct store_entry entry = { .kind = STORE_ENTRY_DAMAGED,
                                         .alias = passing->name,
                                         .damage = err.message };

            store_keep(store, &entry);
        }
        goto done;
    }
    *left -= input.size;
    take_change(store, &input.status.st_ctim);
    file = store_load_bytes(text_string(&path), input.bytes, input.size, options);
    fingerprint_hash_add(digest, passing->name, strlen(passing->name) + 1);
    fingerprint_hash_add(digest, file->digest.bytes, FINGERPRINT_BYTES);
    if (file->format == STORE_PEM || file->format == STORE_DER)
        pass_on(passing, file);
    store_free(file);
done:
    input_clear(&input);
    text_clear(&path);
}

void store_read_directory(struct store *store, int root_fd, int folder, const struct store_options *options)
{
    struct fingerprint_hash *digest = fingerprint_hash_new();
    struct text_list names = { 0 };
    struct stat status;
    size_t left = DIRECTORY_BYTES_MAX;

    store->format = STORE_DIRECTORY;
    if (fstat(folder, &status) == 0)
        store_set_status(store, &status);
    if (!list_names(folder, &names))
        store_trouble(store, STORE_PARTIAL, "the directory could not be listed to its end");
    close(folder);
    for (size_t i = 0; i < names.count; i++) {
        struct passing passing = { store, &names, names.items[i] };

        read_file(&passing, root_fd, options, digest, &left);
    }
    text_list_clear(&names);
    store->digest = fingerprint_hash_take(digest);
}

/*
 * Of a program only what is a certificate counts: its text may well speak of BEGIN and END. There are no
 * lines in it either, each block being a string of its own.
 */
static bool keep_carried(void *context, const struct store_entry *entry)
{
    struct store_entry carried = *entry;
    struct error err = { 0 };
    struct certificate *certificate;

    if (entry->kind != STORE_ENTRY_CERTIFICATE || entry->der == NULL)
        return true;
    certificate =
        certificate_cache_parse(((struct store *)context)->cache, entry->der, entry->der_bytes, &err);
    if (certificate == NULL)
        return true;
    certificate_free(certificate);
    carried.by_line = STORE_LINE_SEEN;
    return store_keep(context, &carried);
}

struct store *store_load_program(int root_fd, const char *path, const struct store_options *options)
{
    struct store *store = memory_new(sizeof(*store));
    struct error err = { 0 };
    struct fingerprint_hash *digest = fingerprint_hash_new();
    struct stat status;
    void *image = MAP_FAILED;
    int fd = input_open(root_fd, path, false, &err);

    store->path = memory_text(path);
    store->format = STORE_ELF;
    store->cache = options == NULL ? NULL : options->cache;
    if (fd < 0 || fstat(fd, &status) != 0) {
        store_trouble(store, err.kind == ERROR_ABSENT ? STORE_DANGLING : STORE_DENIED, err.message);
        goto done;
    }
    store->resolved = input_resolve(root_fd, path, &err);
    store_set_status(store, &status);
    if (status.st_size > 0)
        image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (image == MAP_FAILED) {
        store_trouble(store, STORE_OPAQUE, "the program cannot be mapped");
        goto done;
    }
    pem_walk(image, (size_t)status.st_size, keep_carried, store);
    munmap(image, (size_t)status.st_size);
done:
    for (size_t i = 0; i < store->count; i++)
        fingerprint_hash_add(digest, store->items[i].entry.der, store->items[i].entry.der_bytes);
    store->digest = fingerprint_hash_take(digest);
    store->cache = NULL;
    if (fd >= 0)
        close(fd);
    return store;
}
