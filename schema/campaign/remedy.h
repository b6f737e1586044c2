/*
 * What is to be done, by what is wrong and where: the words of every fix, as rows of tables. guidance.h fills them in.
 */
#pragma once

#include "schema/campaign/guidance.h"

/*
 * A line of a fix: a command, or a comment in both languages. In braces stands what the host and the
 * campaign fill in, quoted for the shell: {root} its label, {file} where its PEM is saved, {alias},
 * {sha256}, {path}, {tool}, {setting}, {process}, {contact}, {chain}, {ended} the certificate that ends it and {until}
 * when, {address} and {port}. A line is left out where what it names is not known.
 */
struct remedy_line {
    const char *command, *en, *zh;
};

/* What kind of remedy a reason asks for. Reasons that are not here have none. */
enum remedy {
    REMEDY_NONE,
    REMEDY_ADD,
    REMEDY_KEEP, /* a path that will be lost: by adding, too */
    REMEDY_OWNER, /* nothing helps but another chain: in place of what changes a store, where a certificate has ended */
    REMEDY_READ,
    REMEDY_FILL,
    REMEDY_TRUST,
    REMEDY_RESTART,
    REMEDY_UNBIND_FALLBACK,
    REMEDY_UNBIND_VALIDATION,
    REMEDY_ALLOW,
    REMEDY_PROXY,
    REMEDY_VERIFY,
    REMEDY_ORDER
};

enum remedy remedy_of(const char *reason);

/* Pieces of a fix. Each is ended by a line without any text. */
enum remedy_part {
    REMEDY_PART_CHECK_FILE, /* that the certificate at hand is the right one */
    REMEDY_PART_ADD,        /* to the target */
    REMEDY_PART_TRUST,      /* what is in the target and distrusted */
    REMEDY_PART_RESTART,
    REMEDY_PART_KEEP,      /* what adding is good for, where all is well today */
    REMEDY_PART_OWNER,     /* what the owner of the servers must do */
    REMEDY_PART_READ,      /* let the collector read the store */
    REMEDY_PART_FILL_JAVA, /* a keystore that reads as empty */
    REMEDY_PART_PUT_FIRST, /* the root, before its namesake */
    REMEDY_PART_VERIFY,
    REMEDY_PART_ALLOW_EGRESS, /* then, for each address, the next */
    REMEDY_PART_ALLOW_ADDRESS,
    REMEDY_PART_PROXY,
    REMEDY_PART_UNBIND, /* then, for each address, the next */
    REMEDY_PART_UNBIND_ADDRESS,
};

const struct remedy_line *remedy_lines(enum remedy_part part, enum guidance_target target);
