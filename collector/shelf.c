#include "collector/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "schema/x509/cache.h"

struct book {
    char *path, *password; /* password NULL for views without one */
    bool program, without_password, full;
    struct store *store;
};

struct shelf {
    int root_fd;
    struct certificate_cache *cache;
    struct book *books;
    size_t count;
    size_t *full; /* indices of the full views */
    size_t full_count;
};

struct shelf *shelf_new(int root_fd)
{
    struct shelf *shelf = memory_new(sizeof(*shelf));

    shelf->root_fd = root_fd;
    shelf->cache = certificate_cache_new();
    return shelf;
}

void shelf_free(struct shelf *shelf)
{
    if (shelf == NULL)
        return;
    for (size_t i = 0; i < shelf->count; i++) {
        free(shelf->books[i].path);
        free(shelf->books[i].password);
        store_free(shelf->books[i].store);
    }
    free(shelf->books);
    certificate_cache_free(shelf->cache);
    free(shelf->full);
    free(shelf);
}

static bool same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static struct store *load(const struct shelf *shelf, const char *path, const struct shelf_view *view)
{
    struct store_options options = { .cache = shelf->cache };
    struct text_list passwords = { 0 };
    struct store *store;

    if (view != NULL && view->program)
        return store_load_program(shelf->root_fd, path, &options);
    if (view != NULL && view->password != NULL) {
        text_list_add(&passwords, view->password);
        options.passwords = &passwords;
        options.only_passwords = true;
    } else if (view != NULL && view->without_password) {
        options.without_password = true;
    }
    store = store_load(shelf->root_fd, path, &options);
    text_list_clear(&passwords);
    return store;
}

static const struct store *find(const struct shelf *shelf, const char *path, const struct shelf_view *view)
{
    for (size_t i = 0; i < shelf->count; i++) {
        const struct book *book = &shelf->books[i];

        if (strcmp(book->path, path) != 0)
            continue;
        if (view == NULL ? book->full
                         : !book->full && book->program == view->program &&
                               book->without_password == view->without_password &&
                               same_text(book->password, view->password))
            return book->store;
    }
    return NULL;
}

static const struct store *add(struct shelf *shelf, const char *path, const struct shelf_view *view,
                               bool full)
{
    shelf->books = array_grow(shelf->books, shelf->count, sizeof(*shelf->books));
    shelf->books[shelf->count] = (struct book){
        .path = memory_text(path),
        .password = view == NULL || view->password == NULL ? NULL : memory_text(view->password),
        .program = view != NULL && view->program,
        .without_password = view != NULL && view->without_password,
        .full = full,
        .store = load(shelf, path, view),
    };
    if (full) {
        shelf->full = array_grow(shelf->full, shelf->full_count, sizeof(*shelf->full));
        shelf->full[shelf->full_count++] = shelf->count;
    }
    return shelf->books[shelf->count++].store;
}

const struct store *shelf_get(struct shelf *shelf, const char *path, const struct shelf_view *view)
{
    const struct store *store;

    /* only keystores look different without a password, or with a certain one */
    if (find(shelf, path, NULL) == NULL)
        add(shelf, path, view != NULL && view->program ? view : NULL, true);
    store = find(shelf, path, NULL);
    if (view == NULL || view->program ||
        (store->format != STORE_JKS && store->format != STORE_JCEKS && store->format != STORE_PKCS12))
        return store;
    store = find(shelf, path, view);
    return store != NULL ? store : add(shelf, path, view, false);
}

size_t shelf_count(const struct shelf *shelf)
{
    return shelf->full_count;
}

const struct store *shelf_at(const struct shelf *shelf, size_t index)
{
    const struct book *full = &shelf->books[shelf->full[index]];
    const struct store *best = full->store;

    for (size_t i = 0; i < shelf->count; i++) { /* a client's own password may have opened more than ours */
        if (strcmp(shelf->books[i].path, full->path) == 0 && shelf->books[i].store->count > best->count)
            best = shelf->books[i].store;
    }
    return best;
}
