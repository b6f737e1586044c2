/* The command `gate`: decide, show what was decided, or check the chain of all decisions. */
#include <stdio.h>
#include <string.h>

#include "aggregator/centre.h"
#include "aggregator/decision.h"
#include "aggregator/migration.h"
#include "aggregator/settings.h"

static const int answers[] = {
    [GATE_GO] = ANSWER_YES,
    [GATE_NO_GO] = ANSWER_NO,
    [GATE_INCONCLUSIVE] = ANSWER_UNDECIDED,
};

static int print(const struct settings *settings, struct decision *decision)
{
    char head[JOURNAL_TEXT_BYTES];

    struct text out = { 0 };
    int answer = answers[decision->result.verdict];

    if (settings->json)
        gate_print_json(&decision->result, decision->entry.number, journal_format(&decision->entry, head),
                        decision->input, &out);
    else
        gate_print_text(&decision->result, decision->entry.number, journal_format(&decision->entry, head),
                        &out);
    fputs(text_string(&out), stdout);
    text_clear(&out);
    decision_clear(decision);
    return answer;
}

static int verify(const struct settings *settings, struct database *database, const struct key *centre,
                  struct error *err)
{
    struct journal journal = { 0 };
    struct journal_entry head;
    char text[JOURNAL_TEXT_BYTES];
    bool asked = journal_read(&journal, settings->key, err) &&
                 (settings->head == NULL || journal_add(&journal, settings->head, err));
    bool right = asked && decision_verify(database, centre, &journal, &head, err);

    journal_clear(&journal);
    if (right) {
        printf("%lld decisions, each as it was made\n", (long long)head.number);
        if (head.number > 0)
            printf("head %s\n", journal_format(&head, text));
        return ANSWER_YES;
    }
    if (!asked || err->kind != ERROR_CONFLICT)
        return ANSWER_NONE;
    fprintf(stderr, "rootshift-aggregator: %s (%lld decisions are right)\n", err->message,
            (long long)head.number);
    return ANSWER_NO;
}

/* The decision stands, whether it could be noted here or not. */
static int decide(const struct settings *settings, struct database *database, const struct key *centre,
                  struct error *err)
{
    struct decision decision;

    if (!decision_make(database, centre, settings->campaign, settings->phase, settings->time, &decision, err))
        return ANSWER_NONE;
    if (!journal_keep(settings->key, &decision.entry, err))
        fprintf(stderr, "rootshift-aggregator: this decision was not noted beside the key: %s\n",
                err->message);
    return print(settings, &decision);
}

static int answer(const struct settings *settings, const struct text_list *arguments,
                  struct database *database, const struct key *centre, struct error *err)
{
    struct decision decision;

    if (arguments->count == 1 && strcmp(arguments->items[0], "verify") == 0)
        return verify(settings, database, centre, err);
    if (arguments->count > 0) {
        error_set(err, ERROR_OPTION, "gate knows the word verify, not \"%s\"", arguments->items[0]);
        return ANSWER_NONE;
    }
    if (settings->show > 0)
        return decision_show(database, settings->show, &decision, err) ? print(settings, &decision)
                                                                       : ANSWER_NONE;
    if (settings->campaign == NULL || settings->phase == NULL) {
        error_set(err, ERROR_OPTION, "say --campaign and --phase, or --show N, or verify");
        return ANSWER_NONE;
    }
    return decide(settings, database, centre, err);
}

int command_gate(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct key *centre = centre_key(settings->key, err);
    struct database *database = centre != NULL ? database_open(settings->database, "gate", err) : NULL;
    int result = database != NULL && migration_check(database, err)
                     ? answer(settings, arguments, database, centre, err)
                     : ANSWER_NONE;

    database_close(database);
    key_free(centre);
    return result;
}
