#include "scanner/affected.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "schema/campaign/campaign.h"

const struct option affected_options[] = {
    { "campaign", OPTION_TEXT, offsetof(struct affected_settings, campaign), "FILE", .from_environment = true,
      .required = true, .help = "whose certificates change" },
    { 0 },
};

static bool matches(const char *pattern, const char *host, size_t size)
{
    if (text_starts(pattern, "*.")) {
        const char *dot = memchr(host, '.', size);

        if (dot == NULL || dot == host)
            return false;
        pattern += 1;
        size -= (size_t)(dot - host);
        host = dot;
    }
    return strlen(pattern) == size && strncasecmp(pattern, host, size) == 0;
}

const char *affected_find(const struct text_list *names, const char *host)
{
    size_t size = strlen(host);

    if (size > 0 && host[size - 1] == '.')
        size--;
    for (size_t i = 0; i < names->count; i++) {
        if (matches(names->items[i], host, size))
            return names->items[i];
    }
    return NULL;
}

int affected_run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct affected_settings *settings = given;
    struct campaign *campaign;
    bool any = false;

    if (arguments->count == 0) {
        error_set(err, ERROR_OPTION, "which host names? (see affected --help)");
        return ANSWER_NONE;
    }
    campaign = campaign_load(settings->campaign, err);
    if (campaign == NULL)
        return ANSWER_NONE;
    for (size_t i = 0; i < arguments->count; i++) {
        const char *name = affected_find(&campaign->affected_names, arguments->items[i]);

        any = any || name != NULL;
        if (name != NULL)
            printf("%s: affected, its certificate is that of %s\n", arguments->items[i], name);
        else
            printf("%s: not affected\n", arguments->items[i]);
    }
    campaign_free(campaign);
    return any ? ANSWER_YES : ANSWER_NO;
}
