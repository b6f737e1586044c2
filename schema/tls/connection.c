#include "schema/tls/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/err.h>

void connection_init(struct connection *connection)
{
    *connection = (struct connection){
        .socket = -1,
        .received_max = HANDSHAKE_BYTES_MAX,
        .reached = STAGE_CONNECT,
        .alert = OUTCOME_NO_ALERT,
        .alert_sent = OUTCOME_NO_ALERT,
    };
}

bool connection_open(struct connection *connection, const struct sockaddr_storage *address,
                     socklen_t address_bytes)
{
    int on = 1;

    connection->socket = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) {
        connection->broken = errno;
        return false;
    }
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(connection->socket, (const struct sockaddr *)address, address_bytes) == 0 ||
        errno == EINPROGRESS)
        return true;
    connection->broken = errno;
    return false;
}

bool connection_stands(struct connection *connection)
{
    int number = 0;
    socklen_t size = sizeof(number);

    if (getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
        number = errno;
    if (number == ECONNRESET || number == EPIPE)
        connection->reached =
            STAGE_HELLO; /* a reset before the connection stands is ECONNREFUSED: it stood */
    connection->broken = number;
    return number == 0;
}

/* --- bytes ---------------------------------------------------------------------------------------- */

void connection_flush(struct connection *connection)
{
    const struct text *unsent = &connection->transit.unsent;
    ssize_t sent;

    if (unsent->size == 0 || connection->broken != 0)
        return;
    sent = send(connection->socket, unsent->bytes, unsent->size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        connection->broken = errno;
    if (sent > 0)
        transit_sent(&connection->transit, (size_t)sent);
}

static void note_first(struct connection *connection, const uint8_t *bytes, size_t size)
{
    size_t room = sizeof(connection->first) - connection->first_bytes;

    if (size > room)
        size = room;
    memcpy(connection->first + connection->first_bytes, bytes, size);
    connection->first_bytes += size;
}

void connection_fill(struct connection *connection)
{
    uint8_t bytes[CONNECTION_READ_BYTES];

    connection->wants_more = false;
    for (int turn = 0; turn < CONNECTION_READ_TURNS && !connection->ended &&
                       connection->received <= connection->received_max;
         turn++) {
        ssize_t size = recv(connection->socket, bytes, sizeof(bytes), 0);

        if (size < 0) {
            if (errno != EAGAIN && errno != EINTR)
                connection->broken = errno;
            return;
        }
        if (size == 0) {
            connection->ended = true;
            return;
        }
        note_first(connection, bytes, (size_t)size);
        connection->received += (size_t)size;
        if (connection->ssl == NULL)
            text_append(&connection->clear, bytes, (size_t)size);
        else
            transit_receive(&connection->transit, bytes, (size_t)size);
    }
    connection->wants_more = true;
}

/* --- messages ------------------------------------------------------------------------------------- */

/* Called for each message that OpenSSL reads or writes, before it acts on it. */
static void see_message(int sent, int version, int type, const void *bytes, size_t size, SSL *ssl,
                        void *argument)
{
    struct connection *connection = argument;
    const uint8_t *message = bytes;
    struct error err = { 0 };

    (void)version;
    if (type == SSL3_RT_ALERT && size == 2) {
        bool tls13 = connection->reached >= STAGE_CERTIFICATE && SSL_version(ssl) == TLS1_3_VERSION;

        if (handshake_alert_is_fatal(message, tls13))
            *(sent ? &connection->alert_sent : &connection->alert) = message[1];
        return;
    }
    if (sent || type != SSL3_RT_HANDSHAKE || size == 0)
        return;
    connection->last_message = message[0];
    switch (message[0]) {
    case HANDSHAKE_SERVER_HELLO:
        if (!handshake_is_retry(message, size))
            connection->reached = STAGE_CERTIFICATE;
        return;
    case HANDSHAKE_CERTIFICATE:
        handshake_chain_clear(&connection->chain);
        if (!handshake_read_chain(message, size, SSL_version(ssl) == TLS1_3_VERSION, &connection->chain,
                                  &err)) {
            connection->chain_damaged = true;
            connection->chain_error = err.kind;
            snprintf(connection->chain_problem, sizeof(connection->chain_problem), "%.150s", err.message);
            return;
        }
        connection->reached = STAGE_HANDSHAKE;
        return;
    case HANDSHAKE_CERTIFICATE_REQUEST: connection->client_certificate_asked = true; return;
    default: return; /* the other messages are OpenSSL's alone */
    }
}

bool connection_secure(struct connection *connection, SSL_CTX *context, const char *server_name)
{
    BIO *bio = transit_bio(&connection->transit);

    connection->ssl = SSL_new(context);
    if (connection->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        return false;
    }
    SSL_set_bio(connection->ssl, bio, bio);
    SSL_set_msg_callback(connection->ssl, see_message);
    SSL_set_msg_callback_arg(connection->ssl, connection);
    SSL_set_connect_state(connection->ssl);
    if (server_name != NULL && SSL_set_tlsext_host_name(connection->ssl, server_name) != 1)
        return false;
    connection->reached = STAGE_HELLO;
    connection->received = connection->first_bytes = 0;
    connection->received_max = HANDSHAKE_BYTES_MAX;
    text_clear(&connection->clear);
    return true;
}

/* The group of the key exchange in TLS's own words (RFC 8446 section 4.2.7); RSA key exchange has none. */
static const char *group_name(SSL *ssl)
{
    static const char *const names[] = { "secp256r1", "secp384r1", "secp521r1", "x25519",    "x448",
                                         "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192" };
    EVP_PKEY *key = NULL;
    const char *found = NULL;
    char group[64];
    size_t size;

    if (SSL_get_peer_tmp_key(ssl, &key) != 1)
        return NULL;
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1)
        snprintf(group, sizeof(group), "%s", EVP_PKEY_get0_type_name(key));
    if (strcmp(group, "prime256v1") == 0) /* X9.62's name of the same curve */
        found = names[0];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && found == NULL; i++) {
        if (strcasecmp(names[i], group) == 0)
            found = names[i];
    }
    if (found == NULL && OBJ_sn2nid(group) != NID_undef) /* an uncommon curve */
        found = OBJ_nid2sn(OBJ_sn2nid(group));
    if (found == NULL) /* a server's own Diffie-Hellman parameters */
        found = OBJ_nid2sn(EVP_PKEY_get_base_id(key));
    EVP_PKEY_free(key);
    return found;
}

