/*
 * The command `affected`: whether a host name's certificate is among those that the campaign changes.
 * The campaign lists them by the names in them, wildcards as in RFC 6125 section 6.4.3: "*" is the whole
 * first label and stands for exactly one. Nothing is connected to.
 */
#pragma once

#include "schema/base/option.h"

struct affected_settings {
    const char *campaign;
};

extern const struct option affected_options[];

/* ANSWER_YES when one of the names is affected, ANSWER_NO when none is. */
int affected_run(void *settings, const struct text_list *arguments, struct error *err);

/* Which of the campaign's names is it; NULL: none. `host` in any case, with or without its final dot. Pure. */
const char *affected_find(const struct text_list *names, const char *host);
