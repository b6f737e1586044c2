/* rootshift-aggregator: keeps what hosts and scanners say in PostgreSQL, and answers who is ready. */
#include "aggregator/database.h"
#include "aggregator/ingest.h"
#include "aggregator/scan.h"
#include "aggregator/settings.h"
#include "aggregator/web/serve.h"

#define DATABASE DATABASE_OPTION(struct settings, database)
#define KAFKA KAFKA_OPTIONS(struct settings, kafka)
#define END                                                                                                  \
    {                                                                                                        \
        0                                                                                                    \
    }
#define KEY                                                                                                  \
    {                                                                                                        \
        "key", OPTION_TEXT, SETTINGS_AT(key), "FILE",                                                        \
            .from_environment = true, .fallback = "/var/lib/rootshift-aggregator/centre.pem",                \
            .help = "the centre's own key, made at its first use"                                            \
    }
#define TIME                                                                                                 \
    {                                                                                                        \
        "time", OPTION_INSTANT, SETTINGS_AT(time), "T", .help = "the instant that counts as now"             \
    }
#define JSON                                                                                                 \
    {                                                                                                        \
        "json", OPTION_FLAG, SETTINGS_AT(json), .help = "one JSON document"                                  \
    }
#define CAMPAIGN(must)                                                                                       \
    {                                                                                                        \
        "campaign", OPTION_TEXT, SETTINGS_AT(campaign), "NAME", .required = (must),                          \
                                                                .help = "a campaign that was applied"        \
    }
#define PHASE                                                                                                \
    {                                                                                                        \
        "phase", OPTION_TEXT, SETTINGS_AT(phase), "NAME", .help = "one of its phases"                        \
    }
#define PARTNER(must)                                                                                        \
    {                                                                                                        \
        "partner", OPTION_TEXT, SETTINGS_AT(partner), "ID", .required = (must), .help = "one partner"        \
    }

static const struct option migrate_options[] = { DATABASE, END };
static const struct option partner_options[] = { DATABASE, TIME, END };
static const struct option campaign_options[] = { DATABASE, KAFKA, KEY, TIME, END };
static const struct option readiness_options[] = {
    DATABASE,
    CAMPAIGN(true),
    PHASE,
    { "findings", OPTION_FLAG, SETTINGS_AT(findings),
      .help = "instead: where hosts say something else than the centre finds, and what else is odd" },
    TIME,
    JSON,
    END,
};
static const struct option import_options[] = { DATABASE, KEY, TIME, END };
static const struct option digest_options[] = { DATABASE, END };

static const struct option token_options[] = {
    DATABASE,
    KAFKA,
    KEY,
    PARTNER(true),
    TIME,
    { "days", OPTION_NUMBER, SETTINGS_AT(days), "N", .fallback = "30", .low = 1, .high = 3650,
      .help = "how long hosts can enrol with it" },
    END,
};

static const struct option run_options[] = {
    DATABASE,
    KAFKA,
    KEY,
    TIME,
    { "group", OPTION_TEXT, SETTINGS_AT(group), "NAME", .from_environment = true,
      .fallback = "rootshift-aggregator", .help = "consumer group: aggregators of one database share one" },
    { "batch", OPTION_NUMBER, SETTINGS_AT(batch), "N", .from_environment = true,
      .fallback = KAFKA_VALUE(INGEST_BATCH_MAX), .low = 1, .high = INGEST_BATCH_MAX, .unit = "records",
      .help = "the longest transaction" },
    { "once", OPTION_FLAG, SETTINGS_AT(once), .help = "stop when all that is in the log by now is applied" },
    { "whole-log", OPTION_FLAG, SETTINGS_AT(whole_log), .from_environment = true,
      .help = "insist that each log starts at 0: for brokers that drop old records silently" },
    END,
};

