#include "collector/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/runtime/running.h"
#include "collector/trust.h"
#include "collector/unclaimed.h"

static void free_client(struct client *client)
{
    free(client->executable);
    free(client->version);
    free(client->home);
    free(client->processes);
    free(client->changes);
    choice_clear(&client->choice);
    trust_set_free(client->trust);
}

void client_list_clear(struct client_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_client(&list->items[i]);
    free(list->items);
    *list = (struct client_list){ 0 };
}

static void hash_text(struct fingerprint_hash *hash, const char *text)
{
    fingerprint_hash_add(hash, text, strlen(text) + 1);
}

/* Of everything that makes it another client, the password apart: `ordinal` tells those that differ in nothing else. */
static void set_id(struct client *client, unsigned ordinal)
{
    const struct choice *choice = &client->choice;
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct fingerprint print;
    char text[FINGERPRINT_TEXT_BYTES];

    hash_text(hash, runtime_name(client->runtime));
    hash_text(hash, client->executable);
    for (size_t i = 0; i < choice->stores.count; i++)
        hash_text(hash, choice->stores.items[i]);
    if (choice_is_refused(choice))
        fingerprint_hash_add(hash, choice->refusals, choice->stores.count * sizeof(*choice->refusals));
    if (choice->unsettled || choice->adds_unread)
        hash_text(hash, choice->unsettled ? "unsettled" : "adds");
    if (choice->store_type != NULL)
        hash_text(hash, choice->store_type);
    for (size_t i = 0; i < choice->files.count; i++)
        hash_text(hash, choice->files.items[i]);
    hash_text(hash, "");
    for (size_t i = 0; i < choice->settings.count; i++)
        hash_text(hash, choice->settings.items[i]);
    if (ordinal > 0)
        fingerprint_hash_add(hash, &ordinal, sizeof(ordinal));
    print = fingerprint_hash_take(hash);
    memcpy(client->id, fingerprint_format(&print, text), sizeof(client->id) - 1);
}

/* A client as this process was told, or with no process as the runtime's own defaults have it. */
static struct client describe(const struct installed *installed, int root_fd, const struct running *running)
{
    struct client client = {
        .runtime = installed->runtime,
        .executable = memory_text(installed->executable),
        .version = memory_text(installed->version),
        .home = installed->home == NULL ? NULL : memory_text(installed->home),
    };

    choice_make(&client.choice, installed, root_fd, running);
    return client;
}

static struct client *find(const struct client_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].id, id) == 0)
            return &list->items[i];
    }
    return NULL;
}

static bool passwords_are_equal(const struct client *a, const struct client *b)
{
    const char *left = a->choice.password, *right = b->choice.password;

    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

/* The client that this is, made when it is new; `client` is taken. Ids leave the host, passwords never do. */
static struct client *join(struct client_list *list, struct client *client)
{
    struct client *other;

    for (unsigned ordinal = 0;; ordinal++) {
        set_id(client, ordinal);
        other = find(list, client->id);
        if (other == NULL)
            break;
        if (passwords_are_equal(other, client)) {
            free_client(client);
            return other;
        }
    }
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count] = *client;
    return &list->items[list->count++];
}

/* One process as a client of this installed software. */
static void add_speaker(struct client_list *list, const struct installed *installed, int root_fd,
                        const struct running *running, bool speaks)
{
    struct client client = describe(installed, root_fd, running), *joined;
    const struct process *process = running->process;

    joined = join(list, &client);
    joined->processes = array_grow(joined->processes, joined->process_count, sizeof(*joined->processes));
    joined->processes[joined->process_count++] = (struct client_process){ process->pid, process->started_ms };
    joined->talks = joined->talks || speaks;
}

/* A program that is connected to the servers in question with none of the TLS that we know. */
static void add_unknown_tls(struct client_list *list, int root_fd, const struct running *running)
{
    const struct installed program = {
        .runtime = RUNTIME_UNKNOWN_TLS,
        .executable = running->process->executable,
        .version = (char *)(uintptr_t) "",
        .model = "rfc5280",
    };

    add_speaker(list, &program, root_fd, running, true);
}

/*
 * Programs of other users that we have no right to look into: any of them may be a client, with a store of
 * its own, so that without that right no host is ready. What root itself may not see is more privileged
 * than the whole of this host: a container's keeper, not one of its services.
 */
static const struct installed unseen = {
    .runtime = RUNTIME_UNSEEN,
    .executable = (char *)(uintptr_t) "other users' programs",
    .version = (char *)(uintptr_t) "",
    .model = "rfc5280",
};

static bool is_unseen(const struct process *process)
{
    return process->executable == NULL && geteuid() != 0;
}

void client_list_read(struct client_list *list, const struct process_list *processes, struct shelf *shelf,
                      int root_fd, client_speaks *speaks, void *context)
{
    struct installed_list installed;

    *list = (struct client_list){ 0 };
    installed_list_read(&installed, root_fd);
    for (size_t i = 0; i < processes->count; i++) {
        const struct process *process = &processes->items[i];
        enum client_speech speech = speaks(context, process);
        struct running running;

        running_find(&running, &installed, process, root_fd);
        for (size_t j = 0; j < running.count; j++)
            add_speaker(list, &installed.items[running.found[j]], root_fd, &running, speech != CLIENT_SILENT);
        if (running.count == 0 && is_unseen(process))
            add_speaker(list, &unseen, root_fd, &running, false);
        else if (running.count == 0 && process->executable != NULL && speech == CLIENT_CONNECTS)
            add_unknown_tls(list, root_fd, &running);
        running_clear(&running);
    }
    for (size_t i = 0; i < installed.count; i++) {
        struct client client;

        if (installed.items[i].by_process)
            continue;
        client = describe(&installed.items[i], root_fd, NULL);

        join(list, &client);
    }
    unclaimed_add(list, shelf, root_fd);
    for (size_t i = 0; i < list->count; i++)
        trust_read(&list->items[i], shelf, root_fd);
    installed_list_clear(&installed);
}
