#include "collector/probe.h"

#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/budget.h"
#include "schema/base/clock.h"
#include "schema/campaign/served.h"
#include "schema/tls/probe.h"

/* What a probe found. Words of schema/campaign/verdict.c where it has them. */
#define AS_EXPECTED "as-expected"
#define INTERCEPTED "intercepted"
#define WRONG_ENDPOINT "wrong-endpoint"
#define UNREACHABLE "unreachable"

/* One pass over a campaign's endpoints. */
struct round {
    const struct probe_request *request;
    struct probe_list *list;
    struct event_base *base;
    SSL_CTX *context;
    struct served *served;
    const struct campaign_endpoint *endpoint; /* whose probe runs */
    Rootshift__V1__Probe *now;
    int64_t next_ms; /* monotonic: not before this may the endpoint's next probe start */
};

static void set_text(char **member, const char *value)
{
    *member = memory_text(value != NULL ? value : "");
}

static Rootshift__V1__Probe *add(struct round *round, const char *name, const char *address)
{
    struct probe_list *list = round->list;
    Rootshift__V1__Probe *probe = memory_new(sizeof(*probe));

    rootshift__v1__probe__init(probe);
    set_text(&probe->campaign, round->request->campaign->name);
    set_text(&probe->endpoint, round->endpoint->name);
    set_text(&probe->name, name);
    set_text(&probe->address, address);
    probe->probed_at = clock_now();
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count++] = probe;
    return probe;
}

static void conclude(Rootshift__V1__Probe *probe, const char *stage, const char *class, const char *detail,
                     const char *verdict)
{
    set_text(&probe->stage, stage);
    set_text(&probe->class_, class);
    set_text(&probe->detail, detail);
    set_text(&probe->verdict, verdict);
}

/* Another chain than it should be is somebody in between, or a wrong binding; it is never "root missing". */
static const char *judge(const struct round *round, const struct probe_result *result)
{
    size_t chain = served_chain(round->served, &result->chain);

    if (result->chain.count > 0 && chain != round->endpoint->chain)
        return chain == SERVED_NONE ? INTERCEPTED : WRONG_ENDPOINT;
    return result->outcome.class == CLASS_OK ? AS_EXPECTED : UNREACHABLE;
}

static void receive(void *context, struct probe_result *result)
{
    struct round *round = context;
    Rootshift__V1__Probe *probe = round->now;

    conclude(probe, outcome_stage_name(result->outcome.stage), outcome_class_name(result->outcome.class),
             result->outcome.detail, judge(round, result));
    probe->elapsed_ms = result->elapsed_ms;
    probe->n_chain = result->chain.count;
    probe->chain = memory_resize(NULL, result->chain.count + 1, sizeof(*probe->chain));
    for (size_t i = 0; i < result->chain.count; i++) {
        probe->chain[i].len = FINGERPRINT_BYTES;
        probe->chain[i].data = memory_copy(result->chain.items[i].print.bytes, FINGERPRINT_BYTES);
    }
    event_base_loopbreak(round->base);
}

/* The endpoint's own tempo, also for one host. */
static void wait_for_turn(struct round *round)
{
    int64_t wait_ms = round->next_ms - clock_monotonic_ms();

    if (wait_ms > 0)
        (void)!poll(NULL, 0, (int)wait_ms);
    round->next_ms = clock_monotonic_ms();
    if (round->endpoint->per_second > 0)
        round->next_ms += 1000 / round->endpoint->per_second;
}

static bool probe_address(struct round *round, const char *name, const struct addrinfo *address,
                          struct error *err)
{
    const struct probe_request *request = round->request;
    char text[NI_MAXHOST];
    bool granted;
    struct probe_order order = {
        .base = round->base,
        .context = round->context,
        .server_name = name,
        .depth = round->endpoint->request_path != NULL ? PROBE_DEPTH_REQUEST : PROBE_DEPTH_HANDSHAKE,
        .request_path = round->endpoint->request_path,
        .limit_ms = request->timeout_ms,
        .address_bytes = address->ai_addrlen,
    };

    memcpy(&order.address, address->ai_addr, address->ai_addrlen);
    if (getnameinfo(address->ai_addr, address->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) != 0)
        text[0] = '\0';
    if (!budget_spend(request->state, request->campaign->name, round->endpoint->name,
                      round->endpoint->per_host_per_day, clock_now(), &granted, err))
        return false;
    round->now = add(round, name, text);
    if (!granted) {
        conclude(round->now, outcome_stage_name(STAGE_CONNECT), "budget",
                 "this endpoint's budget for today is used up on this host", UNREACHABLE);
        return true;
    }
    wait_for_turn(round);
    round->now->probed_at = clock_now();
    probe_start(&order, receive, round);
    event_base_dispatch(round->base);
    return true;
}

