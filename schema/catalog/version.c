#include "schema/catalog/version.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* In the order in which they came out; service packs count inside a release. */
static const char *const windows[] = { "2000",        "xp",          "server-2003", "vista", "server-2008",
                                       "7",           "8",           "server-2012", "8.1",   "10",
                                       "server-2016", "server-2019", "server-2022", "11",    "server-2025" };

/* Digits at *at; false when there are none or too many. */
static bool take_number(const char **at, int *number)
{
    int digits = 0;

    for (*number = 0; isdigit((unsigned char)**at) && digits < 9; (*at)++, digits++)
        *number = *number * 10 + (**at - '0');
    return digits > 0 && !isdigit((unsigned char)**at);
}

static bool take_dotted(const char **at, struct version *version)
{
    size_t count = 0;

    do {
        if (count == VERSION_PARTS || !take_number(at, &version->parts[count++]))
            return false;
    } while (**at == '.' && (*at)++ != NULL);
    return true;
}

static bool parse_dotted(const char *text, struct version *version)
{
    return take_dotted(&text, version) && *text == '\0';
}

/* What builds and vendors add after the version: "-b11", "+9", "-ea". */
static bool is_end_of_java(const char *at)
{
    return *at == '\0' || *at == '-' || *at == '+';
}

/* Java 5 to 8 had updates alone: Zulu's 8.20.0.5 is 8u121, which it does not say. */
static bool is_vendors_count(const struct version *dotted, int update)
{
    const int *parts = dotted->parts;

    if (parts[0] == 1 && parts[1] >= 5)
        return parts[3] != 0 || (update > 0 && parts[2] != 0);
    return parts[0] >= 5 && parts[0] <= 8 && parts[1] != 0;
}

/* {release, minor, update}: "1.8.0_131" and "8u131" are {8, 0, 131}, "17.0.15" is {17, 0, 15}. */
static bool parse_java(const char *text, struct version *version)
{
    struct version dotted = { 0 };
    int update = 0;

    if (!take_dotted(&text, &dotted))
        return false;
    if (*text == '_' || *text == 'u') {
        text++;
        if (!take_number(&text, &update))
            return false;
    }
    if (!is_end_of_java(text) || is_vendors_count(&dotted, update))
        return false;
    if (dotted.parts[0] != 1) {
        *version = dotted;
        if (update > 0)
            version->parts[2] = update;
        return true;
    }
    /* From Java 5 on the third number was always 0, so "1.6.05" can only mean update 5. */
    if (update == 0 && dotted.parts[1] >= 5) {
        update = dotted.parts[2];
        dotted.parts[2] = 0;
    }
    *version = (struct version){ { dotted.parts[1], dotted.parts[2], update } };
    return true;
}

static bool parse_windows(const char *text, struct version *version)
{
    const char *pack = strstr(text, "-sp");
    size_t size = pack != NULL ? (size_t)(pack - text) : strlen(text);

    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        if (strlen(windows[i]) != size || strncmp(windows[i], text, size) != 0)
            continue;
        *version = (struct version){ { (int)i, 0 } };
        if (pack == NULL)
            return true;
        pack += strlen("-sp");
        return take_number(&pack, &version->parts[1]) && *pack == '\0';
    }
    return false;
}

bool version_parse(enum version_scheme scheme, const char *text, struct version *version)
{
    *version = (struct version){ 0 };
    switch (scheme) {
    case VERSION_DOTTED: return parse_dotted(text, version);
    case VERSION_JAVA: return parse_java(text, version);
    case VERSION_WINDOWS: return parse_windows(text, version);
    }
    return false;
}

int version_compare(const struct version *a, const struct version *b)
{
    for (size_t i = 0; i < VERSION_PARTS; i++) {
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    }
    return 0;
}
