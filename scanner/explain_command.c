#include "scanner/explain_command.h"

#include <stdio.h>
#include <stdlib.h>

#include "scanner/matrix.h"
#include "schema/trust/by_key.h"
#include "schema/trust/diagram.h"
#include "schema/trust/shape.h"

#define AT(member) offsetof(struct explain_settings, member)

const struct option explain_options[] = {
    { "chain", OPTION_TEXT, AT(chain), .argument = "FILE",
      .help = "the certificates served, leaf first, in PEM" },
    { "campaign", OPTION_TEXT, AT(campaign), .argument = "FILE",
      .help = "explain the campaign's chains; with --chain it only names the roots" },
    { "phase", OPTION_TEXT, AT(phase), .argument = "NAME", .help = "only the chains that this phase serves" },
    { "trust", OPTION_LIST, AT(trust), .argument = "STORE",
      .help = "what the client believes; several make one set" },
    { "client", OPTION_LIST, AT(client), .argument = "RELEASE",
      .help =
          "published software instead of stores: java:1.8.0_121, android:4.4, pinned:FILE; a product alone "
          "gives all its versions" },
    { "model", OPTION_TEXT, AT(model), .argument = "NAME",
      .help = "how the client reads the stores and builds paths; without it: rfc5280" },
    { "name", OPTION_TEXT, AT(name), .argument = "HOST", .help = "the host name or address that must match" },
    { "at", OPTION_LIST, AT(at), .argument = "TIME",
      .help = "judge at this instant, a date being its midnight in the campaign's time zone or else UTC; "
              "several, or several "
              "clients, give one table of who breaks when" },
    { "time", OPTION_LIST, AT(time), .argument = "TIME", .help = "the same as --at; without either: now" },
    { "known", OPTION_TEXT, AT(known), .argument = "FILE",
      .help = "intermediates in PEM that the client may find besides those served" },
    { "password", OPTION_TEXT, AT(password), .argument = "TEXT", .from_environment = true,
      .help = "for stores that need one" },
    { "profile", OPTION_FLAG, AT(profile),
      .help = "judge also by the profile of certificates for TLS servers, which clients are not agreed on" },
    { "json", OPTION_FLAG, AT(json), .help = "the answer as JSON" },
    { "dot", OPTION_FLAG, AT(dot), .help = "the answer as a graph for Graphviz" },
    { 0 },
};

/* What is printed, and the exit code that it asks for. */
struct output {
    struct json json;
    struct text text;
    bool as_json, as_dot, several;
    struct matrix *matrix; /* where there is more than one column of a person's table; else NULL */
    int answer;
};

static int answer_of(enum path_verdict verdict)
{
    switch (verdict) {
    case PATH_TRUSTED: return ANSWER_YES;
    case PATH_UNTRUSTED: return ANSWER_NO;
    case PATH_UNDETERMINED: return ANSWER_UNDECIDED;
    }
    return ANSWER_NONE;
}

/* Of several answers the worst speaks: no, then undecided, then yes. */
static void add_answer(struct output *output, enum path_verdict verdict)
{
    int answer = answer_of(verdict);

    if (output->answer != ANSWER_NO && answer != ANSWER_YES)
        output->answer = answer;
}

static void print_answer(struct output *output, const struct explain_subject *subject)
{
    if (output->matrix != NULL) {
        matrix_add(output->matrix, subject->result);
        return;
    }
    if (output->as_dot) {
        diagram_write(subject, &output->text);
        return;
    }
    if (!output->as_json) {
        if (output->text.size > 0)
            text_add(&output->text, "\n");
        explain_text(subject, &output->text);
        return;
    }
    json_object(&output->json);
    if (output->several) {
        json_key_text(&output->json, "chain", subject->chain);
        json_key_text(&output->json, "client", subject->client);
        json_key_instant(&output->json, "at", subject->query->at);
    }
    explain_json(subject, &output->json);
    json_object_end(&output->json);
}

