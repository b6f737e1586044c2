#include "collector/runtime/setting.h"

#include <stdlib.h>
#include <string.h>

#include "collector/runtime/kind.h"

#define OF(runtime) (1u << RUNTIME_##runtime)
#define ON_OPENSSL (OF(OPENSSL) | OF(PYTHON) | OF(PHP))
#define ON_LIBSSL                                                                                            \
    (ON_OPENSSL | OF(REQUESTS) | OF(HTTPX) | OF(CERTIFI) | OF(PIP) | OF(HTTPLIB2) | OF(BOTOCORE) |           \
     OF(NODE) | OF(CURL) | OF(PHP_CURL) | OF(GIT))
#define OWN_GETENV (OF(CURL) | OF(GO))

/*
 * Environment variables. Of several rows for one slot the first that is set decides. Each row was measured
 * with the root only in the variable's target and nothing else in the environment. An empty value counts
 * for OpenSSL, which then looks for a file of that name; `ignores_empty` is for those that test it first. OpenSSL
 * asks secure_getenv(3), which tells a process nothing that a file gave more rights than its user has.
 */
static const struct variable {
    const char *name;
    unsigned runtimes;
    enum setting_slot slot;
    bool ignores_empty, secure;
} variables[] = {
    { "CURL_CA_BUNDLE", OF(CURL), SETTING_FILE, true,
      false }, /* then SSL_CERT_DIR is not looked at; curl's built-in directory stays */
    { "SSL_CERT_FILE", ON_OPENSSL | OF(NODE), SETTING_FILE, false,
      true }, /* Node: where it uses OpenSSL's store */
    { "SSL_CERT_DIR", ON_OPENSSL | OF(NODE), SETTING_DIRECTORY, false, true },
    { "SSL_CERT_FILE", OWN_GETENV, SETTING_FILE, true, false },
    { "SSL_CERT_DIR", OWN_GETENV, SETTING_DIRECTORY, true, false },
    { "SSL_CERT_FILE", OF(DOTNET), SETTING_FILE, false, false },
    { "SSL_CERT_DIR", OF(DOTNET), SETTING_DIRECTORY, false, false },
    { "SSL_CERT_FILE", OF(HTTPX), SETTING_FILE, true, false },
    { "SSL_CERT_DIR", OF(HTTPX), SETTING_DIRECTORY, true, false },
    { "REQUESTS_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true, false },
    { "CURL_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true, false },
    { "PIP_CERT", OF(PIP), SETTING_BUNDLE, true, false },
    { "REQUESTS_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true, false },
    { "CURL_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true, false },
    { "HTTPLIB2_CA_CERTS", OF(HTTPLIB2), SETTING_BUNDLE, false, false },
    { "AWS_CA_BUNDLE", OF(BOTOCORE), SETTING_BUNDLE, false, false },
    { "REQUESTS_CA_BUNDLE", OF(BOTOCORE), SETTING_BUNDLE, false, false },
    { "AWS_CONFIG_FILE", OF(BOTOCORE), SETTING_UNSETTLED, true, false },
    { "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", OF(GRPC), SETTING_BUNDLE, true, false },
    { "OPENSSL_CONF", ON_LIBSSL, SETTING_CONFIGURATION, false, true },
    { "OPENSSL_CONF_INCLUDE", ON_LIBSSL, SETTING_UNSETTLED, false, true },
    { "NODE_EXTRA_CA_CERTS", OF(NODE), SETTING_EXTRA, true, false },
    { "GIT_SSL_CAINFO", OF(GIT), SETTING_FILE, false, false },
    { "GIT_SSL_CAPATH", OF(GIT), SETTING_DIRECTORY, false, false },
    { "GIT_SSL_NO_VERIFY", OF(GIT), SETTING_UNVERIFIED, false, false }, /* whatever its value */
    { "GIT_CONFIG_COUNT", OF(GIT), SETTING_UNSETTLED, false, false },
    { "GIT_CONFIG_SYSTEM", OF(GIT), SETTING_UNSETTLED, false, false },
    { "GIT_CONFIG_GLOBAL", OF(GIT), SETTING_UNSETTLED, false, false },
    { "GNUTLS_SYSTEM_PRIORITY_FILE", OF(GNUTLS) | OF(GIT) | OF(WGET), SETTING_UNSETTLED, false, true },
    { "PHPRC", OF(PHP) | OF(PHP_CURL), SETTING_UNSETTLED, true, false }, /* other ini files */
    { "PHP_INI_SCAN_DIR", OF(PHP) | OF(PHP_CURL), SETTING_UNSETTLED, false, false },
};

void settings_set(struct trust_settings *settings, enum setting_slot slot, const char *name,
                  const char *value)
{
    free(settings->slots[slot].value);
    settings->slots[slot] = (struct setting_value){ name, memory_text(value) };
}

const char *settings_get(const struct trust_settings *settings, enum setting_slot slot)
{
    return settings->slots[slot].name == NULL ? NULL : settings->slots[slot].value;
}

void settings_clear(struct trust_settings *settings)
{
    for (size_t i = 0; i < SETTING_SLOTS; i++)
        free(settings->slots[i].value);
    text_list_clear(&settings->files);
    *settings = (struct trust_settings){ 0 };
}

void settings_read_variables(struct trust_settings *settings, const struct process *process,
                             enum runtime runtime)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const struct variable *row = &variables[i];
        const char *value =
            (row->runtimes & 1u << runtime) != 0 ? process_variable(process, row->name) : NULL;

        if (value == NULL || (value[0] == '\0' && row->ignores_empty) ||
            (process->privileged && row->secure) || settings_get(settings, row->slot) != NULL)
            continue;
        settings_set(settings, row->slot, row->name, value);
    }
    /* curl's tool looks at SSL_CERT_DIR only without CURL_CA_BUNDLE (tool_operate.c) */
    if (runtime == RUNTIME_CURL && settings->slots[SETTING_FILE].name != NULL &&
        strcmp(settings->slots[SETTING_FILE].name, "CURL_CA_BUNDLE") == 0) {
        free(settings->slots[SETTING_DIRECTORY].value);
        settings->slots[SETTING_DIRECTORY] = (struct setting_value){ 0 };
    }
}

void settings_read(struct trust_settings *settings, const struct process *process,
                   const struct installed *installed, int root_fd)
{
    const struct kind *kind = kind_of(installed->runtime);

    *settings = (struct trust_settings){ 0 };
    settings_read_variables(settings, process, installed->runtime);
    if (kind->settle != NULL)
        kind->settle(settings, process, installed, root_fd);
}
