/*
 * What a partner's administrator is given to enrol hosts with: EnrolmentToken of rootshift.proto as
 * one word, "rst1." and base64url (RFC 4648 section 5, no padding). It holds a secret.
 */
#pragma once

#include "schema/wire/codec.h"

#define TOKEN_ID_BYTES 16
#define TOKEN_SECRET_BYTES 32
#define TOKEN_HMAC_BYTES 32

/* The word; the caller's to free (and to cleanse). NULL with ERROR_LIMIT when it has absurdly many brokers. */
char *token_format(const Rootshift__V1__EnrolmentToken *token, struct error *err);

/*
 * The token of a word; blanks around it are allowed, for it was pasted. Every length in it has been checked
 * and it names a partner and an end; whether that has passed is not looked at. Free with codec_free(). NULL with ERROR_FORMAT.
 */
Rootshift__V1__EnrolmentToken *token_parse(const char *word, struct error *err);

/* The proof of an Enrolment: HMAC-SHA-256 by the token's secret over what it binds together. */
void token_prove(const uint8_t secret[TOKEN_SECRET_BYTES], const Rootshift__V1__Enrolment *enrolment,
                 uint8_t hmac[TOKEN_HMAC_BYTES]);

/* Whether the enrolment carries that proof; takes the same time for every wrong one. */
bool token_is_proven(const uint8_t secret[TOKEN_SECRET_BYTES], const Rootshift__V1__Enrolment *enrolment);
