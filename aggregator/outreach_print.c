/* Outreach on paper: CSV for a spreadsheet, JSON for a program, a text for the partner. */
#include "aggregator/outreach.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/csv.h"
#include "schema/base/json.h"

/* Sentences of the text, English and Chinese. */
enum phrase {
    PHRASE_SUBJECT,
    PHRASE_DEAR,
    PHRASE_BREAKS,
    PHRASE_HOST,
    PHRASE_NO_HOST,
    PHRASE_STORE,
    PHRASE_READY_BY,
    PHRASE_SHARE,
    PHRASE_MAY,
    PHRASE_NEW,
    PHRASE_TODO,
    PHRASE_TRY,
    PHRASE_CONTACT,
    PHRASES
};

static const char *const phrases[PHRASES][2] = {
    [PHRASE_SUBJECT] = { "Subject: %s: what to do before our servers change their root certificate\n",
                         "主题：%s：服务器根证书更换前需要完成的工作\n" },
    [PHRASE_DEAR] = { "To %s\n\n", "致 %s\n\n" },
    [PHRASE_BREAKS] = { "The following does not yet withstand the change:\n",
                        "以下各项目前还不能适应此次更换：\n" },
    [PHRASE_HOST] = { "\n* Host %s", "\n* 主机 %s" },
    [PHRASE_NO_HOST] = { "\n* All hosts", "\n* 所有主机" },
    [PHRASE_STORE] = { "  Trust store: %s\n", "  信任库：%s\n" },
    [PHRASE_READY_BY] = { "  Phase %s starts on %s; be ready before %s.\n",
                          "  阶段 %s 于 %s 开始，请在 %s 之前完成。\n" },
    [PHRASE_SHARE] = { "  From %s on, chain %s is on %s% of our servers (%s): a failure may pass on a "
                       "retry.\n",
                       "  自 %s 起，证书链 %s 部署于 %s% 的服务器（%s）：重试可能成功。\n" },
    [PHRASE_MAY] = { "  (It was not seen talking to our servers, but may.)\n",
                     "  （未观察到其访问我方服务器，但有此可能。）\n" },
    [PHRASE_NEW] = { " [new]", " [新增]" },
    [PHRASE_TODO] = { "  What to do:\n", "  处理方法：\n" },
    [PHRASE_TRY] = { "\nWhere the new chain can be tried, and which addresses to let through:\n",
                     "\n可用于验证新证书链的环境，以及需要放行的地址：\n" },
    [PHRASE_CONTACT] = { "\nQuestions: %s\n", "\n联系方式：%s\n" },
};

static const char *explain(const char *code, bool chinese)
{
    const struct reason *reason = reason_find(code);

    if (reason == NULL)
        return code;
    return chinese ? reason->zh : reason->en;
}

static const char *in_language(const struct campaign_text *text, bool chinese)
{
    const char *chosen = chinese && text->zh != NULL ? text->zh : text->en;

    return chosen != NULL ? chosen : "";
}

static void join(const struct text_list *list, const char *between, struct text *out)
{
    for (size_t i = 0; i < list->count; i++)
        text_format(out, "%s%s", i > 0 ? between : "", list->items[i]);
}

static void csv_joined(struct text *out, const struct text_list *list)
{
    struct text joined = { 0 };

    join(list, "\n", &joined);
    csv_field(out, false, text_string(&joined));
    text_clear(&joined);
}

static void print_record(const struct outreach *outreach, const struct outreach_partner *partner,
                         const struct outreach_item *item, struct text *out)
{
    char starts[CLOCK_TEXT_BYTES], ready_by[CLOCK_TEXT_BYTES];
    const char *const fields[] = { partner->name,
                                   partner->chinese ? "zh" : "en",
                                   partner->contact,
                                   outreach->campaign->name,
                                   item->phase,
                                   clock_format(item->starts, starts),
                                   clock_format(item->ready_by, ready_by),
                                   item->verdict,
                                   item->host,
                                   item->runtime,
                                   item->executable,
                                   item->reason,
                                   explain(item->reason, partner->chinese),
                                   item->is_new ? "yes" : "no" };

    csv_field(out, true, partner->id);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        csv_field(out, false, fields[i]);
    csv_joined(out, &item->stores);
    csv_joined(out, &item->fix);
    csv_end_record(out);
}

void outreach_print_csv(const struct outreach *outreach, struct text *out)
{
    text_add(out,
             "partner,name,language,contact,campaign,phase,starts,ready_by,verdict,host,runtime,executable,"
             "reason,explanation,new,stores,fix\r\n");
    for (size_t i = 0; i < outreach->count; i++) {
        for (size_t j = 0; j < outreach->partners[i].count; j++)
            print_record(outreach, &outreach->partners[i], &outreach->partners[i].items[j], out);
    }
}

