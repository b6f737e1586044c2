#include "tests/support/host.h"

#define PERL(...)                                                                                            \
    {                                                                                                        \
        "/usr/bin/perl", { "perl", "x.pl" }, { __VA_ARGS__ }, "/usr/lib/x/libcrypto.so.3"                    \
    }
#define SYSTEM_STORES                                                                                        \
    {                                                                                                        \
        "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs"                                                        \
    }

/* libwww-perl 6.68 with IO::Socket::SSL 2.081. */
static const struct kind_case perls[] = {
    { "Perl asks OpenSSL",
      { { "/usr/bin/perl", "x" } },
      PERL(NULL),
      RUNTIME_OPENSSL,
      SYSTEM_STORES,
      "openssl",
      1,
      true,
      NULL },
    { "unless LWP is told a file",
      { { "/usr/bin/perl", "x" } },
      PERL("PERL_LWP_SSL_CA_FILE=/srv/b.pem"),
      RUNTIME_OPENSSL,
      SYSTEM_STORES,
      "openssl",
      0,
      false,
      NULL },
    { "or a directory",
      { { "/usr/bin/perl", "x" } },
      PERL("PERL_LWP_SSL_CA_PATH=/srv"),
      RUNTIME_OPENSSL,
      SYSTEM_STORES,
      "openssl",
      0,
      false,
      NULL },
    { "or has roots among its modules",
      { { "/usr/bin/perl", "x" }, { "/usr/local/share/perl/5.36.0/Mozilla/CA/cacert.pem", PEM_A } },
      PERL(NULL),
      RUNTIME_OPENSSL,
      SYSTEM_STORES,
      "openssl",
      0,
      false,
      NULL },
    { "which are nothing to other programs",
      { { "/usr/bin/other", "x" }, { "/usr/local/share/perl/5.36.0/Mozilla/CA/cacert.pem", PEM_A } },
      { "/usr/bin/other", { "other" }, { "PERL_LWP_SSL_CA_FILE=/srv/b.pem" }, "/usr/lib/x/libcrypto.so.3" },
      RUNTIME_OPENSSL,
      SYSTEM_STORES,
      "openssl",
      1,
      true,
      NULL },
};

int main(void)
{
    return RUN_ROWS(perls, client_is_as_measured);
}
