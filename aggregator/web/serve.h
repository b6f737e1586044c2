/* The command `serve`: the dashboard. */
#pragma once

#include "schema/base/option.h"

struct serve_settings {
    const char *database, *address;
    int64_t port;
    int64_t time; /* Unix seconds; 0: each page is as of now */
};

extern const struct option serve_options[];

/* As struct command's `run`, with struct serve_settings. Ends by SIGTERM or SIGINT. */
int serve_run(void *settings, const struct text_list *arguments, struct error *err);
