/* What a person must do for one client in one phase, as of `at`: the guidance for this client's own store, with its path. */
#pragma once

#include "collector/client.h"
#include "schema/campaign/guidance.h"
#include "schema/campaign/judge.h"

void fix_lines(const struct campaign *campaign, size_t phase, int64_t at, const struct judgement *judgement,
               const struct client *client, struct shelf *shelf, enum guidance_language language,
               struct text_list *lines);
