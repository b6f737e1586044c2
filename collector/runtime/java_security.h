/*
 * What a JVM's security properties say of trust: those of its own file java.security, of what a distribution lays over
 * it, and of a file that a process was told to add. Most of them have nothing to do with trust; what the JDKs ship with is
 * known, and what is changed is followed where the path engine can express it.
 */
#pragma once

#include "collector/runtime/installed.h"

struct java_security {
    const char *
        unsettled; /* the property, or the file, that says something which is not followed; NULL when none does */
    char *store_type;            /* keystore.type: how a trust store is opened whose type nobody told */
    bool opens_either;           /* keystore.type.compat: JKS and PKCS12 each open the other too */
    struct text_list parameters; /* of the trust set (schema/trust/parameter.h) */
    struct text_list files;      /* that were read, or would be if they were there */
};

/*
 * `added` is the value of -Djava.security.properties, NULL without it; a path in it counts from `folder`. Free with
 * java_security_clear().
 */
void java_security_read(struct java_security *security, const struct installed *java, int root_fd,
                        const char *added, const char *folder);
void java_security_clear(struct java_security *security);
