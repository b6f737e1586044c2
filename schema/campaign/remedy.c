#include "schema/campaign/remedy.h"

#include <string.h>

#define COMMAND(text)                                                                                        \
    {                                                                                                        \
        text, NULL, NULL                                                                                     \
    }
#define COMMENT(english, chinese)                                                                            \
    {                                                                                                        \
        NULL, english, chinese                                                                               \
    }
#define END                                                                                                  \
    {                                                                                                        \
        NULL, NULL, NULL                                                                                     \
    }

static const struct remedy_line check_file[] = {
    COMMENT("Save the certificate {root} as {file} (ask {contact}); this must print OK:",
            "把根证书 {root} 保存为 {file}（可向 {contact} 索取）；下一行必须输出 OK："),
    COMMAND("openssl x509 -in {file} -outform DER | sha256sum | grep -q '^{sha256}' && echo OK"),
    END,
};

static const struct remedy_line check_file_on_windows[] = {
    COMMENT(
        "On Windows, as an administrator. Save the certificate {root} as {file} (ask {contact}); this "
        "must show "
        "{sha256} as its SHA-256:",
        "在 Windows 上以管理员身份操作。把根证书 {root} 保存为 {file}（可向 {contact} 索取）；下一行显示的 "
        "SHA-256 必须是 "
        "{sha256}:"),
    COMMAND("certutil -dump {file}"),
    END,
};

static const struct remedy_line keep[] = {
    COMMENT("All is well until {until}; with {root} in the store a path is left after that, too:",
            "{until} 之前一切正常；信任库中有 {root} 时，此后仍有可用的证书路径："),
    END,
};

static const struct remedy_line owner[] = {
    COMMENT("Nothing that is added to this store helps: {ended}, which chain {chain} needs, ends on {until}.",
            "向该信任库添加任何证书都没有作用：证书链 {chain} 所依赖的 {ended} 于 {until} 到期。"),
    COMMENT("Who runs the servers must serve another chain before that: ask {contact}.",
            "服务器方必须在此之前改用另一条证书链：请联系 {contact}。"),
    END,
};

static const struct remedy_line read_store[] = {
    COMMENT("{path} was not read whole, so nothing can be said of it. With root's rights, or the password "
            "and type that "
            "the client is given, it may be:",
            "未能完整读取 {path}，因此无法判断。请以 root 权限，或提供客户端使用的密码和类型后再试："),
    COMMAND("sudo rootshift-collector stores --path {path}"),
    END,
};

static const struct remedy_line restart[] = {
    COMMENT("Restart {process}: it has read its trust store when it started, and not since.",
            "重启 {process}：它只在启动时读取信任库。"),
    END,
};

