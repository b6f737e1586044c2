#include "scanner/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "scanner/examiner.h"
#include "scanner/seen.h"
#include "schema/campaign/served.h"
#include "schema/base/clock.h"

struct ledger {
    struct ledger_heading heading;
    char run[64];
    struct examiner *examiner; /* NULL without a campaign */
    struct seen seen;
    struct totals totals;
    struct tally tally;
    struct error loss; /* ERROR_NONE: nothing is lost */
};

/* When it began, to the second, and a number by chance. */
static void make_id(struct ledger *ledger)
{
    char text[CLOCK_TEXT_BYTES], compact[CLOCK_TEXT_BYTES];
    size_t used = 0;
    uint32_t random = 0;

    (void)!getrandom(&random, sizeof(random), 0);
    clock_format(clock_now(), text);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '-' && *at != ':')
            compact[used++] = *at;
    }
    compact[used] = '\0';
    snprintf(ledger->run, sizeof(ledger->run), "%s-%08" PRIx32, compact, random);
}

struct ledger *ledger_new(const struct ledger_heading *heading)
{
    struct ledger *ledger = memory_new(sizeof(*ledger));

    ledger->heading = *heading;
    ledger->tally.campaign = heading->campaign;
    make_id(ledger);
    if (heading->campaign != NULL)
        ledger->examiner = examiner_new(heading->campaign, heading->outlook, EXAMINER_ALLOWANCE_US);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    examiner_free(ledger->examiner);
    seen_clear(&ledger->seen);
    tally_clear(&ledger->tally);
    free(ledger);
}

const char *ledger_run(const struct ledger *ledger)
{
    return ledger->run;
}

bool ledger_resume(struct ledger *ledger, const char *run, const struct totals *totals, struct tally *tally,
                   const char *path, struct error *err)
{
    uint64_t records;

    snprintf(ledger->run, sizeof(ledger->run), "%s", run);
    ledger->totals = *totals;
    ledger->tally = *tally;
    *tally = (struct tally){ .campaign = tally->campaign };
    if (!seen_read(&ledger->seen, path, &records, err))
        return false;
    return records == totals->records ||
           error_set(err, ERROR_CONFLICT, "%s: %" PRIu64 " records where %" PRIu64 " were written", path,
                     records, totals->records);
}

void ledger_take_piece(struct ledger *ledger, struct task *task, struct piece *piece)
{
    task->piece = piece;
    task->request_path = *piece->request_path != '\0' ? piece->request_path : NULL;
    for (size_t i = 0; i < ledger->heading.hello_count; i++) {
        if (ledger->heading.hellos[i] == piece->hello)
            task->hellos = (uint16_t)(1U << i);
    }
}

static void put_record(struct ledger *ledger, const struct task *task, struct record *record,
                       const struct outcome *outcome)
{
    struct error err = { 0 };

    record->version = RECORD_VERSION;
    record->run = task->piece != NULL ? task->piece->scan : ledger->run;
    record->seq = (int64_t)(task->piece != NULL ? task->piece->seq : task->seq);
    record->receipt = task->piece != NULL ? &task->piece->receipt : NULL;
    record->stage = outcome_stage_name(outcome->stage);
    record->class = outcome_class_name(outcome->class);
    record->detail = outcome->detail[0] != '\0' ? outcome->detail : NULL;
    record->alert = outcome->alert;
    record->alert_sent = outcome->alert_sent;
    agenda_touch(ledger->heading.agenda, task);
    ledger->totals.records++;
    ledger->totals.outcomes[outcome->stage][outcome->class]++;
    if (!ledger_has_lost(ledger) && !sink_write(ledger->heading.sink, record, &err))
        ledger->loss = err;
}

void ledger_unprobed(struct ledger *ledger, struct task *task, const struct outcome *outcome)
{
    for (size_t i = 0; i < ledger->heading.hello_count; i++) {
        struct record record = {
            .target = task->target.text,
            .tag = task->target.tag,
            .name = task->target.name,
            .starttls = starttls_name(task->target.starttls),
            .port = outcome->stage == STAGE_INPUT ? RECORD_NONE : task->target.port,
            .hello = ledger->heading.hellos[i]->name,
            .started_at_ms = clock_now_unix_ms(),
        };

        if (task_says(task, i))
            put_record(ledger, task, &record, outcome);
    }
}

/* What a chain is called when addresses are compared. */
static const char *label_of(const struct ledger *ledger, size_t chain, const struct fingerprint *prints,
                            size_t count, char label[COMPARE_LABEL_BYTES])
{
    struct fingerprint whole = fingerprint_of(prints, count * sizeof(*prints));
    char text[FINGERPRINT_TEXT_BYTES];

    if (count == 0)
        return NULL;
    if (chain != SERVED_NONE)
        return ledger->heading.campaign->chains[chain].name;
    snprintf(label, COMPARE_LABEL_BYTES, "chain %.12s", fingerprint_format(&whole, text));
    return label;
}

/* Fills in what the campaign makes of the chain, and gives its place in the campaign, or SERVED_NONE. */
static size_t examine(struct ledger *ledger, const struct attempt *attempt, struct record *record)
{
    const struct probe_result *result = &attempt->errand.result;
    struct examined examined;

    if (ledger->examiner == NULL || result->chain.count == 0)
        return SERVED_NONE;
    examiner_look(ledger->examiner, &result->chain, attempt->task->target.name,
                  (result->started_at_ms + result->elapsed_ms) / 1000, &examined);
    ledger->totals.unexamined += !examined.known;
    record->examined = examined.known;
    record->findings = examined.findings;
    record->breaks = examined.breaks;
    record->judgement = examined.judgement;
    record->verdicts = examined.verdicts;
    if (examined.campaign_chain != SERVED_NONE)
        record->campaign_chain = ledger->heading.campaign->chains[examined.campaign_chain].name;
    return examined.campaign_chain;
}

