#include "aggregator/web/language.h"

#include "tests/support/check.h"

static const struct choice_case {
    const char *name, *wanted, *accept;
    enum language language;
} cases[] = {
    { "nobody says: English", NULL, NULL, LANGUAGE_EN },
    { "the header is heard", NULL, "zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH },
    { "the heavier of the header wins, not the first", NULL, "en;q=0.5, zh;q=0.7", LANGUAGE_ZH },
    { "languages we do not have are passed over", NULL, "fr, de;q=0.9, zh;q=0.1", LANGUAGE_ZH },
    { "a weight of nought is a no", NULL, "zh;q=0", LANGUAGE_EN },
    { "what the address asks for wins over the header", "en", "zh", LANGUAGE_EN },
    { "a word that is no language of ours leaves it to the header", "klingon", "zh", LANGUAGE_ZH },
    { "a longer word that starts alike is another language", "zhx", NULL, LANGUAGE_EN },
    { "letters of either case", "ZH-Hans", NULL, LANGUAGE_ZH },
    { "a header of commas", NULL, ",,,", LANGUAGE_EN },
};

static void language_is_chosen_as_described(void **state)
{
    const struct choice_case *row = *state;

    assert_int_equal(language_choose(row->wanted, row->accept), row->language);
}

/* The conversions of a phrase as a string with a letter for each argument, in the arguments' order. */
static void signature(const char *phrase, char arguments[8])
{
    int next = 0;

    memset(arguments, 0, 8);
    while ((phrase = strchr(phrase, '%')) != NULL) {
        int place = next;

        phrase++;
        if (phrase[0] >= '1' && phrase[0] <= '9' && phrase[1] == '$') {
            place = phrase[0] - '1';
            phrase += 2;
        }
        assert_in_range(place, 0, 6);
        arguments[place] = strncmp(phrase, "lld", 3) == 0 ? 'n' : *phrase;
        next++;
    }
}

static void every_word_takes_the_same_arguments_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < WORDS; i++) {
        const char *en = language_word(LANGUAGE_EN, (enum word)i),
                   *zh = language_word(LANGUAGE_ZH, (enum word)i);
        char of_en[8], of_zh[8];

        assert_true(*en != '\0' && *zh != '\0');
        signature(en, of_en);
        signature(zh, of_zh);
        assert_string_equal(of_en, of_zh);
    }
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(
        every_word_takes_the_same_arguments_in_both_languages) };

    return RUN_ROWS(cases, language_is_chosen_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
