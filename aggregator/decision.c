#include "aggregator/decision.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/base/fingerprint.h"
#include "schema/wire/envelope.h"

#define CONTEXT "rootshift-decision-v1"

void decision_clear(struct decision *decision)
{
    free(decision->input);
    *decision = (struct decision){ 0 };
}

/* What is signed: each piece preceded by its length, as everything that we sign. */
static struct fingerprint hash_of(const struct fingerprint *previous, int64_t number, const char *verdict,
                                  const char *input)
{
    struct text text = { 0 };
    char digits[24];
    struct fingerprint hash;

    snprintf(digits, sizeof(digits), "%lld", (long long)number);
    envelope_frame(&text, CONTEXT, strlen(CONTEXT));
    envelope_frame(&text, previous->bytes, sizeof(previous->bytes));
    envelope_frame(&text, digits, strlen(digits));
    envelope_frame(&text, verdict, strlen(verdict));
    envelope_frame(&text, input, strlen(input));
    hash = fingerprint_of(text.bytes, text.size);
    text_clear(&text);
    return hash;
}

static bool read_head(struct database *database, int64_t *number, struct fingerprint *hash, struct error *err)
{
    PGresult *result = database_query(database, "decision_head", NULL, err);
    bool ok = result != NULL;

    *number = 0;
    *hash = (struct fingerprint){ 0 };
    if (ok && PQntuples(result) == 1) {
        *number = database_number(result, 0, "number");
        ok = database_bytes(result, 0, PQfnumber(result, "hash"), hash->bytes, sizeof(hash->bytes), err);
    }
    PQclear(result);
    return ok;
}

static bool read_input(struct database *database, const char *campaign, const char *phase,
                       struct decision *decision, struct error *err)
{
    PGresult *result =
        database_query(database, "gate_input",
                       (struct parameter[]){ { "campaign", campaign }, { "phase", phase }, { 0 } }, err);
    bool ok = result != NULL &&
              (PQntuples(result) == 1 ||
               error_set(err, ERROR_ABSENT, "no campaign \"%s\" with phase \"%s\"", campaign, phase));

    if (ok)
        decision->input = memory_text(database_value(result, 0, "input"));
    PQclear(result);
    return ok;
}

static const char *asker(void)
{
    const struct passwd *user = getpwuid(getuid());

    return user != NULL ? user->pw_name : "unknown";
}

static bool keep(struct database *database, const struct key *centre, struct decision *decision,
                 const struct fingerprint *previous, struct error *err)
{
    const char *verdict = gate_verdict_name(decision->result.verdict);
    struct fingerprint hash = hash_of(previous, decision->entry.number, verdict, decision->input);
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct text before = { 0 }, after = { 0 }, id = { 0 }, public_key = { 0 }, signed_text = { 0 };
    char number[24], version[24];
    bool ok;

    decision->entry.hash = hash;
    ok = key_sign(centre, hash.bytes, sizeof(hash.bytes), signature, err);

    snprintf(number, sizeof(number), "%lld", (long long)decision->entry.number);
    snprintf(version, sizeof(version), "%lld", (long long)decision->result.version);
    ok = ok &&
         database_run(database, "decision_add",
                      (struct parameter[]){
                          { "number", number },
                          { "campaign", decision->result.campaign },
                          { "version", version },
                          { "phase", decision->result.phase },
                          { "verdict", verdict },
                          { "input", decision->input },
                          { "previous", database_bytea(&before, previous->bytes, sizeof(previous->bytes)) },
                          { "hash", database_bytea(&after, hash.bytes, sizeof(hash.bytes)) },
                          { "key_id", database_bytea(&id, key_id(centre)->bytes, FINGERPRINT_BYTES) },
                          { "public_key", database_bytea(&public_key, key_public(centre), KEY_PUBLIC_BYTES) },
                          { "signature", database_bytea(&signed_text, signature, sizeof(signature)) },
                          { "asked_by", asker() },
                          { 0 } },
                      NULL, err);
    text_clear(&before);
    text_clear(&after);
    text_clear(&id);
    text_clear(&public_key);
    text_clear(&signed_text);
    return ok;
}

bool decision_make(struct database *database, const struct key *centre, const char *campaign,
                   const char *phase, int64_t at, struct decision *decision, struct error *err)
{
    struct fingerprint previous;

    *decision = (struct decision){ 0 };
    if (database_run(database, "decision_lock", NULL, NULL, err) &&
        database_begin(database, "ISOLATION LEVEL REPEATABLE READ", err) &&
        database_set_time(database, at, err) && read_input(database, campaign, phase, decision, err) &&
        gate_evaluate(decision->input, &decision->result, err) &&
        read_head(database, &decision->entry.number, &previous, err)) {
        decision->entry.number++;
        if (keep(database, centre, decision, &previous, err) && database_commit(database, err))
            return true;
    }
    database_rollback(database);
    decision_clear(decision);
    return error_within(err, "gate");
}

