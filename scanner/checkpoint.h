/*
 * What a run has completed, as one JSON document of its own: up to which target everything is, which targets above
 * that are open, how many bytes of the output stand for it, and the settings that made it. A run that resumes from it
 * cuts the output there and does exactly what is not in it.
 *
 * A checkpoint never claims more than the disk has: it is written after the output it speaks of (writer.h).
 */
#pragma once

#include "scanner/agenda.h"
#include "scanner/tally.h"
#include "scanner/totals.h"

/* What must be the same for one output to be one scan. Texts, so that a difference can be named. */
#define CHECKPOINT_SETTINGS 8

struct checkpoint_setting {
    const char *name;
    char *value;
};

struct checkpoint_settings {
    struct checkpoint_setting items[CHECKPOINT_SETTINGS];
    size_t count;
};

void checkpoint_setting_add(struct checkpoint_settings *settings, const char *name, const char *value);
void checkpoint_settings_clear(struct checkpoint_settings *settings);

struct checkpoint {
    char run[64];       /* the run's name in every record */
    int64_t started_at; /* Unix seconds */
    int64_t position;   /* in the targets: where the line after the completed ones begins */
    int64_t out_bytes;  /* of the output */
    bool finished;      /* nothing is left to do */
    struct totals totals;
    struct tally *tally; /* borrowed */
};

/*
 * One document of one line. Of the agenda only what has been touched is told, the rest will be read again.
 * `position` of the checkpoint is not asked but `source_position`.
 */
void checkpoint_write(const struct checkpoint *checkpoint, const struct checkpoint_settings *settings,
                      const struct agenda *agenda, int64_t source_position, struct text *line);

/*
 * The checkpoint at `path`, its open targets in an empty agenda, and its tally in the one that `checkpoint` has, which is
 * an empty one. ERROR_CONFLICT names the setting in which it differs from `settings`, and even then `finished` is filled;
 * ERROR_ABSENT: there is none.
 */
MUST_CHECK bool checkpoint_read(const char *path, const struct checkpoint_settings *settings,
                                size_t hello_count, struct checkpoint *checkpoint, struct agenda *agenda,
                                struct error *err);
