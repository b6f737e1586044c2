/*
 * A directory of certificates, and the programs that carry some: both are read by the readers of files.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "schema/store/hashed.h"
#include "schema/store/reader.h"
#include "schema/x509/cache.h"

/* A directory is read up to this many bytes in all. */
#define DIRECTORY_BYTES_MAX (4 * (size_t)STORE_BYTES_MAX)

/* Numbers by their value: HASH.10 is tried after HASH.9. */
static int by_name(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
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

static void pass_on(struct store *store, const char *name, const struct store *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct store_entry entry = file->items[i].entry;

        entry.alias = name;
        entry.is_der = file->format == STORE_DER;
        if (!store_keep(store, &entry))
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

static void note_unread(struct store *store, const char *name, const struct error *err)
{
    const struct store_entry entry = {
        .kind = STORE_ENTRY_DAMAGED, .alias = name, .damage = err->message, .unread = true
    };

    if (err->kind == ERROR_DENIED || err->kind == ERROR_LIMIT)
        store_keep(store, &entry);
}

/* Files that hold no certificates at all are not the store's trouble: README, a key, a list. */
static void read_file(struct store *store, int root_fd, struct hashed_file *member,
                      const struct store_options *options, struct fingerprint_hash *digest, size_t *left)
{
    struct error err = { 0 };
    struct input input = { 0 };
    struct text path = { 0 };
    struct store *file;

    text_format(&path, "%s/%s", store->path, member->name);
    if (!input_read(root_fd, text_string(&path), *left < STORE_BYTES_MAX ? *left : STORE_BYTES_MAX, &input,
                    &err)) {
        note_unread(store, member->name, &err);
        goto done;
    }
    *left -= input.size;
    take_change(store, &input.status.st_ctim);
    file = store_load_bytes(text_string(&path), input.bytes, input.size, options);
    fingerprint_hash_add(digest, member->name, strlen(member->name) + 1);
    fingerprint_hash_add(digest, file->digest.bytes, FINGERPRINT_BYTES);
    member->pem = file->format == STORE_PEM;
    if (file->format == STORE_PEM || file->format == STORE_DER)
        pass_on(store, member->name, file);
    store_free(file);
done:
    input_clear(&input);
    text_clear(&path);
}

void store_read_directory(struct store *store, int root_fd, int folder, const struct store_options *options)
{
    struct fingerprint_hash *digest = fingerprint_hash_new();
    struct text_list names = { 0 };
    struct hashed_file *files;
    struct stat status;
    size_t left = DIRECTORY_BYTES_MAX;

    store->format = STORE_DIRECTORY;
    if (fstat(folder, &status) == 0)
        store_set_status(store, &status);
    if (!list_names(folder, &names))
        store_trouble(store, STORE_PARTIAL, "the directory could not be listed to its end");
    close(folder);
    files = memory_new((names.count + 1) * sizeof(*files));
    for (size_t i = 0; i < names.count; i++) {
        files[i] = (struct hashed_file){ .name = names.items[i], .from = store->count };
        read_file(store, root_fd, &files[i], options, digest, &left);
        files[i].until = store->count;
    }
    hashed_mark(store, files, names.count);
    free(files);
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
