#include "collector/why.h"

#include <stdio.h>
#include <string.h>

#include "schema/campaign/symptom.h"

struct settings {
    const char *language;
};

static const struct option options[] = {
    { "language", OPTION_TEXT, offsetof(struct settings, language), "en|zh", .fallback = "en",
      .from_environment = true, .help = "the language of the answer" },
    { 0 },
};

static void print_symptom(const struct symptom *symptom, bool chinese)
{
    const struct symptom_meaning *meaning = symptom->meaning;

    printf("%s: \"%s\" (%s)\n", meaning->code, symptom->text, symptom->clients);
    printf("  %s %s\n", chinese ? "含义：" : "it means:", chinese ? meaning->zh : meaning->en);
    printf("  %s %s\n",
           chinese ? "不表示：" : "it does not mean:", chinese ? meaning->not_zh : meaning->not_en);
    printf("  %s %s\n", chinese ? "处理：" : "what to do:", chinese ? meaning->do_zh : meaning->do_en);
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    bool chinese = strcmp(settings->language, "zh") == 0;
    const struct symptom *found[4];
    struct text message = { 0 };
    size_t count;

    if (arguments->count == 0 || (!chinese && strcmp(settings->language, "en") != 0)) {
        error_set(err, ERROR_OPTION,
                  arguments->count == 0 ? "give the message as the client printed it"
                                        : "--language is en or zh");
        return ANSWER_NONE;
    }
    for (size_t i = 0; i < arguments->count; i++)
        text_format(&message, "%s%s", i > 0 ? " " : "", arguments->items[i]);
    count = symptom_find(text_string(&message), found, sizeof(found) / sizeof(found[0]));
    for (size_t i = 0; i < count; i++)
        print_symptom(found[i], chinese);
    if (count == 0)
        puts(chinese ? "未收录的报错：无法判断是否与换根有关。"
                     : "This message is not known: it may have to do with roots, or not.");
    text_clear(&message);
    return count > 0 ? ANSWER_YES : ANSWER_UNDECIDED;
}

const struct command why_command = {
    "why",
    "TEXT…",
    "explain a client's error message: what it means, what it does not mean, what to do",
    options,
    sizeof(struct settings),
    run
};
