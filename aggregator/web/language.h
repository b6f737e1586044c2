/*
 * The words of the pages, English and Chinese side by side in one table. Reasons have their own
 * sentences in schema/campaign/verdict.h; what partners and campaigns write is shown as it came.
 */
#pragma once

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGES };

const char *language_tag(enum language language);  /* "en", "zh": for lang= and ?lang= */
const char *language_name(enum language language); /* as its readers call it */

/*
 * What the reader asked for: `wanted` ("zh", "zh-CN", of ?lang=; may be NULL) wins over the header
 * Accept-Language (RFC 9110 section 12.5.4; may be NULL); English where neither says.
 */
enum language language_choose(const char *wanted, const char *accept);

/* ROW(NAME, English, Chinese) */
#define LANGUAGE_WORDS(ROW)                                                                                  \
    ROW(CAMPAIGNS, "Campaigns", "升级项目")                                                                  \
    ROW(CAMPAIGN, "Campaign", "升级项目")                                                                    \
    ROW(PARTNERS, "Partners", "合作伙伴")                                                                    \
    ROW(PARTNER, "Partner", "合作伙伴")                                                                      \
    ROW(PHASE, "Phase", "阶段")                                                                              \
    ROW(PHASES, "Phases", "各阶段")                                                                          \
    ROW(SKIP, "Skip to content", "跳到正文")                                                                 \
    ROW(TRAIL, "You are here", "当前位置")                                                                   \
    ROW(OTHER_LANGUAGE, "Language", "语言")                                                                  \
    ROW(READY, "ready", "就绪")                                                                              \
    ROW(NOT_READY, "not ready", "未就绪")                                                                    \
    ROW(UNKNOWN, "unknown", "未知")                                                                          \
    ROW(GO, "go", "放行")                                                                                    \
    ROW(NO_GO, "no-go", "不放行")                                                                            \
    ROW(INCONCLUSIVE, "inconclusive", "无法判定")                                                            \
    ROW(UNDECIDED, "no decision yet", "尚无决定")                                                            \
    ROW(NOTICE, "notice", "公告")                                                                            \
    ROW(ASSUMED, "assumed", "推定")                                                                          \
    ROW(NOTICE_HELP, "the date stands in the published notice", "日期出自已发布的公告")                      \
    ROW(ASSUMED_HELP, "the date is the owner's assumption", "日期为负责人推定")                              \
    ROW(STARTS, "Starts", "开始")                                                                            \
    ROW(UNTIL, "until", "至")                                                                                \
    ROW(READY_BY, "Ready by", "就绪期限")                                                                    \
    ROW(ADVISED_BY, "Advised by", "建议完成")                                                                \
    ROW(SERVES, "Serves", "部署的证书链")                                                                    \
    ROW(ENDED, "ended", "已结束")                                                                            \
    ROW(RUNNING, "under way", "进行中")                                                                      \
    ROW(DAYS_LEFT, "%lld days left", "还剩 %lld 天")                                                         \
    ROW(DAYS_AGO, "%lld days ago", "%lld 天前")                                                              \
    ROW(TODAY, "today", "今天")                                                                              \
    ROW(TIMELINE, "Phases in proportion to their length", "各阶段按时长比例")                                \
    ROW(READINESS, "Readiness", "就绪率")                                                                    \
    ROW(COVERAGE, "Coverage", "覆盖率")                                                                      \
    ROW(LOW, "at least", "至少")                                                                             \
    ROW(HIGH, "at most", "至多")                                                                             \
    ROW(WANTED, "Gate asks", "关口要求")                                                                     \
    ROW(MEASURE, "Measure", "指标")                                                                          \
    ROW(GATE, "Gate", "关口")                                                                                \
    ROW(GATE_LAST, "Last decision", "最近一次决定")                                                          \
    ROW(GATE_RULES, "Rules of the gate", "关口规则")                                                         \
    ROW(RULE, "Rule", "规则")                                                                                \
    ROW(DECISION, "Decision %lld", "第 %lld 号决定")                                                         \
    ROW(MIN_EVIDENCE, "Evidence that counts, at least", "可计入的最弱证据")                                  \
    ROW(EVIDENCE_AGE, "evidence counts for %lld days", "证据有效 %lld 天")                                   \
    ROW(WEIGH_BY, "weighed by", "加权方式")                                                                  \
    ROW(HOSTS, "Hosts", "主机")                                                                              \
    ROW(HOST, "Host", "主机")                                                                                \
    ROW(EXPECTED, "expected", "预期")                                                                        \
    ROW(SEEN, "seen", "已出现")                                                                              \
    ROW(COVERED, "covered", "已覆盖")                                                                        \
    ROW(WAIVED, "waived", "已豁免")                                                                          \
    ROW(TOP_REASONS, "Why not ready, or unknown", "未就绪或未知的原因")                                      \
    ROW(REASON, "Reason", "原因")                                                                            \
    ROW(REASONS, "Reasons", "原因")                                                                          \
    ROW(NO_REASONS, "Nothing stands in the way.", "没有阻碍。")                                              \
    ROW(CHAINS, "Chains", "证书链")                                                                          \
    ROW(ROLLOUT, "Rollout, as planned", "灰度计划")                                                          \
    ROW(SHARE_OF_SERVERS, "Share of servers", "服务器占比")                                                  \
    ROW(CHAIN, "Chain", "证书链")                                                                            \
    ROW(ACCEPTS, "Needs one of", "所需根证书（任一）")                                                       \
    ROW(CHAIN_PEM, "Certificates served", "部署的证书")                                                      \
    ROW(BY_KEY, "known by its roots only", "仅知其根证书")                                                   \
    ROW(ROOTS, "Roots", "根证书")                                                                            \
    ROW(ROOT, "Root", "根证书")                                                                              \
    ROW(ROLE, "Role", "角色")                                                                                \
    ROW(ROLE_NEW, "new", "新")                                                                               \
    ROW(ROLE_OLD, "old", "旧")                                                                               \
    ROW(ROLE_RETIRED, "retired", "退役")                                                                     \
    ROW(DOWNLOAD, "Download", "下载")                                                                        \
    ROW(ENDPOINTS, "Endpoints", "服务端点")                                                                  \
    ROW(ENDPOINT, "Endpoint", "服务端点")                                                                    \
    ROW(USE, "Use", "用途")                                                                                  \
    ROW(USE_PRODUCTION, "production", "生产")                                                                \
    ROW(USE_SANDBOX, "sandbox", "沙箱")                                                                      \
    ROW(USE_VALIDATION, "validation", "验证")                                                                \
    ROW(USE_FALLBACK, "fallback", "后备")                                                                    \
    ROW(NAMES, "Names", "域名")                                                                              \
    ROW(ADDRESSES, "Addresses", "地址")                                                                      \
    ROW(RESOLVED, "as resolved", "以解析为准")                                                               \
    ROW(AVAILABLE, "Available", "可用时间")                                                                  \
    ROW(FROM, "from", "自")                                                                                  \
    ROW(AFFECTED, "Affected names", "受影响的域名")                                                          \
    ROW(CONTACT, "Contact", "联系方式")                                                                      \
    ROW(VERSION, "Version", "版本")                                                                          \
    ROW(COHORT, "Cohort", "分组")                                                                            \
    ROW(ALL, "all", "全部")                                                                                  \
    ROW(CRITICAL, "critical", "关键")                                                                        \
    ROW(TRAFFIC_SHARE, "Traffic share", "流量占比")                                                          \
    ROW(PARTNER_LANGUAGE, "Language", "语言")                                                                \
    ROW(NETWORKS, "Networks", "网段")                                                                        \
    ROW(VERDICT, "Verdict", "结论")                                                                          \
    ROW(FILTER, "Filter", "筛选")                                                                            \
    ROW(SHOWN_OF, "%lld of %lld partners", "%2$lld 家合作伙伴中的 %1$lld 家")                                \
    ROW(CSV, "CSV", "CSV")                                                                                   \
    ROW(JSON, "JSON", "JSON")                                                                                \
    ROW(NEXT, "Next", "下一页")                                                                              \
    ROW(FIRST, "Back to the first", "回到第一页")                                                            \
    ROW(NO_PARTNERS, "No partner matches.", "没有符合条件的合作伙伴。")                                      \
    ROW(NO_CAMPAIGNS, "No campaign has been applied yet.", "尚未导入任何升级项目。")                         \
    ROW(NO_HOSTS, "No host of this partner has enrolled yet.", "该合作伙伴还没有主机登记。")                 \
    ROW(HOSTS_READY_OF, "%lld of %lld hosts ready", "%2$lld 台主机中 %1$lld 台就绪")                         \
    ROW(HOSTS_READY_OF_SEEN, "%lld of %lld hosts seen are ready; the total is not known",                    \
        "已出现的 %2$lld 台主机中 %1$lld 台就绪；总数未知")                                                  \
    ROW(LAST_REPORT, "Last report", "最近报告")                                                              \
    ROW(NEVER, "never", "从未")                                                                              \
    ROW(WHAT_TO_DO, "What to do", "处理办法")                                                                \
    ROW(FIX_FROM, "as the host's own collector works it out", "由主机上的采集程序给出")                      \
    ROW(CLIENTS, "Clients", "客户端")                                                                        \
    ROW(MODEL, "Behaves as", "校验方式")                                                                     \
    ROW(TALKS, "talks to these servers", "会访问这些服务器")                                                 \
    ROW(MAY, "may talk to them", "可能访问这些服务器")                                                       \
    ROW(EXCLUDED, "excluded by its owner", "被负责人排除")                                                   \
    ROW(STORES, "Trust stores", "信任库")                                                                    \
    ROW(STORE, "Trust store", "信任库")                                                                      \
    ROW(FORMAT, "Format", "格式")                                                                            \
    ROW(STATE, "State", "状态")                                                                              \
    ROW(CERTIFICATES, "Certificates", "证书数")                                                              \
    ROW(FINDINGS, "Findings", "发现")                                                                        \
    ROW(SAID_BY, "Said by", "来源")                                                                          \
    ROW(BY_HOST, "the host", "主机")                                                                         \
    ROW(BY_CENTRE, "the centre", "中心")                                                                     \
    ROW(NO_FINDINGS, "None.", "无。")                                                                        \
    ROW(HISTORY, "Changes", "变更记录")                                                                      \
    ROW(HISTORY_HELP, "Reports that changed what a host looks like, newest first.",                          \
        "使主机状态发生变化的报告，最新在前。")                                                              \
    ROW(AT, "At", "时间")                                                                                    \
    ROW(PRODUCTION, "production", "生产")                                                                    \
    ROW(SANDBOX, "sandbox", "沙箱")                                                                          \
    ROW(TEST, "test", "测试")                                                                                \
    ROW(EVIDENCE, "Evidence", "证据")                                                                        \
    ROW(AS_OF, "As of", "截至")                                                                              \
    ROW(PIPELINE, "Pipeline", "数据管道")                                                                    \
    ROW(PIPELINE_LAG, "lag %lld s", "滞后 %lld 秒")                                                          \
    ROW(PIPELINE_DEAD, "%lld unreadable records", "%lld 条无法解析的记录")                                   \
    ROW(PIPELINE_QUARANTINE, "%lld in quarantine", "%lld 条隔离中")                                          \
    ROW(PIPELINE_GAPS, "%lld open gaps", "%lld 处缺口未关闭")                                                \
    ROW(HEALTHY, "healthy", "正常")                                                                          \
    ROW(NEEDS_ATTENTION, "needs attention", "需要处理")                                                      \
    ROW(NOT_FOUND, "There is no such page.", "没有这个页面。")                                               \
    ROW(BAD_REQUEST, "This request cannot be understood.", "无法理解该请求。")                               \
    ROW(BUSY, "Too many questions at once. Please try again in a moment.", "请求过多，请稍后重试。")         \
    ROW(BROKEN, "The database could not answer. Please try again in a moment.",                              \
        "数据库未能应答，请稍后重试。")                                                                      \
    ROW(WRONG_HOST, "This server does not answer under that name.", "此服务器不以该名称提供服务。")          \
    ROW(PARTNERS_READY, "Partners ready", "就绪的合作伙伴")                                                  \
    ROW(ZONE, "Dates are those of %s.", "日期按 %s 时区。")                                                  \
    ROW(COUNTS, "Counts", "数量")                                                                            \
    ROW(SHA256, "SHA-256", "SHA-256")                                                                        \
    ROW(HOSTS_DECLARED, "Hosts declared", "申报主机数")                                                      \
    ROW(NOT_DECLARED, "not declared", "未申报")                                                              \
    ROW(EXECUTABLE, "Executable", "可执行文件")                                                              \
    ROW(RULE_PARTNERS, "Partners concerned", "涉及的合作伙伴")                                               \
    ROW(RULE_COVERAGE, "Coverage: expected hosts with fresh, sufficient evidence",                           \
        "覆盖率：预期主机中有足够新证据的比例")                                                              \
    ROW(RULE_READY, "Ready, of what is covered", "已覆盖部分的就绪率")                                       \
    ROW(RULE_READY_OF_EXPECTED, "Ready, of all that is expected", "预期总数的就绪率")                        \
    ROW(RULE_CRITICAL, "Critical partners not ready", "未就绪的关键合作伙伴")                                \
    ROW(RULE_WAIVED, "Hosts whose risk was accepted", "已接受风险的主机比例")                                \
    ROW(RULE_TRAFFIC_KNOWN, "Partners without a traffic share", "未填流量占比的合作伙伴")                    \
    ROW(RULE_LAG_AGE, "Seconds since everything in Kafka was applied", "距 Kafka 数据全部入库的秒数")        \
    ROW(RULE_BEHIND, "Partitions never read to their end", "从未读到末尾的分区")                             \
    ROW(RULE_DEAD_LETTERS, "Records that could not be read", "无法解析的记录比例")                           \
    ROW(RULE_GAPS, "Stretches of the log lost unread", "未读即丢失的日志段")                                 \
    ROW(RULE_SCAN_AGE, "Seconds since the last scan that every endpoint answered",                           \
        "距各端点均有应答的最近一次扫描的秒数")                                                              \
    ROW(RULE_UNSCANNED, "Endpoints in use without an answer from any scan", "使用中而尚无扫描应答的端点数")  \
    ROW(HOLDS, "holds", "满足")                                                                              \
    ROW(FAILS, "fails", "不满足")                                                                            \
    ROW(OPEN, "undecided", "未定")                                                                           \
    ROW(WORST, "At worst", "最坏")                                                                           \
    ROW(BEST, "At best", "最好")                                                                             \
    ROW(WEAKEST, "weakest seen", "实际最弱证据")                                                             \
    ROW(PIPELINE_RULES, "Pipeline: %lld of %lld rules hold", "数据管道：%2$lld 条规则中 %1$lld 条满足")      \
    ROW(SERVED_NOW, "What is served", "实际部署情况")                                                        \
    ROW(SCAN_PROGRESS, "Scan %s: %lld of %lld pieces of work have an answer.",                               \
        "扫描 %1$s:%3$lld 项任务中 %2$lld 项已有应答。")                                                     \
    ROW(SCAN_UNPUBLISHED, "Not all of it has reached Kafka.", "尚未全部写入 Kafka。")                        \
    ROW(ALL_PRODUCTION, "all of production", "全部生产端点")                                                 \
    ROW(LIST_LINES, "lines of target lists", "目标列表中的各行")                                             \
    ROW(OTHER_CHAIN, "none of the campaign's chains", "非本项目的证书链")                                    \
    ROW(SHARE, "Share", "占比")                                                                              \
    ROW(PLANNED, "Planned", "计划")                                                                          \
    ROW(STRAY, "not planned now", "当前计划外")                                                              \
    ROW(REGRESSED, "served a newer chain before:", "此前已部署较新的证书链：")                               \
    ROW(NOTHING_SHOWN, "no chain was shown", "未出示证书链")                                                 \
    ROW(LAST_SCAN, "Last scan", "最近扫描")                                                                  \
    ROW(HOURS_AGO, "%lld hours ago", "%lld 小时前")                                                          \
    ROW(AND_MORE, "and %lld more", "另有 %lld 处")                                                           \
    ROW(HOME, "All campaigns", "全部升级项目")

enum word {
#define LANGUAGE_ENUM(name, en, zh) WORD_##name,
    LANGUAGE_WORDS(LANGUAGE_ENUM)
#undef LANGUAGE_ENUM
        WORDS
};

const char *language_word(enum language language, enum word word);
