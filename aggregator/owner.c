/* The commands by which the platform's owner says what is: schema, campaigns, partners, tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "aggregator/campaigns.h"
#include "aggregator/centre.h"
#include "aggregator/judging.h"
#include "aggregator/migration.h"
#include "aggregator/partner.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "schema/sql/statement.h"
#include "schema/wire/envelope.h"
#include "schema/wire/publisher.h"
#include "schema/wire/token.h"
#include "schema/wire/topic.h"

/* Thirty thousand partners fit. */
#define PARTNER_FILE_MAX (16 * 1024 * 1024)

static int64_t time_of(const struct settings *settings)
{
    return settings->time != 0 ? settings->time : clock_now();
}

/* "VERB FILE": how `partner import` and its like read. */
static const char *file_argument(const struct text_list *arguments, const char *verb, struct error *err)
{
    if (arguments->count == 2 && strcmp(arguments->items[0], verb) == 0)
        return arguments->items[1];
    error_set(err, ERROR_OPTION, "say: %s FILE", verb);
    return NULL;
}

static struct database *open_checked(const struct settings *settings, const char *part, struct error *err)
{
    struct database *database = database_open(settings->database, part, err);

    if (database != NULL && migration_check(database, err))
        return database;
    database_close(database);
    return NULL;
}

int command_migrate(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = database_open(settings->database, "migrate", err);
    struct migration_result result;
    bool ok = database != NULL && migration_apply(database, &result, err);

    (void)arguments;
    database_close(database);
    if (!ok)
        return ANSWER_NONE;
    printf("schema version %d, %d new\n", result.version, result.applied);
    return ANSWER_YES;
}

