/*
 * The shape of a campaign file: one table of its keys, from which come the reader, the errors that
 * say what was expected, the JSON Schema, and the canonical form that the digest is made of. Private
 * to this room; everybody else reads campaign.h.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/campaign/campaign.h"
#include "schema/campaign/document.h"

/* Where keys stand together, and which struct they fill. */
enum form_section {
    FORM_CAMPAIGN,
    FORM_ROOT,
    FORM_CHAIN,
    FORM_PHASE,
    FORM_ROLLOUT,
    FORM_GATE,
    FORM_ENDPOINT,
    FORM_REQUEST,
    FORM_BUDGET,
    FORM_AFFECTED,
    FORM_SECTIONS
};

struct form_type;

struct form_key {
    enum form_section section;
    const char *name;
    const struct form_type *type;
    size_t offset;        /* of the member in the section's struct */
    size_t count_offset;  /* of an array's count, or of the flag that says whether a group was given */
    enum form_section of; /* the section inside, or the one that is referred to */
    bool required;
    const char *fallback;     /* as if written */
    int64_t low, high;        /* of numbers */
    const char *const *words; /* of choices, ended by NULL; the index is the value */
    const char *meaning;
};

/* Rows in the order in which they are read, which is that of their references; ended by a row without name. */
extern const struct form_key form_keys[];

/* The struct that a section fills, and the array of the campaign that holds the ones that have a name. */
struct form_section_row {
    const char *noun;
    size_t size;
    bool named; /* its first member is `char *name`, its own among its like */
    size_t offset, count_offset;
};

extern const struct form_section_row form_sections[FORM_SECTIONS];

struct form_reader {
    struct document *document;
    struct campaign *campaign;
    const char *folder; /* PEM files are relative to it; NULL: a text that must bring its PEM along */
};

/* The folder that a campaign file lies in, for a reader; the caller's to free. */
char *form_folder(const char *path);

/* A value on its way in: a node of the document, or a fallback's text. */
struct form_value {
    yaml_node_t *node; /* NULL for a fallback */
    const char *text;  /* NULL when the node is no scalar */
    const char *path;  /* "phases[1].gate.ready" */
    int line;
};

/* How a kind of value is read, written, described and let go. */
struct form_type {
    const char *expected; /* for errors: "a date (YYYY-MM-DD) or an instant" */
    bool (*read)(struct form_reader *reader, const struct form_key *key, const struct form_value *value,
                 void *target, struct error *err);
    void (*write)(const struct form_key *key, const struct campaign *campaign, const void *target,
                  struct json *json);
    void (*describe)(const struct form_key *key, struct json *json); /* members of a JSON Schema */
    void (*clear)(const struct form_key *key, void *target);         /* NULL: nothing is owned */
};

extern const struct form_type form_name, form_words, form_number, form_share, form_instant, form_duration,
    form_choice, form_evidence, form_flag, form_zone, form_request_path, form_texts, form_hosts,
    form_patterns, form_addresses, form_labels, form_reference, form_references, form_certificate,
    form_certificate_print, form_certificate_file, form_certificate_files, form_group, form_items, form_named;

/* The three functions that every type has, so that a file of types reads as a list of what differs. */
#define READ(type_name)                                                                                      \
    static bool type_name(struct form_reader *reader, const struct form_key *key,                            \
                          const struct form_value *value, void *target, struct error *err)
#define WRITE(type_name)                                                                                     \
    static void type_name(const struct form_key *key, const struct campaign *campaign, const void *target,   \
                          struct json *json)
#define DESCRIBE(type_name) static void type_name(const struct form_key *key, struct json *json)

/* The member that a key fills. */
static inline void *member(const struct form_key *key, void *target)
{
    return (char *)target + key->offset;
}

static inline const void *member_of(const struct form_key *key, const void *target)
{
    return (const char *)target + key->offset;
}

/* Fill `target` from a mapping; `node` NULL stands for an empty one. */
MUST_CHECK bool form_fill(struct form_reader *reader, enum form_section section, yaml_node_t *node,
                          const char *path, int line, void *target, struct error *err);

/* Every key of the section as JSON members, in the table's order. */
void form_write(enum form_section section, const struct campaign *campaign, const void *target,
                struct json *json);

/* The section as a JSON Schema's members. */
void form_describe(enum form_section section, struct json *json);

/* Let go of what the section's keys own. */
void form_clear(enum form_section section, void *target);

/* An error at a value; false. */
bool form_error(const struct form_reader *reader, const struct form_value *value, struct error *err,
                const char *format, ...) PRINTF_LIKE(4, 5);
bool form_expected(const struct form_reader *reader, const struct form_key *key,
                   const struct form_value *value, struct error *err);
