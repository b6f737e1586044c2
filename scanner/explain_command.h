/* `rootshift-scanner explain`: what a client with these stores makes of a chain, and why. */
#pragma once

#include "scanner/question.h"

/* For a row of commands whose settings are a struct explain_settings. */
extern const struct option explain_options[];
int explain_run(void *settings, const struct text_list *arguments, struct error *err);
