#include "collector/outbox.h"

#include "schema/base/log.h"

static bool count_dropped(struct state *state, int64_t records, int64_t now, struct error *err)
{
    if (records == 0)
        return true;
    return state_run(state, err, "UPDATE outbox_dropped SET records = records + ?, last_at = ?", "ii",
                     records, now);
}

/*
 * Drop the oldest until no more than the cap is left. A manifest whose report goes may stay: it is as
 * good for the next report.
 */
static bool make_room(struct state *state, int64_t now, struct error *err)
{
    static const char sql[] =
        "DELETE FROM outbox WHERE kind <> 0 AND id IN"
        " (SELECT id FROM (SELECT id, sum(length(sealed)) OVER (ORDER BY id DESC) AS newer FROM outbox)"
        "  WHERE newer > ?)";

    int64_t dropped;

    if (!state_run(state, err, sql, "i", (int64_t)OUTBOX_BYTES_MAX))
        return false;
    dropped = state_changes(state);
    if (dropped > 0)
        log_event(LOG_ERROR, "outbox full dropped=%lld", (long long)dropped);
    return count_dropped(state, dropped, now, err);
}

bool outbox_put(struct state *state, enum outbox_kind kind, const struct fingerprint *digest,
                const struct text *sealed, int64_t now, struct error *err)
{
    if (kind == OUTBOX_ENROLMENT && !state_run(state, err, "DELETE FROM outbox WHERE kind = 0", ""))
        return false;
    return state_run(state, err, "INSERT INTO outbox (kind, digest, sealed, made_at) VALUES (?, ?, ?, ?)",
                     "ibbi", (int64_t)kind, digest == NULL ? NULL : digest->bytes,
                     digest == NULL ? (size_t)0 : (size_t)FINGERPRINT_BYTES, sealed->bytes, sealed->size,
                     now) &&
           make_room(state, now, err);
}

bool outbox_wants_manifest(struct state *state, const struct fingerprint *digest, int64_t now, bool *wanted,
                           struct error *err)
{
    sqlite3_stmt *row = state_prepare(
        state, err,
        "SELECT 1 FROM outbox WHERE kind = 1 AND digest = ?1 UNION ALL"
        " SELECT 1 FROM manifest_delivered WHERE digest = ?1 AND at BETWEEN ?2 AND ?3",
        "bii", digest->bytes, (size_t)FINGERPRINT_BYTES, now - (int64_t)OUTBOX_MANIFEST_AGE_MAX, now);

    if (row == NULL)
        return false;
    *wanted = !state_row(row, err);
    sqlite3_finalize(row);
    return err->kind == ERROR_NONE;
}

bool outbox_next(struct state *state, int64_t id, struct outbox_item *item, struct error *err)
{
    sqlite3_stmt *row = state_prepare(
        state, err, "SELECT id, kind, sealed FROM outbox WHERE id > ? ORDER BY id LIMIT 1", "i", id);
    bool found;

    *item = (struct outbox_item){ 0 };
    if (row == NULL)
        return false;
    found = state_row(row, err);
    if (found) {
        item->id = sqlite3_column_int64(row, 0);
        item->kind = (enum outbox_kind)sqlite3_column_int(row, 1);
        text_append(&item->sealed, sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2));
    }
    sqlite3_finalize(row);
    return found;
}

bool outbox_delivered(struct state *state, int64_t id, int64_t now, struct error *err)
{
    bool ok;

    if (!state_begin(state, err))
        return false;
    ok = state_run(state, err,
                   "INSERT OR REPLACE INTO manifest_delivered SELECT digest, ? FROM outbox WHERE id = ? AND "
                   "kind = 1",
                   "ii", now, id) &&
         state_run(state, err, "DELETE FROM manifest_delivered WHERE at < ?", "i",
                   now - (int64_t)OUTBOX_MANIFEST_AGE_MAX) &&
         state_run(state, err, "DELETE FROM outbox WHERE id = ?", "i", id);
    return state_end(state, ok, err);
}

bool outbox_drop(struct state *state, int64_t id, int64_t now, struct error *err)
{
    bool ok;

    if (!state_begin(state, err))
        return false;
    ok = state_run(state, err, "DELETE FROM outbox WHERE id = ?", "i", id) &&
         count_dropped(state, 1, now, err);
    return state_end(state, ok, err);
}

bool outbox_count(struct state *state, int64_t *waiting, int64_t *dropped, struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err, "SELECT (SELECT count(*) FROM outbox), records FROM outbox_dropped", "");
    bool ok;

    if (row == NULL)
        return false;
    ok = state_row(row, err);
    if (ok) {
        *waiting = sqlite3_column_int64(row, 0);
        *dropped = sqlite3_column_int64(row, 1);
    } else if (err->kind == ERROR_NONE) {
        error_set(err, ERROR_FORMAT, "state: it has lost its count of what was dropped");
    }
    sqlite3_finalize(row);
    return ok;
}
