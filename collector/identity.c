#include "collector/identity.h"

#include <stdlib.h>
#include <string.h>

static char *column_text(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    return text == NULL ? NULL : memory_text((const char *)text);
}

static bool take_row(struct identity *identity, sqlite3_stmt *row, struct error *err)
{
    if (sqlite3_column_bytes(row, 3) != FINGERPRINT_BYTES)
        return error_set(err, ERROR_FORMAT, "identity: the centre's key id is damaged");
    identity->partner = column_text(row, 0);
    identity->host = column_text(row, 1);
    identity->environment = column_text(row, 2);
    memcpy(identity->centre.bytes, sqlite3_column_blob(row, 3), FINGERPRINT_BYTES);
    identity->brokers = column_text(row, 4);
    identity->kafka_conf = column_text(row, 5);
    text_append(&identity->enrolment, sqlite3_column_blob(row, 6), (size_t)sqlite3_column_bytes(row, 6));
    identity->enrolled_at = sqlite3_column_int64(row, 7);
    return true;
}

bool identity_load(struct identity *identity, struct state *state, struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err,
                      "SELECT partner, host, environment, centre, brokers, kafka_conf, enrolment,"
                      " enrolled_at FROM identity",
                      "");
    bool ok;

    *identity = (struct identity){ 0 };
    if (row == NULL)
        return false;
    ok = state_row(row, err);
    if (ok)
        ok = take_row(identity, row, err);
    else if (err->kind == ERROR_NONE)
        error_set(err, ERROR_ABSENT, "this host is not enrolled: run `rootshift-collector enroll --token …`");
    sqlite3_finalize(row);
    if (ok)
        identity->key = key_load(state_key_path(state), err);
    if (identity->key == NULL)
        identity_clear(identity);
    return identity->key != NULL;
}

void identity_clear(struct identity *identity)
{
    key_free(identity->key);
    free(identity->partner);
    free(identity->host);
    free(identity->environment);
    free(identity->brokers);
    free(identity->kafka_conf);
    text_clear(&identity->enrolment);
    *identity = (struct identity){ 0 };
}

bool identity_keep(const struct identity *identity, struct state *state, struct error *err)
{
    return state_run(state, err, "INSERT OR REPLACE INTO identity VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "tttbttbi", identity->partner, identity->host, identity->environment,
                     identity->centre.bytes, (size_t)FINGERPRINT_BYTES, identity->brokers,
                     identity->kafka_conf, identity->enrolment.bytes, identity->enrolment.size,
                     identity->enrolled_at);
}

struct kafka_settings identity_kafka(const struct identity *identity, const struct kafka_settings *given)
{
    if (kafka_is_configured(given))
        return *given;
    return (struct kafka_settings){ .brokers = identity->brokers, .conf_file = identity->kafka_conf };
}

bool identity_next_sequence(struct state *state, int64_t now_ms, uint64_t *sequence, struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err, "UPDATE sequence SET last = max(last + 1, ?) RETURNING last", "i", now_ms);
    bool ok;

    if (row == NULL)
        return false;
    ok = state_row(row, err);
    if (ok)
        *sequence = (uint64_t)sqlite3_column_int64(row, 0);
    else if (err->kind == ERROR_NONE)
        error_set(err, ERROR_FORMAT, "state: it has lost its sequence");
    sqlite3_finalize(row);
    return ok;
}
