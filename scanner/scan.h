/* The command `scan`: what the endpoints of a list, or of a campaign, serve. */
#pragma once

#include "scanner/limits.h"
#include "schema/wire/kafka.h"

struct scan_settings {
    const char *targets, *campaign, *depth, *out, *checkpoint, *metrics;
    bool resume;
    struct text_list hellos, clients;
    int64_t at;
    struct limits limits;
    struct kafka_settings kafka;
};

extern const struct option scan_options[];

/* ANSWER_YES when every record was written, else ANSWER_NONE. */
int scan_run(void *settings, const struct text_list *arguments, struct error *err);
