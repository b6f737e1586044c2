#include "schema/store/reader.h"

#define TAG_SEQUENCE 0x30

size_t der_element_bytes(const uint8_t *bytes, size_t size)
{
    size_t header = 2, length;

    if (size < 2)
        return 0;
    length = bytes[1];
    if (length >=
        0x80) { /* X.690 section 8.1.3.5: the long form; four octets are more than any file of ours */
        size_t octets = length & 0x7f;

        if (octets == 0 || octets > 4 || size < 2 + octets)
            return 0;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | bytes[2 + i];
        header += octets;
    }
    return length <= size - header ? header + length : 0;
}

/* Certificate ::= SEQUENCE { tbsCertificate SEQUENCE …: a PKCS#12 file goes on with an INTEGER instead. */
static bool knows(const uint8_t *bytes, size_t size)
{
    size_t header = size < 2 ? 0 : bytes[1] < 0x80 ? 2 : 2 + (size_t)(bytes[1] & 0x7f);

    return size > 4 && bytes[0] == TAG_SEQUENCE && header < size && bytes[header] == TAG_SEQUENCE;
}

static bool walk(const uint8_t *bytes, size_t size, const struct store_options *options, struct store *store,
                 store_visitor *visit, void *context, struct error *err)
{
    size_t whole = der_element_bytes(bytes, size);
    struct store_entry entry = {
        .kind = STORE_ENTRY_CERTIFICATE, .der = bytes, .der_bytes = whole, .trailing = whole < size
    };

    (void)options;
    (void)store;
    if (whole == 0)
        return error_set(err, ERROR_FORMAT, "the certificate is cut short");
    visit(context, &entry);
    return true;
}

const struct store_reader store_reader_der = { STORE_DER, "der", knows, walk };
