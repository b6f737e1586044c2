/*
 * Whether the parts of a campaign, each right by itself, fit together: phases in order, windows that
 * open before they close, chains that can be built. Private to this room.
 */
#pragma once

#include "schema/campaign/form.h"

/*
 * Check the campaign that was read, fill what follows from its whole (each phase's end, sources left
 * out), and note what is allowed but surely not meant as warnings.
 */
MUST_CHECK bool consistency_check(struct form_reader *reader, struct error *err);
