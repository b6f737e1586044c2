/*
 * Command lines that stand in a variable or a file, cut into words.
 */
#pragma once

#include "schema/base/text.h"

/*
 * As the JVM, its launcher and Node cut them: at blanks, quotes keep blanks together. An option file of Java's launcher
 * has comments and escapes, too.
 */
void words_split(const char *text, struct text_list *words, bool option_file);

bool words_have(const char *const *words, const char *word); /* ended by NULL */
