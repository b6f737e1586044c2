#include "collector/runtime/words.h"

#include <ctype.h>
#include <string.h>

/* Inside quotes of an option file a backslash stands before a character of its own (java(1), "java Command-Line Argument Files"). */
static char unescaped(char c)
{
    static const char from[] = "ntrf", to[] = "\n\t\r\f";
    const char *at = c == '\0' ? NULL : strchr(from, c);

    return at == NULL ? c : to[at - from];
}

void words_split(const char *text, struct text_list *words, bool option_file)
{
    struct text word = { 0 };
    char quote = '\0';

    for (const char *at = text;; at++) {
        bool blank = *at == '\0' || (quote == '\0' && isspace((unsigned char)*at));

        if (option_file && quote == '\0' && *at == '#') {
            at += strcspn(at, "\r\n");
            blank = true;
        }
        if (blank && word.size > 0)
            text_list_add(words, text_string(&word));
        if (blank)
            text_clear(&word);
        if (*at == '\0')
            break;
        if (blank)
            continue;
        if (option_file && *at == '\\' && at[1] != '\0') {
            char next = unescaped(*++at);

            if (*at == '\n') /* a line that goes on: its indent is not part of it */
                at += strspn(at + 1, " \t");
            else
                text_append(&word, &next, 1);
            continue;
        }
        if (*at == quote)
            quote = '\0';
        else if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else
            text_append(&word, at, 1);
    }
    text_clear(&word);
}

bool words_have(const char *const *words, const char *word)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}
