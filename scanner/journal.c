#include "scanner/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/clock.h"

#define NOTE_MS 1000

struct journal {
    struct journal_order order;
    struct checkpoint checkpoint; /* that is resumed */
    struct tally tally;           /* its */
    bool resumes;
    struct agenda agenda;
    int64_t noted_ms, noted_bytes;
};

/* Something is there, and nothing that tells what. */
static bool refuse_output(const struct journal_order *order, struct error *err)
{
    struct stat status;

    if (stat(order->out, &status) != 0 || status.st_size == 0)
        return true;
    return error_set(err, ERROR_CONFLICT,
                     "nothing to resume at %s, and %s is not empty: remove it, or leave out --resume",
                     order->path, order->out);
}

/* A scan begins where another one was: that one must be over, and must not be mistaken for this one. */
static bool begin(const struct journal_order *order, const struct checkpoint *before, struct error *err)
{
    if (!before->finished)
        return error_set(err, ERROR_CONFLICT,
                         "%s is of a scan that is not finished: go on with --resume, or remove it",
                         order->path);
    return unlink(order->path) == 0 || error_errno(err, "%s", order->path);
}

static bool look(struct journal *journal, struct error *err)
{
    const struct journal_order *order = &journal->order;
    struct error problem = { 0 };

    journal->resumes = checkpoint_read(order->path, order->settings, order->hello_count, &journal->checkpoint,
                                       &journal->agenda, &problem);
    if (problem.kind == ERROR_ABSENT)
        return !order->resume || refuse_output(order, err);
    if (problem.kind != ERROR_NONE && (order->resume || problem.kind != ERROR_CONFLICT)) {
        *err = problem;
        return false;
    }
    if (order->resume)
        return true;
    journal->resumes = false;
    tally_clear(&journal->tally);
    agenda_clear(&journal->agenda);
    agenda_init(&journal->agenda);
    return begin(order, &journal->checkpoint, err);
}

struct journal *journal_open(const struct journal_order *order, struct error *err)
{
    struct journal *journal = memory_new(sizeof(*journal));

    journal->order = *order;
    journal->tally.campaign = order->campaign;
    journal->checkpoint.tally = &journal->tally;
    agenda_init(&journal->agenda);
    if (look(journal, err))
        return journal;
    journal_close(journal);
    return NULL;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    agenda_clear(&journal->agenda);
    tally_clear(&journal->tally);
    free(journal);
}

struct sink *journal_open_sink(struct journal *journal, struct error *err)
{
    return sink_open_at(journal->order.out, journal->resumes ? journal->checkpoint.out_bytes : 0,
                        journal->checkpoint.run, err);
}

const struct checkpoint *journal_resumed(const struct journal *journal)
{
    return journal->resumes ? &journal->checkpoint : NULL;
}

struct agenda *journal_agenda(struct journal *journal)
{
    return &journal->agenda;
}

void journal_note(struct journal *journal, const struct journal_state *state)
{
    struct checkpoint checkpoint = {
        .started_at = state->started_at,
        .out_bytes = sink_bytes(state->sink),
        .finished = state->finished,
        .totals = *ledger_totals(state->ledger),
        .tally = ledger_tally(state->ledger),
    };
    struct text line = { 0 };

    snprintf(checkpoint.run, sizeof(checkpoint.run), "%s", ledger_run(state->ledger));
    checkpoint_write(&checkpoint, journal->order.settings, &journal->agenda, state->source_position, &line);
    sink_note(state->sink, journal->order.path, &line);
    journal->noted_ms = clock_monotonic_ms();
    journal->noted_bytes = checkpoint.out_bytes;
}

void journal_keep(struct journal *journal, const struct journal_state *state)
{
    if (clock_monotonic_ms() - journal->noted_ms < NOTE_MS || sink_note_is_waiting(state->sink) ||
        sink_bytes(state->sink) == journal->noted_bytes)
        return;
    journal_note(journal, state);
}
