#include "schema/campaign/symptom.h"

#include <stdbool.h>
#include <string.h>

static const struct symptom_meaning root_missing = {
    "root-missing",
    "The client holds no root that the chain it was sent leads to.",
    "客户端的信任库中没有所收到的证书链通向的根证书。",
    "That the server's certificate is bad or has expired, and not that the network is at fault.",
    "不表示服务器证书有问题或已过期，也不是网络故障。",
    "Add the new root to the store that this client reads, keep the old one, restart the client. Look first "
    "at the chain that came (openssl s_client -showcerts): a proxy that opens TLS, or a server that leaves "
    "its issuing certificate out, causes the same message.",
    "把新根证书加入该客户端实际读取的信任库，保留旧根，然后重启。请先查看收到的证书链（openssl s_client "
    "-showcerts）：代理 TLS 的设备，或服务器没有下发中间证书，也会造成同样的报错。"
};

static const struct symptom_meaning cross_only = {
    "cross-only",
    "The store holds an intermediate or a cross-certificate where this client needs a self-signed root.",
    "信任库中只有中间证书或交叉证书，而该客户端需要自签名根证书。",
    "That nothing was installed: the wrong one of two certificates of the same name was.",
    "不是没有安装证书，而是在两张同名证书中装错了一张。",
    "Add the self-signed root itself; compare its SHA-256 first.",
    "加入自签名的根证书本身；请先核对 SHA-256。"
};

static const struct symptom_meaning chain_incomplete = {
    "chain-incomplete",
    "The server sent its own certificate without the issuing one, or the client did not find a way on from "
    "it.",
    "服务器只下发了自身证书而没有下发签发它的中间证书，或客户端无法继续构建证书链。",
    "For sure that the root is missing.",
    "不一定与根证书有关。",
    "Look at the chain that is sent (openssl s_client -showcerts). If it is whole, the root is missing.",
    "查看服务器下发的证书链（openssl s_client -showcerts）。如果完整，则是缺少根证书。"
};

static const struct symptom_meaning self_signed = {
    "self-signed",
    "Who answered presented a single certificate that signed itself: no server of the campaign does.",
    "对方出示的是一张自签名证书：本次升级涉及的服务器都不会这样。",
    "That a root is missing, and adding this certificate to the store is no fix.",
    "不表示缺少根证书，也不应把该证书加入信任库。",
    "Find out who answers: the address in the hosts file or DNS, a proxy, an appliance's own page.",
    "查明是谁在应答：检查 hosts 文件或 DNS 中的地址、代理，以及设备自带的页面。"
};

static const struct symptom_meaning expired = {
    "certificate-expired",
    "A certificate of the path is outside its validity: the server's own, an intermediate, or a root in the "
    "client's store.",
    "路径中有证书不在有效期内：服务器证书、中间证书，或信任库中的根证书。",
    "That the new root is missing. OpenSSL says the same of an old root that has expired.",
    "不表示缺少新根。OpenSSL 对已过期的旧根也会给出同样的报错。",
    "Check the host's clock, then which certificate has ended. Old clients follow an expired root though a "
    "valid one is there: "
    "update them.",
    "先检查主机时间，再查看是哪张证书过期。旧版客户端会沿着过期的根构建路径，即使另有有效的根：请升级。"
};

static const struct symptom_meaning wrong_name = {
    "name-mismatch",
    "The certificate is for another name than the client asked for.",
    "证书不适用于客户端所访问的域名。",
    "Anything about roots: the chain may well be trusted.",
    "与根证书无关，证书链本身可能是可信的。",
    "Check the address in the hosts file or DNS, and that the client sends the server's name (SNI).",
    "检查 hosts 文件或 DNS 中的地址，并确认客户端发送了服务器名称（SNI）。"
};

static const struct symptom_meaning store_empty = {
    "store-empty",
    "Java read its trust store as empty: the file is missing, or a PKCS#12 without password or without "
    "Java's trust mark.",
    "Java 把信任库读成了空库：文件不存在，或 PKCS#12 没有密码或没有 Java 的信任标记。",
    "That one root is missing: none is trusted.",
    "不是缺少某一个根，而是一个根都不信任。",
    "Give javax.net.ssl.trustStorePassword, or make the store anew with keytool -importcert.",
    "设置 javax.net.ssl.trustStorePassword，或用 keytool -importcert 重新制作信任库。"
};

static const struct symptom_meaning store_unreadable = {
    "store-opaque",
    "The client could not read its trust store: wrong path, password or format.",
    "客户端无法读取信任库：路径、密码或格式错误。",
    "That the root is missing from it.",
    "不表示其中缺少根证书。",
    "Check path, rights, type and password of the store.",
    "检查信任库的路径、权限、类型和密码。"
};

