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
        if (client->choice.carries_roots && !client->choice.adds_extra)
            return GUIDANCE_NODE;
        break;
    case RUNTIME_HTTPX:
        if (client->choice.settings.count == 0)
            return GUIDANCE_HTTPX;
        break;
    case RUNTIME_PHP:
    case RUNTIME_PHP_CURL:
        if (client->choice.settings.count == 0 && store->state == STORE_DANGLING)
            return GUIDANCE_PHP;
        break;
    case RUNTIME_REQUESTS:
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
    return store->format == STORE_DIRECTORY ? GUIDANCE_HASHED_DIRECTORY : GUIDANCE_PEM_BUNDLE;
}

/*
 * The store to mend: the first that is there; else the first, which then has to be made. What a Node adds to its own
 * roots goes into the file that it already adds: to name another one would take that away.
 */
static const struct store *store_of(const struct client *client, struct shelf *shelf)
{
    const struct store *store = NULL;
    size_t count = client->choice.stores.count;

    if (client->choice.adds_extra && count > 0)
        return shelf_get(shelf, client->choice.stores.items[count - 1], NULL);
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

/* The instant from which on a chain is not accepted. */
static int64_t failing_at(const struct campaign_phase *phase, int64_t at, const struct judgement *judgement)
{
    if (judgement->valid_until != CLOCK_NEVER)
        return judgement->valid_until;
    return judgement->ended || at < phase->starts ? phase->starts : at;
}

void fix_lines(const struct campaign *campaign, size_t phase, int64_t at, const struct judgement *judgement,
               const struct client *client, struct shelf *shelf, enum guidance_language language,
               struct text_list *lines)
{
    const struct store *store = store_of(client, shelf);
    struct guidance_question question = { .campaign = campaign,
                                          .reason = judgement->reason,
                                          .chain = judgement->chain,
                                          .at = failing_at(&campaign->phases[phase], at, judgement),
                                          .model = client->choice.model };
    char process[128], *tool;

    if (store == NULL)
        return;
    question.root = guidance_root(campaign, judgement->chain);
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
