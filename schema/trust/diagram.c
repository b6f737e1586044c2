#include "schema/trust/diagram.h"

#include "schema/base/clock.h"

/* Inside quotes DOT knows two special bytes; a name's control characters are escaped already. */
static void add_quoted(struct text *out, const char *string)
{
    for (; *string != '\0'; string++) {
        if (*string == '"' || *string == '\\')
            text_append(out, "\\", 1);
        text_append(out, string, 1);
    }
}

static void add_identity(struct text *out, const struct certificate *certificate)
{
    char print[FINGERPRINT_TEXT_BYTES];

    text_format(out, "\"%s\"", fingerprint_format(certificate_fingerprint(certificate), print));
}

static void add_node(struct text *out, const struct path *path, size_t at)
{
    const struct certificate *certificate = path->certificates[at];
    bool anchor = path->anchored && at == path->count - 1;
    char until[CLOCK_TEXT_BYTES];

    text_add(out, "    ");
    add_identity(out, certificate);
    text_add(out, " [label=\"");
    add_quoted(out, certificate_label(certificate));
    text_format(out, "\\nuntil %s\", shape=%s];\n",
                clock_format_date(certificate_not_after(certificate), "UTC", until),
                anchor ? "doubleoctagon" : "box");
}

/* The problems of a path stand at its last edge. */
static void add_edge(struct text *out, const struct path *path, size_t at)
{
    bool last = at + 2 == path->count;

    text_add(out, "    ");
    add_identity(out, path->certificates[at]);
    text_add(out, " -> ");
    add_identity(out, path->certificates[at + 1]);
    text_format(out, " [style=%s, label=\"", path->valid ? "solid" : "dashed");
    for (size_t i = 0; last && i < path->problem_count; i++)
        text_format(out, "%s%s", i > 0 ? ", " : "", path_problem_name(path->problems[i].code));
    text_add(out, "\"];\n");
}

/* Graphviz draws an edge as often as it is named: `strict` draws the last, so the best path comes last. */
static void add_paths(struct text *out, const struct path *paths, size_t count)
{
    while (count-- > 0) {
        for (size_t at = 0; at < paths[count].count; at++) {
            add_node(out, &paths[count], at);
            if (at + 1 < paths[count].count)
                add_edge(out, &paths[count], at);
        }
    }
}

void diagram_write(const struct explain_subject *subject, struct text *out)
{
    text_add(out, "strict digraph ");
    text_format(out, "%s {\n    rankdir=BT;\n    label=\"", path_verdict_name(subject->result->verdict));
    if (subject->chain != NULL) {
        add_quoted(out, subject->chain);
        text_add(out, ": ");
    }
    text_format(out, "%s, for %s\";\n", path_verdict_name(subject->result->verdict),
                subject->query->model->name);
    add_paths(out, subject->result->dead_ends, subject->result->dead_end_count);
    add_paths(out, subject->result->paths, subject->result->path_count);
    text_add(out, "}\n");
}
