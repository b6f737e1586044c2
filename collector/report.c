#include "collector/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/outbox.h"
#include "schema/base/text.h"

/* A copy that borrows everything from the inspection but what is completed here. */
struct completed {
    Rootshift__V1__HostReport report;
    Rootshift__V1__Host host;
    Rootshift__V1__Finding dropped;
    Rootshift__V1__Finding **findings; /* owned */
    char text[96];
};

/* The centre must hear of reports that it will never see. */
static void add_dropped(struct completed *completed, int64_t dropped)
{
    size_t count = completed->report.n_findings;

    snprintf(completed->text, sizeof(completed->text),
             "%lld records were dropped from a full outbox since enrolment", (long long)dropped);
    completed->dropped = (Rootshift__V1__Finding)ROOTSHIFT__V1__FINDING__INIT;
    completed->dropped.code = (char *)(uintptr_t) "outbox-dropped";
    completed->dropped.text = completed->text;
    completed->findings = memory_new((count + 1) * sizeof(*completed->findings));
    if (count > 0)
        memcpy(completed->findings, completed->report.findings, count * sizeof(*completed->findings));
    completed->findings[count] = &completed->dropped;
    completed->report.findings = completed->findings;
    completed->report.n_findings = count + 1;
}

static bool complete(struct completed *completed, const struct report *report,
                     const struct identity *identity, struct state *state, int64_t now_ms, struct error *err)
{
    int64_t waiting, dropped;
    int environment;

    *completed = (struct completed){ .report = *report->host };
    if (!identity_next_sequence(state, now_ms, &completed->report.sequence, err) ||
        !outbox_count(state, &waiting, &dropped, err))
        return false;
    completed->host =
        report->host->host == NULL ? (Rootshift__V1__Host)ROOTSHIFT__V1__HOST__INIT : *report->host->host;
    completed->host.name = identity->host;
    completed->report.host = &completed->host;
    if (!codec_enum_parse(&rootshift__v1__environment__descriptor, identity->environment, &environment))
        return error_set(err, ERROR_FORMAT, "identity: environment \"%s\"", identity->environment);
    completed->report.environment = (Rootshift__V1__Environment)environment;
    if (dropped > 0)
        add_dropped(completed, dropped);
    return true;
}

static struct fingerprint digest_of(const Rootshift__V1__TrustManifest *manifest)
{
    struct fingerprint digest = { { 0 } };

    if (manifest->digest.len == FINGERPRINT_BYTES)
        memcpy(digest.bytes, manifest->digest.data, FINGERPRINT_BYTES);
    return digest;
}

static bool seal_and_put(const struct identity *identity, struct state *state, enum outbox_kind kind,
                         const struct fingerprint *digest, const void *message, int64_t now,
                         struct error *err)
{
    struct text sealed = { 0 };
    bool ok = envelope_seal(identity->key, &identity->centre, message, &sealed, err) &&
              outbox_put(state, kind, digest, &sealed, now, err);

    text_clear(&sealed);
    return ok;
}

static bool put_manifest(const Rootshift__V1__TrustManifest *manifest, const struct identity *identity,
                         struct state *state, int64_t now, struct error *err)
{
    struct fingerprint digest = digest_of(manifest);
    bool wanted;

    if (!outbox_wants_manifest(state, &digest, now, &wanted, err))
        return false;
    return !wanted || seal_and_put(identity, state, OUTBOX_MANIFEST, &digest, manifest, now, err);
}

static bool put_all(const struct report *report, const struct identity *identity, struct state *state,
                    int64_t now_ms, struct error *err)
{
    struct completed completed;
    int64_t now = now_ms / 1000;
    bool ok = complete(&completed, report, identity, state, now_ms, err);

    for (size_t i = 0; ok && i < report->manifest_count; i++)
        ok = put_manifest(report->manifests[i], identity, state, now, err);
    ok = ok && seal_and_put(identity, state, OUTBOX_REPORT, NULL, &completed.report, now, err);
    free(completed.findings);
    return ok;
}

bool report_put(const struct report *report, const struct identity *identity, struct state *state,
                int64_t now_ms, struct error *err)
{
    return state_begin(state, err) && state_end(state, put_all(report, identity, state, now_ms, err), err);
}

static bool append_sealed(const struct identity *identity, const void *message, struct text *file,
                          struct error *err)
{
    struct text sealed = { 0 };
    bool ok = envelope_seal(identity->key, &identity->centre, message, &sealed, err);

    if (ok)
        envelope_append(file, sealed.bytes, sealed.size);
    text_clear(&sealed);
    return ok;
}

static bool append_all(const struct report *report, const struct identity *identity, struct state *state,
                       int64_t now_ms, struct text *file, struct error *err)
{
    struct completed completed;
    bool ok = complete(&completed, report, identity, state, now_ms, err);

    envelope_append(file, identity->enrolment.bytes, identity->enrolment.size);
    for (size_t i = 0; ok && i < report->manifest_count; i++)
        ok = append_sealed(identity, report->manifests[i], file, err);
    ok = ok && append_sealed(identity, &completed.report, file, err);
    free(completed.findings);
    return ok;
}

static bool write_all(int fd, const struct text *file, struct error *err)
{
    for (size_t at = 0; at < file->size;) {
        ssize_t wrote = write(fd, file->bytes + at, file->size - at);

        if (wrote < 0 && errno != EINTR)
            return error_errno(err, "write");
        at += wrote < 0 ? 0 : (size_t)wrote;
    }
    return true;
}

static bool write_file(const struct text *file, const char *path, struct error *err)
{
    struct text partial = { 0 };
    int fd;
    bool ok;

    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, file, err);
    text_format(&partial, "%s.XXXXXX", path);
    fd = mkostemp(partial.bytes,
                  O_CLOEXEC); /* mode 0600: what it says of the host is for whom the owner shows it to */
    ok = fd >= 0 || error_errno(err, "%s", path);
    ok = ok && write_all(fd, file, err) && (fsync(fd) == 0 || error_errno(err, "fsync"));
    ok = ok && (rename(partial.bytes, path) == 0 || error_errno(err, "%s", path));
    if (fd >= 0 && !ok)
        unlink(partial.bytes);
    if (fd >= 0)
        close(fd);
    text_clear(&partial);
    return ok;
}

bool report_write(const struct report *report, const struct identity *identity, struct state *state,
                  int64_t now_ms, const char *path, struct error *err)
{
    struct text file = { 0 };
    bool ok = state_begin(state, err) &&
              state_end(state, append_all(report, identity, state, now_ms, &file, err), err) &&
              write_file(&file, path, err);

    text_clear(&file);
    return ok || error_within(err, "report");
}
