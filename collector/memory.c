#include "collector/memory.h"

#include "schema/base/text.h"

bool memory_note_store(struct state *state, const struct memory_store *store, int64_t now, struct error *err)
{
    return state_run(state, err,
                     "INSERT INTO store_seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"
                     " ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)",
                     "ttbiii", store->id, store->path, store->digest.bytes, (size_t)FINGERPRINT_BYTES,
                     (int64_t)store->changed.tv_sec, (int64_t)store->changed.tv_nsec, now);
}

/* A row lasts while the client's newest trust set stays the same; going back to an old one is a new row. */
bool memory_note_trust(struct state *state, const char *client, const Rootshift__V1__TrustManifest *manifest,
                       int64_t now, struct error *err)
{
    struct text packed = { 0 };
    bool ok =
        state_run(state, err,
                  "UPDATE trust_seen SET last_seen = ?1 WHERE client = ?2 AND digest = ?3 AND first_seen ="
                  " (SELECT max(first_seen) FROM trust_seen WHERE client = ?2)",
                  "itb", now, client, manifest->digest.data, manifest->digest.len);

    if (!ok || state_changes(state) > 0)
        return ok;
    ok = codec_pack(manifest, &packed, err) &&
         state_run(state, err, "INSERT OR REPLACE INTO trust_seen VALUES (?1, ?2, ?3, ?4, ?4)", "tbbi",
                   client, manifest->digest.data, manifest->digest.len, packed.bytes, packed.size, now) &&
         state_run(state, err,
                   "DELETE FROM trust_seen WHERE client = ?1 AND first_seen <="
                   " (SELECT first_seen FROM trust_seen WHERE client = ?1 ORDER BY first_seen DESC LIMIT 1 "
                   "OFFSET ?2)",
                   "ti", client, (int64_t)MEMORY_TRUSTS_MAX);
    text_clear(&packed);
    return ok;
}

bool memory_forget(struct state *state, int64_t now, struct error *err)
{
    int64_t oldest = now - (int64_t)MEMORY_AGE_MAX;

    return state_run(state, err, "DELETE FROM store_seen WHERE last_seen < ?", "i", oldest) &&
           state_run(state, err, "DELETE FROM trust_seen WHERE last_seen < ?", "i", oldest);
}

/* One row: shown, and whether it was seen before is noted for the first. */
static bool show_row(sqlite3_stmt *row, memory_trust_visitor *visit, void *context, struct error *err)
{
    Rootshift__V1__TrustManifest *manifest =
        codec_unpack(&rootshift__v1__trust_manifest__descriptor, sqlite3_column_blob(row, 0),
                     (size_t)sqlite3_column_bytes(row, 0), err);
    bool ok;

    if (manifest == NULL)
        return error_within(err, "memory");
    ok = visit(context, manifest, sqlite3_column_int64(row, 1), sqlite3_column_int64(row, 2));
    codec_free(manifest);
    return ok || error_set(err, ERROR_STOPPED, "memory: the visitor has seen enough");
}

bool memory_trust_since(struct state *state, const char *client, int64_t since, bool *seen_before,
                        memory_trust_visitor *visit, void *context, struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err,
                      "SELECT manifest, first_seen, last_seen FROM trust_seen WHERE client = ?1"
                      " AND first_seen >= coalesce((SELECT max(first_seen) FROM trust_seen"
                      "  WHERE client = ?1 AND first_seen < ?2), ?2) ORDER BY first_seen",
                      "ti", client, since);
    bool ok = true;

    *seen_before = false;
    if (row == NULL)
        return false;
    while (ok && state_row(row, err)) {
        *seen_before = *seen_before || sqlite3_column_int64(row, 1) < since;
        ok = show_row(row, visit, context, err);
    }
    sqlite3_finalize(row);
    return ok && err->kind == ERROR_NONE;
}

bool memory_trust_at(struct state *state, const char *client, int64_t at, memory_trust_visitor *visit,
                     void *context, struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err,
                      "SELECT manifest, first_seen, last_seen FROM trust_seen WHERE client = ?1"
                      " AND first_seen <= ?2 AND last_seen >= ?2 ORDER BY first_seen DESC LIMIT 1",
                      "ti", client, at);
    bool ok = row != NULL;

    if (ok && state_row(row, err))
        ok = show_row(row, visit, context, err);
    sqlite3_finalize(row);
    return ok && err->kind == ERROR_NONE;
}

bool memory_store_then(struct state *state, const char *path, int64_t started_ms, int64_t *seen_at,
                       struct error *err)
{
    sqlite3_stmt *row =
        state_prepare(state, err,
                      "SELECT last_seen FROM store_seen WHERE path = ?1"
                      " AND changed_s * 1000 + changed_ns / 1000000 < ?2 AND last_seen * 1000 >= ?2"
                      " ORDER BY last_seen DESC LIMIT 1",
                      "ti", path, started_ms);
    bool seen = row != NULL && state_row(row, err);

    if (seen)
        *seen_at = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return seen;
}

char *memory_path(struct state *state, const char *id, struct error *err)
{
    sqlite3_stmt *row = state_prepare(
        state, err, "SELECT path FROM store_seen WHERE id = ? ORDER BY last_seen DESC LIMIT 1", "t", id);
    char *path = NULL;

    if (row == NULL)
        return NULL;
    if (state_row(row, err))
        path = memory_text((const char *)sqlite3_column_text(row, 0));
    else if (err->kind == ERROR_NONE)
        error_set(err, ERROR_ABSENT, "no store \"%.64s\" was ever seen on this host", id);
    sqlite3_finalize(row);
    return path;
}
