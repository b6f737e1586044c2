#include "collector/inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "collector/host_report.h"
#include "collector/listing.h"
#include "collector/sandbox.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"

struct settings {
    struct text_list campaigns;
    const char *root, *state, *export, *language;
    int64_t at;
    bool json;
};

static const struct option options[] = {
    { "campaign", OPTION_LIST, offsetof(struct settings, campaigns), "FILE", .required = true,
      .help = "judge by these campaigns" },
    { "root", OPTION_TEXT, offsetof(struct settings, root), "DIR", .fallback = "/",
      .help = "the host is this directory tree" },
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "what earlier runs remember; only read" },
    { "time", OPTION_INSTANT, offsetof(struct settings, at), "TIME",
      .help = "judge as of this instant, not of now" },
    { "export", OPTION_TEXT, offsetof(struct settings, export), "DIR",
      .help = "also write each trust set there, as DIR/DIGEST.pem in reading order" },
    { "language", OPTION_TEXT, offsetof(struct settings, language), "en|zh", .fallback = "en",
      .from_environment = true, .help = "of sentences and fixes" },
    { "json", OPTION_FLAG, offsetof(struct settings, json),
      .help = "the document instead of text (schema/json/inspect.json)" },
    { 0 },
};

bool inspect_load_campaigns(const struct text_list *paths, struct campaign ***campaigns, struct error *err)
{
    *campaigns = memory_new((paths->count + 1) * sizeof(**campaigns));
    for (size_t i = 0; i < paths->count; i++) {
        (*campaigns)[i] = campaign_load(paths->items[i], err);
        if ((*campaigns)[i] == NULL)
            return false;
        for (size_t j = 0; j < i; j++) {
            if (strcmp((*campaigns)[j]->name, (*campaigns)[i]->name) == 0)
                return error_set(err, ERROR_OPTION, "%s: campaign %s is given twice", paths->items[i],
                                 (*campaigns)[i]->name);
        }
    }
    return true;
}

void inspect_free_campaigns(struct campaign **campaigns, size_t count)
{
    for (size_t i = 0; campaigns != NULL && i < count; i++)
        campaign_free(campaigns[i]);
    free(campaigns);
}

static bool export_set(const char *directory, const struct client *client, struct error *err)
{
    char digest[FINGERPRINT_TEXT_BYTES];
    struct text path = { 0 };
    FILE *file;
    bool ok = true;

    text_format(&path, "%s/%s.pem", directory, fingerprint_format(&client->digest, digest));
    file = fopen(text_string(&path), "w");
    if (file == NULL)
        error_errno(err, "%s", text_string(&path));
    for (size_t i = 0; file != NULL && ok && i < client->trust->count; i++) {
        const struct trust_entry *entry = &client->trust->entries[i];

        ok = fprintf(file, "%s%s%s%s\n", certificate_label(entry->certificate),
                     (entry->marks & TRUST_MARK_REJECTED) != 0 ? " (rejected)" : "",
                     (entry->marks & TRUST_MARK_UNSURE) != 0 ? " (found at times)" : "",
                     (entry->marks & TRUST_MARK_EXPLICIT) != 0 ? " (explicitly trusted)" : "") > 0 &&
             PEM_write_X509(file, certificate_x509(entry->certificate)) == 1;
    }
    if (file != NULL && (fclose(file) != 0 || !ok))
        ok = error_errno(err, "%s", text_string(&path));
    text_clear(&path);
    return file != NULL && ok;
}

static bool export_sets(const char *directory, const struct inspection *inspection, struct error *err)
{
    if (mkdir(directory, 0755) != 0 && errno != EEXIST)
        return error_errno(err, "%s", directory);
    for (size_t i = 0; i < inspection->clients.count; i++) {
        if (!export_set(directory, &inspection->clients.items[i], err))
            return false;
    }
    return true;
}

enum answer inspect_answer(const struct inspection *inspection)
{
    static const enum answer answers[] = {
        [VERDICT_UNKNOWN] = ANSWER_UNDECIDED, [VERDICT_READY] = ANSWER_YES, [VERDICT_NOT_READY] = ANSWER_NO
    };
    enum verdict worst = VERDICT_READY;

    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        for (size_t j = 0; j < inspection->request->campaigns[i]->phase_count; j++) {
            struct judgement judgement = inspection_phase(inspection, i, j);

            if (!judgement.ended)
                worst = verdict_worse(worst, judgement.verdict);
        }
    }
    return answers[worst];
}

static void print(const struct host_report *made, const struct settings *settings,
                  enum guidance_language language)
{
    struct json json = { 0 };

    if (!settings->json) {
        listing_print(made->report, language, stdout);
        return;
    }
    codec_json(made->report, &json);
    puts(text_string(&json.text));
    json_clear(&json);
}

bool inspect_parse_language(const char *name, enum guidance_language *language, struct error *err)
{
    if (strcmp(name, "en") != 0 && strcmp(name, "zh") != 0)
        return error_set(err, ERROR_OPTION, "--language \"%.20s\": expected en or zh", name);
    *language = strcmp(name, "zh") == 0 ? GUIDANCE_ZH : GUIDANCE_EN;
    return true;
}

/* From here on hostile files are read. A kernel without filters is no reason to leave the question unanswered. */
static void confine(bool may_write)
{
    struct error err = { 0 };

    if (!sandbox_enter(may_write, &err))
        log_event(LOG_WARNING, "sandbox failed error=%s", err.message);
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct inspection_request request = { .root = settings->root,
                                          .state = settings->state,
                                          .at = settings->at != 0 ? settings->at : clock_now(),
                                          .campaign_count = settings->campaigns.count };
    struct inspection *inspection = NULL;
    struct host_report made = { 0 };
    enum guidance_language language = GUIDANCE_EN;
    int answer = ANSWER_NONE;

    (void)arguments;
    if (!inspect_parse_language(settings->language, &language, err))
        return ANSWER_NONE;
    if (!inspect_load_campaigns(&settings->campaigns, &request.campaigns, err))
        goto done;
    confine(settings->export != NULL);
    inspection = inspection_new(&request, err);
    if (inspection == NULL || (settings->export != NULL && !export_sets(settings->export, inspection, err)))
        goto done;
    host_report_make(&made, inspection, language, clock_now());
    print(&made, settings, language);
    answer = inspect_answer(inspection);
done:
    host_report_clear(&made);
    inspection_free(inspection);
    inspect_free_campaigns(request.campaigns, request.campaign_count);
    return answer;
}

const struct command inspect_command = {
    .name = "inspect",
    .summary = "find stores and clients, judge each phase, and say what to do",
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