static void write_item(struct json *json, const struct outreach_item *item, bool chinese)
{
    json_object(json);
    json_key_text(json, "phase", item->phase);
    json_key_instant(json, "starts", item->starts);
    json_key_instant(json, "ready_by", item->ready_by);
    json_key_text(json, "verdict", item->verdict);
    json_key_text(json, "host", item->host);
    json_key_text(json, "client", item->client);
    json_key_text(json, "runtime", item->runtime);
    json_key_text(json, "executable", item->executable);
    json_key_text(json, "relevance", item->may ? "may" : "talks");
    json_key_text(json, "reason", item->reason);
    json_key_text(json, "explanation", explain(item->reason, chinese));
    json_key_bool(json, "new", item->is_new);
    json_key_texts(json, "stores", &item->stores);
    json_key_texts(json, "fix", &item->fix);
    json_object_end(json);
}

static bool is_to_be_told(const struct campaign_endpoint *endpoint, int64_t as_of)
{
    return endpoint->until > as_of && endpoint->use != USE_FALLBACK;
}

static void write_endpoints(struct json *json, const struct outreach *outreach)
{
    json_key(json, "endpoints");
    json_array(json);
    for (size_t i = 0; i < outreach->campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &outreach->campaign->endpoints[i];

        if (!is_to_be_told(endpoint, outreach->as_of))
            continue;
        json_object(json);
        json_key_text(json, "name", endpoint->name);
        json_key_text(json, "use", endpoint_use_name(endpoint->use));
        json_key_text(json, "chain", outreach->campaign->chains[endpoint->chain].name);
        json_key_texts(json, "server_names", &endpoint->server_names);
        json_key_number(json, "port", endpoint->port);
        json_key_texts(json, "addresses", &endpoint->addresses);
        json_key_instant(json, "from", endpoint->from);
        json_object_end(json);
    }
    json_array_end(json);
}

