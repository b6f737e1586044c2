#include "schema/campaign/verdict.h"

#include <string.h>

static const char *const verdicts[] = {
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_READY] = "ready",
    [VERDICT_NOT_READY] = "not_ready",
};

static const char *const evidences[] = {
    [EVIDENCE_NONE] = "none",
    [EVIDENCE_DECLARED] = "declared",
    [EVIDENCE_LISTED_BY_KEY] = "listed_by_key",
    [EVIDENCE_LISTED] = "listed",
    [EVIDENCE_PROBED] = "probed",
    [EVIDENCE_LIVE] = "live",
};

/* How bad each is: a certain no outweighs a doubt, a doubt outweighs a yes. */
static const int badness[] = { [VERDICT_READY] = 0, [VERDICT_UNKNOWN] = 1, [VERDICT_NOT_READY] = 2 };

/* In the order an administrator wants to hear of them. */
static const struct reason reasons[] = {
    { "ok", VERDICT_READY, "Every chain that will be served is accepted.",
      "将要部署的每一条证书链都能通过校验。" },
    { "cross-hides-gap", VERDICT_READY,
      "Accepted at present, through an old root and the cross-certificate that servers send; the new root "
      "itself is missing.",
      "目前借助旧根和服务器下发的交叉证书可以通过，但信任库中没有新根证书。" },
    { "does-not-verify", VERDICT_READY,
      "This client does not verify certificates at all: the change will not break it, but anyone can "
      "impersonate the server.",
      "该客户端完全不校验服务器证书：不受换根影响，但无法防止他人冒充服务器。" },
    { "bound-to-validation", VERDICT_READY,
      "The host still binds a name to a validation address, which is not meant for production traffic: "
      "remove the binding.",
      "主机仍把域名绑定在验证环境的 IP 上，该环境不承载正式业务：请解除绑定。" },

    { "root-missing", VERDICT_NOT_READY,
      "The root certificate that the chain needs is not in the trust store.",
      "信任库中没有证书链所需的根证书。" },
    { "old-root-missing", VERDICT_NOT_READY,
      "Servers still present a chain that needs the old root, and the trust store no longer has it.",
      "服务器仍在使用依赖旧根的证书链，而信任库中已没有旧根证书。" },
    { "cross-only", VERDICT_NOT_READY,
      "The trust store has only a cross-certificate of the root; this client needs the self-signed root "
      "itself.",
      "信任库中只有该根的交叉证书，而该客户端需要自签名的根证书本身。" },
    { "root-distrusted", VERDICT_NOT_READY,
      "The root certificate is there, but the store does not trust it for TLS servers.",
      "根证书存在，但信任库未把它标记为可用于校验 TLS 服务器。" },
    { "root-expired", VERDICT_NOT_READY,
      "The only matching root in the trust store is outside its validity, and this client checks that.",
      "信任库中唯一匹配的根证书不在有效期内，而该客户端会检查有效期。" },
    { "path-refused", VERDICT_NOT_READY,
      "The root is in the trust store, but this client refuses every path that leads to it.",
      "信任库中有该根证书，但该客户端拒绝通向它的每一条证书路径。" },
    { "too-weak", VERDICT_NOT_READY,
      "This client was told to ask for stronger keys or signatures than the chain has.",
      "该客户端被设置为要求比此证书链更强的密钥或签名。" },
    { "store-empty", VERDICT_NOT_READY,
      "The client reads its trust store as empty: it trusts no root at all.",
      "该客户端读到的信任库为空：不信任任何根证书。" },
    { "expires-in-phase", VERDICT_NOT_READY,
      "Accepted at first, but the last certificate that makes it so expires before the phase ends.",
      "阶段开始时可以通过，但所依赖的最后一张证书在该阶段结束前到期。" },
    { "bound-to-fallback", VERDICT_NOT_READY,
      "The host binds a name to a temporary address with the old chain, which is switched off before this "
      "phase is over.",
      "主机把域名绑定在使用旧证书的临时 IP 上，该 IP 在此阶段结束前就会停用。" },
    { "handshake-refused", VERDICT_NOT_READY,
      "The client's own runtime refused this chain in a real handshake.",
      "该客户端的运行环境在真实握手中拒绝了这条证书链。" },
    { "live-failure", VERDICT_NOT_READY,
      "Real traffic of this partner fails on servers that present this chain.",
      "该合作伙伴的真实流量在使用这条证书链的服务器上失败。" },

    { "restart-needed", VERDICT_UNKNOWN,
      "The store changed after the process started: it may still run with the old one until it is restarted.",
      "信任库在进程启动后被修改：重启之前，进程可能仍在使用旧的信任库。" },
    { "rehash-needed", VERDICT_UNKNOWN,
      "A directory of certificates holds what decides the matter under a name or in a form that this client "
      "finds only at times: the directory wants rehashing.",
      "证书目录中起决定作用的证书，其文件名或格式使该客户端只在某些情况下才能找到：需要对该目录重新执行 "
      "rehash。" },
    { "incomplete-store", VERDICT_UNKNOWN,
      "Part of what this client trusts could not be read, so a missing root proves nothing.",
      "该客户端的部分信任库无法读取，因此未找到根证书不能说明问题。" },
    { "store-opaque", VERDICT_UNKNOWN,
      "The trust store is there but cannot be read: its format or password is not known.",
      "信任库存在但无法读取：格式或密码未知。" },
    { "store-denied", VERDICT_UNKNOWN,
      "The trust store may not be read with the rights that the collector has.",
      "采集程序没有读取该信任库的权限。" },
    { "store-pending", VERDICT_UNKNOWN, "The content of this trust store has not arrived at the centre yet.",
      "该信任库的内容尚未送达中心。" },
    { "certificate-not-sent", VERDICT_UNKNOWN,
      "A certificate that decides the matter is known only by its fingerprint.",
      "起决定作用的证书只有指纹，没有内容。" },
    { "undetermined", VERDICT_UNKNOWN, "The search for a path reached its bound before it found an answer.",
      "证书路径搜索在得出结论之前达到了上限。" },
    { "namesake", VERDICT_UNKNOWN,
      "The store holds another certificate of the root's name, and which one this client takes depends on "
      "what is served.",
      "信任库中有与根证书同名的另一张证书，客户端会采用哪一张取决于服务器下发的内容。" },
    { "algorithms-restricted", VERDICT_UNKNOWN,
      "This client refuses keys or signatures that public CAs use, and what will hang from the root is not "
      "known: only the whole chain can tell.",
      "该客户端拒绝公共 CA "
      "常用的某些密钥或签名算法，而根证书以下的证书尚不清楚：只有完整证书链才能说明问题。" },
    { "aia", VERDICT_UNKNOWN,
      "This client may fetch missing certificates itself, so the store alone does not decide.",
      "该客户端可能自行下载缺失的证书，仅凭信任库无法判断。" },
    { "loads-on-demand", VERDICT_UNKNOWN,
      "This system loads roots when they are first needed, so a missing root proves nothing.",
      "该系统会在首次使用时加载根证书，因此未找到根证书不能说明问题。" },
    { "model-unknown", VERDICT_UNKNOWN, "How this client builds and checks paths is not known.",
      "不了解该客户端如何构建和校验证书路径。" },
    { "no-client", VERDICT_UNKNOWN, "No client of the campaign's servers was found on this host.",
      "在该主机上没有发现访问这些服务器的客户端。" },
    { "unclaimed-store", VERDICT_UNKNOWN,
      "A store without the needed root belongs to no known client, and software of its kind runs on this "
      "host.",
      "有一个缺少所需根证书的信任库不知由谁使用，而主机上正运行着同类软件。" },
    { "never-reported", VERDICT_UNKNOWN, "No report has come from this host or partner.",
      "从未收到该主机或合作伙伴的报告。" },
    { "hosts-missing", VERDICT_UNKNOWN, "Fewer hosts have reported than the partner said there are.",
      "上报的主机少于合作伙伴申报的数量。" },
    { "expected-unknown", VERDICT_UNKNOWN, "The partner has not said how many hosts there are.",
      "合作伙伴尚未告知主机数量。" },
    { "weak-evidence", VERDICT_UNKNOWN, "There is evidence, but of a weaker class than the gate asks for.",
      "已有证据，但其级别低于关口的要求。" },
    { "stale", VERDICT_UNKNOWN, "The newest report is older than the gate allows.",
      "最新的报告已超过关口允许的时限。" },
    { "intercepted", VERDICT_UNKNOWN,
      "Another chain than the campaign's was presented: something between the host and the server opens its "
      "TLS.",
      "收到的不是本次升级的证书链：主机与服务器之间有设备在代理 TLS。" },
    { "wrong-endpoint", VERDICT_UNKNOWN,
      "The address answers with a chain of the campaign, but not with the one it should.",
      "该地址返回的是本次升级的另一条证书链。" },
    { "unreachable", VERDICT_UNKNOWN,
      "The endpoint could not be reached: check egress rules; this says nothing about the trust store.",
      "无法连接到该地址：请检查出口白名单；这与信任库无关。" },
    { "sources-differ", VERDICT_UNKNOWN,
      "The published tables disagree on whether this release holds the root.",
      "各公开资料对该版本是否内置此根证书的说法不一致。" },
    { "root-not-in-table", VERDICT_UNKNOWN,
      "The published tables do not say whether this release holds the root.",
      "公开资料没有说明该版本是否内置此根证书。" },
    { 0 },
};

static bool find_name(const char *const *names, size_t count, const char *name, int *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            *value = (int)i;
            return true;
        }
    }
    return false;
}

const char *verdict_name(enum verdict verdict)
{
    return verdicts[verdict];
}

const char *evidence_name(enum evidence evidence)
{
    return evidences[evidence];
}

bool verdict_parse(const char *name, enum verdict *verdict)
{
    int value;

    if (!find_name(verdicts, sizeof(verdicts) / sizeof(verdicts[0]), name, &value))
        return false;
    *verdict = (enum verdict)value;
    return true;
}

bool evidence_parse(const char *name, enum evidence *evidence)
{
    int value;

    if (!find_name(evidences, sizeof(evidences) / sizeof(evidences[0]), name, &value))
        return false;
    *evidence = (enum evidence)value;
    return true;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    return badness[a] >= badness[b] ? a : b;
}

const struct reason *reason_find(const char *code)
{
    for (const struct reason *row = reasons; row->code != NULL; row++) {
        if (strcmp(row->code, code) == 0)
            return row;
    }
    return NULL;
}

const struct reason *reason_all(void)
{
    return reasons;
}
