#include "collector/enroll.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "collector/outbox.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "schema/wire/envelope.h"
#include "schema/wire/token.h"

#define TOKEN_INPUT_BYTES_MAX 8192
#define HOST_NAME_BYTES_MAX 253 /* RFC 1035 section 2.3.4, in writing */

/* The first line of the tree's own /etc/hostname. */
static char *name_of_tree(const char *root, struct error *err)
{
    int root_fd = input_root_open(root, err);
    struct input file;
    char *name = NULL;

    if (root_fd < 0)
        return NULL;
    if (input_read(root_fd, "/etc/hostname", 4096, &file, err)) {
        file.bytes[strcspn((char *)file.bytes, " \t\r\n")] = '\0';
        name = memory_text((char *)file.bytes);
        input_clear(&file);
    } else {
        error_within(err, "the host's name (give --host)");
    }
    close(root_fd);
    return name;
}

static char *name_of_machine(struct error *err)
{
    char name[HOST_NAME_MAX + 1] = "";

    if (gethostname(name, sizeof(name) - 1) != 0) {
        error_errno(err, "the host's name (give --host)");
        return NULL;
    }
    return memory_text(name);
}

/* What is printed on the centre's pages must be a word. */
static bool is_host_name(const char *name)
{
    size_t size = strlen(name);

    return size > 0 && size <= HOST_NAME_BYTES_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == size;
}

static char *host_name(const struct enroll_request *request, struct error *err)
{
    char *name = request->host != NULL   ? memory_text(request->host)
                 : request->root != NULL ? name_of_tree(request->root, err)
                                         : name_of_machine(err);

    if (name != NULL && !is_host_name(name)) {
        error_set(err, ERROR_OPTION,
                  "\"%.64s\" is no host name: letters, digits, dot, dash, underscore (give --host)", name);
        free(name);
        return NULL;
    }
    return name;
}

static struct key *load_or_make_key(struct state *state, struct error *err)
{
    struct key *key = key_load(state_key_path(state), err);

    if (key != NULL || err->kind != ERROR_ABSENT)
        return key;
    key = key_make(err);
    if (key == NULL || key_save(key, state_key_path(state), err))
        return key;
    key_free(key);
    return NULL;
}

static char *join_brokers(const Rootshift__V1__EnrolmentToken *token)
{
    struct text all = { 0 };

    for (size_t i = 0; i < token->n_brokers; i++)
        text_format(&all, "%s%s", i == 0 ? "" : ",", token->brokers[i]);
    return token->n_brokers == 0 ? NULL : text_take(&all);
}

static char *text_or_null(const char *text)
{
    return text == NULL ? NULL : memory_text(text);
}

/* The sealed Enrolment into the identity. */
static bool prove(struct identity *identity, const Rootshift__V1__EnrolmentToken *token, struct error *err)
{
    Rootshift__V1__Enrolment enrolment = ROOTSHIFT__V1__ENROLMENT__INIT;
    uint8_t hmac[TOKEN_HMAC_BYTES];

    enrolment.public_key = (ProtobufCBinaryData){ .len = KEY_PUBLIC_BYTES,
                                                  .data = (uint8_t *)(uintptr_t)key_public(identity->key) };
    enrolment.partner = identity->partner;
    enrolment.host = identity->host;
    enrolment.environment = identity->environment;
    enrolment.token_id = token->token_id;
    enrolment.enrolled_at = identity->enrolled_at;
    token_prove(token->secret.data, &enrolment, hmac);
    enrolment.hmac = (ProtobufCBinaryData){ .len = sizeof(hmac), .data = hmac };
    return envelope_seal(identity->key, &identity->centre, &enrolment, &identity->enrolment, err);
}

static bool fill(struct identity *identity, const struct enroll_request *request,
                 const Rootshift__V1__EnrolmentToken *token, struct state *state, int64_t now,
                 struct error *err)
{
    bool given = kafka_is_configured(&request->kafka);

    *identity = (struct identity){
        .partner = memory_text(token->partner),
        .environment = memory_text(request->environment),
        .centre = fingerprint_of(token->centre.data, token->centre.len),
        .brokers = given ? text_or_null(request->kafka.brokers) : join_brokers(token),
        .kafka_conf = text_or_null(request->kafka.conf_file),
        .enrolled_at = now,
    };
    identity->host = host_name(request, err);
    if (identity->host == NULL)
        return false;
    identity->key = load_or_make_key(state, err);
    return identity->key != NULL && prove(identity, token, err);
}

