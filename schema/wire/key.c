#include "schema/wire/key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "schema/base/input.h"
#include "schema/base/text.h"

#define KEY_FILE_BYTES_MAX 4096 /* an Ed25519 key in PEM has 119 */

struct key {
    EVP_PKEY *pkey;
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct fingerprint id;
};

/* Takes `pkey`. */
static struct key *key_of(EVP_PKEY *pkey, struct error *err)
{
    struct key *key = memory_new(sizeof(*key));
    size_t size = sizeof(key->public_key);

    key->pkey = pkey;
    if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519) {
        error_set(err, ERROR_FORMAT, "not an Ed25519 key");
        key_free(key);
        return NULL;
    }
    if (EVP_PKEY_get_raw_public_key(pkey, key->public_key, &size) != 1 || size != KEY_PUBLIC_BYTES) {
        error_openssl(err, "public half of the key");
        key_free(key);
        return NULL;
    }
    key->id = fingerprint_of(key->public_key, size);
    return key;
}

struct key *key_make(struct error *err)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    if (pkey == NULL) {
        error_openssl(err, "making an Ed25519 key");
        return NULL;
    }
    return key_of(pkey, err);
}

struct key *key_of_public(const uint8_t bytes[KEY_PUBLIC_BYTES], struct error *err)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, KEY_PUBLIC_BYTES);

    if (pkey == NULL) {
        error_openssl(err, "public key");
        return NULL;
    }
    return key_of(pkey, err);
}

void key_free(struct key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

static struct key *parse_pem(const struct input *file, struct error *err)
{
    BIO *pem = BIO_new_mem_buf(file->bytes, (int)file->size);
    EVP_PKEY *pkey = pem == NULL ? NULL : PEM_read_bio_PrivateKey(pem, NULL, NULL, (void *)"");

    BIO_free(pem);
    if (pkey == NULL) {
        ERR_clear_error();
        error_set(err, ERROR_FORMAT, "not a private key in PEM");
        return NULL;
    }
    return key_of(pkey, err);
}

struct key *key_load(const char *path, struct error *err)
{
    struct input file;
    struct key *key = NULL;

    if (!input_read(INPUT_MACHINE, path, KEY_FILE_BYTES_MAX, &file, err)) {
        error_within(err, "key");
        return NULL;
    }
    if ((file.status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        error_set(err, ERROR_DENIED, "key %s: its group or others may read it (mode %03o); make a new one",
                  path, (unsigned)(file.status.st_mode & 0777));
    else if ((key = parse_pem(&file, err)) == NULL)
        error_within(err, "key %s", path);
    OPENSSL_cleanse(file.bytes, file.size);
    input_clear(&file);
    return key;
}

struct key *key_load_public(const char *path, struct error *err)
{
    struct input file = { 0 };
    EVP_PKEY *pkey = NULL;
    struct key *key = NULL;
    BIO *pem;

    if (!input_read(INPUT_MACHINE, path, KEY_FILE_BYTES_MAX, &file, err)) {
        error_within(err, "key");
        return NULL;
    }
    pem = BIO_new_mem_buf(file.bytes, (int)file.size);
    pkey = pem == NULL ? NULL : PEM_read_bio_PUBKEY(pem, NULL, NULL, NULL);
    BIO_free(pem);
    ERR_clear_error();
    if (pkey == NULL)
        error_set(err, ERROR_FORMAT, "key %s: not a public key in PEM", path);
    else if ((key = key_of(pkey, err)) == NULL)
        error_within(err, "key %s", path);
    input_clear(&file);
    return key;
}

static bool write_pem(const struct key *key, int fd, struct error *err)
{
    BIO *pem = BIO_new_fd(fd, BIO_NOCLOSE);
    bool ok = pem != NULL && PEM_write_bio_PKCS8PrivateKey(pem, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;

    BIO_free(pem);
    if (!ok)
        return error_openssl(err, "writing");
    if (fsync(fd) != 0)
        return error_errno(err, "fsync");
    return true;
}

/* The new name, too, must survive a loss of power: fsync(2) of a file says nothing about its directory. */
static void sync_directory_of(const char *path)
{
    char *copy = memory_text(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

bool key_save(const struct key *key, const char *path, struct error *err)
{
    struct text partial = { 0 };
    bool ok = false;
    int fd;

    text_format(&partial, "%s.XXXXXX", path);
    fd = mkostemp(partial.bytes, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        error_errno(err, "key %s", path);
        text_clear(&partial);
        return false;
    }
    if (!write_pem(key, fd, err)) {
        error_within(err, "key %s", path);
    } else if (link(partial.bytes, path) != 0) { /* unlike rename(2) it never replaces */
        if (errno == EEXIST)
            error_set(err, ERROR_CONFLICT, "key %s: there is one already", path);
        else
            error_errno(err, "key %s", path);
    } else {
        sync_directory_of(path);
        ok = true;
    }
    unlink(partial.bytes);
    close(fd);
    text_clear(&partial);
    return ok;
}

const uint8_t *key_public(const struct key *key)
{
    return key->public_key;
}

const struct fingerprint *key_id(const struct key *key)
{
    return &key->id;
}

bool key_sign(const struct key *key, const void *message, size_t size, uint8_t signature[KEY_SIGNATURE_BYTES],
              struct error *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t signature_size = KEY_SIGNATURE_BYTES;
    bool ok = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestSign(context, signature, &signature_size, message, size) == 1 &&
              signature_size == KEY_SIGNATURE_BYTES;

    EVP_MD_CTX_free(context);
    return ok || error_openssl(err, "signing");
}

bool key_verify(const struct key *key, const void *message, size_t size, const void *signature,
                size_t signature_size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestVerify(context, signature, signature_size, message, size) == 1;

    EVP_MD_CTX_free(context);
    ERR_clear_error(); /* a bad signature is an answer, not an error for the next caller to find */
    return ok;
}
