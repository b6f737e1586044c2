#include "scanner/scan.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "scanner/run.h"
#include "schema/base/clock.h"
#include "schema/tls/target.h"

#define AT(member) offsetof(struct scan_settings, member)

const struct option scan_options[] = {
    { "targets", OPTION_TEXT, AT(targets), "FILE|-", .help = "lines of " TARGET_FORMS },
    { "campaign", OPTION_TEXT, AT(campaign), "FILE",
      .help =
          "say of each chain which of the campaign's it is and for whom it breaks; without --targets scan "
          "its endpoints" },
    { "client", OPTION_LIST, AT(clients), "RELEASE",
      .help = "for whom: java, android:4.4, pinned:FILE (default: all that the catalogue knows)" },
    { "depth", OPTION_TEXT, AT(depth), PROBE_DEPTHS, "handshake",
      .help =
          "certificate: what the server claims, for a tenth of the price; request: also send one HTTP GET, "
          "whose status line must come back" },
    { "hello", OPTION_LIST, AT(hellos), "NAME", HELLO_DEFAULT,
      .help = "what to say: modern, tls12, rsa-tls12, ecdsa-tls12, rsa-tls13, ecdsa-tls13, legacy, no-sni" },
    LIMITS_OPTIONS(struct scan_settings, limits),
    { "time", OPTION_INSTANT, AT(at), "T",
      .help = "which of the campaign's endpoints are in use (default: now)" },
    { "out", OPTION_TEXT, AT(out), "FILE|-|kafka", "-", .help = "where the records go, one JSON line each" },
    { "metrics", OPTION_TEXT, AT(metrics), "PORT|FILE",
      .help = "figures for Prometheus: on this port of 127.0.0.1, or in a file that is replaced every five "
              "seconds" },
    { "checkpoint", OPTION_TEXT, AT(checkpoint), "FILE",
      .help = "note there each second what is complete; --targets and --out must be files" },
    { "resume", OPTION_FLAG, AT(resume),
      .help = "go on where the scan was that left this checkpoint, or begin" },
    KAFKA_OPTIONS(struct scan_settings, kafka),
    { 0 },
};

static bool set_hellos(struct run_plan *plan, const struct text_list *names, struct error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct hello *hello = hello_find(names->items[i]);
        bool known = false;

        if (hello == NULL)
            return error_set(err, ERROR_OPTION, "--hello: no hello \"%s\" (see scan --help)",
                             names->items[i]);
        for (size_t j = 0; j < plan->hello_count; j++)
            known = known || plan->hellos[j] == hello;
        if (known) /* asked for twice it would make two records of one key */
            continue;
        if (plan->hello_count == TASK_HELLOS_MAX)
            return error_set(err, ERROR_LIMIT, "--hello: more than %d", TASK_HELLOS_MAX);
        plan->hellos[plan->hello_count++] = hello;
    }
    return true;
}

static bool make_plan(const struct scan_settings *settings, struct run_plan *plan, struct error *err)
{
    *plan = (struct run_plan){ .metrics = settings->metrics,
                               .out = settings->out,
                               .at = settings->at != 0 ? settings->at : clock_now() };
    if (settings->targets == NULL && settings->campaign == NULL)
        return error_set(err, ERROR_OPTION, "what to scan: --targets FILE, --targets - or --campaign FILE");
    if (settings->clients.count > 0 && settings->campaign == NULL)
        return error_set(err, ERROR_OPTION, "--client: for whom chains break is said with --campaign only");
    if (!probe_depth_parse(settings->depth, &plan->depth))
        return error_set(err, ERROR_OPTION, "--depth: \"%s\" is none of " PROBE_DEPTHS, settings->depth);
    return set_hellos(plan, &settings->hellos, err);
}

static bool scan(const struct run_plan *plan, struct error *err)
{
    struct run *run = run_new(plan, err);
    struct text said = { 0 };
    bool ok;

    if (run == NULL)
        return false;
    ok = run_go(run, err);
    run_write_summary(run, &said);
    run_write_metadata(run, &said);
    fprintf(stderr, "%s\n", text_string(&said));
    text_clear(&said);
    run_free(run);
    return ok;
}

/* What of the settings makes the records what they are. */
static bool describe(const struct scan_settings *settings, const struct run_plan *plan,
                     struct checkpoint_settings *description, struct error *err)
{
    char hex[FINGERPRINT_TEXT_BYTES], instant[CLOCK_TEXT_BYTES];
    struct fingerprint digest;
    struct text hellos = { 0 }, clients = { 0 };

