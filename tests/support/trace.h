/* The handshake of RFC 8448 section 3, in hex as it is printed there: what a client holds, sends and receives. */
#pragma once

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* the client's x25519 key */
static const char trace_private_key[] = "49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005";

/* what both sides agree on */
static const char trace_shared_secret[] = "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d";

/* the server's handshake traffic key, and its iv */
static const char trace_server_key[] = "3fce516009c21727d0f2e4e86ee403bc";

static const char trace_server_iv[] = "5d313eb2671276ee13000b30";

/* a message */
static const char trace_client_hello[] =
    "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece700000613011303130201"
    "0000910000000b0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400"
    "230000003300260024001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b00"
    "03020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00020101001c"
    "00024001";

/* a record */
static const char trace_server_hello[] =
    "160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e269280013010000"
    "2e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";

/* a record: EncryptedExtensions, Certificate, CertificateVerify, Finished */
static const char trace_server_flight[] =
    "17030302a2d1ff334a56f5bff6594a07cc87b580233f500f45e489e7f33af35edf7869fcf40aa40aa2b8ea73f848a7ca"
    "07612ef9f945cb960b4068905123ea78b111b429ba9191cd05d2a389280f526134aadc7fc78c4b729df828b5ecf7b13b"
    "d9aefb0e57f271585b8ea9bb355c7c79020716cfb9b1183ef3ab20e37d57a6b9d7477609aee6e122a4cf51427325250c"
    "7d0e509289444c9b3a648f1d71035d2ed65b0e3cdd0cbae8bf2d0b227812cbb360987255cc744110c453baa4fcd61092"
    "8d809810e4b7ed1a8fd991f06aa6248204797e36a6a73b70a2559c09ead686945ba246ab66e5edd8044b4c6de3fcf2a8"
    "9441ac66272fd8fb330ef8190579b3684596c960bd596eea520a56a8d650f563aad27409960dca63d3e688611ea5e22f"
    "4415cf9538d51a200c27034272968a264ed6540c84838d89f72c24461aad6d26f59ecaba9acbbb317b66d902f4f292a3"
    "6ac1b639c637ce343117b659622245317b49eeda0c6258f100d7d961ffb138647e92ea330faeea6dfa31c7a84dc3bd7e"
    "1b7a6c7178af36879018e3f252107f243d243dc7339d5684c8b0378bf30244da8c87c843f5e56eb4c5e8280a2b48052c"
    "f93b16499a66db7cca71e4599426f7d461e66f99882bd89fc50800becca62d6c74116dbd2972fda1fa80f85df881edbe"
    "5a37668936b335583b599186dc5c6918a396fa48a181d6b6fa4f9d62d513afbb992f2b992f67f8afe67f76913fa388cb"
    "5630c8ca01e0c65d11c66a1e2ac4c85977b7c7a6999bbf10dc35ae69f5515614636c0b9b68c19ed2e31c0b3b66763038"
    "ebba42f3b38edc0399f3a9f23faa63978c317fc9fa66a73f60f0504de93b5b845e275592c12335ee340bbc4fddd50278"
    "4016e4b3be7ef04dda49f4b440a30cb5d2af939828fd4ae3794e44f94df5a631ede42c1719bfdabf0253fe5175be898e"
    "750edc53370d2b";

/* The bytes of a hex text; returns how many. */
static inline size_t trace_bytes(const char *hex, uint8_t *bytes, size_t room)
{
    size_t size = strlen(hex) / 2;

    assert(size <= room);
    for (size_t i = 0; i < size; i++)
        sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
    return size;
}

/* What the client said, behind a record's header, and the two records of the answer. */
struct trace {
    uint8_t hello[5 + 256], answer[1024];
    size_t hello_bytes, answer_bytes;
};

static inline struct trace trace_read(void)
{
    struct trace trace = { .hello_bytes = 5 };

    trace.hello_bytes += trace_bytes(trace_client_hello, trace.hello + 5, 256);
    trace.answer_bytes = trace_bytes(trace_server_hello, trace.answer, 1024);
    trace.answer_bytes +=
        trace_bytes(trace_server_flight, trace.answer + trace.answer_bytes, 1024 - trace.answer_bytes);
    return trace;
}
