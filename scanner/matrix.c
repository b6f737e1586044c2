#include "scanner/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"

struct cell {
    enum path_verdict verdict;
    const char *reason; /* static, or NULL */
};

struct matrix {
    const struct question *question;
    struct cell *cells;
    size_t count;
};

struct matrix *matrix_new(const struct question *question)
{
    struct matrix *matrix = memory_new(sizeof(*matrix));

    matrix->question = question;
    matrix->cells = memory_new(question->chain_count * question->client_count * question->instant_count *
                               sizeof(*matrix->cells));
    return matrix;
}

void matrix_free(struct matrix *matrix)
{
    if (matrix != NULL)
        free(matrix->cells);
    free(matrix);
}

void matrix_add(struct matrix *matrix, const struct path_result *result)
{
    matrix->cells[matrix->count++] = (struct cell){ result->verdict, result->reason };
}

static const struct cell *cell_at(const struct matrix *matrix, size_t chain, size_t client, size_t instant)
{
    const struct question *question = matrix->question;

    return &matrix->cells[(chain * question->client_count + client) * question->instant_count + instant];
}

static const char *chain_name(const struct question *question, size_t chain)
{
    return question->chains[chain].name != NULL ? question->chains[chain].name : "chain";
}

static const char *word_of(enum path_verdict verdict)
{
    static const char *const words[] = {
        [PATH_TRUSTED] = "yes", [PATH_UNTRUSTED] = "no", [PATH_UNDETERMINED] = "unknown"
    };

    return words[verdict];
}

static bool answers_alike(const struct matrix *matrix, size_t a, size_t b)
{
    const struct question *question = matrix->question;

    for (size_t i = 0; i < question->chain_count * question->instant_count; i++) {
        size_t chain = i / question->instant_count, instant = i % question->instant_count;

        if (cell_at(matrix, chain, a, instant)->verdict != cell_at(matrix, chain, b, instant)->verdict)
            return false;
    }
    return true;
}

/* The client after those of one row: ranges of a product that lie side by side and answer alike share one. */
static size_t end_of_row(const struct matrix *matrix, size_t first)
{
    const struct question_client *clients = matrix->question->clients;
    size_t end = first + 1;

    while (end < matrix->question->client_count && clients[first].release != NULL &&
           clients[end].release != NULL && clients[first].release->product != NULL &&
           clients[first].release->product == clients[end].release->product &&
           clients[end].release->from != NULL && answers_alike(matrix, first, end))
        end++;
    return end;
}

static void name_row(const struct matrix *matrix, size_t first, size_t end, struct text *name)
{
    const struct question_client *clients = matrix->question->clients;

    text_clear(name);
    if (end == first + 1)
        text_add(name, clients[first].name);
    else
        release_range_name(name, clients[first].release->product, clients[first].release->from,
                           clients[end - 1].release->below);
}

static int width_of_names(const struct matrix *matrix)
{
    size_t width = strlen("client");
    struct text name = { 0 };

    for (size_t i = 0; i < matrix->question->client_count; i = end_of_row(matrix, i)) {
        name_row(matrix, i, end_of_row(matrix, i), &name);
        width = name.size > width ? name.size : width;
    }
    text_clear(&name);
    return (int)width;
}

static int width_of_chain(const struct question *question, size_t chain)
{
    int width = (int)strlen(chain_name(question, chain)) + 1;

    return width < (int)strlen("unknown") ? (int)strlen("unknown") : width;
}

/* "survives", "breaks: g2only", "unknown: today (sources-differ)": of the chains that servers may present then. */
static void write_outcome(const struct matrix *matrix, size_t client, size_t instant,
                          const struct campaign_phase *phase, struct text *out)
{
    const struct question *question = matrix->question;
    enum path_verdict worst = PATH_TRUSTED;
    const char *separator = ": ";

    for (size_t i = 0; i < question->chain_count; i++) {
        const struct cell *cell = cell_at(matrix, i, client, instant);

        if (question_serves(question, i, phase) && worst != PATH_UNTRUSTED && cell->verdict != PATH_TRUSTED)
            worst = cell->verdict;
    }
    text_add(out, worst == PATH_TRUSTED ? "survives" : worst == PATH_UNTRUSTED ? "breaks" : "unknown");
    for (size_t i = 0; worst != PATH_TRUSTED && i < question->chain_count; i++) {
        const struct cell *cell = cell_at(matrix, i, client, instant);

        if (!question_serves(question, i, phase) || cell->verdict != worst)
            continue;
        text_format(out, "%s%s", separator, chain_name(question, i));
        if (cell->reason != NULL)
            text_format(out, " (%s)", cell->reason);
        separator = ", ";
    }
    text_add(out, "\n");
}

static void write_instant(const struct matrix *matrix, size_t instant, struct text *out)
{
    const struct question *question = matrix->question;
    int64_t at = question->instants[instant];
    const struct campaign_phase *phase = question_phase(question, at);
    int names = width_of_names(matrix);
    struct text name = { 0 };
    char text[CLOCK_TEXT_BYTES];

    text_add(out, clock_format(at, text));
    if (phase != NULL)
        text_format(out, ", phase %s", phase->name);
    else if (question->campaign != NULL)
        text_add(out, ", outside of all phases");
    text_format(out, "\n  %-*s", names, "client");
    for (size_t i = 0; i < question->chain_count; i++)
        text_format(out, "  %s%-*s", chain_name(question, i),
                    width_of_chain(question, i) - (int)strlen(chain_name(question, i)),
                    phase != NULL && question_serves(question, i, phase) ? "*" : "");
    text_add(out, "  then\n");
    for (size_t client = 0; client < question->client_count; client = end_of_row(matrix, client)) {
        name_row(matrix, client, end_of_row(matrix, client), &name);
        text_format(out, "  %-*s", names, text_string(&name));
        for (size_t i = 0; i < question->chain_count; i++)
            text_format(out, "  %-*s", width_of_chain(question, i),
                        word_of(cell_at(matrix, i, client, instant)->verdict));
        text_add(out, "  ");
        write_outcome(matrix, client, instant, phase, out);
    }
    text_clear(&name);
}

void matrix_write(const struct matrix *matrix, struct text *out)
{
    const struct question *question = matrix->question;

    text_format(
        out,
        "Who breaks when%s%s: does the client accept each chain, and those that servers present then%s?\n",
        question->campaign != NULL ? " in " : "", question->campaign != NULL ? question->campaign->name : "",
        question->campaign != NULL ? " (*)" : "");
    for (size_t i = 0; i < question->instant_count; i++) {
        text_add(out, "\n");
        write_instant(matrix, i, out);
    }
}
