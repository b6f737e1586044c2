/* What the command line says, for all commands: each takes the options that concern it. */
#pragma once

#include "schema/base/option.h"
#include "schema/wire/kafka.h"

struct settings {
    const char *database;
    struct kafka_settings kafka;
    const char *key, *group, *head;
    const char *campaign, *phase, *partner;
    const char *host, *public_key;
    const char *targets, *depth;
    struct text_list hellos;
    int64_t time; /* Unix seconds; 0: now */
    bool json, csv, text;
    bool only_new, findings;
    int64_t show;
    int64_t days;
    int64_t batch; /* records a transaction, at most */
    bool once, whole_log;
};

#define SETTINGS_AT(member) offsetof(struct settings, member)

/* Commands come as table rows of main.c; each of these is in the file of its noun's name. */
#define SETTINGS_COMMAND(name) int name(void *settings, const struct text_list *arguments, struct error *err)
SETTINGS_COMMAND(command_migrate);
SETTINGS_COMMAND(command_partner);
SETTINGS_COMMAND(command_campaign);
SETTINGS_COMMAND(command_enroll_token);
SETTINGS_COMMAND(command_run);
SETTINGS_COMMAND(command_import);
SETTINGS_COMMAND(command_quarantine);
SETTINGS_COMMAND(command_readiness);
SETTINGS_COMMAND(command_gate);
SETTINGS_COMMAND(command_outreach);
SETTINGS_COMMAND(command_scan_start);
SETTINGS_COMMAND(command_digest);