static PGresult *list(struct database *database, int64_t from, int64_t to, struct error *err)
{
    char first[24], last[24];

    snprintf(first, sizeof(first), "%lld", (long long)from);
    snprintf(last, sizeof(last), "%lld", (long long)to);
    return database_query(database, "decision_list",
                          (struct parameter[]){ { "from", first }, { "to", last }, { 0 } }, err);
}

bool decision_show(struct database *database, int64_t number, struct decision *decision, struct error *err)
{
    PGresult *result = list(database, number, number, err);
    bool ok = result != NULL &&
              (PQntuples(result) == 1 || error_set(err, ERROR_ABSENT, "no decision %lld", (long long)number));

    *decision = (struct decision){ .entry.number = number };
    ok = ok && database_bytes(result, 0, PQfnumber(result, "hash"), decision->entry.hash.bytes,
                              FINGERPRINT_BYTES, err);
    if (ok) {
        decision->input = memory_text(database_value(result, 0, "input"));
        ok =
            gate_evaluate(decision->input, &decision->result, err) &&
            (strcmp(gate_verdict_name(decision->result.verdict), database_value(result, 0, "verdict")) == 0 ||
             error_set(err, ERROR_CONFLICT, "decision %lld was %s, its input gives %s now", (long long)number,
                       database_value(result, 0, "verdict"), gate_verdict_name(decision->result.verdict)));
    }
    PQclear(result);
    if (!ok)
        decision_clear(decision);
    return ok;
}

static bool check_row(const PGresult *rows, int row, const struct key *centre, struct fingerprint *previous,
                      struct error *err)
{
    int64_t number = database_number(rows, row, "number");
    const char *verdict = database_value(rows, row, "verdict"), *input = database_value(rows, row, "input");
    struct fingerprint kept_previous, kept_hash, hash = hash_of(previous, number, verdict, input);
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct gate_result result;

    if (!database_bytes(rows, row, PQfnumber(rows, "previous"), kept_previous.bytes, FINGERPRINT_BYTES,
                        err) ||
        !database_bytes(rows, row, PQfnumber(rows, "hash"), kept_hash.bytes, FINGERPRINT_BYTES, err) ||
        !database_bytes(rows, row, PQfnumber(rows, "signature"), signature, sizeof(signature), err))
        return false;
    if (number != row + 1)
        return error_set(err, ERROR_CONFLICT, "decision %d is missing", row + 1);
    if (!fingerprint_equal(&kept_previous, previous))
        return error_set(err, ERROR_CONFLICT, "decision %lld does not follow the one before it",
                         (long long)number);
    if (!fingerprint_equal(&kept_hash, &hash))
        return error_set(err, ERROR_CONFLICT, "decision %lld was changed after it was made",
                         (long long)number);
    if (!key_verify(centre, hash.bytes, sizeof(hash.bytes), signature, sizeof(signature)))
        return error_set(err, ERROR_CONFLICT, "decision %lld was not signed by this centre's key",
                         (long long)number);
    if (!gate_evaluate(input, &result, err))
        return error_within(err, "decision %lld", (long long)number);
    if (strcmp(gate_verdict_name(result.verdict), verdict) != 0)
        return error_set(err, ERROR_CONFLICT, "decision %lld says %s, its input gives %s", (long long)number,
                         verdict, gate_verdict_name(result.verdict));
    *previous = hash;
    return true;
}

/* What was made stands where it stood. */
static bool check_made(const PGresult *rows, const struct journal_entry *made, struct error *err)
{
    struct fingerprint hash;
    int row = (int)made->number - 1; /* numbers have no holes: check_row() */

    if (made->number > PQntuples(rows))
        return error_set(err, ERROR_CONFLICT,
                         "decision %lld was made and is gone: the chain was cut behind %d",
                         (long long)made->number, PQntuples(rows));
    if (!database_bytes(rows, row, PQfnumber(rows, "hash"), hash.bytes, FINGERPRINT_BYTES, err))
        return false;
    return fingerprint_equal(&hash, &made->hash) ||
           error_set(err, ERROR_CONFLICT, "decision %lld is another one than was made",
                     (long long)made->number);
}

bool decision_verify(struct database *database, const struct key *centre, const struct journal *journal,
                     struct journal_entry *head, struct error *err)
{
    PGresult *rows = list(database, 0, INT64_MAX, err);
    bool ok = rows != NULL;

    *head = (struct journal_entry){ 0 };
    for (int row = 0; ok && row < PQntuples(rows); row++) {
        ok = check_row(rows, row, centre, &head->hash, err);
        head->number += ok;
    }
    for (size_t i = 0; ok && i < journal->count; i++)
        ok = check_made(rows, &journal->entries[i], err);
    PQclear(rows);
    return ok;
}