static const struct symptom_meaning distrusted = {
    "root-distrusted",
    "The root is there, but this store or client distrusts it for TLS servers.",
    "根证书存在，但该信任库或客户端不信任它用于 TLS 服务器。",
    "That it is missing: adding it once more will not help.",
    "不是缺少根证书：再次添加没有作用。",
    "Find who took the trust away: a block list, a TRUSTED CERTIFICATE block, or a \"!\" in "
    "/etc/ca-certificates.conf.",
    "查找信任被取消的原因：黑名单、TRUSTED CERTIFICATE 块，或 /etc/ca-certificates.conf 中的 \"!\"。"
};

static const struct symptom_meaning unreachable = {
    "unreachable",
    "No TLS server was reached.",
    "没有连接到 TLS 服务器。",
    "Anything about certificates or trust stores.",
    "与证书和信任库无关。",
    "Check egress rules for the campaign's addresses, the proxy, and DNS.",
    "检查出口白名单是否放行了相关地址，以及代理和 DNS。"
};

static const struct symptom_meaning no_common_protocol = {
    "protocol",
    "Client and server did not agree on TLS: version, cipher, or something else that answers on this port.",
    "客户端与服务器未能就 TLS 版本或加密套件达成一致，或该端口上不是 TLS 服务。",
    "Anything about roots: no chain was judged yet.",
    "与根证书无关：尚未校验证书链。",
    "Update the client's TLS library; check port and proxy.",
    "升级客户端的 TLS 库；检查端口和代理。"
};

static const struct symptom_meaning hung_up = {
    "closed",
    "The other side ended the connection without an alert.",
    "对方没有发送告警就断开了连接。",
    "In a server's log, that the chain was accepted: Node.js, wget and .NET refuse one just so. In a "
    "client's, "
    "that the store is at fault.",
    "在服务器日志中，不表示证书链已通过：Node.js、wget 和 .NET "
    "拒绝证书链时就是如此。在客户端日志中，不表示信任库有问题。",
    "Look at what the other side says at that moment, and judge the store itself: rootshift-collector "
    "inspect.",
    "查看对方当时的日志，并直接检查信任库：rootshift-collector inspect。"
};

static const struct symptom_meaning untelling = {
    "untelling",
    "The chain was not accepted; the message does not say why.",
    "证书链未通过校验，但报错没有说明原因。",
    "Necessarily a missing root: an expired certificate or a wrong name can cause the same words.",
    "不一定是缺少根证书：证书过期或域名不匹配也会出现同样的报错。",
    "Look at the whole message, and judge the store itself: rootshift-collector inspect.",
    "查看完整报错，并直接检查信任库：rootshift-collector inspect。"
};