/* A chain of which only the roots are known: for each root that accepts, its entry is the path. */
static void search_by_key(const struct question *question, const struct question_chain *chain,
                          const struct question_client *client, int64_t at, struct path_result *result)
{
    const struct trust_entry *via;
    const char *ignored;

    result->verdict = client->release != NULL
                          ? release_accepts_key(client->release, question->catalogue, at, chain->accepts,
                                                chain->accepts_count, &result->reason, &via)
                          : by_key_verdict(client->trust, client->model, at, chain->accepts,
                                           chain->accepts_count, &result->reason, &via);
    for (size_t i = 0; i < chain->accepts_count; i++) {
        struct path path = { .count = 1, .anchored = true, .valid = true };

        if (by_key_verdict(client->trust, client->model, at, &chain->accepts[i], 1, &ignored, &via) !=
                PATH_TRUSTED ||
            via == NULL || via->certificate == NULL)
            continue;
        path.certificates = memory_new(sizeof(struct certificate *));
        path.certificates[0] = via->certificate;
        result->paths = array_grow(result->paths, result->path_count, sizeof(*result->paths));
        result->paths[result->path_count++] = path;
    }
    result->paths_total = result->path_count;
}

/* Where several clients or instants are asked about, it is: who breaks then? Chains that no server presents break nobody. */
static bool matters(const struct question *question, size_t chain, int64_t at)
{
    return question->client_count * question->instant_count == 1 ||
           question_serves(question, chain, question_phase(question, at));
}

static void explain_chain(const struct question *question, size_t number,
                          const struct question_client *client, int64_t at,
                          const struct explain_settings *settings, struct output *output)
{
    const struct question_chain *chain = &question->chains[number];
    const struct path_query query = { .chain = &chain->certificates,
                                      .chain_malformed = chain->malformed,
                                      .known = &question->known,
                                      .trust = client->trust,
                                      .model = client->model,
                                      .name = settings->name,
                                      .at = at,
                                      .leaf_is_template = chain->is_template,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result = { 0 };
    const struct explain_subject subject = { .chain = chain->name != NULL ? chain->name
                                                      : output->several   ? settings->chain
                                                                          : NULL,
                                             .client = client->name,
                                             .query = &query,
                                             .result = &result,
                                             .roots = question->roots,
                                             .root_count = question->root_count,
                                             .spare = &question->spare,
                                             .warnings = &chain->warnings };

    if (chain->certificates.count == 0 && !chain->malformed)
        search_by_key(question, chain, client, at, &result);
    else if (client->release != NULL)
        release_search(client->release, question->catalogue, &query, &result);
    else
        path_search(&query, &result);
    if (settings->profile && chain->certificates.count > 0)
        shape_judge(&result);
    if (matters(question, number, at))
        add_answer(output, result.verdict);
    print_answer(output, &subject);
    path_result_clear(&result);
}

/* Chain by chain for whoever reads trees and documents, the table of a person instant by instant. */
static void explain_all(const struct question *question, const struct explain_settings *settings,
                        struct output *output)
{
    size_t columns = question->client_count * question->instant_count;

    output->several = question->chain_count * columns > 1;
    if (columns > 1 && !output->as_json && !output->as_dot)
        output->matrix = matrix_new(question);
    if (output->as_json && output->several) {
        json_object(&output->json);
        json_key(&output->json, "answers");
        json_array(&output->json);
    }
    for (size_t i = 0; i < question->chain_count; i++) {
        for (size_t j = 0; j < columns; j++)
            explain_chain(question, i, &question->clients[j / question->instant_count],
                          question->instants[j % question->instant_count], settings, output);
    }
    if (output->as_json && output->several) {
        json_array_end(&output->json);
        json_object_end(&output->json);
    }
    if (output->matrix != NULL)
        matrix_write(output->matrix, &output->text);
    matrix_free(output->matrix);
}

int explain_run(void *settings, const struct text_list *arguments, struct error *err)
{
    struct explain_settings *explain = settings;
    struct output output = { .as_json = explain->json, .as_dot = explain->dot };
    struct question question;
    int answer = ANSWER_NONE;

    (void)arguments;
    if (explain->json && explain->dot) {
        error_set(err, ERROR_OPTION, "--json and --dot are two answers: choose one");
        return ANSWER_NONE;
    }
    if (question_read(&question, explain, err)) {
        explain_all(&question, explain, &output);
        if (explain->json)
            puts(text_string(&output.json.text));
        else
            fputs(text_string(&output.text), stdout);
        answer = fflush(stdout) == 0 ? output.answer : ANSWER_NONE;
        if (answer == ANSWER_NONE)
            error_errno(err, "writing the answer");
    }
    question_clear(&question);
    json_clear(&output.json);
    text_clear(&output.text);
    return answer;
}
