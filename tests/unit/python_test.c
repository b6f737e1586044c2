#include "tests/support/host.h"

/* requests 2.28.1 and urllib3 1.26.12 of Debian 12, and the same without Debian's changes. */
static const struct kind_case requests[] = {
    { "requests reads a directory beside the bundle of Debian's urllib3",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/etc/all.pem", PEM_A },
        { "/srv/hashed", "hash b.pem" } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/etc/all.pem", "/srv/hashed" },
      "openssl",
      2,
      true,
      NULL },
    { "and comes to nothing where that bundle is gone",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/srv/hashed", "hash b.pem" } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "CURL_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/etc/all.pem", "/srv/hashed" },
      "openssl",
      0,
      true,
      NULL },
    { "a file stands in place of all",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/etc/all.pem", PEM_A },
        { "/srv/b.pem", PEM_B } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/b.pem" }, NULL },
      RUNTIME_REQUESTS,
      { "/srv/b.pem" },
      "openssl",
      1,
      true,
      NULL },
    { "the urllib3 of others reads the directory alone",
      { { "/opt/py/bin/python3.11", "x" },
        { "/opt/py/lib/python3.11/site-packages/requests/adapters.py", "x" },
        { "/opt/py/lib/python3.11/site-packages/certifi/cacert.pem", PEM_A },
        { "/opt/py/lib/python3.11/site-packages/urllib3/connectionpool.py", "ca_certs=None," },
        { "/srv/hashed", "hash b.pem" } },
      { "/opt/py/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/srv/hashed" },
      "openssl",
      1,
      true,
      NULL },
};

#define SYSTEM_REQUESTS                                                                                      \
    { "/usr/bin/python3.11", "x" }, { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },          \
    {                                                                                                        \
        "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_A                                           \
    }
#define OWN_CERTIFI(folder)                                                                                  \
    { folder "/certifi/core.py", "x" },                                                                      \
    {                                                                                                        \
        folder "/certifi/cacert.pem", PEM_B                                                                  \
    }
#define REQUESTS_READS(store) RUNTIME_REQUESTS, { store }, "openssl", 1, true, NULL
#define OF_SYSTEM "/usr/lib/python3/dist-packages/certifi/cacert.pem"

/* Where Python 3.11 finds certifi first. */
static const struct kind_case folders[] = {
    { "what a user has installed comes before the system's",
      { SYSTEM_REQUESTS, OWN_CERTIFI("/home/x/.local/lib/python3.11/site-packages") },
      { "/usr/bin/python3.11", { "python3", "/srv/x.py" }, { "HOME=/home/x" }, NULL },
      REQUESTS_READS("/home/x/.local/lib/python3.11/site-packages/certifi/cacert.pem") },
    { "unless Python is told not to look there",
      { SYSTEM_REQUESTS, OWN_CERTIFI("/home/x/.local/lib/python3.11/site-packages") },
      { "/usr/bin/python3.11", { "python3", "-us", "/srv/x.py" }, { "HOME=/home/x" }, NULL },
      REQUESTS_READS(OF_SYSTEM) },
    { "a home without a variable is that of passwd",
      { SYSTEM_REQUESTS,
        { "/etc/passwd", "x:x:1:1::/none:/bin/sh\nroot:x:0:0::/home/x:/bin/sh\n" },
        OWN_CERTIFI("/home/x/.local/lib/python3.11/site-packages") },
      { "/usr/bin/python3.11", { "python3", "/srv/x.py" }, { NULL }, NULL },
      REQUESTS_READS("/home/x/.local/lib/python3.11/site-packages/certifi/cacert.pem") },
    { "a distribution's patch of certifi can point anywhere",
      { { "/opt/py/bin/python3.11", "x" },
        { "/opt/py/lib/python3.11/site-packages/requests/adapters.py", "x" },
        { "/opt/py/lib/python3.11/site-packages/certifi/core.py",
          "def where():\n    return '/etc/all.pem'\n" },
        { "/etc/all.pem", PEM_B } },
      { "/opt/py/bin/python3.11", { "python3", "x.py" }, { NULL }, NULL },
      REQUESTS_READS("/etc/all.pem") },
    { "PYTHONPATH comes before both",
      { SYSTEM_REQUESTS, OWN_CERTIFI("/srv/lib") },
      { "/usr/bin/python3.11",
        { "python3", "-X", "dev", "/srv/x.py" },
        { "PYTHONPATH=/none:/srv/lib" },
        NULL },
      REQUESTS_READS("/srv/lib/certifi/cacert.pem") },
    { "but not for who looks at no variables",
      { SYSTEM_REQUESTS, OWN_CERTIFI("/srv/lib") },
      { "/usr/bin/python3.11", { "python3", "-I", "/srv/x.py" }, { "PYTHONPATH=/srv/lib" }, NULL },
      REQUESTS_READS(OF_SYSTEM) },
    { "the script's folder comes before all",
      { SYSTEM_REQUESTS, OWN_CERTIFI("/srv/app"), { "/srv/app/x.py", "x" } },
      { "/usr/bin/python3.11", { "python3", "-W", "ignore", "/srv/app/x.py" }, { NULL }, NULL },
      REQUESTS_READS("/srv/app/certifi/cacert.pem") },
    { "a virtual environment may see the modules around it",
      { SYSTEM_REQUESTS,
        { "/srv/env/bin/python3", "-> /usr/bin/python3.11" },
        { "/srv/env/pyvenv.cfg", "include-system-site-packages = true\n" } },
      { "/usr/bin/python3.11", { "/srv/env/bin/python3", "x.py" }, { NULL }, NULL },
      REQUESTS_READS(OF_SYSTEM) },
    { "and may not",
      { SYSTEM_REQUESTS,
        { "/srv/env/bin/python3", "-> /usr/bin/python3.11" },
        { "/srv/env/pyvenv.cfg", "include-system-site-packages = false\n" } },
      { "/usr/bin/python3.11", { "/srv/env/bin/python3", "x.py" }, { NULL }, NULL },
      RUNTIME_REQUESTS,
      { NULL },
      NULL,
      0,
      true,
      NULL },
};

/* httpx 0.23.3, 0.27.2 and 0.28.1; the first two pass over a file that is not there. */
#define HTTPX                                                                                                \
    { "/usr/bin/python3.11", "x" }, { "/usr/lib/python3/dist-packages/httpx/_config.py", "x" },              \
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_A }, { "/srv/b.pem", PEM_B },             \
    {                                                                                                        \
        "/srv/hashed", "hash b.pem"                                                                          \
    }

