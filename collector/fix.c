#include "collector/fix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"

/*
 * What the system's own tool makes is mended where it makes it from: changes beside it are lost on its next run. But
 * Node's own roots and a copy of certifi's are not of its making.
 */
static enum guidance_target target_of(const struct client *client, const struct store *store)
{
    enum guidance_target target;

    if (guidance_system_target(store->resolved, &target))
        return target;
    switch (client->runtime) {
    case RUNTIME_JAVA: return GUIDANCE_JAVA_STORE;
    case RUNTIME_NODE:
        if (client->choice.carries_roots)
            return GUIDANCE_NODE;
        break;
    case RUNTIME_REQUESTS:
    case RUNTIME_HTTPX:
    case RUNTIME_CERTIFI:
    case RUNTIME_PIP:
        if (client->choice.settings.count == 0)
            return GUIDANCE_CERTIFI;
        break;
    case RUNTIME_HTTPLIB2:
    case RUNTIME_BOTOCORE:
    case RUNTIME_GRPC:
    case RUNTIME_OPENSSL:
    case RUNTIME_PYTHON:
    case RUNTIME_CURL:
    case RUNTIME_PHP:
    case RUNTIME_PHP_CURL:
    case RUNTIME_GO:
    case RUNTIME_RUSTLS:
    case RUNTIME_GNUTLS:
    case RUNTIME_GIT:
    case RUNTIME_WGET:
    case RUNTIME_UNSEEN:
    case RUNTIMES: break;
    }
    return store->format == STORE_DIRECTORY ? GUIDANCE_HASHED_DIRECTORY : GUIDANCE_PEM_BUNDLE;
}

/* The store to mend: the first that is there; else the first, which then has to be made. */
static const struct store *store_of(const struct client *client, struct shelf *shelf)
{
    const struct store *store = NULL;

    for (size_t i = 0; i < client->choice.stores.count; i++) {
        store = shelf_get(shelf, client->choice.stores.items[i], NULL);
        if (store->state != STORE_DANGLING)
            return store;
    }
    return client->choice.stores.count == 0 ? NULL : shelf_get(shelf, client->choice.stores.items[0], NULL);
}

/* The JVM's own keytool; for the rest, the program itself. */
static char *tool_of(const struct client *client)
{
    char *bin, *tool;

    if (client->runtime != RUNTIME_JAVA || client->home == NULL)
        return memory_text(client->executable);
    bin = tree_join(client->home, "bin");
    tool = tree_join(bin, "keytool");
    free(bin);
    return tool;
}

void fix_lines(const struct campaign *campaign, const struct judgement *judgement,
               const struct client *client, struct shelf *shelf, enum guidance_language language,
               struct text_list *lines)
{
    const struct store *store = store_of(client, shelf);
    struct guidance_question question = { .campaign = campaign, .reason = judgement->reason };
    char process[128], *tool;

    if (judgement->verdict == VERDICT_READY || store == NULL)
        return;
    question.root = guidance_root(campaign, judgement->chain == SIZE_MAX ? 0 : judgement->chain);
    if (question.root == SIZE_MAX)
        return;
    tool = tool_of(client);
    question.path = store->path;
    question.target =
        strcmp(judgement->reason, "restart-needed") == 0 ? GUIDANCE_PROCESS : target_of(client, store);
    question.tool = tool;
    question.setting = client->choice.settings.count > 0 ? client->choice.settings.items[0] : NULL;
    if (client->process_count > 0) {
        snprintf(process, sizeof(process), "pid %d (%s)", (int)client->processes[0].pid,
                 runtime_name(client->runtime));
        question.process = process;
    }
    guidance_lines(&question, language, lines);
    free(tool);
}