void outreach_print_json(const struct outreach *outreach, struct text *out)
{
    struct json json = { 0 };

    json_object(&json);
    json_key_text(&json, "campaign", outreach->campaign->name);
    json_key_number(&json, "version", outreach->campaign->version);
    json_key_instant(&json, "as_of", outreach->as_of);
    json_key_text(&json, "contact", outreach->campaign->contact.en);
    write_endpoints(&json, outreach);
    json_key(&json, "partners");
    json_array(&json);
    for (size_t i = 0; i < outreach->count; i++) {
        const struct outreach_partner *partner = &outreach->partners[i];

        json_object(&json);
        json_key_text(&json, "id", partner->id);
        json_key_text(&json, "name", partner->name);
        json_key_text(&json, "language", partner->chinese ? "zh" : "en");
        json_key_text(&json, "contact", partner->contact);
        json_key(&json, "items");
        json_array(&json);
        for (size_t j = 0; j < partner->count; j++)
            write_item(&json, &partner->items[j], partner->chinese);
        json_array_end(&json);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    text_format(out, "%s\n", text_string(&json.text));
    json_clear(&json);
}

static bool same_fix(const struct outreach_item *a, const struct outreach_item *b)
{
    return strcmp(a->host, b->host) == 0 && strcmp(a->client, b->client) == 0 &&
           strcmp(a->reason, b->reason) == 0;
}

/* `%s` of a phrase, filled in order: they are ours, never from outside. */
static void say(struct text *out, enum phrase phrase, bool chinese, const char *const *words)
{
    for (const char *at = phrases[phrase][chinese]; *at != '\0'; at++) {
        if (at[0] == '%' && at[1] == 's') {
            text_add(out, *words++);
            at++;
        } else {
            text_append(out, at, 1);
        }
    }
}

#define SAY(out, phrase, chinese, ...) say(out, phrase, chinese, (const char *const[]){ __VA_ARGS__ })

static void say_deadline(const struct outreach *outreach, const struct outreach_item *item, bool chinese,
                         struct text *out)
{
    char starts[CLOCK_TEXT_BYTES], ready_by[CLOCK_TEXT_BYTES];

    SAY(out, PHRASE_READY_BY, chinese, item->phase,
        clock_format_date(item->starts, outreach->campaign->zone, starts),
        clock_format_date(item->ready_by, outreach->campaign->zone, ready_by));
}

/* Where not all servers serve the same, a client fails at times. */
static void say_rollout(const struct outreach *outreach, const struct outreach_item *item, bool chinese,
                        struct text *out)
{
    const struct campaign *campaign = outreach->campaign;
    const struct campaign_phase *phase = campaign_phase_find(campaign, item->phase);
    char from[CLOCK_TEXT_BYTES], percent[12];

    for (size_t i = 0; phase != NULL && i < phase->rollout_count; i++) {
        const struct campaign_rollout *step = &phase->rollout[i];

        if (step->percent == 0 || step->percent == 100)
            continue;
        snprintf(percent, sizeof(percent), "%d", step->percent);
        SAY(out, PHRASE_SHARE, chinese, clock_format_date(step->from, campaign->zone, from),
            campaign->chains[step->chain].name, percent,
            step->source == SOURCE_NOTICE ? (chinese ? "公告" : "announced")
                                          : (chinese ? "假定" : "assumed"));
    }
}

static void say_when(const struct outreach *outreach, const struct outreach_item *item, bool chinese,
                     struct text *out)
{
    say_deadline(outreach, item, chinese, out);
    say_rollout(outreach, item, chinese, out);
}

static void say_item(const struct outreach_item *item, bool chinese, struct text *out)
{
    if (*item->host != '\0')
        SAY(out, PHRASE_HOST, chinese, item->host);
    else
        say(out, PHRASE_NO_HOST, chinese, NULL);
    if (*item->runtime != '\0')
        text_format(out, ", %s", item->runtime);
    if (*item->executable != '\0')
        text_format(out, " (%s)", item->executable);
    if (item->is_new)
        say(out, PHRASE_NEW, chinese, NULL);
    text_format(out, "\n  %s (%s)\n", explain(item->reason, chinese), item->reason);
    for (size_t i = 0; i < item->stores.count; i++)
        SAY(out, PHRASE_STORE, chinese, item->stores.items[i]);
    if (item->may)
        say(out, PHRASE_MAY, chinese, NULL);
}

static void say_fix(const struct outreach_item *item, bool chinese, struct text *out)
{
    if (item->fix.count == 0)
        return;
    say(out, PHRASE_TODO, chinese, NULL);
    for (size_t i = 0; i < item->fix.count; i++)
        text_format(out, "    %s\n", item->fix.items[i]);
}

static void say_endpoints(const struct outreach *outreach, bool chinese, struct text *out)
{
    bool said = false;

    for (size_t i = 0; i < outreach->campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &outreach->campaign->endpoints[i];

        if (!is_to_be_told(endpoint, outreach->as_of))
            continue;
        if (!said)
            say(out, PHRASE_TRY, chinese, NULL);
        said = true;
        text_format(out, "  %s (%s, %s): ", endpoint->name, endpoint_use_name(endpoint->use),
                    outreach->campaign->chains[endpoint->chain].name);
        join(&endpoint->server_names, ", ", out);
        text_add(out, " -> ");
        join(&endpoint->addresses, ", ", out);
        text_format(out, ":%d\n", endpoint->port);
    }
}

/* The same fix in several phases is said once, with each phase's dates. */
static void say_partner(const struct outreach *outreach, const struct outreach_partner *partner,
                        struct text *out)
{
    bool chinese = partner->chinese;

    SAY(out, PHRASE_SUBJECT, chinese, in_language(&outreach->campaign->title, chinese));
    SAY(out, PHRASE_DEAR, chinese, partner->name);
    say(out, PHRASE_BREAKS, chinese, NULL);
    for (size_t i = 0; i < partner->count; i++) {
        bool said = false;

        for (size_t j = 0; j < i; j++)
            said = said || same_fix(&partner->items[j], &partner->items[i]);
        if (said)
            continue;
        say_item(&partner->items[i], chinese, out);
        for (size_t j = i; j < partner->count; j++) {
            if (same_fix(&partner->items[i], &partner->items[j]))
                say_when(outreach, &partner->items[j], chinese, out);
        }
        say_fix(&partner->items[i], chinese, out);
    }
    say_endpoints(outreach, chinese, out);
    SAY(out, PHRASE_CONTACT, chinese, in_language(&outreach->campaign->contact, chinese));
}

void outreach_print_text(const struct outreach *outreach, struct text *out)
{
    for (size_t i = 0; i < outreach->count; i++) {
        if (i > 0)
            text_add(out, "\n----------------------------------------------------------------------\n\n");
        text_format(out, "To: %s <%s>\n", outreach->partners[i].id, outreach->partners[i].contact);
        say_partner(outreach, &outreach->partners[i], out);
    }
}