/* Adding a root, by what it is added to. What is there stays. */
static const struct remedy_line add[GUIDANCE_TARGETS][10] = {
    [GUIDANCE_DEBIAN_STORE] = {
        COMMENT("Add it to the system's store, beside what is there; Java's system store follows by itself:",
                "以新增方式加入系统信任库（系统的 Java 信任库会随之更新）："),
        COMMAND("cp {file} /usr/local/share/ca-certificates/{alias}.crt"),
        COMMAND("update-ca-certificates"),
        COMMAND("ls -l /etc/ssl/certs/{alias}.pem"),
        END,
    },
    [GUIDANCE_REDHAT_STORE] = {
        COMMENT("Add it to the system's store, beside what is there; Java's system store follows by itself:",
                "以新增方式加入系统信任库（系统的 Java 信任库会随之更新）："),
        COMMAND("cp {file} /etc/pki/ca-trust/source/anchors/{alias}.pem"),
        COMMAND("update-ca-trust extract"),
        COMMAND("trust list --filter=ca-anchors | grep -F {root}"),
        END,
    },
    [GUIDANCE_SUSE_STORE] = {
        COMMENT("Add it to the system's store, beside what is there; Java's system store follows by itself:",
                "以新增方式加入系统信任库（系统的 Java 信任库会随之更新）："),
        COMMAND("cp {file} /etc/pki/trust/anchors/{alias}.pem"),
        COMMAND("update-ca-certificates"),
        COMMAND("trust list --filter=ca-anchors | grep -F {root}"),
        END,
    },
    [GUIDANCE_ARCH_STORE] = {
        COMMENT("Add it to the system's store, beside what is there:", "以新增方式加入系统信任库："),
        COMMAND("cp {file} /etc/ca-certificates/trust-source/anchors/{alias}.pem"),
        COMMAND("update-ca-trust extract"),
        COMMAND("trust list --filter=ca-anchors | grep -F {root}"),
        END,
    },
    [GUIDANCE_JAVA_STORE] = {
        COMMENT("{setting} chose this store:", "该信任库由 {setting} 指定："),
        COMMENT("Add it beside what is there; keytool asks for the store's password (Java's own is changeit):",
                "以新增方式加入；keytool 会询问信任库密码（Java 自带信任库默认为 changeit）："),
        COMMAND("cp -p {path} {path}.before-{alias}"),
        COMMAND("{tool} -importcert -noprompt -trustcacerts -alias {alias} -file {file} -keystore {path}"),
        COMMAND("{tool} -list -alias {alias} -keystore {path}"),
        END,
    },
    [GUIDANCE_PEM_BUNDLE] = {
        COMMENT("{setting} chose this file:", "该文件由 {setting} 指定："),
        COMMENT("Add it at the end of a copy, then put the copy in place at once; the first file is kept:",
                "先追加到副本末尾，再一次性替换；原文件保留备份："),
        COMMAND("touch {path}"),
        COMMAND("cp -p {path} {path}.before-{alias}"),
        COMMAND("cp -p {path} {path}.new"),
        COMMAND("( echo; cat {file} ) >> {path}.new"),
        COMMAND("mv {path}.new {path}"),
        COMMAND("openssl storeutl -noout -certs {path}"),
        END,
    },
    [GUIDANCE_HASHED_DIRECTORY] = {
        COMMENT("{setting} chose this directory:", "该目录由 {setting} 指定："),
        COMMENT("Copying is not enough: OpenSSL only sees the names that rehash makes:",
                "仅复制文件不够：OpenSSL 只能看到 rehash 生成的文件名："),
        COMMAND("cp {file} {path}/{alias}.pem"),
        COMMAND("openssl rehash {path}"),
        COMMAND("ls -l {path}/$(openssl x509 -in {file} -noout -subject_hash).0"),
        END,
    },
    [GUIDANCE_CERTIFI] = {
        COMMENT("certifi's own file is replaced by each upgrade, and newer ones drop old roots: use a copy with both.",
                "certifi 自带的文件会在升级时被覆盖，且新版本会移除旧根：请使用同时包含新旧根的副本。"),
        COMMAND("( cat {path}; echo; cat {file} ) > /etc/ssl/certifi-and-{alias}.pem"),
        COMMAND("openssl storeutl -noout -certs /etc/ssl/certifi-and-{alias}.pem"),
        COMMENT("Set this in the environment of the service:", "在服务的环境变量中设置："),
        COMMAND("export REQUESTS_CA_BUNDLE=/etc/ssl/certifi-and-{alias}.pem"),
        END,
    },
    [GUIDANCE_HTTPX] = {
        COMMENT("certifi's own file is replaced by each upgrade, and newer ones drop old roots: use a copy with both.",
                "certifi 自带的文件会在升级时被覆盖，且新版本会移除旧根：请使用同时包含新旧根的副本。"),
        COMMAND("( cat {path}; echo; cat {file} ) > /etc/ssl/certifi-and-{alias}.pem"),
        COMMAND("openssl storeutl -noout -certs /etc/ssl/certifi-and-{alias}.pem"),
        COMMENT("httpx reads no REQUESTS_CA_BUNDLE. Set this in the environment of the service:",
                "httpx 不读取 REQUESTS_CA_BUNDLE。在服务的环境变量中设置："),
        COMMAND("export SSL_CERT_FILE=/etc/ssl/certifi-and-{alias}.pem"),
        END,
    },
    [GUIDANCE_NODE] = {
        COMMENT("Node adds this file to its own roots; set it in the environment of the service:",
                "Node 会把该文件加入自带的根证书；在服务的环境变量中设置："),
        COMMAND("install -m 644 {file} /etc/ssl/{alias}.pem"),
        COMMAND("export NODE_EXTRA_CA_CERTS=/etc/ssl/{alias}.pem"),
        END,
    },
    [GUIDANCE_PHP] = {
        COMMENT("This PHP finds no store ({path} is not there): give it the system's roots and {root} in a file of its own.",
                "该 PHP 找不到信任库（{path} 不存在）：请为它准备一个包含系统根证书和 {root} 的文件。"),
        COMMAND("( cat /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt 2>/dev/null || true; echo; cat {file} ) > "
                "/etc/ssl/php-and-{alias}.pem"),
        COMMAND("openssl storeutl -noout -certs /etc/ssl/php-and-{alias}.pem"),
        COMMENT("Name it for streams and for curl, in php.ini or a file beside it; PHP's FPM has a folder of its own (php --ini "
                "and phpinfo() tell):",
                "在 php.ini 或其附加目录中为 streams 和 curl 指定该文件；FPM 有单独的目录（可用 php --ini 和 phpinfo() 查看）："),
        COMMAND("printf 'openssl.cafile=%s\\ncurl.cainfo=%s\\n' /etc/ssl/php-and-{alias}.pem /etc/ssl/php-and-{alias}.pem > "
                "\"$(php -r 'echo PHP_CONFIG_FILE_SCAN_DIR;')/50-{alias}.ini\""),
        COMMAND("php -r 'echo ini_get(\"openssl.cafile\"), PHP_EOL;'"),
        END,
    },
    [GUIDANCE_WINDOWS] = {
        COMMENT("Add it beside what is there. By hand: certlm.msc, Trusted Root Certification Authorities, All Tasks, Import; in a "
                "domain, by Group Policy:",
                "以新增方式导入；也可用 certlm.msc 的“受信任的根证书颁发机构”→“所有任务”→“导入”，域环境用组策略下发："),
        COMMAND("certutil -addstore Root {file}"),
        COMMAND("certutil -store Root"),
        COMMENT("Java, Node.js and Python's requests have stores of their own on Windows: this one is for .NET, IIS, curl.exe and "
                "browsers.",
                "Windows 上的 Java、Node.js 和 Python requests 使用各自的信任库；此处适用于 .NET、IIS、curl.exe 和浏览器。"),
        END,
    },
};

