/*
 * One look at the host on behalf of the centre: what `run` and `report` share. The host is inspected by
 * the campaigns, what was seen is remembered for later looks, and the report is handed on.
 */
#pragma once

#include "collector/report.h"
#include "schema/base/option.h"

struct look_settings {
    struct text_list campaigns; /* files */
    const char *root, *language;
};

/* Rows of a command's option table, for settings that keep a `struct look_settings` as `member`. */
#define LOOK_OPTIONS(settings, member)                                                                       \
    { "campaign", OPTION_LIST,      offsetof(settings, member.campaigns),                                    \
      "FILE",     .required = true, .help = "judge by these campaigns" },                                    \
        { "root", OPTION_TEXT,     offsetof(settings, member.root),                                          \
          "DIR",  .fallback = "/", .help = "the host is this directory tree" },                              \
    {                                                                                                        \
        "language", OPTION_TEXT, offsetof(settings, member.language), "en|zh",                               \
            .fallback = "en", .from_environment = true, .help = "of sentences and fixes"                     \
    }

/* What becomes of the report, which is borrowed. */
typedef bool look_take(void *context, const struct report *report, struct error *err);

/*
 * `directory` is where `state` lies. *answer is the host's verdict: the worst over phases that are not over.
 * False when the host could not be looked at, or `take` failed.
 */
MUST_CHECK bool look_at_host(const struct look_settings *settings, const char *directory, struct state *state,
                             look_take *take, void *context, enum answer *answer, struct error *err);
