#include "scanner/examiner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "schema/base/clock.h"
#include "schema/campaign/served.h"
#include "schema/x509/names.h"

/*
 * Rows that are remembered before all are forgotten: a quarter of a kilobyte each, and far more than a fleet has
 * besides its leaves. The table is twice as large.
 */
#define ROWS_MAX (1 << 16)
#define ROOM (2 * ROWS_MAX)
/* Parsed leaves that are kept, 10 KiB each; others are parsed again when a name has to be compared. */
#define LEAVES_MAX 1024
/* Different answers at length that are remembered: one a kind of chain. */
#define ANSWERS_MAX 1024
/* One part in so many of the time that goes by. */
#define SHARE 2

#define ID_BYTES 17

/* What several chains have in common: for whom they break. */
struct answer {
    char id[ID_BYTES];
    char *breaks, *verdicts; /* JSON */
    bool told;
};

struct row {
    struct fingerprint *prints;
    size_t count;
    size_t campaign_chain;
    unsigned findings; /* those that depend neither on the time nor on the name */
    int64_t not_before, not_after, until;
    struct answer *answer;    /* NULL: not judged */
    struct certificate *leaf; /* may be NULL */
    char *name;               /* the last one that was compared, and the answer */
    bool name_matches;
};

struct examiner {
    struct served *served;
    struct outlook *outlook;
    struct row **rows; /* open addressing */
    size_t count;
    struct answer **answers;
    size_t answer_count;
    struct row *leaves[LEAVES_MAX]; /* whose leaf is kept, oldest next */
    size_t next_leaf;
    uint64_t seed;
    int64_t started_us, allowance_us, spent_us;
};

static const char *const finding_names[FINDINGS] = { "malformed", "expired", "not-yet-valid", "hostname",
                                                     "wrong-order" };

const char *finding_name(int number)
{
    return finding_names[number];
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct examiner *examiner_new(const struct campaign *campaign, struct outlook *outlook, int64_t allowance_us)
{
    struct examiner *examiner = memory_new(sizeof(*examiner));

    *examiner = (struct examiner){ .served = served_new(campaign),
                                   .outlook = outlook,
                                   .rows = memory_new(ROOM * sizeof(*examiner->rows)),
                                   .started_us = now_us(),
                                   .allowance_us = allowance_us };
    (void)!getrandom(&examiner->seed, sizeof(examiner->seed), 0);
    return examiner;
}

static void free_row(struct row *row)
{
    certificate_free(row->leaf);
    free(row->prints);
    free(row->name);
    free(row);
}

static void forget_all(struct examiner *examiner)
{
    for (size_t i = 0; i < ROOM; i++) {
        if (examiner->rows[i] != NULL)
            free_row(examiner->rows[i]);
        examiner->rows[i] = NULL;
    }
    for (size_t i = 0; i < examiner->answer_count; i++) {
        free(examiner->answers[i]->breaks);
        free(examiner->answers[i]->verdicts);
        free(examiner->answers[i]);
    }
    free(examiner->answers);
    examiner->answers = NULL;
    memset(examiner->leaves, 0, sizeof(examiner->leaves));
    examiner->count = examiner->answer_count = examiner->next_leaf = 0;
}

void examiner_free(struct examiner *examiner)
{
    if (examiner == NULL)
        return;
    forget_all(examiner);
    served_free(examiner->served);
    free(examiner->rows);
    free(examiner);
}

/* --- the table ------------------------------------------------------------------------------------ */

static bool is_row_of(const struct row *row, const struct handshake_chain *chain)
{
    if (row->count != chain->count)
        return false;
    for (size_t i = 0; i < row->count; i++) {
        if (!fingerprint_equal(&row->prints[i], &chain->items[i].print))
            return false;
    }
    return true;
}

/* Its row, or the free place where it would be. The seed keeps servers from choosing chains that meet in one place. */
static struct row **find(const struct examiner *examiner, const struct handshake_chain *chain)
{
    uint64_t at = examiner->seed;

    for (size_t i = 0; i < chain->count; i++) {
        uint64_t part;

        memcpy(&part, chain->items[i].print.bytes, sizeof(part));
        at = (at ^ part) * UINT64_C(0x9e3779b97f4a7c15); /* odd: 2^64 by the golden ratio */
        at ^= at >> 32;
    }
    while (examiner->rows[at % ROOM] != NULL && !is_row_of(examiner->rows[at % ROOM], chain))
        at++;
    return &examiner->rows[at % ROOM];
}

/* Its leaf takes the place of the one that was kept longest. */
static void keep_leaf(struct examiner *examiner, struct row *row, struct certificate *leaf)
{
    struct row **place = &examiner->leaves[examiner->next_leaf++ % LEAVES_MAX];

    if (*place != NULL) {
        certificate_free((*place)->leaf);
        (*place)->leaf = NULL;
    }
    *place = row;
    row->leaf = certificate_ref(leaf);
}

/* --- a chain that is new -------------------------------------------------------------------------- */

static struct answer *find_answer(struct examiner *examiner, const struct outlook_view *view)
{
    struct json breaks = { 0 }, verdicts = { 0 };
    struct fingerprint print;
    char hex[FINGERPRINT_TEXT_BYTES];
    struct answer *answer = NULL;

    outlook_write_long(examiner->outlook, view, &verdicts);
    print = fingerprint_of(verdicts.text.bytes, verdicts.text.size);
    fingerprint_format(&print, hex);
    for (size_t i = 0; i < examiner->answer_count && answer == NULL; i++) {
        if (strncmp(examiner->answers[i]->id, hex, ID_BYTES - 1) == 0)
            answer = examiner->answers[i];
    }
    if (answer == NULL && examiner->answer_count < ANSWERS_MAX) {
        outlook_write_short(examiner->outlook, view, &breaks);
        answer = memory_new(sizeof(*answer));
        *answer = (struct answer){ .breaks = text_take(&breaks.text), .verdicts = text_take(&verdicts.text) };
        memcpy(answer->id, hex, ID_BYTES - 1);
        examiner->answers = array_grow(examiner->answers, examiner->answer_count, sizeof(*examiner->answers));
        examiner->answers[examiner->answer_count++] = answer;
    }
    json_clear(&breaks);
    json_clear(&verdicts);
    return answer;
}

static bool is_in_order(const struct certificate_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        if (!fingerprint_equal(certificate_issuer_digest(list->items[i - 1]),
                               certificate_subject_digest(list->items[i])))
            return false;
    }
    return true;
}