struct connection_agreement connection_agreed(const struct connection *connection)
{
    struct connection_agreement agreed = { 0 };
    const SSL_CIPHER *cipher;

    if (connection->ssl == NULL || connection->reached < STAGE_CERTIFICATE)
        return agreed;
    cipher = SSL_get_current_cipher(connection->ssl);
    if (cipher == NULL)
        cipher = SSL_get_pending_cipher(connection->ssl);
    if (cipher == NULL) /* their hello was none that OpenSSL could take: what it calls the version is ours */
        return agreed;
    agreed.tls = SSL_get_version(connection->ssl);
    agreed.cipher = SSL_CIPHER_standard_name(cipher);
    agreed.group = group_name(connection->ssl);
    ERR_clear_error();
    return agreed;
}

/* --- how it can end ------------------------------------------------------------------------------- */

struct outcome connection_not_tls(const struct connection *connection, enum outcome_stage stage)
{
    return outcome_of_words(stage, "begins with", connection->first, connection->first_bytes);
}

struct outcome connection_failure(const struct connection *connection, enum outcome_stage stage)
{
    bool undecodable = false, oversize = false, memory = false;
    char reason[96] = "no reason given";
    unsigned long code;

    while ((code = ERR_get_error()) != 0) {
        const char *text = ERR_reason_error_string(code);

        oversize = oversize ||
                   (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_EXCESSIVE_MESSAGE_SIZE);
        memory = memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
        undecodable =
            undecodable || ERR_GET_LIB(code) == ERR_LIB_ASN1 || ERR_GET_LIB(code) == ERR_LIB_X509 ||
            (ERR_GET_LIB(code) == ERR_LIB_SSL && (ERR_GET_REASON(code) == SSL_R_CERT_LENGTH_MISMATCH ||
                                                  ERR_GET_REASON(code) == SSL_R_LENGTH_MISMATCH));
        if (text != NULL && (strcmp(reason, "no reason given") == 0 || ERR_GET_LIB(code) == ERR_LIB_SSL))
            snprintf(reason, sizeof(reason), "%s", text);
    }
    if (memory)
        return outcome_make(stage, CLASS_LOCAL_MEMORY, "%s", reason);
    if (connection->alert != OUTCOME_NO_ALERT)
        return outcome_of_alert(stage, connection->alert);
    if (oversize)
        return outcome_make(stage, CLASS_OVERSIZE, "a message larger than %d bytes",
                            HANDSHAKE_CERTIFICATE_BYTES_MAX);
    /* the Certificate message cannot be read: it ended in it, even if OpenSSL did not mind and read on */
    if (connection->chain_damaged || (connection->last_message == HANDSHAKE_CERTIFICATE && undecodable)) {
        return outcome_make(STAGE_CERTIFICATE,
                            connection->chain_error == ERROR_LIMIT ? CLASS_OVERSIZE : CLASS_MALFORMED, "%s",
                            connection->chain_damaged ? connection->chain_problem
                                                      : "the Certificate message cannot be read");
    }
    return outcome_make(stage, CLASS_PROTOCOL, "%s", reason);
}

void connection_notify(struct connection *connection)
{
    if (!connection->notified)
        SSL_shutdown(connection->ssl);
    connection->notified = true;
}

void connection_close(struct connection *connection, bool in_good_order)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    if (connection->socket >= 0 && in_good_order) {
        connection_notify(connection);
        connection_flush(connection);
    } else if (connection->socket >= 0) {
        setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    if (connection->socket >= 0)
        close(connection->socket);
    connection->socket = -1;
    SSL_free(connection->ssl);
    connection->ssl = NULL;
    ERR_clear_error();
}

void connection_clear(struct connection *connection)
{
    text_clear(&connection->clear);
    transit_clear(&connection->transit);
    handshake_chain_clear(&connection->chain);
}