static const struct option quarantine_options[] = {
    DATABASE,
    KEY,
    PARTNER(false),
    { "host", OPTION_TEXT, SETTINGS_AT(host), "NAME", .help = "whose key it is" },
    { "public-key", OPTION_TEXT, SETTINGS_AT(public_key), "FILE",
      .help = "the host's public key in PEM (openssl pkey -pubout), where no enrolment of it waits" },
    TIME,
    JSON,
    END,
};

static const struct option gate_options[] = {
    DATABASE,
    KEY,
    CAMPAIGN(false),
    PHASE,
    TIME,
    JSON,
    { "show", OPTION_NUMBER, SETTINGS_AT(show), "N", .low = 1, .high = INT64_MAX,
      .help = "decide again from what was kept of decision N" },
    { "head", OPTION_TEXT, SETTINGS_AT(head), "NUMBER:HASH",
      .help = "verify: a decision that was kept elsewhere, beside those of KEY.decisions" },
    END,
};

static const struct option outreach_options[] = {
    DATABASE,
    CAMPAIGN(true),
    PARTNER(false),
    TIME,
    { "csv", OPTION_FLAG, SETTINGS_AT(csv), .help = "RFC 4180, a row an item" },
    JSON,
    { "text", OPTION_FLAG, SETTINGS_AT(text),
      .help = "one text a partner, ready to send (this is what comes unasked)" },
    { "new", OPTION_FLAG, SETTINGS_AT(only_new), .help = "only what the partner's last export did not say" },
    END,
};

static const struct option scan_options[] = {
    DATABASE,
    KAFKA,
    CAMPAIGN(false),
    { "targets", OPTION_TEXT, SETTINGS_AT(targets), "FILE",
      .help = "also, or alone: lines of " TARGET_FORMS },
    { "depth", OPTION_TEXT, SETTINGS_AT(depth), PROBE_DEPTHS, "handshake",
      .help = "how far each probe goes" },
    { "hello", OPTION_LIST, SETTINGS_AT(hellos), "NAME", HELLO_DEFAULT,
      .help = "what to say, as rootshift-scanner scan --help names it" },
    TIME,
    END,
};

#define SIZE sizeof(struct settings)

static const struct command commands[] = {
    { "migrate", NULL, "bring the database's schema to this version", migrate_options, SIZE,
      command_migrate },
    { "campaign", "apply FILE", "make a campaign file the current version", campaign_options, SIZE,
      command_campaign },
    { "partner", "import FILE", "take partners from a CSV file", partner_options, SIZE, command_partner },
    { "enroll-token", NULL, "make the word with which a partner's hosts enrol", token_options, SIZE,
      command_enroll_token },
    { "run", NULL, "the daemon: reports from Kafka into the database", run_options, SIZE, command_run },
    { "import", "report FILE…", "take reports from files", import_options, SIZE, command_import },
    { "quarantine", "list | bind KEY | drop KEY",
      "what came from hosts that nobody knows: bind its key, or throw it away", quarantine_options, SIZE,
      command_quarantine },
    { "scan-start", NULL, "have scanner workers look at what a campaign's endpoints, or a list's, serve",
      scan_options, SIZE, command_scan_start },
    { "readiness", NULL, "who is ready for each phase, who is not, and why", readiness_options, SIZE,
      command_readiness },
    { "gate", "[verify]", "may this phase start? decide, show a decision, or check all of them", gate_options,
      SIZE, command_gate },
    { "outreach", NULL, "what each partner that is not ready must be told", outreach_options, SIZE,
      command_outreach },
    { "serve", NULL, "the dashboard: pages, CSV and JSON over HTTP", serve_options,
      sizeof(struct serve_settings), serve_run },
    { "digest", NULL, "a SHA-256 per table", digest_options, SIZE, command_digest },
    { 0 },
};

int main(int argc, char **argv)
{
    return option_main(&(struct program){ "rootshift-aggregator",
                                          "who is ready for the new root, and who is not", commands },
                       argc, argv);
}
