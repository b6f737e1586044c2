/* The command `outreach`: what each partner that is not ready is to be told. */
#include <stdio.h>

#include "aggregator/campaigns.h"
#include "aggregator/migration.h"
#include "aggregator/outreach.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"

static bool load_and_note(const struct settings *settings, struct database *database,
                          struct campaigns *campaigns, struct outreach *outreach, struct error *err)
{
    const struct campaign *campaign;

    if (!database_begin(database, "ISOLATION LEVEL REPEATABLE READ", err) ||
        !database_set_time(database, settings->time, err) || !campaigns_load(database, campaigns, err))
        return false;
    campaign = campaigns_find(campaigns, settings->campaign);
    if (campaign == NULL)
        return error_set(err, ERROR_ABSENT, "no campaign \"%s\"", settings->campaign);
    return outreach_load(database, campaign, settings->partner, outreach, err) &&
           outreach_note(database, outreach, settings->partner, err) && database_commit(database, err);
}

int command_outreach(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = NULL;
    struct campaigns campaigns = { 0 };
    struct outreach outreach = { 0 };
    struct text out = { 0 };
    bool ok = settings->csv + settings->json + settings->text <= 1 ||
              error_set(err, ERROR_OPTION, "say one of --csv, --json and --text");

    (void)arguments;
    ok = ok && (database = database_open(settings->database, "outreach", err)) != NULL &&
         migration_check(database, err) && load_and_note(settings, database, &campaigns, &outreach, err);
    outreach.as_of = settings->time != 0 ? settings->time : clock_now();
    if (ok && settings->only_new)
        outreach_keep_new(&outreach);
    if (ok) {
        (settings->csv    ? outreach_print_csv
         : settings->json ? outreach_print_json
                          : outreach_print_text)(&outreach, &out);
        fwrite(text_string(&out), 1, out.size, stdout);
    }
    text_clear(&out);
    outreach_clear(&outreach);
    campaigns_clear(&campaigns);
    database_close(database);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