/* A root that is there and distrusted: somebody decided so, and adding it again would not help or not last. */
static const struct remedy_line trust[GUIDANCE_TARGETS][6] = {
    [GUIDANCE_DEBIAN_STORE] = {
        COMMENT("Somebody deselected {root}: its line in this file starts with \"!\". Remove the \"!\" there, then:",
                "{root} 已被停用：该文件中对应的行以 \"!\" 开头。请去掉 \"!\"，然后："),
        COMMAND("grep -n '^!' /etc/ca-certificates.conf"),
        COMMAND("update-ca-certificates"),
        END,
    },
    [GUIDANCE_REDHAT_STORE] = {
        COMMENT("Somebody distrusted {root}, most likely by a file in /etc/pki/ca-trust/source/blocklist. Ask who decided so before undoing it; then:",
                "{root} 已被停用，通常是由于 /etc/pki/ca-trust/source/blocklist 中的文件。撤销之前请先确认是谁的决定，然后："),
        COMMAND("ls -l /etc/pki/ca-trust/source/blocklist"),
        COMMAND("update-ca-trust extract"),
        END,
    },
    [GUIDANCE_SUSE_STORE] = {
        COMMENT("Somebody distrusted {root}, most likely by a file in /etc/pki/trust/blocklist. Ask who decided so before undoing it; then:",
                "{root} 已被停用，通常是由于 /etc/pki/trust/blocklist 中的文件。撤销之前请先确认是谁的决定，然后："),
        COMMAND("ls -l /etc/pki/trust/blocklist"),
        COMMAND("update-ca-certificates"),
        END,
    },
    [GUIDANCE_ARCH_STORE] = {
        COMMENT("Somebody distrusted {root}, most likely by a file in /etc/ca-certificates/trust-source/blocklist. Ask who decided so before undoing it; then:",
                "{root} 已被停用，通常是由于 /etc/ca-certificates/trust-source/blocklist 中的文件。撤销之前请先确认是谁的决定，然后："),
        COMMAND("ls -l /etc/ca-certificates/trust-source/blocklist"),
        COMMAND("update-ca-trust extract"),
        END,
    },
    [GUIDANCE_JAVA_STORE] = {
        COMMENT("{root} is in {path} but blocked, or not marked as trusted: look for it in lib/security/blocked.certs.",
                "{root} 在 {path} 中，但被屏蔽或未标记为可信：请检查 lib/security/blocked.certs。"),
        COMMAND("{tool} -list -v -keystore {path}"),
        END,
    },
    [GUIDANCE_PEM_BUNDLE] = {
        COMMENT("{path} holds {root} with its trust for TLS servers taken away. Ask who decided so before undoing it.",
                "{path} 中有 {root}，但其用于 TLS 服务器的信任已被去除。撤销之前请先确认是谁的决定。"),
        END,
    },
    [GUIDANCE_HASHED_DIRECTORY] = {
        COMMENT("{path} holds {root}, but not under a name that OpenSSL sees, or distrusted. Make the names anew:",
                "{path} 中有 {root}，但不在 OpenSSL 能看到的文件名下，或已被停用。请重新生成文件名："),
        COMMAND("openssl rehash {path}"),
        COMMAND("ls -l {path}/$(openssl x509 -in {file} -noout -subject_hash).0"),
        END,
    },
    [GUIDANCE_WINDOWS] = {
        COMMENT("Somebody distrusted {root}: look here, and ask who decided so before undoing it.",
                "{root} 已被停用：请查看以下存储，撤销之前请先确认是谁的决定。"),
        COMMAND("certutil -store Disallowed"),
        END,
    },
};

