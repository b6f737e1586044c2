/* The command `work`: scans that the centre asked for, shared with other workers. */
#pragma once

#include "scanner/limits.h"
#include "schema/wire/kafka.h"

struct work_settings {
    struct kafka_settings kafka;
    struct limits limits;
    const char *group, *metrics;
    bool once;
};

extern const struct option work_options[];

/* ANSWER_YES when it was asked to stop, or all was done; ANSWER_NONE when a record may be lost. */
int work_run(void *settings, const struct text_list *arguments, struct error *err);
