#include "schema/campaign/guidance.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A line of a fix: a command, or a comment in both languages. In braces stands what the host and the
 * campaign fill in, quoted for the shell: {root} its label, {file} where its PEM is saved, {alias},
 * {sha256}, {path}, {tool}, {setting}, {process}, {contact},
 * {address} and {port}. A line is left out where what it names is not known.
 */
struct line {
    const char *command, *en, *zh;
};

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

static const struct line check_file[] = {
    COMMENT("Save the certificate {root} as {file} (ask {contact}); this must print OK:",
            "把根证书 {root} 保存为 {file}(可向 {contact} 索取);下一行必须输出 OK:"),
    COMMAND("openssl x509 -in {file} -outform DER | sha256sum | grep -q '^{sha256}' && echo OK"),
    END,
};

static const struct line restart[] = {
    COMMENT("Restart {process}: it has read its trust store when it started, and not since.",
            "重启 {process}:它只在启动时读取信任库。"),
    END,
};

/* Adding a root, by what it is added to. What is there stays. */
static const struct line add[GUIDANCE_TARGETS][10] = {
    [GUIDANCE_DEBIAN_STORE] = {
        COMMENT("Add it to the system's store, beside what is there; Java's system store follows by itself:",
                "以新增方式加入系统信任库(系统的 Java 信任库会随之更新):"),
        COMMAND("cp {file} /usr/local/share/ca-certificates/{alias}.crt"),
        COMMAND("update-ca-certificates"),
        COMMAND("ls -l /etc/ssl/certs/{alias}.pem"),
        END,
    },
    [GUIDANCE_JAVA_STORE] = {
        COMMENT("{setting} chose this store:", "该信任库由 {setting} 指定:"),
        COMMENT("Add it beside what is there; keytool asks for the store's password (Java's own is changeit):",
                "以新增方式加入;keytool 会询问信任库密码(Java 自带信任库默认为 changeit):"),
        COMMAND("cp -p {path} {path}.before-{alias}"),
        COMMAND("{tool} -importcert -noprompt -trustcacerts -alias {alias} -file {file} -keystore {path}"),
        COMMAND("{tool} -list -alias {alias} -keystore {path}"),
        END,
    },
    [GUIDANCE_PEM_BUNDLE] = {
        COMMENT("{setting} chose this file:", "该文件由 {setting} 指定:"),
        COMMENT("Add it at the end of a copy, then put the copy in place at once; the first file is kept:",
                "先追加到副本末尾,再一次性替换;原文件保留备份:"),
        COMMAND("cp -p {path} {path}.before-{alias}"),
        COMMAND("cp -p {path} {path}.new"),
        COMMAND("( echo; cat {file} ) >> {path}.new"),
        COMMAND("mv {path}.new {path}"),
        COMMAND("openssl storeutl -noout -certs {path}"),
        END,
    },
    [GUIDANCE_HASHED_DIRECTORY] = {
        COMMENT("{setting} chose this directory:", "该目录由 {setting} 指定:"),
        COMMENT("Copying is not enough: OpenSSL only sees the names that rehash makes:",
                "仅复制文件不够:OpenSSL 只能看到 rehash 生成的文件名:"),
        COMMAND("cp {file} {path}/{alias}.pem"),
        COMMAND("openssl rehash {path}"),
        COMMAND("ls -l {path}/$(openssl x509 -in {file} -noout -subject_hash).0"),
        END,
    },
    [GUIDANCE_CERTIFI] = {
        COMMENT("certifi's own file is replaced by each upgrade, and newer ones drop old roots: use a copy with both.",
                "certifi 自带的文件会在升级时被覆盖,且新版本会移除旧根:请使用同时包含新旧根的副本。"),
        COMMAND("( cat {path}; echo; cat {file} ) > /etc/ssl/certifi-and-{alias}.pem"),
        COMMAND("openssl storeutl -noout -certs /etc/ssl/certifi-and-{alias}.pem"),
        COMMENT("Set this in the environment of the service:", "在服务的环境变量中设置:"),
        COMMAND("export REQUESTS_CA_BUNDLE=/etc/ssl/certifi-and-{alias}.pem"),
        END,
    },
    [GUIDANCE_NODE] = {
        COMMENT("Node adds this file to its own roots; set it in the environment of the service:",
                "Node 会把该文件加入自带的根证书;在服务的环境变量中设置:"),
        COMMAND("install -m 644 {file} /etc/ssl/{alias}.pem"),
        COMMAND("export NODE_EXTRA_CA_CERTS=/etc/ssl/{alias}.pem"),
        END,
    },
};

