/* The OpenSSL that a process has loaded counts, and not the one that its kind has elsewhere; measured with copies of Debian's that look elsewhere. */
#include "tests/support/host.h"

#define OWN_LIBRARY "/opt/app/lib/libcrypto.so.3", "OPENSSLDIR: \"/opt/ssl\""

static const struct kind_case cases[] = {
    { "Python with another OpenSSL (LD_LIBRARY_PATH) reads what that one reads",
      { { "/usr/bin/python3.11", "x" }, { OWN_LIBRARY }, { "/opt/ssl/cert.pem", PEM_B } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, "/opt/app/lib/libcrypto.so.3" },
      RUNTIME_PYTHON,
      { "/opt/ssl/cert.pem", "/opt/ssl/certs" },
      "openssl",
      1,
      true,
      NULL },
    { "as does a program of no known kind",
      { { "/opt/app/bin/x", "x" }, { OWN_LIBRARY } },
      { "/opt/app/bin/x", { "x" }, { NULL }, "/opt/app/lib/libcrypto.so.3" },
      RUNTIME_OPENSSL,
      { "/opt/ssl/cert.pem", "/opt/ssl/certs" },
      "openssl",
      0,
      true,
      NULL },
    { "one that carries its OpenSSL says itself where it looks",
      { { "/opt/app/bin/x", "SSL_CERT_FILE OPENSSLDIR: \"/opt/static\"" } },
      { "/opt/app/bin/x", { "x" }, { NULL }, NULL },
      RUNTIME_OPENSSL,
      { "/opt/static/cert.pem", "/opt/static/certs" },
      "openssl",
      0,
      true,
      NULL },
    { "whatever else it maps",
      { { "/usr/bin/node", "OPENSSLDIR: \"/usr/lib/ssl\"" }, { OWN_LIBRARY } },
      { "/usr/bin/node", { "node", "--use-openssl-ca" }, { NULL }, "/opt/app/lib/libcrypto.so.3" },
      RUNTIME_NODE,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      1,
      true,
      NULL },
    { "its configuration lies there, too",
      { { "/usr/bin/python3.11", "x" },
        { OWN_LIBRARY },
        { "/opt/ssl/openssl.cnf", "openssl_conf = d\n[d]\nssl_conf = s\n[s]\nsystem_default = "
                                  "w\n[w]\nCipherString = @SECLEVEL=3\n" } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, "/opt/app/lib/libcrypto.so.3" },
      RUNTIME_PYTHON,
      { "/opt/ssl/cert.pem", "/opt/ssl/certs" },
      "openssl",
      0,
      true,
      "security_level=3" },
};

int main(void)
{
    return RUN_ROWS(cases, client_is_as_measured);
}