/* A store that reads as empty trusts nothing: what it needs is a mark or a password, or it is the wrong file. */
static const struct remedy_line fill_java[] = {
    COMMENT("The client reads {path} as empty: a PKCS#12 file made without Java's trust mark, or a client "
            "that is not given "
            "its password (javax.net.ssl.trustStorePassword).",
            "客户端把 {path} 读成空库：该 PKCS#12 文件没有 Java 的信任标记，或客户端没有得到密码"
            "（javax.net.ssl.trustStorePassword）。"),
    COMMENT("Importing with keytool sets the mark. Import every root that is still needed, the old one too.",
            "用 keytool 导入会设置该标记。请导入所有仍需要的根证书，包括旧根。"),
    END,
};

/* OpenSSL takes the first certificate of an issuer's name that its store gives, and never another. */
static const struct remedy_line put_first[] = {
    COMMENT(
        "{root} is in {path}, yet the client's path leads elsewhere. Look there for another certificate "
        "of the same name, "
        "such as a cross-certificate: many clients take the first one, so the root itself must stand "
        "before it.",
        "{path} 中有 {root}，但客户端构建的路径没有通向它。请检查其中是否有同名的另一张证书（如交叉证书）："
        "许多客户端只采用第一张，因此根证书本身必须排在前面。"),
    END,
};

