/* What programs fetch: the documents of readiness and of scans, roots, figures for Prometheus. */
#include "aggregator/web/pages.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "aggregator/observed.h"
#include "aggregator/readiness.h"
#include "aggregator/web/layout.h"
#include "schema/base/fingerprint.h"

bool readiness_document(struct page *page, struct error *err)
{
    page->reply->type = "application/json";
    return readiness_json(page->database, page->request->arguments[0], &page->reply->body, err);
}

bool scan_document(struct page *page, struct error *err)
{
    page->reply->type = "application/json";
    return observed_json(page->database, page->request->arguments[0], page->at, &page->reply->body, err);
}

/* The root that "/roots/SHA256.pem" names: its PEM; the caller's to PQclear(). */
static PGresult *find_root(struct page *page, struct error *err)
{
    const char *file = page->request->arguments[0];
    char name[FINGERPRINT_TEXT_BYTES + 8];
    struct fingerprint print;
    PGresult *rows = NULL;

    if (strlen(file) != FINGERPRINT_TEXT_BYTES - 1 + strlen(".pem")) {
        layout_absent(err, "root", file);
        return NULL;
    }
    memcpy(name, file, FINGERPRINT_TEXT_BYTES - 1);
    name[FINGERPRINT_TEXT_BYTES - 1] = '\0';
    if (!fingerprint_parse(name, &print, err))
        return NULL;
    fingerprint_format(&print, name);
    rows =
        database_query(page->database, "page_root", (struct parameter[]){ { "sha256", name }, { 0 } }, err);
    if (rows != NULL && PQntuples(rows) == 0) {
        PQclear(rows);
        rows = NULL;
        layout_absent(err, "root", file);
    }
    if (rows != NULL)
        page->reply->file = memory_text(file);
    return rows;
}

bool root_pem(struct page *page, struct error *err)
{
    PGresult *rows = find_root(page, err);

    if (rows == NULL)
        return false;
    page->reply->type = "application/x-pem-file";
    text_add(&page->reply->body, database_value(rows, 0, "pem"));
    PQclear(rows);
    return true;
}

bool root_der(struct page *page, struct error *err)
{
    PGresult *rows = find_root(page, err);
    BIO *pem = rows != NULL ? BIO_new_mem_buf(database_value(rows, 0, "pem"), -1) : NULL;
    X509 *root = pem != NULL ? PEM_read_bio_X509(pem, NULL, NULL, NULL) : NULL;
    unsigned char *der = NULL;
    int size = root != NULL ? i2d_X509(root, &der) : -1;

    if (size > 0)
        text_append(&page->reply->body, der, (size_t)size);
    else if (rows != NULL)
        error_openssl(err, "root %s", page->request->arguments[0]);
    page->reply->type = "application/pkix-cert";
    OPENSSL_free(der);
    X509_free(root);
    BIO_free(pem);
    PQclear(rows);
    return size > 0;
}

struct gauge {
    const char *name, *help, *column;
};

/* Prometheus text format 0.0.4; campaign and phase are the only labels, for both are few. */
static void add_gauge(struct text *out, const PGresult *rows, bool by_phase, const struct gauge *gauge)
{
    text_format(out, "# HELP %s %s\n# TYPE %s gauge\n", gauge->name, gauge->help, gauge->name);
    for (int row = 0; row < PQntuples(rows); row++) {
        text_format(out, "%s{campaign=\"%s\"", gauge->name, database_value(rows, row, "campaign"));
        if (by_phase)
            text_format(out, ",phase=\"%s\"", database_value(rows, row, "phase"));
        text_format(out, "} %s\n", database_value(rows, row, gauge->column));
    }
}

bool metrics_document(struct page *page, struct error *err)
{
    static const struct gauge phases[] = {
        { "rootshift_partners", "Partners that the phase concerns.", "partners" },
        { "rootshift_partners_ready", "Partners that are ready.", "partners_ready" },
        { "rootshift_partners_not_ready", "Partners that are not ready.", "partners_not_ready" },
        { "rootshift_partners_unknown", "Partners of which it is not known.", "partners_unknown" },
        { "rootshift_hosts_expected", "Hosts that partners have or were seen with.", "hosts_expected" },
        { "rootshift_hosts_covered", "Hosts with fresh, sufficient evidence.", "hosts_covered" },
        { "rootshift_hosts_ready", "Covered hosts that are ready.", "hosts_ready" },
        { "rootshift_hosts_not_ready", "Covered hosts that are not ready.", "hosts_not_ready" },
    }, scans[] = {
        { "rootshift_scan_age_seconds", "Time since the scan that every endpoint has answered.", "scan_age_s" },
        { "rootshift_endpoints_unscanned", "Endpoints in use that no scan has an answer of.", "endpoints_unscanned" },
    }, health[] = {
        { "rootshift_record_age_seconds", "Time since everything in Kafka was applied.", "lag_age_s" },
        { "rootshift_dead_letters", "Records that could not be read.", "dead_letters" },
        { "rootshift_quarantined_records", "Records that wait for a person.", "quarantined" },
        { "rootshift_open_gaps", "Stretches of the log that were lost unread.", "gaps_open" },
    };
    PGresult *rows =
        database_query(page->database, "page_phases", (struct parameter[]){ { "campaign", "" }, { 0 } }, err);
    PGresult *scanned = rows != NULL ? database_query(page->database, "page_scan_health", NULL, err) : NULL;
    PGresult *pipeline = scanned != NULL ? database_query(page->database, "page_health", NULL, err) : NULL;
    struct text *out = &page->reply->body;

    if (pipeline != NULL) {
        page->reply->type = "text/plain; version=0.0.4; charset=utf-8";
        for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
            add_gauge(out, rows, true, &phases[i]);
        for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
            add_gauge(out, scanned, false, &scans[i]);
        for (size_t i = 0; i < sizeof(health) / sizeof(health[0]); i++)
            text_format(out, "# HELP %s %s\n# TYPE %s gauge\n%s %s\n", health[i].name, health[i].help,
                        health[i].name, health[i].name, database_value(pipeline, 0, health[i].column));
    }
    PQclear(pipeline);
    PQclear(scanned);
    PQclear(rows);
    return pipeline != NULL;
}