/* A root that is there and distrusted: somebody decided so, and adding it again would not help or not last. */
static const struct line trust[GUIDANCE_TARGETS][6] = {
    [GUIDANCE_DEBIAN_STORE] = {
        COMMENT("Somebody deselected {root}: its line in this file starts with \"!\". Remove the \"!\" there, then:",
                "{root} 已被停用:该文件中对应的行以 \"!\" 开头。请去掉 \"!\",然后:"),
        COMMAND("grep -n '^!' /etc/ca-certificates.conf"),
        COMMAND("update-ca-certificates"),
        END,
    },
    [GUIDANCE_JAVA_STORE] = {
        COMMENT("{root} is in {path} but blocked, or not marked as trusted: look for it in lib/security/blocked.certs.",
                "{root} 在 {path} 中,但被屏蔽或未标记为可信:请检查 lib/security/blocked.certs。"),
        COMMAND("{tool} -list -v -keystore {path}"),
        END,
    },
    [GUIDANCE_PEM_BUNDLE] = {
        COMMENT("{path} holds {root} with its trust for TLS servers taken away. Ask who decided so before undoing it.",
                "{path} 中有 {root},但其用于 TLS 服务器的信任已被去除。撤销之前请先确认是谁的决定。"),
        END,
    },
    [GUIDANCE_HASHED_DIRECTORY] = {
        COMMENT("{path} holds {root}, but not under a name that OpenSSL sees, or distrusted. Make the names anew:",
                "{path} 中有 {root},但不在 OpenSSL 能看到的文件名下,或已被停用。请重新生成文件名:"),
        COMMAND("openssl rehash {path}"),
        COMMAND("ls -l {path}/$(openssl x509 -in {file} -noout -subject_hash).0"),
        END,
    },
};

/* A store that reads as empty trusts nothing: what it needs is a mark or a password, or it is the wrong file. */
static const struct line fill_java[] = {
    COMMENT("The client reads {path} as empty: a PKCS#12 file made without Java's trust mark, or a client "
            "that is not given "
            "its password (javax.net.ssl.trustStorePassword).",
            "客户端把 {path} 读成空库:该 PKCS#12 文件没有 Java 的信任标记,或客户端没有得到密码"
            "(javax.net.ssl.trustStorePassword)。"),
    COMMENT("Importing with keytool sets the mark. Import every root that is still needed, the old one too.",
            "用 keytool 导入会设置该标记。请导入所有仍需要的根证书,包括旧根。"),
    END,
};

/* OpenSSL takes the first certificate of an issuer's name that its store gives, and never another. */
static const struct line put_first[] = {
    COMMENT("{root} is in {path}, yet the client's path leads elsewhere. Look there for another certificate "
            "of the same name, "
            "such as a cross-certificate: many clients take the first one, so the root itself must stand "
            "before it.",
            "{path} 中有 {root},但客户端构建的路径没有通向它。请检查其中是否有同名的另一张证书(如交叉证书):"
            "许多客户端只采用第一张,因此根证书本身必须排在前面。"),
    END,
};

static const struct line verify_at_all[] = {
    COMMENT("Turn certificate verification on in this client: as it is, anyone can impersonate the server.",
            "请在该客户端中开启证书校验:目前任何人都可以冒充服务器。"),
    END,
};

static const struct line allow_egress[] = {
    COMMENT("Where outgoing connections are filtered, allow these; nothing is wrong with the trust store:",
            "如出口有白名单,请放行以下地址;信任库本身没有问题:"),
    END,
};

static const struct line allow_address[] = {
    COMMENT("{address}, TCP port {port}", "{address},TCP 端口 {port}"),
    END,
};

static const struct line look_for_proxy[] = {
    COMMENT("Another chain than the campaign's comes back: ask who runs the TLS-inspecting proxy on the way.",
            "返回的不是本次升级的证书链:请确认途中由谁运行代理 TLS 的设备。"),
    END,
};

static const struct line unbind[] = {
    COMMENT(
        "Remove the binding, so that the name resolves as it does for everybody; these lines comment it out:",
        "解除绑定,恢复正常解析;以下命令会注释掉对应的行:"),
    END,
};

/* In the hosts file an address stands first on its line. */
static const struct line unbind_address[] = {
    COMMAND("sed -i.before-unbind 's/^[[:space:]]*{address}[[:space:]]/# &/' /etc/hosts"),
    END,
};

