/*
 * Java's properties files, as java.util.Properties.load() takes them apart. Of equal keys the last one counts: that is
 * for whoever gets them to do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Both are borrowed. */
typedef void properties_visitor(void *context, const char *key, const char *value);

/* Every property in order. False when there is a NUL among the bytes: what comes after it cannot be said. */
bool properties_walk(const char *bytes, size_t size, properties_visitor *visit, void *context);
