#include "schema/tls/transit.h"

#include <pthread.h>

#include <openssl/ssl.h>

#include "schema/tls/handshake.h"

/* --- records -------------------------------------------------------------------------------------- */

/* How many bytes may be read from here on as a whole: a record, or all when it is none: OpenSSL says what is wrong. */
static size_t whole_record(const uint8_t *bytes, size_t size)
{
    size_t length;

    if (!handshake_can_be_record(bytes, size))
        return size;
    if (size < SSL3_RT_HEADER_LENGTH)
        return 0;
    length = SSL3_RT_HEADER_LENGTH + ((size_t)bytes[3] << 8 | bytes[4]);
    if (length > SSL3_RT_HEADER_LENGTH + SSL3_RT_MAX_ENCRYPTED_LENGTH)
        return size;
    return length <= size ? length : 0;
}

static void find_whole(struct transit *transit)
{
    size_t more;

    do {
        more = whole_record((const uint8_t *)transit->received.bytes + transit->whole,
                            transit->received.size - transit->whole);
        transit->whole += more;
    } while (more > 0);
}

/* Without its first `size` bytes, in no more memory than the rest needs. */
static void drop_first(struct text *text, size_t size)
{
    struct text rest = { 0 };

    if (size < text->size)
        text_append(&rest, text->bytes + size, text->size - size);
    text_clear(text);
    *text = rest;
}

void transit_receive(struct transit *transit, const void *bytes, size_t size)
{
    text_append(&transit->received, bytes, size);
    if (size > 0)
        find_whole(transit);
}

void transit_sent(struct transit *transit, size_t size)
{
    drop_first(&transit->unsent, size);
}

void transit_clear(struct transit *transit)
{
    text_clear(&transit->received);
    text_clear(&transit->unsent);
    *transit = (struct transit){ 0 };
}

/* --- the BIO -------------------------------------------------------------------------------------- */

static int read_some(BIO *bio, char *bytes, int room)
{
    struct transit *transit = BIO_get_data(bio);
    size_t size = transit->whole - transit->taken;

    BIO_clear_retry_flags(bio);
    if (size == 0) {
        BIO_set_retry_read(bio); /* nothing means "later": whether it ended is not for OpenSSL to know */
        return -1;
    }
    size = size < (size_t)room ? size : (size_t)room;
    memcpy(bytes, transit->received.bytes + transit->taken, size);
    transit->taken += size;
    if (transit->taken == transit->whole) {
        drop_first(&transit->received, transit->taken);
        transit->taken = transit->whole = 0;
    }
    return (int)size;
}

static int write_all(BIO *bio, const char *bytes, int size)
{
    struct transit *transit = BIO_get_data(bio);

    text_append(&transit->unsent, bytes, (size_t)size);
    return size;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

static BIO_METHOD *method;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transit");
    if (method == NULL)
        return;
    BIO_meth_set_read(method, read_some);
    BIO_meth_set_write(method, write_all);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_create(method, create);
}

BIO *transit_bio(struct transit *transit)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    BIO *bio;

    pthread_once(&once, make_method);
    bio = method != NULL ? BIO_new(method) : NULL;
    if (bio != NULL)
        BIO_set_data(bio, transit);
    return bio;
}
