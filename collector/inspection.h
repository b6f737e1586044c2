/*
 * One look at a host with some campaigns in hand: its clients, what each believes now and can have
 * believed when its processes started, and how each phase and chain is judged. It reads, never writes.
 */
#pragma once

#include "collector/binding.h"
#include "collector/client.h"
#include "schema/campaign/manifest.h"
#include "collector/state.h"

struct inspection_request {
    const char *root;            /* "/" for this machine, else a directory tree that is the host */
    const char *state;           /* what earlier runs remember; a directory that is not there is no fault */
    int64_t at;                  /* the instant that is judged */
    struct campaign **campaigns; /* borrowed */
    size_t campaign_count;
};

/* How one client does in one campaign. */
struct assessment {
    struct judgement *phases, *chains; /* as many as the campaign has */
};

struct inspection {
    const struct inspection_request *request;
    int root_fd;
    struct process_list processes;
    struct shelf *shelf;
    struct client_list clients;
    struct binding_list bindings;
    struct text_list addresses;      /* of the campaigns' endpoints */
    struct process_sockets *sockets; /* to them */
    struct assessment **assessments; /* [client][campaign] */
    Rootshift__V1__TrustManifest *
        *before;          /* [client]: what its processes can have read; NULL where nothing else was seen */
    bool *restart_needed; /* [client] */
};

/* NULL with *err when the host cannot be looked at at all. `request` is borrowed until inspection_free(). */
struct inspection *inspection_new(const struct inspection_request *request, struct error *err);
void inspection_free(struct inspection *inspection);

/* The campaigns that it was asked about. */
struct campaign_shelf inspection_campaigns(const struct inspection *inspection);

enum relevance inspection_relevance(const struct client *client);

/* A store's id in reports: the first 16 hex digits of SHA-256 over its path. */
void inspection_store_id(const char *path, char id[17]);

/* The host's judgement of a phase: the worst of its clients. */
struct judgement inspection_phase(const struct inspection *inspection, size_t campaign, size_t phase);

/* Note what was seen, for later looks. */
MUST_CHECK bool inspection_remember(const struct inspection *inspection, struct state *state, int64_t now,
                                    struct error *err);