static const struct remedy_line verify_at_all[] = {
    COMMENT("Turn certificate verification on in this client: as it is, anyone can impersonate the server.",
            "请在该客户端中开启证书校验：目前任何人都可以冒充服务器。"),
    END,
};

static const struct remedy_line allow_egress[] = {
    COMMENT("Where outgoing connections are filtered, allow these; nothing is wrong with the trust store:",
            "如出口有白名单，请放行以下地址；信任库本身没有问题："),
    END,
};

static const struct remedy_line allow_address[] = {
    COMMENT("{address}, TCP port {port}", "{address},TCP 端口 {port}"),
    END,
};

static const struct remedy_line look_for_proxy[] = {
    COMMENT("Another chain than the campaign's comes back: ask who runs the TLS-inspecting proxy on the way.",
            "返回的不是本次升级的证书链：请确认途中由谁运行代理 TLS 的设备。"),
    END,
};

static const struct remedy_line unbind[] = {
    COMMENT(
        "Remove the binding, so that the name resolves as it does for everybody; these lines comment it out:",
        "解除绑定，恢复正常解析；以下命令会注释掉对应的行："),
    END,
};

/* In the hosts file an address stands first on its line. */
static const struct remedy_line unbind_address[] = {
    COMMAND("sed -i.before-unbind 's/^[[:space:]]*{address}[[:space:]]/# &/' /etc/hosts"),
    END,
};

static const struct {
    const char *reason;
    enum remedy remedy;
} remedies[] = {
    { "root-missing", REMEDY_ADD },
    { "old-root-missing", REMEDY_ADD },
    { "cross-only", REMEDY_ADD },
    { "cross-hides-gap", REMEDY_ADD },
    { "root-expired", REMEDY_ADD },
    { "expires-in-phase", REMEDY_KEEP },
    { "handshake-refused", REMEDY_ADD },
    { "unclaimed-store", REMEDY_ADD },
    { "rehash-needed", REMEDY_ADD },
    { "store-empty", REMEDY_FILL },
    { "root-distrusted", REMEDY_TRUST },
    { "store-opaque", REMEDY_READ },
    { "store-denied", REMEDY_READ },
    { "incomplete-store", REMEDY_READ },
    { "restart-needed", REMEDY_RESTART },
    { "bound-to-fallback", REMEDY_UNBIND_FALLBACK },
    { "bound-to-validation", REMEDY_UNBIND_VALIDATION },
    { "unreachable", REMEDY_ALLOW },
    { "intercepted", REMEDY_PROXY },
    { "does-not-verify", REMEDY_VERIFY },
    { "path-refused", REMEDY_ORDER },
    { "namesake", REMEDY_ORDER },
};

enum remedy remedy_of(const char *reason)
{
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
        if (strcmp(remedies[i].reason, reason) == 0)
            return remedies[i].remedy;
    }
    return REMEDY_NONE;
}

const struct remedy_line *remedy_lines(enum remedy_part part, enum guidance_target target)
{
    switch (part) {
    case REMEDY_PART_ADD: return add[target];
    case REMEDY_PART_TRUST: return trust[target];
    case REMEDY_PART_CHECK_FILE: return target == GUIDANCE_WINDOWS ? check_file_on_windows : check_file;
    case REMEDY_PART_KEEP: return keep;
    case REMEDY_PART_OWNER: return owner;
    case REMEDY_PART_READ: return read_store;
    case REMEDY_PART_RESTART: return restart;
    case REMEDY_PART_FILL_JAVA: return fill_java;
    case REMEDY_PART_PUT_FIRST: return put_first;
    case REMEDY_PART_VERIFY: return verify_at_all;
    case REMEDY_PART_ALLOW_EGRESS: return allow_egress;
    case REMEDY_PART_ALLOW_ADDRESS: return allow_address;
    case REMEDY_PART_PROXY: return look_for_proxy;
    case REMEDY_PART_UNBIND: return unbind;
    case REMEDY_PART_UNBIND_ADDRESS: return unbind_address;
    }
    return restart;
}