static bool keep(const struct identity *identity, struct state *state, int64_t now, struct error *err)
{
    bool ok;

    if (!state_begin(state, err))
        return false;
    ok = identity_keep(identity, state, err) &&
         outbox_put(state, OUTBOX_ENROLMENT, NULL, &identity->enrolment, now, err);
    return state_end(state, ok, err);
}

static bool check(const struct enroll_request *request, const Rootshift__V1__EnrolmentToken *token,
                  int64_t now, struct error *err)
{
    char date[CLOCK_TEXT_BYTES];
    int environment;

    if (!codec_enum_parse(&rootshift__v1__environment__descriptor, request->environment, &environment) ||
        environment == ROOTSHIFT__V1__ENVIRONMENT__ENVIRONMENT_UNKNOWN)
        return error_set(err, ERROR_OPTION, "--environment is production, sandbox or test, not \"%.32s\"",
                         request->environment);
    if (token->expires_at <= now)
        return error_set(err, ERROR_OPTION, "the token expired on %s: ask for a new one",
                         clock_format(token->expires_at, date));
    return true;
}

bool enroll_host(const struct enroll_request *request, struct state *state, int64_t now,
                 struct identity *identity, struct error *err)
{
    Rootshift__V1__EnrolmentToken *token = token_parse(request->token, err);
    bool ok;

    *identity = (struct identity){ 0 };
    if (token == NULL)
        return false;
    ok = check(request, token, now, err) && fill(identity, request, token, state, now, err) &&
         keep(identity, state, now, err);
    OPENSSL_cleanse(token->secret.data, token->secret.len);
    codec_free(token);
    if (!ok)
        identity_clear(identity);
    return ok;
}

struct settings {
    const char *token, *host, *root, *environment, *state;
    struct kafka_settings kafka;
};

static const struct option options[] = {
    { "token", OPTION_TEXT, offsetof(struct settings, token), "WORD", .from_environment = true,
      .required = true,
      .help =
          "what the platform gave you; - reads it from standard input, so that no process list shows it" },
    { "host", OPTION_TEXT, offsetof(struct settings, host), "NAME",
      .help = "report under this name; default: the host's own" },
    { "environment", OPTION_TEXT, offsetof(struct settings, environment), "WORD", .fallback = "production",
      .help = "production, sandbox or test: gates count production" },
    { "root", OPTION_TEXT, offsetof(struct settings, root), "DIR",
      .help = "the host is this directory tree" },
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "where the key and the outbox are kept" },
    KAFKA_OPTIONS(struct settings, kafka),
    { 0 },
};

/* The word itself, or what standard input holds; the caller's to free. */
static char *read_token(const char *given, struct error *err)
{
    struct input input;
    char *word;

    if (strcmp(given, "-") != 0)
        return memory_text(given);
    if (!input_read_fd(STDIN_FILENO, TOKEN_INPUT_BYTES_MAX, &input, err)) {
        error_within(err, "token");
        return NULL;
    }
    word = memory_text((char *)input.bytes);
    OPENSSL_cleanse(input.bytes, input.size);
    input_clear(&input);
    return word;
}

static bool enroll_and_tell(const struct settings *settings, const char *token, struct error *err)
{
    struct enroll_request request = { token, settings->host, settings->root, settings->environment,
                                      settings->kafka };
    char key[FINGERPRINT_TEXT_BYTES];
    struct state *state = state_open(settings->state, true, err);
    struct identity identity;
    bool ok = state != NULL && enroll_host(&request, state, clock_now(), &identity, err);

    if (ok) {
        printf("enrolled %s of %s, key %s\nthe proof goes out with the next `rootshift-collector run`\n",
               identity.host, identity.partner, fingerprint_format(key_id(identity.key), key));
        identity_clear(&identity);
    }
    state_close(state);
    return ok;
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    char *token = read_token(settings->token, err);
    bool ok = token != NULL && enroll_and_tell(settings, token, err);

    (void)arguments;
    if (token != NULL)
        OPENSSL_cleanse(token, strlen(token));
    free(token);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

const struct command enroll_command = {
    "enroll", NULL, "make this host's key and bind it to its partner", options, sizeof(struct settings), run
};
