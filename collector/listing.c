#include "collector/listing.h"

#include <string.h>

#include "schema/base/clock.h"
#include "schema/campaign/judge.h"

/* The listing's own words in both languages. */
enum word {
    WORD_HOST,
    WORD_CLIENTS,
    WORD_STORES,
    WORD_READS,
    WORD_FIX,
    WORD_FINDINGS,
    WORD_ENDED,
    WORD_UNTIL,
    WORD_UNCLAIMED,
    WORD_TALKS,
    WORD_EVERYWHERE,
    WORD_PARTIAL,
    WORDS
};

static const struct {
    const char *en, *zh;
} words[WORDS] = {
    [WORD_HOST] = { "Host", "主机" },
    [WORD_CLIENTS] = { "Clients", "客户端" },
    [WORD_STORES] = { "Stores", "信任库" },
    [WORD_READS] = { "reads", "读取" },
    [WORD_FIX] = { "to do:", "处理方法：" },
    [WORD_FINDINGS] = { "Further findings", "其他发现" },
    [WORD_ENDED] = { "over", "已结束" },
    [WORD_UNTIL] = { "until", "有效至" },
    [WORD_UNCLAIMED] = { "used by nobody known", "使用者未知" },
    [WORD_TALKS] = { "talks to the campaign's servers", "正在访问相关服务器" },
    [WORD_EVERYWHERE] = { "ready in every phase", "各阶段均就绪" },
    [WORD_PARTIAL] = { "Not everything could be read:", "部分内容无法读取：" },
};

static const char *word(enum word word, enum guidance_language language)
{
    return language == GUIDANCE_ZH ? words[word].zh : words[word].en;
}

static const char *sentence(const char *code, enum guidance_language language)
{
    const struct reason *reason = reason_find(code);

    if (reason == NULL)
        return code;
    return language == GUIDANCE_ZH ? reason->zh : reason->en;
}

static void print_verdict(const char *key, Rootshift__V1__Verdict verdict, const char *reason, bool ended,
                          int indent, enum guidance_language language, FILE *out)
{
    fprintf(out, "%*s%-16s %-10s", indent, "", key, verdict_name((enum verdict)verdict));
    if (strcmp(reason, "ok") != 0)
        fprintf(out, "%s: %s", reason, sentence(reason, language));
    if (ended)
        fprintf(out, " (%s)", word(WORD_ENDED, language));
    fputc('\n', out);
}

static const Rootshift__V1__StoreSeen *find_store(const Rootshift__V1__HostReport *report, const char *id)
{
    for (size_t i = 0; i < report->n_stores; i++) {
        if (strcmp(report->stores[i]->id, id) == 0)
            return report->stores[i];
    }
    return NULL;
}

static void print_reads(const Rootshift__V1__HostReport *report, const Rootshift__V1__Client *client,
                        enum guidance_language language, FILE *out)
{
    if (client->n_stores == 0)
        return;
    fprintf(out, "    %s", word(WORD_READS, language));
    for (size_t i = 0; i < client->n_stores; i++) {
        const Rootshift__V1__StoreSeen *store = find_store(report, client->stores[i]);

        fprintf(out, "%s %s", i == 0 ? "" : ",", store == NULL ? client->stores[i] : store->path);
    }
    for (size_t i = 0; i < client->n_settings; i++)
        fprintf(out, "%s%s%s", i == 0 ? " (" : ", ", client->settings[i],
                i + 1 == client->n_settings ? ")" : "");
    fputc('\n', out);
}

static bool is_fine(const Rootshift__V1__Client *client)
{
    for (size_t i = 0; i < client->n_phases; i++) {
        if (strcmp(client->phases[i]->value->reason, "ok") != 0)
            return false;
    }
    return true;
}

static bool same_fix(const Rootshift__V1__PhaseJudged *a, const Rootshift__V1__PhaseJudged *b)
{
    if (a->n_fix != b->n_fix)
        return false;
    for (size_t i = 0; i < a->n_fix; i++) {
        if (strcmp(a->fix[i], b->fix[i]) != 0)
            return false;
    }
    return true;
}

