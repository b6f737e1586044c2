/*
 * The command `inspect`: what this host's software believes, whether it survives each phase, and what to do
 * where it does not. Nothing is sent and nothing is written but what --export asks for.
 */
#pragma once

#include "collector/inspection.h"
#include "schema/base/option.h"
#include "schema/campaign/guidance.h"

/*
 * Load the files in order; a name given twice is refused. The array and what is in it are the caller's
 * to free with inspect_free_campaigns(), also on failure.
 */
MUST_CHECK bool inspect_load_campaigns(const struct text_list *paths, struct campaign ***campaigns,
                                       struct error *err);
void inspect_free_campaigns(struct campaign **campaigns, size_t count);

/* The host's verdict as an exit code: the worst over phases that are not over. */
enum answer inspect_answer(const struct inspection *inspection);

MUST_CHECK bool inspect_parse_language(const char *name, enum guidance_language *language, struct error *err);

/* `rootshift-collector inspect`: exits with the worst verdict over phases that are not over. */
extern const struct command inspect_command;
