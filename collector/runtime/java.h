/*
 * How old a JVM is, and how it opens the keystores that it was told to read.
 */
#pragma once

#include "collector/runtime/choice.h"
#include "schema/store/store.h"

/* Whether it is at least of this version ("11.0.12", "8u301"); of one that does not say, what is asked cannot be known. */
enum java_age { JAVA_OLDER, JAVA_AT_LEAST, JAVA_AGE_UNKNOWN };
enum java_age java_age(const struct installed *installed, const char *version);

/*
 * A program other than java that has mapped this libjvm.so: jsvc, a launcher of jpackage's, a tool of the JDK's. What it told
 * the JVM only itself knows. The index of its row; SIZE_MAX where there is no java.home around that library.
 */
size_t java_add_embedded(struct installed_list *list, int root_fd, const char *program, const char *library);

/* Whether our readers know the kind of store that trustStoreType names. */
bool java_knows_type(const struct choice *choice);

/* Why Java does not open this keystore as it was told to; NULL when it does. *certain: it does not for sure. */
const char *java_refusal(const struct choice *choice, const struct store *store, bool *certain);
