#include "schema/tls/starttls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "schema/tls/span.h"

/* One reply, and what we say to it. */
struct turn {
    const char *wanted;
    const char *before; /* lines that begin so may precede it; NULL: it is one line */
    const char *say;    /* NULL: it was the leave */
    bool greets;        /* our name belongs behind it */
};

static const struct protocol {
    const char *name;
    int port;
    const char *opening; /* ours, where the peer does not begin */
    size_t opening_bytes;
    bool is_byte; /* a reply is one byte, not a line */
    struct turn turns[3];
} protocols[] = {
    [STARTTLS_NONE] = { .port = 443 },
    [STARTTLS_SMTP] = { .name = "smtp",
                        .port = 25,
                        .turns = { { .wanted = "220", .before = "220-", .say = "EHLO ", .greets = true },
                                   { .wanted = "250", .before = "250-", .say = "STARTTLS" },
                                   { .wanted = "220", .before = "220-" } } },
    /* untagged lines may come at any time (RFC 9051 section 7); a connection that is PREAUTH has no STARTTLS */
    [STARTTLS_IMAP] = { .name = "imap",
                        .port = 143,
                        .turns = { { .wanted = "* OK", .say = "a STARTTLS" },
                                   { .wanted = "a OK", .before = "* " } } },
    [STARTTLS_POP3] = { .name = "pop3",
                        .port = 110,
                        .turns = { { .wanted = "+OK", .say = "STLS" }, { .wanted = "+OK" } } },
    /* the length of the message and the code of SSLRequest, 80877103: PostgreSQL, "Message Formats" */
    [STARTTLS_POSTGRES] = { .name = "postgres",
                            .port = 5432,
                            .opening = "\0\0\0\x08\x04\xd2\x16\x2f",
                            .opening_bytes = 8,
                            .is_byte = true,
                            .turns = { { .wanted = "S" } } },
};

const char *starttls_name(enum starttls starttls)
{
    return protocols[starttls].name;
}

int starttls_port(enum starttls starttls)
{
    return protocols[starttls].port;
}

bool starttls_find(const char *name, size_t size, enum starttls *starttls)
{
    for (size_t i = STARTTLS_NONE + 1; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strlen(protocols[i].name) == size && strncasecmp(protocols[i].name, name, size) == 0) {
            *starttls = (enum starttls)i;
            return true;
        }
    }
    *starttls = STARTTLS_NONE;
    return false;
}

/* An address literal: we have no name that the peer could look up (RFC 5321 sections 4.1.1.1 and 4.1.3). */
static void say_address(const struct sockaddr_storage *self, struct text *say)
{
    bool ipv6 = self->ss_family == AF_INET6;
    const void *bytes = ipv6 ? (const void *)&((const struct sockaddr_in6 *)self)->sin6_addr
                             : (const void *)&((const struct sockaddr_in *)self)->sin_addr;
    char address[INET6_ADDRSTRLEN] = "";

    inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes, address, sizeof(address));
    text_format(say, "[%s%s]", ipv6 ? "IPv6:" : "", address);
}

void starttls_begin(struct starttls_dialogue *dialogue, enum starttls starttls,
                    const struct sockaddr_storage *self, struct text *say)
{
    *dialogue = (struct starttls_dialogue){ .starttls = starttls, .self = *self };
    text_append(say, protocols[starttls].opening, protocols[starttls].opening_bytes);
}

static bool begins(struct span line, const char *words)
{
    return words != NULL && line.size >= strlen(words) &&
           strncasecmp((const char *)line.at, words, strlen(words)) == 0;
}

/* 220 is no beginning of 2200. */
static bool is_wanted(struct span line, const char *wanted)
{
    size_t size = strlen(wanted);

    return begins(line, wanted) && (line.size == size || line.at[size] == ' ');
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/* The next line of a reply, without its end. False: it is not whole. */
static bool take_line(const struct protocol *protocol, struct span *rest, struct span *line)
{
    const uint8_t *end = protocol->is_byte ? rest->at : memchr(rest->at, '\n', rest->size);

    if (rest->size == 0 || end == NULL || !span_take(rest, (size_t)(end - rest->at) + 1, line))
        return false;
    while (!protocol->is_byte && line->size > 0 && is_line_end(line->at[line->size - 1]))
        line->size--;
    return true;
}

/* Nothing but this part of what was heard is left. */
static void keep(struct text *heard, struct span part)
{
    if (heard->size == 0)
        return;
    memmove(heard->bytes, part.at, part.size);
    heard->size = part.size;
    heard->bytes[part.size] = '\0';
}

enum starttls_answer starttls_hear(struct starttls_dialogue *dialogue, struct text *heard, struct text *say)
{
    const struct protocol *protocol = &protocols[dialogue->starttls];
    const struct turn *turn = &protocol->turns[dialogue->turn];
    struct span rest = { (const uint8_t *)text_string(heard), heard->size }, line;

    do {
        if (!take_line(protocol, &rest, &line)) {
            keep(heard, rest);
            return STARTTLS_MORE;
        }
    } while (begins(line, turn->before));
    if (!is_wanted(line, turn->wanted)) {
        keep(heard, line);
        return STARTTLS_DENIED;
    }
    keep(heard, rest);
    /* words that anybody put in here would be taken for what the peer says under TLS (CVE-2021-38371) */
    if (heard->size > 0)
        return STARTTLS_EARLY;
    if (turn->say == NULL)
        return STARTTLS_GRANTED;
    text_add(say, turn->say);
    if (turn->greets)
        say_address(&dialogue->self, say);
    text_add(say, "\r\n");
    dialogue->turn++;
    return STARTTLS_MORE;
}