static const struct kind_case httpx[] = {
    { "httpx reads certifi's file",
      { HTTPX },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "SSL_CERT_FILE=" }, NULL },
      RUNTIME_HTTPX,
      { OF_SYSTEM },
      "openssl",
      1,
      true,
      NULL },
    { "OpenSSL's file takes the place of all",
      { HTTPX },
      { "/usr/bin/python3.11",
        { "python3", "x.py" },
        { "SSL_CERT_FILE=/srv/b.pem", "SSL_CERT_DIR=/none" },
        NULL },
      RUNTIME_HTTPX,
      { "/srv/b.pem" },
      "openssl",
      1,
      true,
      NULL },
    { "and so does its directory",
      { HTTPX },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "SSL_CERT_DIR=/srv/hashed" }, NULL },
      RUNTIME_HTTPX,
      { "/srv/hashed" },
      "openssl",
      1,
      true,
      NULL },
};

/* httplib2 0.20 and 0.32, botocore 1.29 and 1.44, grpcio 1.85, pip 26.3. */
#define PYTHON_WITH(module, text)                                                                            \
    { "/usr/bin/python3.11", "x" }, { "/srv/b.pem", PEM_B },                                                 \
    {                                                                                                        \
        "/usr/lib/python3/dist-packages/" module, text                                                       \
    }
#define RUN_WITH(variable)                                                                                   \
    {                                                                                                        \
        "/usr/bin/python3.11", { "python3", "x.py" }, { variable }, NULL                                     \
    }
#define READS(runtime, store, model) runtime, { store }, model, 1, true, NULL
#define CERTIFI                                                                                              \
    {                                                                                                        \
        OF_SYSTEM, PEM_A                                                                                     \
    }

