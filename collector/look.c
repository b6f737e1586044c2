#include "collector/look.h"

#include "collector/host_report.h"
#include "collector/inspect.h"
#include "schema/base/clock.h"

static bool hand_on(const struct inspection *inspection, enum guidance_language language, struct state *state,
                    look_take *take, void *context, struct error *err)
{
    int64_t now = clock_now();
    struct host_report made = { 0 };
    struct report report;
    bool ok;

    host_report_make(&made, inspection, language, now);
    report = (struct report){ made.report, made.manifests, made.manifest_count };
    /* Remembered first: what the report says of the past must be there at the next look, come what may. */
    ok = inspection_remember(inspection, state, now, err) && take(context, &report, err);
    host_report_clear(&made);
    return ok;
}

bool look_at_host(const struct look_settings *settings, const char *directory, struct state *state,
                  look_take *take, void *context, enum answer *answer, struct error *err)
{
    struct inspection_request request = { .root = settings->root,
                                          .state = directory,
                                          .at = clock_now(),
                                          .campaign_count = settings->campaigns.count };
    struct inspection *inspection = NULL;
    enum guidance_language language;
    bool ok = inspect_parse_language(settings->language, &language, err) &&
              inspect_load_campaigns(&settings->campaigns, &request.campaigns, err);

    if (ok)
        inspection = inspection_new(&request, err);
    ok = inspection != NULL && hand_on(inspection, language, state, take, context, err);
    if (ok)
        *answer = inspect_answer(inspection);
    inspection_free(inspection);
    inspect_free_campaigns(request.campaigns, request.campaign_count);
    return ok;
}
