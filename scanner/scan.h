/* The command `scan`: what the endpoints of a list, or of a campaign, serve. */
#pragma once

#include "schema/base/option.h"
#include "schema/wire/kafka.h"

struct scan_settings {
    const char *targets, *campaign, *depth, *out, *resolver, *checkpoint, *allow, *deny, *identification;
    bool resume;
    struct text_list hellos;
    int64_t rate, timeout_s, loops, in_flight, per_address, per_network, at;
    struct kafka_settings kafka;
};

extern const struct option scan_options[];

/* ANSWER_YES when every record was written, else ANSWER_NONE. */
int scan_run(void *settings, const struct text_list *arguments, struct error *err);
