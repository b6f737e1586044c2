/*
 * Kinds of software that have trust rules of their own.
 */
#pragma once

enum runtime {
    RUNTIME_OPENSSL, /* anything on OpenSSL's defaults */
    RUNTIME_PYTHON,  /* the ssl module */
    RUNTIME_REQUESTS,
    RUNTIME_HTTPX,
    RUNTIME_CERTIFI, /* certifi without requests: aiohttp with it */
    RUNTIME_PIP,
    RUNTIME_HTTPLIB2,
    RUNTIME_BOTOCORE,
    RUNTIME_GRPC, /* for Python, with a BoringSSL of its own */
    RUNTIME_NODE,
    RUNTIME_JAVA,
    RUNTIME_CURL,
    RUNTIME_PHP,      /* its streams */
    RUNTIME_PHP_CURL, /* its curl extension */
    RUNTIME_GO,
    RUNTIME_RUSTLS, /* with its roots in the program */
    RUNTIME_DOTNET,
    RUNTIME_GNUTLS, /* anything on GnuTLS's default */
    RUNTIME_GIT,
    RUNTIME_WGET,
    RUNTIME_UNKNOWN_TLS, /* talks to the servers in question with a TLS that we do not know */
    RUNTIME_UNSEEN,      /* processes that we may not look into: whatever they trust is unknown */
    RUNTIMES
};

const char *runtime_name(enum runtime runtime); /* "python-requests", … */