/* One place to connect to: a literal address, or a name with all addresses that it has for this host. */
static bool probe_place(struct round *round, const char *name, const char *place, bool literal,
                        struct error *err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICSERV | (literal ? AI_NUMERICHOST : 0) };
    struct addrinfo *addresses = NULL;
    char port[8];
    int code;
    bool ok = true;

    snprintf(port, sizeof(port), "%d", round->endpoint->port);
    code = getaddrinfo(place, port, &hints, &addresses);
    if (code != 0) {
        conclude(add(round, name, literal ? place : ""), outcome_stage_name(STAGE_RESOLVE),
                 outcome_class_name(code == EAI_NONAME ? CLASS_NAME_NOT_FOUND : CLASS_LOCAL_RESOLVER),
                 gai_strerror(code), UNREACHABLE);
        return true;
    }
    for (const struct addrinfo *at = addresses; ok && at != NULL; at = at->ai_next)
        ok = probe_address(round, name, at, err);
    freeaddrinfo(addresses);
    return ok;
}

static bool probe_endpoint(struct round *round, struct error *err)
{
    const struct campaign_endpoint *endpoint = round->endpoint;

    round->next_ms = 0;
    for (size_t i = 0; i < endpoint->server_names.count; i++) {
        const char *name = endpoint->server_names.items[i];

        if (endpoint->addresses.count == 0 && !probe_place(round, name, name, false, err))
            return false;
        for (size_t j = 0; j < endpoint->addresses.count; j++) {
            if (!probe_place(round, name, endpoint->addresses.items[j], true, err))
                return false;
        }
    }
    return true;
}

bool probe_endpoints(const struct probe_request *request, struct probe_list *list, struct error *err)
{
    struct round round = { .request = request, .list = list, .base = event_base_new() };
    bool ok = round.base != NULL || error_set(err, ERROR_SYSTEM, "no event loop");

    if (ok)
        round.context = hello_context(hello_find(HELLO_DEFAULT), NULL, err);
    ok = round.context != NULL;
    if (ok)
        round.served = served_new(request->campaign);
    for (size_t i = 0; ok && i < request->campaign->endpoint_count; i++) {
        round.endpoint = &request->campaign->endpoints[i];
        /* only validation endpoints are there to be tried; production is not ours to knock at */
        if (round.endpoint->use == USE_VALIDATION && round.endpoint->from <= request->at &&
            request->at < round.endpoint->until)
            ok = probe_endpoint(&round, err);
    }
    served_free(round.served);
    SSL_CTX_free(round.context);
    if (round.base != NULL)
        event_base_free(round.base);
    return ok;
}

void probe_list_clear(struct probe_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        rootshift__v1__probe__free_unpacked(list->items[i], NULL);
    free(list->items);
    *list = (struct probe_list){ 0 };
}

/* --- the command ---------------------------------------------------------------------------------- */

struct settings {
    const char *campaign, *state;
    int64_t at, timeout_s;
    bool json;
};

static const struct option options[] = {
    { "campaign", OPTION_TEXT, offsetof(struct settings, campaign), "FILE", .required = true,
      .help = "whose validation endpoints" },
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "where the budget that was spent is kept" },
    { "time", OPTION_INSTANT, offsetof(struct settings, at), "TIME",
      .help = "the endpoints in use at this instant, not now" },
    { "timeout", OPTION_NUMBER, offsetof(struct settings, timeout_s), "S", .fallback = "10", .low = 1,
      .high = 300, .unit = "seconds", .help = "longest time for one probe" },
    { "json", OPTION_FLAG, offsetof(struct settings, json), .help = "JSON instead of text" },
    { 0 },
};

static void print_json(const struct probe_list *list)
{
    struct json json = { 0 };

    json_object(&json);
    json_key(&json, "probes");
    json_array(&json);
    for (size_t i = 0; i < list->count; i++)
        codec_json(list->items[i], &json);
    json_array_end(&json);
    json_object_end(&json);
    puts(text_string(&json.text));
    json_clear(&json);
}

static void print_text(const struct probe_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const Rootshift__V1__Probe *probe = list->items[i];

        printf("%s: %s at %s: %s (%s/%s%s%s)\n", probe->endpoint, probe->name,
               probe->address[0] != '\0' ? probe->address : "no address", probe->verdict, probe->stage,
               probe->class_, probe->detail[0] != '\0' ? ": " : "", probe->detail);
    }
}

static int answer_of(const struct probe_list *list, struct error *err)
{
    if (list->count == 0) {
        error_set(err, ERROR_ABSENT, "the campaign has no validation endpoint in use at this instant");
        return ANSWER_NONE;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i]->verdict, AS_EXPECTED) != 0)
            return ANSWER_UNDECIDED;
    }
    return ANSWER_YES;
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct campaign *campaign = campaign_load(settings->campaign, err);
    struct state *state = campaign != NULL ? state_open(settings->state, true, err) : NULL;
    struct probe_list list = { 0 };
    int answer = ANSWER_NONE;

    (void)arguments;
    if (state != NULL) {
        const struct probe_request request = {
            .campaign = campaign,
            .state = state,
            .at = settings->at != 0 ? settings->at : clock_now(),
            .timeout_ms = (int)settings->timeout_s * 1000,
        };

        if (probe_endpoints(&request, &list, err)) {
            answer = answer_of(&list, err);
            if (settings->json)
                print_json(&list);
            else
                print_text(&list);
        }
    }
    probe_list_clear(&list);
    state_close(state);
    campaign_free(campaign);
    return answer;
}

const struct command probe_command = {
    .name = "probe",
    .summary = "whether this host reaches the campaign's validation endpoints, and which chain arrives",
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
