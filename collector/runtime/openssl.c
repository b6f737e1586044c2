#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"

void openssl_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *directory = openssldir_of(root_fd, path);
    struct installed *installed =
        directory == NULL ? NULL : installed_add(list, RUNTIME_OPENSSL, path, resolved, directory, "openssl");

    if (installed != NULL) {
        installed->version = openssldir_version(root_fd, path);
        installed_set_openssl(installed, installed->version);
        installed->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&installed->stores, directory);
    }
    free(directory);
}

void openssl_choose_directories(struct choice *choice, const struct speaker *speaker, const char *colon_list)
{
    char *copy = memory_text(colon_list), *rest = copy, *directory;

    while ((directory = strsep(&rest, ":")) != NULL)
        choice_add_set(choice, speaker, directory, CHOICE_ANY);
    free(copy);
}

/* Its two defaults, each replaced by its own variable. */
static void choose_of(struct choice *choice, const struct text_list *defaults, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directories = settings_get(speaker->settings, SETTING_DIRECTORY);

    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
    else if (defaults->count > 0)
        choice_add_store(choice, speaker, defaults->items[0], CHOICE_FILE, false);
    if (directories != NULL)
        openssl_choose_directories(choice, speaker, directories);
    else
        for (size_t i = 1; i < defaults->count; i++)
            choice_add_store(choice, speaker, defaults->items[i], CHOICE_ANY, false);
}

void openssl_choose_of(struct choice *choice, const struct text_list *defaults, const struct speaker *speaker)
{
    struct text_list loaded = { 0 };

    if (speaker->openssl_dir != NULL)
        openssldir_add_stores(&loaded, speaker->openssl_dir);
    choose_of(choice, loaded.count > 0 ? &loaded : defaults, speaker);
    text_list_clear(&loaded);
}

/* Mozilla::CA, from which IO::Socket::SSL and older LWPs take their roots, where @INC mostly leads. */
static bool has_mozilla_ca(int root_fd)
{
    static const char *const patterns[] = {
        "/usr/share/perl5/Mozilla/CA/cacert.pem",
        "/usr/share/perl5/vendor_perl/Mozilla/CA/cacert.pem",
        "/usr/local/share/perl/*/Mozilla/CA/cacert.pem",
        "/usr/local/share/perl5/*/Mozilla/CA/cacert.pem",
        "/usr/local/lib/perl5/site_perl/*/Mozilla/CA/cacert.pem",
        "/opt/*/lib/perl5/site_perl/*/Mozilla/CA/cacert.pem",
        "/root/perl5/lib/perl5/Mozilla/CA/cacert.pem",
        "/home/*/perl5/lib/perl5/Mozilla/CA/cacert.pem",
    };
    struct text_list found = { 0 };
    bool has;

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        tree_glob(root_fd, patterns[i], &found);
    has = found.count > 0;
    text_list_clear(&found);
    return has;
}

/* Perl asks OpenSSL, unless LWP or a bundle of roots among its modules says otherwise: which of them a script asks is not seen. */
void openssl_settle(struct trust_settings *settings, const struct process *process,
                    const struct installed *installed, int root_fd)
{
    static const char *const variables[] = { "PERL_LWP_SSL_CA_FILE", "PERL_LWP_SSL_CA_PATH",
                                             "PERL_LWP_SSL_VERIFY_HOSTNAME", "HTTPS_CA_FILE",
                                             "HTTPS_CA_DIR" };

    (void)installed;
    if (process->executable == NULL || !text_starts(tree_name(process->executable), "perl"))
        return;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (process_variable(process, variables[i]) != NULL)
            settings_set(settings, SETTING_UNSETTLED, variables[i], "");
    }
    if (has_mozilla_ca(root_fd))
        settings_set(settings, SETTING_UNSETTLED, "Mozilla::CA", "");
}

void openssl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    openssl_conf_choose(choice, installed, speaker);
    openssl_choose_of(choice, &installed->stores, speaker);
}