static void judge(struct examiner *examiner, struct row *row, const struct served_view *view, int64_t at)
{
    struct outlook_view outlook;

    row->until = CLOCK_NEVER;
    if (outlook_look(examiner->outlook, &view->chain, at, &outlook)) {
        row->answer = find_answer(examiner, &outlook);
        row->until = outlook.until;
    }
    outlook_view_clear(&outlook);
}

static void fill(struct examiner *examiner, struct row *row, const struct handshake_chain *chain, int64_t at)
{
    const struct certificate_list *list;
    struct served_view view;

    served_look(examiner->served, chain, &view);
    list = &view.chain.certificates;
    row->campaign_chain = view.number;
    row->until = CLOCK_NEVER;
    row->findings = list->count == 0 ? FINDING_MALFORMED : !is_in_order(list) ? FINDING_WRONG_ORDER : 0;
    row->answer = NULL;
    if (list->count > 0) {
        row->not_before = certificate_not_before(list->items[0]);
        row->not_after = certificate_not_after(list->items[0]);
        if (row->leaf == NULL)
            keep_leaf(examiner, row, list->items[0]);
        if (!view.bounded)
            judge(examiner, row, &view, at);
    }
    served_view_clear(&view);
}

static bool may_spend(const struct examiner *examiner)
{
    return examiner->spent_us < examiner->allowance_us + (now_us() - examiner->started_us) / SHARE;
}

/* NULL: there is no time for it. */
static struct row *examine(struct examiner *examiner, const struct handshake_chain *chain, int64_t at)
{
    struct row **place, *row;
    int64_t began_us = now_us();

    if (!may_spend(examiner))
        return NULL;
    if (examiner->count == ROWS_MAX)
        forget_all(examiner);
    place = find(examiner, chain);
    row = *place;
    if (row == NULL) {
        row = *place = memory_new(sizeof(*row));
        examiner->count++;
        row->prints = memory_new(chain->count * sizeof(*row->prints));
        row->count = chain->count;
        for (size_t i = 0; i < chain->count; i++)
            row->prints[i] = chain->items[i].print;
    }
    fill(examiner, row, chain, at);
    examiner->spent_us += now_us() - began_us;
    return row;
}

/* --- a record ------------------------------------------------------------------------------------- */

static bool matches(struct examiner *examiner, struct row *row, const struct handshake_chain *chain,
                    const char *name)
{
    if (row->name != NULL && strcmp(row->name, name) == 0)
        return row->name_matches;
    if (row->leaf == NULL) {
        struct error ignored = { 0 };
        struct certificate *leaf = certificate_parse(chain->items[0].der, chain->items[0].size, &ignored);

        keep_leaf(examiner, row, leaf);
        certificate_free(leaf);
    }
    free(row->name);
    row->name = memory_text(name);
    row->name_matches = names_match_host(row->leaf, name);
    return row->name_matches;
}

static unsigned find_findings(struct examiner *examiner, struct row *row, const struct handshake_chain *chain,
                              const char *name, int64_t at)
{
    unsigned findings = row->findings;

    if ((findings & FINDING_MALFORMED) != 0)
        return findings;
    findings |= at > row->not_after ? FINDING_EXPIRED : 0;
    findings |= at < row->not_before ? FINDING_NOT_YET_VALID : 0;
    findings |= name != NULL && !matches(examiner, row, chain, name) ? FINDING_HOSTNAME : 0;
    return findings;
}

void examiner_look(struct examiner *examiner, const struct handshake_chain *chain, const char *name,
                   int64_t at, struct examined *examined)
{
    struct row *row = chain->count > 0 ? *find(examiner, chain) : NULL;

    *examined = (struct examined){ .campaign_chain = SERVED_NONE };
    if (chain->count > 0 && (row == NULL || at >= row->until))
        row = examine(examiner, chain, at);
    if (row == NULL)
        return;
    examined->known = true;
    examined->campaign_chain = row->campaign_chain;
    examined->findings = find_findings(examiner, row, chain, name, at);
    if (row->answer == NULL)
        return;
    examined->breaks = row->answer->breaks;
    examined->judgement = row->answer->id;
    examined->verdicts = row->answer->told ? NULL : row->answer->verdicts;
    row->answer->told = true;
}