/* What kind of remedy a reason asks for. Reasons that are not here have none. */
enum remedy {
    REMEDY_NONE,
    REMEDY_ADD,
    REMEDY_FILL,
    REMEDY_TRUST,
    REMEDY_RESTART,
    REMEDY_UNBIND_FALLBACK,
    REMEDY_UNBIND_VALIDATION,
    REMEDY_ALLOW,
    REMEDY_PROXY,
    REMEDY_VERIFY,
    REMEDY_ORDER
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
    { "expires-in-phase", REMEDY_ADD },
    { "handshake-refused", REMEDY_ADD },
    { "unclaimed-store", REMEDY_ADD },
    { "rehash-needed", REMEDY_ADD },
    { "store-empty", REMEDY_FILL },
    { "root-distrusted", REMEDY_TRUST },
    { "restart-needed", REMEDY_RESTART },
    { "bound-to-fallback", REMEDY_UNBIND_FALLBACK },
    { "bound-to-validation", REMEDY_UNBIND_VALIDATION },
    { "unreachable", REMEDY_ALLOW },
    { "intercepted", REMEDY_PROXY },
    { "does-not-verify", REMEDY_VERIFY },
    { "path-refused", REMEDY_ORDER },
    { "namesake", REMEDY_ORDER },
};

static enum remedy remedy_of(const char *reason)
{
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
        if (strcmp(remedies[i].reason, reason) == 0)
            return remedies[i].remedy;
    }
    return REMEDY_NONE;
}

/* filling in */

/* One word of a POSIX shell (bash's $'...' where a byte would otherwise end the line). */
static char *quote(const char *word)
{
    struct text quoted = { 0 };
    bool plain = word[0] != '\0', control = false;

    for (const char *at = word; *at != '\0'; at++) {
        plain = plain && (isalnum((unsigned char)*at) || strchr("/._-+=:@,", *at) != NULL);
        control = control || iscntrl((unsigned char)*at);
    }
    if (plain)
        return memory_text(word);
    text_add(&quoted, control ? "$'" : "'");
    for (const char *at = word; *at != '\0'; at++) {
        if (control && (iscntrl((unsigned char)*at) || *at == '\'' || *at == '\\'))
            text_format(&quoted, "\\x%02x", (unsigned char)*at);
        else if (*at == '\'')
            text_add(&quoted, "'\\''");
        else
            text_append(&quoted, at, 1);
    }
    text_add(&quoted, "'");
    return text_take(&quoted);
}

/* "digicert-global-root-g2" of "DigiCert Global Root G2": a name for files and aliases. */
static char *alias_of(const struct campaign_root *root)
{
    struct text alias = { 0 };

    for (const char *at = certificate_label(root->certificate); *at != '\0' && alias.size < 60; at++) {
        char lower = (char)tolower((unsigned char)*at);

        if (isalnum((unsigned char)*at) && (unsigned char)*at < 0x80)
            text_append(&alias, &lower, 1);
        else if (alias.size > 0 && alias.bytes[alias.size - 1] != '-')
            text_add(&alias, "-");
    }
    while (alias.size > 0 && alias.bytes[alias.size - 1] == '-')
        alias.bytes[--alias.size] = '\0';
    if (alias.size == 0)
        text_add(&alias, root->name);
    return text_take(&alias);
}

/* Printable on one line: what a comment may say of a name from outside. */
static void add_printable(struct text *out, const char *word)
{
    for (const char *at = word; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            text_format(out, "\\x%02x", (unsigned char)*at);
        else
            text_append(out, at, 1);
    }
}

struct filling {
    const struct guidance_question *question;
    const struct campaign_root *root;
    enum guidance_language language;
    char *alias;
    const char *address; /* of an endpoint, NULL outside of one */
    char port[8];
};

/* The value of a word in braces, appended as a command or a comment wants it. False where there is none. */
static bool fill_word(const struct filling *filling, const char *word, size_t size, bool is_command,
                      struct text *out)
{
    const struct guidance_question *question = filling->question;
    const struct campaign_text *contact = &question->campaign->contact;
    char print[FINGERPRINT_TEXT_BYTES], *quoted;
    const char *value = NULL;
    struct text file = { 0 };

    text_format(&file, "%s.pem", filling->alias);
    fingerprint_format(certificate_fingerprint(filling->root->certificate), print);
    const struct {
        const char *name, *value;
    } words[] = {
        { "root", certificate_label(filling->root->certificate) },
        { "file", text_string(&file) },
        { "alias", filling->alias },
        { "sha256", print },
        { "path", question->path },
        { "tool", question->tool != NULL ? question->tool : "keytool" },
        { "setting", question->setting },
        { "process", question->process },
        { "address", filling->address },
        { "port", filling->port },
        { "contact", filling->language == GUIDANCE_ZH ? contact->zh : contact->en },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].name) == size && strncmp(words[i].name, word, size) == 0)
            value = words[i].value;
    }
    if (value != NULL && is_command) {
        quoted = quote(value);
        text_add(out, quoted);
        free(quoted);
    } else if (value != NULL) {
        add_printable(out, value);
    }
    text_clear(&file);
    return value != NULL;
}