/* Each fix once, under the last phase that asks for it. */
static void print_phases(const Rootshift__V1__Client *client, enum guidance_language language, FILE *out)
{
    for (size_t i = 0; i < client->n_phases; i++) {
        const Rootshift__V1__PhaseJudged *phase = client->phases[i]->value;
        bool again = i + 1 < client->n_phases && same_fix(phase, client->phases[i + 1]->value);

        print_verdict(client->phases[i]->key, phase->verdict, phase->reason, phase->ended, 4, language, out);
        if (phase->n_fix == 0 || again)
            continue;
        fprintf(out, "      %s\n", word(WORD_FIX, language));
        for (size_t j = 0; j < phase->n_fix; j++)
            fprintf(out, "        %s\n", phase->fix[j]);
    }
}

static void print_client(const Rootshift__V1__HostReport *report, const Rootshift__V1__Client *client,
                         enum guidance_language language, FILE *out)
{
    fprintf(out, "  %s%s%s  %s", client->runtime, client->version[0] == '\0' ? "" : " ", client->version,
            client->executable);
    for (size_t i = 0; i < client->n_processes && i < 8; i++)
        fprintf(out, "%s%d", i == 0 ? "  pid " : ",", client->processes[i]);
    if (client->n_processes > 8)
        fputs(",…", out);
    if (client->relevance == ROOTSHIFT__V1__RELEVANCE__RELEVANCE_TALKS)
        fprintf(out, "  [%s]", word(WORD_TALKS, language));
    if (client->unclaimed)
        fprintf(out, "  [%s]", word(WORD_UNCLAIMED, language));
    fputc('\n', out);
    print_reads(report, client, language, out);
    if (client->n_phases > 0 && is_fine(client))
        fprintf(out, "    %s\n", word(WORD_EVERYWHERE, language));
    else
        print_phases(client, language, out);
}

static void print_store(const Rootshift__V1__StoreSeen *store, FILE *out)
{
    static const char *const states[] = { "unknown", "read",     "partial", "opaque",
                                          "denied",  "dangling", "shadowed" };

    fprintf(out, "  %-56s %-9s %-8s %4d", store->path, store->format, states[store->state],
            store->certificates);
    for (size_t i = 0; i < store->n_roots; i++)
        fprintf(out, "  %s: %s", store->roots[i]->key,
                root_state_name((enum root_state)store->roots[i]->value));
    if (store->problem[0] != '\0')
        fprintf(out, "  (%s)", store->problem);
    fputc('\n', out);
}

void listing_print(const Rootshift__V1__HostReport *report, enum guidance_language language, FILE *out)
{
    fprintf(out, "%s %s, %s\n", word(WORD_HOST, language), report->host->name, report->host->os);
    for (size_t i = 0; i < report->n_campaigns; i++)
        fprintf(out, "%s %d\n", report->campaigns[i]->campaign, report->campaigns[i]->version);
    fputc('\n', out);
    for (size_t i = 0; i < report->n_verdict; i++)
        print_verdict(report->verdict[i]->key, report->verdict[i]->value->verdict,
                      report->verdict[i]->value->reason, report->verdict[i]->value->ended, 2, language, out);
    fprintf(out, "\n%s\n", word(WORD_CLIENTS, language));
    for (size_t i = 0; i < report->n_clients; i++)
        print_client(report, report->clients[i], language, out);
    fprintf(out, "\n%s\n", word(WORD_STORES, language));
    for (size_t i = 0; i < report->n_stores; i++)
        print_store(report->stores[i], out);
    if (report->n_findings > 0)
        fprintf(out, "\n%s\n", word(WORD_FINDINGS, language));
    for (size_t i = 0; i < report->n_findings; i++)
        fprintf(out, "  %s: %s\n", report->findings[i]->code, report->findings[i]->text);
    if (report->visibility->n_unread > 0)
        fprintf(out, "\n%s\n", word(WORD_PARTIAL, language));
    for (size_t i = 0; i < report->visibility->n_unread; i++)
        fprintf(out, "  %s\n", report->visibility->unread[i]);
}
