#include "aggregator/web/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *tag, *name;
} languages[LANGUAGES] = {
    [LANGUAGE_EN] = { "en", "English" },
    [LANGUAGE_ZH] = { "zh", "中文" },
};

static const char *const words[WORDS][LANGUAGES] = {
#define LANGUAGE_ROW(name, en, zh) [WORD_##name] = { en, zh },
    LANGUAGE_WORDS(LANGUAGE_ROW)
#undef LANGUAGE_ROW
};

const char *language_tag(enum language language)
{
    return languages[language].tag;
}

const char *language_name(enum language language)
{
    return languages[language].name;
}

const char *language_word(enum language language, enum word word)
{
    return words[word][language];
}

/* "zh", "zh-CN" and "ZH_tw" are Chinese, "zhx" is not; `tag` ends at `size`. */
static bool find_language(const char *tag, size_t size, enum language *language)
{
    for (int i = 0; i < LANGUAGES; i++) {
        size_t own = strlen(languages[i].tag);

        if (size >= own && strncasecmp(tag, languages[i].tag, own) == 0 &&
            (size == own || tag[own] == '-' || tag[own] == '_')) {
            *language = (enum language)i;
            return true;
        }
    }
    return false;
}

/* The q of one element of Accept-Language, 1 where none is given. */
static double weight_of(const char *element, size_t size)
{
    const char *q = memmem(element, size, "q=", 2);

    return q != NULL ? strtod(q + 2, NULL) : 1.0;
}

enum language language_choose(const char *wanted, const char *accept)
{
    enum language chosen = LANGUAGE_EN, each;
    double best = 0;

    if (wanted != NULL && find_language(wanted, strlen(wanted), &chosen))
        return chosen;
    while (accept != NULL && *accept != '\0') {
        size_t size, tag;

        accept += strspn(accept, ", \t");
        size = strcspn(accept, ",");
        tag = strcspn(accept, ",; \t");
        if (find_language(accept, tag, &each) && weight_of(accept, size) > best) {
            best = weight_of(accept, size);
            chosen = each;
        }
        accept += size;
    }
    return chosen;
}