/* clang-format off */
static const struct symptom symptoms[] = {
    { "unable to get local issuer certificate", "OpenSSL, curl, Python, PHP, Ruby", &root_missing },
    { "self-signed certificate in certificate chain", "OpenSSL 3, Python, Ruby, when the root itself was sent", &root_missing },
    { "self signed certificate in certificate chain", "OpenSSL 1.1, curl, Python, when the root itself was sent", &root_missing },
    { "unable to find valid certification path", "Java", &root_missing },
    { "PKIX path building failed", "Java", &root_missing },
    { "Path does not chain with any of the trust anchors", "Java", &root_missing },
    { "peer certificate cannot be authenticated with known CA certificates", "curl and PHP, code 60", &root_missing },
    { "peer certificate cannot be authenticated with given CA certificates", "curl and PHP, code 60", &root_missing },
    { "CURLE_SSL_CACERT", "curl and PHP, code 60", &root_missing },
    { "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "Node.js", &root_missing },
    { "SELF_SIGNED_CERT_IN_CHAIN", "Node.js, when the root itself was sent", &root_missing },
    { "certificate signed by unknown authority", "Go", &root_missing },
    { "certificate issuer is unknown", "GnuTLS: git, wget", &root_missing },
    { "doesn't have a known issuer", "wget with GnuTLS", &root_missing },
    { "UntrustedRoot", ".NET, when the root itself was sent", &root_missing },
    { "PartialChain", ".NET", &root_missing },
    { "Could not establish trust relationship for the SSL/TLS secure channel", ".NET Framework", &root_missing },
    { "UnknownIssuer", "rustls", &root_missing },
    { "SEC_ERROR_UNKNOWN_ISSUER", "Firefox and NSS", &root_missing },
    { "unknown_ca", "a server's log: the client sent alert 48", &root_missing },
    { "unknown ca", "a server's log: the client sent alert 48", &root_missing },
    { "unable to get issuer certificate", "OpenSSL, error 2", &cross_only },
    { "UNABLE_TO_GET_ISSUER_CERT", "Node.js", &cross_only },
    { "unable to verify the first certificate", "OpenSSL, error 21", &chain_incomplete },
    { "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Node.js", &chain_incomplete },
    { "self-signed certificate", "OpenSSL 3, curl, Python, PHP, error 18", &self_signed },
    { "self signed certificate", "OpenSSL 1.1, curl, Python, error 18", &self_signed },
    { "DEPTH_ZERO_SELF_SIGNED_CERT", "Node.js", &self_signed },
    { "certificate has expired or is not yet valid", "Go", &expired },
    { "certificate has expired", "OpenSSL, curl, Python, PHP, Ruby", &expired },
    { "CERT_HAS_EXPIRED", "Node.js", &expired },
    { "CertificateExpiredException", "Java", &expired },
    { "NotTimeValid", ".NET", &expired },
    { "invalid peer certificate: Expired", "rustls", &expired },
    { "invalid peer certificate: certificate expired", "rustls", &expired },
    { "chain uses expired certificate", "GnuTLS", &expired },
    { "certificate_expired", "a server's log: the client sent alert 45", &expired },
    { "alert certificate expired", "a server's log: the client sent alert 45", &expired },
    { "No subject alternative DNS name matching", "Java", &wrong_name },
    { "No subject alternative names", "Java", &wrong_name },
    { "no alternative certificate subject name matches", "curl", &wrong_name },
    { "does not match target host name", "curl; git with GnuTLS", &wrong_name },
    { "ERR_TLS_CERT_ALTNAME_INVALID", "Node.js", &wrong_name },
    { "hostname mismatch", "OpenSSL, Python, Ruby", &wrong_name },
    { "doesn't match either of", "Python with urllib3, Python 2.7", &wrong_name },
    { "' doesn't match '", "Python with urllib3, Python 2.7", &wrong_name },
    { "does not match the server certificate", "Ruby", &wrong_name },
    { "did not match expected", "PHP streams", &wrong_name },
    { "RemoteCertificateNameMismatch", ".NET", &wrong_name },
    { "NotValidForName", "rustls", &wrong_name },
    { "certificate not valid for name", "rustls", &wrong_name },
    { "name in the certificate does not match the expected", "GnuTLS", &wrong_name },
    { "owner does not match hostname", "wget with GnuTLS", &wrong_name },
    { "certificate is valid for", "Go", &wrong_name },
    { "trustAnchors parameter must be non-empty", "Java", &store_empty },
    { "problem accessing trust store", "Java", &store_unreadable },
    { "Keystore was tampered with, or password was incorrect", "Java", &store_unreadable },
    { "error setting certificate verify locations", "curl, code 77", &store_unreadable },
    { "error setting certificate file", "curl 7, code 77", &store_unreadable },
    { "Problem with the SSL CA cert", "curl, git, PHP, code 77", &store_unreadable },
    { "curl: (77)", "curl", &store_unreadable },
    { "error adding trust anchors from file", "curl 8, code 77", &store_unreadable },
    { "[X509] PEM lib", "Python", &store_unreadable },
    { "NO_CERTIFICATE_OR_CRL_FOUND", "Python", &store_unreadable },
    { "Could not find a suitable TLS CA certificate bundle", "Python's requests", &store_unreadable },
    { "X509_load_cert_crl_file", "OpenSSL", &store_unreadable },
    { "no valid certs found cafile stream", "PHP streams", &store_unreadable },
    { "failed loading cafile stream", "PHP streams", &store_unreadable },
    { "Error setting the x509 trust file", "gnutls-cli", &store_unreadable },
    { "Failed to open cert", "wget with GnuTLS", &store_unreadable },
    { "certificate rejected", "OpenSSL, errors 26 to 28", &distrusted },
    { "certificate not trusted", "OpenSSL, error 27", &distrusted },
    { "CERT_REJECTED", "Node.js", &distrusted },
    { "CERT_UNTRUSTED", "Node.js", &distrusted },
    { "unsuitable certificate purpose", "OpenSSL 3, error 26", &distrusted },
    { "unsupported certificate purpose", "OpenSSL 1.1, error 26", &distrusted },
    { "certificate chain is revoked", "GnuTLS, also of a block list", &distrusted },
    { "SEC_ERROR_UNTRUSTED_ISSUER", "Firefox and NSS", &distrusted },
    { "Connection refused", "every client", &unreachable },
    { "ECONNREFUSED", "Node.js", &unreachable },
    { "Couldn't connect to server", "curl, git, PHP, code 7", &unreachable },
    { "timed out", "every client", &unreachable },
    { "ETIMEDOUT", "Node.js", &unreachable },
    { "Connection reset", "every client", &unreachable },
    { "ECONNRESET", "Node.js", &unreachable },
    { "No route to host", "every client", &unreachable },
    { "Network is unreachable", "every client", &unreachable },
    { "Could not resolve host", "curl", &unreachable },
    { "Name or service not known", "every client", &unreachable },
    { "Temporary failure in name resolution", "every client", &unreachable },
    { "UnknownHostException", "Java", &unreachable },
    { "ENOTFOUND", "Node.js", &unreachable },
    { "handshake_failure", "Java and servers' logs: alert 40", &no_common_protocol },
    { "handshake failure", "OpenSSL: alert 40", &no_common_protocol },
    { "protocol_version", "Java and servers' logs: alert 70", &no_common_protocol },
    { "unsupported protocol", "OpenSSL", &no_common_protocol },
    { "wrong version number", "OpenSSL, when something answers without TLS", &no_common_protocol },
    { "An unexpected TLS packet was received", "GnuTLS, likewise", &no_common_protocol },
    { "first record does not look like a TLS handshake", "Go, likewise", &no_common_protocol },
    { "Unsupported or unrecognized SSL message", "Java, likewise", &no_common_protocol },
    { "packet length too long", "OpenSSL 3.2 and later, likewise", &no_common_protocol },
    { "No appropriate protocol", "Java", &no_common_protocol },
    { "CERTIFICATE_VERIFY_FAILED", "Python", &untelling },
    { "certificate verify failed", "OpenSSL, PHP streams, Ruby", &untelling },
    { "SSL operation failed with code 1", "PHP streams", &untelling },
    { "SSLHandshakeException", "Java", &untelling },
    { "certificate_unknown", "a server's log, of Java: alert 46", &untelling },
    { "certificate unknown", "a server's log, of Java: alert 46", &untelling },
    { "bad_certificate", "a server's log, of Go: alert 42", &untelling },
    { "bad certificate", "a server's log, of Go: alert 42", &untelling },
    { "remote certificate is invalid", ".NET", &untelling },
    { "cURL error 60", "PHP", &untelling },
    { "curl: (60)", "curl", &untelling },
    { "error:0A000086", "OpenSSL 3", &untelling },
    { "error:1416F086", "OpenSSL 1.1", &untelling },
    { "server certificate verification failed. CAfile", "git with GnuTLS", &untelling },
    { "unexpected eof while reading", "OpenSSL 3", &hung_up },
    { "peer closed connection in SSL handshake", "a server's log: nginx", &hung_up },
    { 0 },
};
/* clang-format on */

static bool occurs(const char *message, const struct symptom *row)
{
    return strcasestr(message, row->text) != NULL;
}

/* "self-signed certificate" of "self-signed certificate in certificate chain": the longer message says something else. */
static bool is_part_of_another(const char *message, const struct symptom *part)
{
    for (const struct symptom *row = symptoms; row->text != NULL; row++) {
        if (row != part && strcasestr(row->text, part->text) != NULL && occurs(message, row))
            return true;
    }
    return false;
}

/* Room for a row among those found, most telling first; the last ones fall out. */
static size_t insert(const struct symptom **found, size_t count, size_t room, const struct symptom *row)
{
    size_t at = count;

    while (at > 0 && strlen(found[at - 1]->text) < strlen(row->text))
        at--;
    if (at == room)
        return count;
    if (count < room)
        count++;
    memmove(found + at + 1, found + at, (count - at - 1) * sizeof(*found));
    found[at] = row;
    return count;
}

static size_t find_meaning(const struct symptom **found, size_t count, const struct symptom_meaning *meaning)
{
    for (size_t i = 0; i < count; i++) {
        if (found[i]->meaning == meaning)
            return i;
    }
    return count;
}

static size_t take_out(const struct symptom **found, size_t count, size_t at)
{
    if (at == count)
        return count;
    memmove(found + at, found + at + 1, (count - at - 1) * sizeof(*found));
    return count - 1;
}

size_t symptom_find(const char *message, const struct symptom **found, size_t room)
{
    size_t count = 0;

    for (const struct symptom *row = symptoms; row->text != NULL; row++) {
        size_t same = find_meaning(found, count, row->meaning);

        if (!occurs(message, row) || is_part_of_another(message, row) ||
            (same < count && strlen(found[same]->text) >= strlen(row->text)))
            continue;
        count = take_out(found, count, same);
        count = insert(found, count, room, row);
    }
    if (count > 1)
        count = take_out(found, count, find_meaning(found, count, &untelling));
    return count;
}

const struct symptom *symptom_all(void)
{
    return symptoms;
}
