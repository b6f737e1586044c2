#include "collector/runtime/kind.h"

static const struct kind kinds[RUNTIMES] = {
    [RUNTIME_OPENSSL] = { "openssl", openssl_add, openssl_settle, openssl_choose },
    [RUNTIME_PYTHON] = { "python", python_add, NULL, openssl_choose },
    [RUNTIME_REQUESTS] = { "python-requests", NULL, NULL, certifi_choose },
    [RUNTIME_HTTPX] = { "python-httpx", NULL, NULL, httpx_choose },
    [RUNTIME_CERTIFI] = { "python-certifi", NULL, NULL, certifi_choose },
    [RUNTIME_PIP] = { "pip", NULL, NULL, pip_choose },
    [RUNTIME_HTTPLIB2] = { "python-httplib2", NULL, NULL, certifi_choose },
    [RUNTIME_BOTOCORE] = { "python-botocore", NULL, botocore_settle, certifi_choose },
    [RUNTIME_GRPC] = { "python-grpc", NULL, NULL, grpc_choose },
    [RUNTIME_NODE] = { "node", node_add, node_settle, node_choose },
    [RUNTIME_JAVA] = { "java", java_add, java_settle, java_choose },
    [RUNTIME_CURL] = { "curl", curl_add, curl_settle, curl_choose },
    [RUNTIME_PHP] = { "php", php_add, php_settle, php_choose },
    [RUNTIME_PHP_CURL] = { "php-curl", NULL, php_settle, php_curl_choose },
    [RUNTIME_GO] = { "go", NULL, NULL, openssl_choose },
    [RUNTIME_RUSTLS] = { "rustls", NULL, NULL, NULL },
    [RUNTIME_DOTNET] = { "dotnet", dotnet_add, dotnet_settle, dotnet_choose },
    [RUNTIME_GNUTLS] = { "gnutls", gnutls_add, NULL, gnutls_choose },
    [RUNTIME_GIT] = { "git", git_add, git_settle, git_choose },
    [RUNTIME_WGET] = { "wget", wget_add, wget_settle, wget_choose },
    [RUNTIME_UNKNOWN_TLS] = { "unknown-tls", NULL, NULL, NULL },
    [RUNTIME_UNSEEN] = { "unseen", NULL, NULL, NULL },
};

const struct kind *kind_of(enum runtime runtime)
{
    return &kinds[runtime];
}

const char *runtime_name(enum runtime runtime)
{
    return kinds[runtime].name;
}