int command_partner(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    const char *path = file_argument(arguments, "import", err);
    struct database *database = NULL;
    struct partner_problems problems = { 0 };
    struct input input = { 0 };
    struct text json = { 0 };
    bool ok = path != NULL && input_read(INPUT_MACHINE, path, PARTNER_FILE_MAX, &input, err) &&
              (partner_read((const char *)input.bytes, input.size, &json, &problems, err) ||
               error_within(err, "%s", path));

    for (size_t i = 0; ok && i < problems.sentences.count; i++)
        fprintf(stderr, "%s: %s\n", path, problems.sentences.items[i]);
    if (ok && problems.sentences.count > 0)
        ok = error_set(err, ERROR_FORMAT, "%s: nothing was imported: %zu things are wrong", path,
                       problems.sentences.count);
    ok = ok && (database = open_checked(settings, "partner", err)) != NULL &&
         partner_import(database, text_string(&json), time_of(settings), err) &&
         database_script(database, statement_text("analyze"), err);
    if (ok)
        printf("%zu partners\n", problems.rows);
    database_close(database);
    partner_problems_clear(&problems);
    text_clear(&json);
    input_clear(&input);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static void note_delivery(void *context, uint64_t ticket, const struct error *failure)
{
    struct error *err = context;

    (void)ticket;
    if (failure != NULL)
        *err = *failure;
}

/* The signed campaign, for collectors and scanners. Recipient is whoever holds the centre's public key: itself. */
static bool publish(const struct settings *settings, const struct campaign *campaign, char *document,
                    int64_t at, struct error *err)
{
    Rootshift__V1__CampaignNotice notice = ROOTSHIFT__V1__CAMPAIGN_NOTICE__INIT;
    struct key *key = centre_key(settings->key, err);
    struct error failure = { 0 };
    struct publisher *publisher = NULL;
    struct text sealed = { 0 };
    char name[256];
    bool ok = key != NULL;

    notice.campaign = campaign->name;
    notice.version = campaign->version;
    notice.yaml = document;
    notice.published_at = at;
    snprintf(name, sizeof(name), "campaign/%s", campaign->name);
    ok = ok && envelope_seal(key, key_id(key), &notice, &sealed, err) &&
         (publisher = publisher_open(&settings->kafka, note_delivery, &failure, err)) != NULL &&
         publisher_send(publisher, topics[TOPIC_CAMPAIGNS].name, name, strlen(name), &sealed, 0, err) &&
         publisher_flush(publisher, PUBLISHER_TIMEOUT_MS, err);
    if (ok && failure.kind != ERROR_NONE)
        ok = error_set(err, failure.kind, "%s", failure.message);
    publisher_close(publisher);
    text_clear(&sealed);
    key_free(key);
    return ok || error_within(err, "the campaign was applied, but not published");
}

int command_campaign(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    const char *path = file_argument(arguments, "apply", err);
    struct campaign *campaign = path != NULL ? campaign_load(path, err) : NULL;
    char *document = campaign != NULL ? campaign_pack(path, err) : NULL;
    struct database *database = NULL;
    bool applied = false;
    bool ok = document != NULL && (database = open_checked(settings, "campaign", err)) != NULL &&
              campaigns_apply(database, campaign, document, time_of(settings), &applied, err) &&
              judging_sweep(database, err) && database_script(database, statement_text("analyze"), err);

    for (size_t i = 0; ok && i < campaign->warning_count; i++)
        fprintf(stderr, "%s:%d: warning: %s\n", path, campaign->warnings[i].line,
                campaign->warnings[i].message);
    if (ok && kafka_is_configured(&settings->kafka))
        ok = publish(settings, campaign, document, time_of(settings), err);
    if (ok)
        printf("campaign %s version %d %s\n", campaign->name, campaign->version,
               applied ? "applied" : "was applied already");
    database_close(database);
    free(document);
    campaign_free(campaign);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static bool keep_token(struct database *database, const Rootshift__V1__EnrolmentToken *token, int64_t at,
                       struct error *err)
{
    struct text id = { 0 }, secret = { 0 };
    char now[CLOCK_TEXT_BYTES], expires[CLOCK_TEXT_BYTES];
    bool ok = database_run(
        database, "token_add",
        (struct parameter[]){ { "id", database_bytea(&id, token->token_id.data, token->token_id.len) },
                              { "secret", database_bytea(&secret, token->secret.data, token->secret.len) },
                              { "partner", token->partner },
                              { "at", clock_format(at, now) },
                              { "expires_at", clock_format(token->expires_at, expires) },
                              { 0 } },
        NULL, err);

    text_clear(&id);
    OPENSSL_cleanse(secret.bytes, secret.size);
    text_clear(&secret);
    return ok;
}

int command_enroll_token(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    Rootshift__V1__EnrolmentToken token = ROOTSHIFT__V1__ENROLMENT_TOKEN__INIT;
    uint8_t id[TOKEN_ID_BYTES], secret[TOKEN_SECRET_BYTES];
    struct key *key = centre_key(settings->key, err);
    struct database *database = key != NULL ? open_checked(settings, "enroll-token", err) : NULL;
    char *brokers[] = { (char *)(uintptr_t)settings->kafka.brokers };
    char *word = NULL;
    bool ok = database != NULL && partner_exists(database, settings->partner, err);

    (void)arguments;
    if (ok && (RAND_bytes(id, sizeof(id)) != 1 || RAND_priv_bytes(secret, sizeof(secret)) != 1))
        ok = error_openssl(err, "random bytes");
    if (ok) {
        token.token_id = (ProtobufCBinaryData){ sizeof(id), id };
        token.secret = (ProtobufCBinaryData){ sizeof(secret), secret };
        token.partner = (char *)(uintptr_t)settings->partner;
        token.brokers = brokers;
        token.n_brokers = brokers[0] != NULL;
        token.centre = (ProtobufCBinaryData){ KEY_PUBLIC_BYTES, (uint8_t *)(uintptr_t)key_public(key) };
        token.expires_at = time_of(settings) + settings->days * CLOCK_DAY;
        word = token_format(&token, err);
        ok = word != NULL && keep_token(database, &token, time_of(settings), err);
    }
    if (ok)
        printf("%s\n", word);
    OPENSSL_cleanse(secret, sizeof(secret));
    if (word != NULL)
        OPENSSL_cleanse(word, strlen(word));
    free(word);
    database_close(database);
    key_free(key);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