static const struct kind_case bringers[] = {
    { "httplib2 brings a file of its own",
      { PYTHON_WITH("httplib2/cacerts.txt", PEM_A) },
      RUN_WITH(NULL),
      READS(RUNTIME_HTTPLIB2, "/usr/lib/python3/dist-packages/httplib2/cacerts.txt", "openssl") },
    { "and takes certifi's where that is installed",
      { PYTHON_WITH("httplib2/cacerts.txt", PEM_B), CERTIFI },
      RUN_WITH(NULL),
      READS(RUNTIME_HTTPLIB2, OF_SYSTEM, "openssl") },
    { "Debian's reads the system's",
      { PYTHON_WITH("httplib2/certs.py", "BUILTIN_CA_CERTS = \"/srv/b.pem\"\n") },
      RUN_WITH(NULL),
      READS(RUNTIME_HTTPLIB2, "/srv/b.pem", "openssl") },
    { "a variable of its own goes before",
      { PYTHON_WITH("httplib2/cacerts.txt", PEM_A) },
      RUN_WITH("HTTPLIB2_CA_CERTS=/srv/b.pem"),
      READS(RUNTIME_HTTPLIB2, "/srv/b.pem", "openssl") },
    { "botocore brings one too",
      { PYTHON_WITH("botocore/cacert.pem", PEM_A) },
      RUN_WITH(NULL),
      READS(RUNTIME_BOTOCORE, "/usr/lib/python3/dist-packages/botocore/cacert.pem", "openssl") },
    { "and hears of another by the variable of requests",
      { PYTHON_WITH("botocore/cacert.pem", PEM_A) },
      RUN_WITH("REQUESTS_CA_BUNDLE=/srv/b.pem"),
      READS(RUNTIME_BOTOCORE, "/srv/b.pem", "openssl") },
    { "what its user's file says is not followed",
      { PYTHON_WITH("botocore/cacert.pem", PEM_A),
        { "/home/x/.aws/config", "[default]\nca_bundle = /srv/b.pem\n" } },
      RUN_WITH("HOME=/home/x"),
      RUNTIME_BOTOCORE,
      { "/usr/lib/python3/dist-packages/botocore/cacert.pem" },
      "openssl",
      0,
      false,
      NULL },
    { "grpc reads its own, whatever else is installed",
      { PYTHON_WITH("grpc/_cython/_credentials/roots.pem", PEM_A), { OF_SYSTEM, PEM_B } },
      RUN_WITH(NULL),
      READS(RUNTIME_GRPC, "/usr/lib/python3/dist-packages/grpc/_cython/_credentials/roots.pem",
            "boringssl") },
    { "unless a variable names another",
      { PYTHON_WITH("grpc/_cython/_credentials/roots.pem", PEM_A) },
      RUN_WITH("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=/srv/b.pem"),
      READS(RUNTIME_GRPC, "/srv/b.pem", "boringssl") },
    { "pip reads certifi's file, and by truststore the system's",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/pip/_vendor/truststore/_api.py", "x" } },
      { NULL, { NULL }, { NULL }, NULL },
      RUNTIME_PIP,
      { "/usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem", "/usr/lib/ssl/cert.pem",
        "/usr/lib/ssl/certs" },
      "openssl",
      2,
      true,
      NULL },
    { "an older pip does not",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem", PEM_B } },
      { NULL, { NULL }, { NULL }, NULL },
      READS(RUNTIME_PIP, "/usr/lib/python3/dist-packages/pip/_vendor/certifi/cacert.pem", "openssl") },
};

/* An application frozen by PyInstaller 6 into a folder, or one file, which unpacks itself into a folder. */
static const struct kind_case embedded[] = {
    { "a frozen application has its certifi beside its Python",
      { { "/opt/pay/pay", "x" },
        { "/opt/pay/_internal/libpython3.11.so.1.0", "x" },
        { "/opt/pay/_internal/certifi/cacert.pem", PEM_B } },
      { "/opt/pay/pay", { "./pay" }, { NULL }, "/opt/pay/_internal/libpython3.11.so.1.0" },
      REQUESTS_READS("/opt/pay/_internal/certifi/cacert.pem") },
    { "and is told like others",
      { { "/opt/pay/pay", "x" },
        { "/opt/pay/_internal/libpython3.11.so.1.0", "x" },
        { "/opt/pay/_internal/certifi/cacert.pem", PEM_A },
        { "/srv/b.pem", PEM_B } },
      { "/opt/pay/pay",
        { "./pay" },
        { "REQUESTS_CA_BUNDLE=/srv/b.pem" },
        "/opt/pay/_internal/libpython3.11.so.1.0" },
      REQUESTS_READS("/srv/b.pem") },
    { "of a server of applications nothing is said",
      { { "/usr/bin/uwsgi-core", "x" }, { "/usr/lib/x/libpython3.11.so.1.0", "x" } },
      { "/usr/bin/uwsgi-core", { "uwsgi" }, { NULL }, "/usr/lib/x/libpython3.11.so.1.0" },
      RUNTIME_REQUESTS,
      { NULL },
      "openssl",
      0,
      false,
      NULL },
    { "another program with a Python inside has no such library",
      { { "/usr/bin/vim.nox", "x" }, { "/usr/lib/x/libpython3.11.so.1.0", "x" } },
      { "/usr/bin/vim.nox", { "vim" }, { NULL }, "/usr/lib/x/libpython3.11.so.1.0" },
      RUNTIME_REQUESTS,
      { NULL },
      NULL,
      0,
      true,
      NULL },
};

int main(void)
{
    return RUN_ROWS(requests, client_is_as_measured) + RUN_ROWS(folders, client_is_as_measured) +
           RUN_ROWS(httpx, client_is_as_measured) + RUN_ROWS(bringers, client_is_as_measured) +
           RUN_ROWS(embedded, client_is_as_measured);
}