static void count_place(struct ledger *ledger, const struct record *record, size_t chain)
{
    const struct tally_place place = {
        .endpoint = ledger->heading.tags_are_endpoints ? record->tag : NULL,
        .address = record->address,
        .name = record->name,
        .known = record->examined,
        .chain = chain != SERVED_NONE ? chain : ROLLOUT_OTHER,
    };

    tally_add(&ledger->tally, &place);
}

/* Behind what is said already, which may lose its end for it. */
static void add_incomplete(struct outcome *outcome)
{
    static const char words[] = "; addresses_incomplete";
    size_t used = strlen(outcome->detail), room = sizeof(outcome->detail) - sizeof(words);

    strcpy(outcome->detail + (used < room ? used : room), used > 0 ? words : words + strlen("; "));
}

void ledger_attempt(struct ledger *ledger, const struct attempt *attempt)
{
    const struct probe_result *result = &attempt->errand.result;
    const struct task *task = attempt->task;
    struct fingerprint prints[HANDSHAKE_CERTIFICATES_MAX];
    struct handshake_certificate shown[HANDSHAKE_CERTIFICATES_MAX];
    struct outcome outcome = result->outcome;
    struct record record = {
        .target = task->target.text,
        .tag = task->target.tag,
        .name = task->target.name,
        .address = attempt->place->address,
        .port = task->target.port,
        .starttls = starttls_name(task->target.starttls),
        .hello = ledger->heading.hellos[attempt->errand.hello]->name,
        .tls = result->tls,
        .cipher = result->cipher,
        .group = result->group,
        .client_certificate = result->client_certificate,
        .staple = result->staple,
        .via = result->via,
        .chain = prints,
        .chain_count = result->chain.count,
        .shown = shown,
        .started_at_ms = result->started_at_ms,
        .elapsed_ms = result->elapsed_ms,
    };
    size_t chain = examine(ledger, attempt, &record);
    char label[COMPARE_LABEL_BYTES];

    for (size_t i = 0; i < result->chain.count; i++) {
        prints[i] = result->chain.items[i].print;
        if (seen_add(&ledger->seen, &prints[i]))
            shown[record.shown_count++] = result->chain.items[i];
    }
    ledger->totals.certificates = ledger->seen.count;
    if (task->addresses_incomplete)
        add_incomplete(&outcome);
    if (task->compares != NULL)
        compare_add(&task->compares[attempt->errand.hello], attempt->place->address,
                    label_of(ledger, chain, prints, result->chain.count, label),
                    chain == SERVED_NONE ? -1 : (int)chain);
    if (ledger->heading.campaign != NULL)
        count_place(ledger, &record, chain);
    attempt->place->recorded |= (uint16_t)(1U << attempt->errand.hello);
    put_record(ledger, task, &record, &outcome);
}

/* Whether all addresses of a name serve one chain to this hello. */
static void compare(struct ledger *ledger, const struct task *task, size_t hello)
{
    const struct compare *compare = &task->compares[hello];
    struct text sentence = { 0 };

    if (!compare_differs(compare)) {
        ledger->totals.names_alike += compare_is_alike(compare) && !task->addresses_incomplete;
        return;
    }
    ledger->totals.names_different++;
    text_format(&sentence, "%s (%s): ", task->target.text, ledger->heading.hellos[hello]->name);
    compare_write(compare, &sentence);
    tally_add_name(&ledger->tally, text_string(&sentence));
    text_clear(&sentence);
}

void ledger_end(struct ledger *ledger, struct task *task)
{
    for (size_t i = 0; task->compares != NULL && i < ledger->heading.hello_count; i++) {
        if (task_says(task, i))
            compare(ledger, task, i);
    }
    if (task->piece != NULL)
        receipt_release(&task->piece->receipt, !ledger_has_lost(ledger));
    task->piece = NULL;
    agenda_end(ledger->heading.agenda, task);
}

bool ledger_is_full(const struct ledger *ledger)
{
    return sink_is_full(ledger->heading.sink);
}

bool ledger_has_lost(const struct ledger *ledger)
{
    return ledger->loss.kind != ERROR_NONE;
}

static bool nothing_lost(struct ledger *ledger, struct error *err)
{
    if (ledger_has_lost(ledger))
        *err = ledger->loss;
    return !ledger_has_lost(ledger);
}

bool ledger_poll(struct ledger *ledger, struct error *err)
{
    struct error loss = { 0 };

    if (!ledger_has_lost(ledger) && !sink_poll(ledger->heading.sink, &loss))
        ledger->loss = loss;
    return nothing_lost(ledger, err);
}

bool ledger_finish(struct ledger *ledger, struct error *err)
{
    struct error loss = { 0 };

    if (!ledger_has_lost(ledger) && !sink_finish(ledger->heading.sink, &loss))
        ledger->loss = loss;
    return nothing_lost(ledger, err);
}

struct tally *ledger_tally(struct ledger *ledger)
{
    return &ledger->tally;
}

const struct totals *ledger_totals(const struct ledger *ledger)
{
    return &ledger->totals;
}