static void add_line(const struct filling *filling, const struct line *line, struct text_list *lines)
{
    bool is_command = line->command != NULL, whole = true;
    const char *at = is_command ? line->command : filling->language == GUIDANCE_ZH ? line->zh : line->en;
    struct text out = { 0 };

    text_add(&out, is_command ? "" : "# ");
    while (*at != '\0' && whole) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;

        if (close == NULL) {
            text_append(&out, at++, 1);
            continue;
        }
        whole = fill_word(filling, at + 1, (size_t)(close - at - 1), is_command, &out);
        at = close + 1;
    }
    if (whole)
        text_list_add(lines, text_string(&out));
    text_clear(&out);
}

static void add_lines(const struct filling *filling, const struct line *rows, struct text_list *lines)
{
    for (const struct line *row = rows; row->command != NULL || row->en != NULL; row++)
        add_line(filling, row, lines);
}

/* The lines once for each address of the endpoints of one use. */
static void add_endpoints(const struct filling *filling, enum endpoint_use use, const struct line *rows,
                          struct text_list *lines)
{
    const struct campaign *campaign = filling->question->campaign;

    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &campaign->endpoints[i];
        struct filling each = *filling;

        snprintf(each.port, sizeof(each.port), "%d", endpoint->port);
        for (size_t at = 0; endpoint->use == use && at < endpoint->addresses.count; at++) {
            each.address = endpoint->addresses.items[at];
            add_lines(&each, rows, lines);
        }
    }
}

static void add_remedy(const struct filling *filling, enum remedy remedy, enum guidance_target target,
                       struct text_list *lines)
{
    switch (remedy) {
    case REMEDY_NONE: return;
    case REMEDY_FILL:
        if (target == GUIDANCE_JAVA_STORE)
            add_lines(filling, fill_java, lines);
        add_remedy(filling, REMEDY_ADD, target, lines);
        return;
    case REMEDY_ADD:
        if (target == GUIDANCE_PROCESS)
            return;
        add_lines(filling, check_file, lines);
        add_lines(filling, add[target], lines);
        add_lines(filling, restart, lines);
        return;
    case REMEDY_TRUST:
        add_lines(filling, trust[target], lines);
        add_lines(filling, restart, lines);
        return;
    case REMEDY_RESTART: add_lines(filling, restart, lines); return;
    case REMEDY_UNBIND_FALLBACK:
        add_lines(filling, unbind, lines);
        add_endpoints(filling, USE_FALLBACK, unbind_address, lines);
        return;
    case REMEDY_UNBIND_VALIDATION:
        add_lines(filling, unbind, lines);
        add_endpoints(filling, USE_VALIDATION, unbind_address, lines);
        return;
    case REMEDY_ALLOW:
        add_lines(filling, allow_egress, lines);
        add_endpoints(filling, USE_VALIDATION, allow_address, lines);
        return;
    case REMEDY_PROXY: add_lines(filling, look_for_proxy, lines); return;
    case REMEDY_VERIFY: add_lines(filling, verify_at_all, lines); return;
    case REMEDY_ORDER: add_lines(filling, put_first, lines); return;
    }
}

void guidance_lines(const struct guidance_question *question, enum guidance_language language,
                    struct text_list *lines)
{
    struct filling filling = { .question = question,
                               .root = &question->campaign->roots[question->root],
                               .language = language,
                               .alias = alias_of(&question->campaign->roots[question->root]) };
    /* What the system's own tool maintains is mended there: changes beside it are lost on its next run. */
    enum guidance_target target = question->linked_to_system && question->target != GUIDANCE_PROCESS
                                      ? GUIDANCE_DEBIAN_STORE
                                      : question->target;

    add_remedy(&filling, remedy_of(question->reason), target, lines);
    free(filling.alias);
}

size_t guidance_root(const struct campaign *campaign, size_t chain)
{
    const struct campaign_chain *row = &campaign->chains[chain];

    for (size_t i = 0; i < row->accepts_count; i++) {
        if (campaign->roots[row->accepts[i]].role == ROOT_NEW)
            return row->accepts[i];
    }
    return row->accepts_count > 0 ? row->accepts[0] : SIZE_MAX;
}