    if (plan->source != NULL && !source_digest(plan->source, &digest, err))
        return error_within(err, "--checkpoint");
    if (plan->source != NULL)
        checkpoint_setting_add(description, "targets", fingerprint_format(&digest, hex));
    else
        checkpoint_setting_add(description, "endpoints at", clock_format(plan->at, instant));
    checkpoint_setting_add(description, "campaign",
                           plan->campaign != NULL ? fingerprint_format(&plan->campaign->digest, hex) : "");
    for (size_t i = 0; i < settings->clients.count; i++)
        text_format(&clients, "%s%s", i > 0 ? " " : "", settings->clients.items[i]);
    checkpoint_setting_add(description, "clients", text_string(&clients));
    text_clear(&clients);
    checkpoint_setting_add(description, "depth", settings->depth);
    checkpoint_setting_add(description, "identification",
                           settings->limits.identification != NULL ? settings->limits.identification : "");
    for (size_t i = 0; i < plan->hello_count; i++)
        text_format(&hellos, "%s%s", i > 0 ? " " : "", plan->hellos[i]->name);
    checkpoint_setting_add(description, "hellos", text_string(&hellos));
    text_clear(&hellos);
    return true;
}

static bool check_checkpoint(const struct scan_settings *settings, struct error *err)
{
    if (settings->checkpoint != NULL && strcmp(settings->checkpoint, settings->out) == 0)
        return error_set(err, ERROR_OPTION, "--checkpoint and --out are one file, %s", settings->out);
    if (settings->checkpoint == NULL && settings->resume)
        return error_set(err, ERROR_OPTION, "--resume needs --checkpoint FILE");
    if (settings->checkpoint == NULL)
        return true;
    if (strcmp(settings->out, "-") == 0 || strcmp(settings->out, "kafka") == 0)
        return error_set(err, ERROR_OPTION,
                         "--checkpoint needs --out FILE: \"%s\" cannot be cut back to what is complete",
                         settings->out);
    if (settings->targets == NULL && settings->at == 0)
        return error_set(
            err, ERROR_OPTION,
            "--checkpoint without --targets needs --time: which endpoints are in use must not change");
    return true;
}

/* Everything that is opened, and closed again. */
struct opened {
    struct campaign *campaign;
    struct outlook *outlook;
    struct source *source;
    struct fence *fence;
    struct checkpoint_settings description;
    struct journal *journal;
    struct sink *sink;
};

static bool open_out(const struct scan_settings *settings, const struct run_plan *plan, struct opened *opened,
                     struct error *err)
{
    const struct journal_order order = {
        .path = settings->checkpoint,
        .out = settings->out,
        .resume = settings->resume,
        .settings = &opened->description,
        .campaign = opened->campaign,
        .hello_count = plan->hello_count,
    };

    if (settings->checkpoint == NULL) {
        opened->sink = sink_open(settings->out, &settings->kafka, err);
        return opened->sink != NULL;
    }
    if (!describe(settings, plan, &opened->description, err))
        return false;
    opened->journal = journal_open(&order, err);
    if (opened->journal != NULL)
        opened->sink = journal_open_sink(opened->journal, err);
    return opened->sink != NULL;
}

static bool open_all(const struct scan_settings *settings, struct run_plan *plan, struct opened *opened,
                     struct error *err)
{
    if (settings->campaign != NULL) {
        plan->campaign = opened->campaign = campaign_load(settings->campaign, err);
        if (opened->campaign == NULL)
            return false;
        plan->outlook = opened->outlook = outlook_new(opened->campaign, &settings->clients, err);
        if (opened->outlook == NULL)
            return error_within(err, "--client");
    }
    if (settings->targets != NULL) {
        plan->source = opened->source = source_open(settings->targets, err);
        if (opened->source == NULL)
            return false;
        if (source_is_at(opened->source, settings->out))
            return error_set(err, ERROR_OPTION, "--out %s is the list of targets", settings->out);
    }
    opened->fence = limits_apply(&settings->limits, plan, err);
    if (opened->fence == NULL)
        return false;
    if (!open_out(settings, plan, opened, err))
        return false;
    plan->sink = opened->sink;
    plan->journal = opened->journal;
    return true;
}

static void close_all(struct opened *opened)
{
    sink_close(opened->sink);
    journal_close(opened->journal);
    checkpoint_settings_clear(&opened->description);
    fence_close(opened->fence);
    source_close(opened->source);
    outlook_free(opened->outlook);
    campaign_free(opened->campaign);
}

int scan_run(void *given, const struct text_list *arguments, struct error *err)
{
    struct scan_settings *settings = given;
    struct opened opened = { 0 };
    struct run_plan plan;
    bool ok;

    (void)arguments;
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of writing, not the end of us */
    if (!make_plan(settings, &plan, err) || !check_checkpoint(settings, err))
        return ANSWER_NONE;
    ok = open_all(settings, &plan, &opened, err) && scan(&plan, err);
    close_all(&opened);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
