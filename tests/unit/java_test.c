/*
 * Which stores a JVM reads, and how it opens them. Measured with JDK 11, 17, 21 and 25, whose answers were alike; of 8
 * the sources were read.
 */
#include "collector/client.h"

#include <stdlib.h>
#include <unistd.h>

#include "collector/restart.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "tests/support/host.h"

#define HOME "/usr/lib/jvm/jdk"
#define SECURITY HOME "/lib/security/"
#define CACERTS SECURITY "cacerts"
#define OWN SECURITY "jssecacerts"
#define NEW "17.0.15"
#define OLD "1.8.0_202"
#define STORE "-Djavax.net.ssl.trustStore="
#define TYPE "-Djavax.net.ssl.trustStoreType="
#define PASSWORD "-Djavax.net.ssl.trustStorePassword="

/* The JDK's own cacerts holds two certificates, jssecacerts one. */
static const struct java_case {
    const char *name, *version;
    const char
        *own; /* jssecacerts: "@NAME" of tests/data/store, "/" a directory, else its text; NULL: none */
    const char *security; /* at the end of java.security; NULL for nothing */
    const char *words[4]; /* of the command line */
    const char *stores[3];
    size_t trusted;
    bool complete;
} cases[] = {
    { "a JVM reads its cacerts", NEW, NULL, NULL, { NULL }, { CACERTS }, 2, true },
    { "jssecacerts hides it", NEW, "@password.jks", NULL, { NULL }, { OWN }, 1, true },
    { "of JDK 8 as well", OLD, "@password.jks", NULL, { NULL }, { OWN }, 1, true },
    { "an empty file hides it too, and is no store", NEW, "", NULL, { NULL }, { OWN }, 0, true },
    { "a directory does not hide it", NEW, "/", NULL, { NULL }, { CACERTS }, 2, true },

    { "a trustStore that is not there falls back, never to jssecacerts",
      NEW,
      "@password.jks",
      NULL,
      { STORE "nowhere" },
      { "/srv/nowhere", CACERTS },
      2,
      true },
    { "whatever type it is said to have",
      NEW,
      NULL,
      NULL,
      { STORE "nowhere", TYPE "PKCS12" },
      { "/srv/nowhere", CACERTS },
      2,
      true },
    { "which has to be known",
      NEW,
      NULL,
      NULL,
      { STORE "nowhere", TYPE "BKS" },
      { "/srv/nowhere", CACERTS },
      0,
      false },
    { "a wrong password for it is one for cacerts",
      NEW,
      NULL,
      NULL,
      { STORE "nowhere", PASSWORD "wrong" },
      { "/srv/nowhere", CACERTS },
      0,
      true },
    { "a directory falls back", NEW, NULL, NULL, { STORE "/srv" }, { "/srv", CACERTS }, 2, true },
    { "a device does, and is no store", NEW, NULL, NULL, { STORE "/dev/null" }, { CACERTS }, 2, true },
    { "an empty name does", NEW, "@password.jks", NULL, { STORE }, { CACERTS }, 2, true },
    { "an empty file does not", NEW, NULL, NULL, { STORE "empty.jks" }, { "/srv/empty.jks" }, 0, true },
    { "so does 8u212", "1.8.0_212", NULL, NULL, { STORE "nowhere" }, { "/srv/nowhere", CACERTS }, 2, true },
    { "an older update of 8 perhaps", OLD, NULL, NULL, { STORE "nowhere" }, { "/srv/nowhere" }, 0, false },
    { "JDK 7 does not", "1.7.0_80", NULL, NULL, { STORE "nowhere" }, { "/srv/nowhere" }, 0, true },
    { "of no known age as well", "unknown", NULL, NULL, { STORE "nowhere" }, { "/srv/nowhere" }, 0, false },

    { "NONE is no file, and trusts nothing", NEW, NULL, NULL, { STORE "NONE" }, { NULL }, 0, true },
    { "unless a token holds the certificates",
      NEW,
      NULL,
      NULL,
      { STORE "NONE", TYPE "PKCS11" },
      { NULL },
      0,
      false },
    { "whatever names its type", NEW, NULL, "keystore.type=PKCS11", { STORE "NONE" }, { NULL }, 0, false },

    { "JKS is told by its bytes", NEW, NULL, NULL, { STORE "two.jks" }, { "/srv/two.jks" }, 2, true },
    { "whichever of the two is the usual type",
      OLD,
      NULL,
      NULL,
      { STORE "open.p12" },
      { "/srv/open.p12" },
      1,
      true },
    { "a JKS is no PKCS12 to 8u252",
      "1.8.0_252",
      NULL,
      NULL,
      { STORE "two.jks", TYPE "PKCS12" },
      { "/srv/two.jks" },
      0,
      true },
    { "to a later update of 8 perhaps",
      "1.8.0_402",
      NULL,
      NULL,
      { STORE "two.jks", TYPE "PKCS12" },
      { "/srv/two.jks" },
      0,
      false },
    { "to JDK 9 it is",
      "9.0.4",
      NULL,
      NULL,
      { STORE "two.jks", TYPE "PKCS12" },
      { "/srv/two.jks" },
      2,
      true },
    { "unless types are taken at their word",
      NEW,
      NULL,
      "keystore.type.compat=false",
      { STORE "two.jks" },
      { "/srv/two.jks" },
      0,
      true },
    { "which may be the right one",
      NEW,
      NULL,
      "keystore.type.compat=false",
      { STORE "two.jks", TYPE "jks" },
      { "/srv/two.jks" },
      2,
      true },
    { "a usual type that is not read",
      NEW,
      NULL,
      "keystore.type=BCFKS",
      { STORE "two.jks" },
      { "/srv/two.jks" },
      0,
      false },
    { "is of no account where another is named",
      NEW,
      NULL,
      "keystore.type=BCFKS",
      { STORE "two.jks", TYPE "JKS" },
      { "/srv/two.jks" },
      2,
      true },
    { "a PKCS#12 without Java's mark is empty",
      NEW,
      NULL,
      NULL,
      { STORE "unmarked.p12", PASSWORD "changeit" },
      { "/srv/unmarked.p12" },
      0,
      true },
    { "a PKCS#12 of today",
      "11.0.12",
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      2,
      true },
    { "was unknown to JDK 11.0.11",
      "11.0.11",
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      0,
      true },
    { "to JDK 15",
      "15.0.2",
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      0,
      true },
    { "and to 8u202",
      OLD,
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      0,
      true },
    { "not to 8u301",
      "1.8.0_301",
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      2,
      true },
    { "to one of no known age perhaps",
      "unknown",
      NULL,
      NULL,
      { STORE "modern.p12", PASSWORD "changeit" },
      { "/srv/modern.p12" },
      0,
      false },
    { "one without a check is known to all",
      OLD,
      NULL,
      NULL,
      { STORE "open.p12", PASSWORD "changeit" },
      { "/srv/open.p12" },
      1,
      true },
    { "JKS has a check of its own",
      OLD,
      NULL,
      NULL,
      { STORE "two.jks", PASSWORD "changeit" },
      { "/srv/two.jks" },
      2,
      true },
    { "security properties that are not followed",
      NEW,
      NULL,
      "ssl.TrustManagerFactory.algorithm=SunX509",
      { NULL },
      { CACERTS },
      0,
      false },
};

static char tree[64];

static void shell(const char *format, ...) PRINTF_LIKE(1, 2);

static void shell(const char *format, ...)
{
    struct text command = { 0 };
    va_list arguments;

    text_format(&command, "cd %s && ", tree);
    va_start(arguments, format);
    text_vformat(&command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(text_string(&command)), 0);
    text_clear(&command);
}

static void make_host(const struct java_case *row)
{
    bool old = strncmp(row->version, "1.", 2) == 0;

    snprintf(tree, sizeof(tree), "/tmp/rootshift-java-XXXXXX");
    assert_non_null(mkdtemp(tree));
    shell("mkdir -p .%s/bin .%s .%s/conf/security srv && echo x >.%s/bin/java && cp %s/store/* srv", HOME,
          SECURITY, HOME, HOME, TEST_DATA);
    shell("mkdir dev && mkfifo dev/null"); /* whatever is no file; making devices is for root */
    shell("printf 'JAVA_VERSION=\"%s\"\\n' >.%s/release && cp %s/store/two.jks .%s", row->version, HOME,
          TEST_DATA, CACERTS);
    shell("cp %s/java/%s.security .%s/%s/security/java.security", TEST_DATA, old ? "8" : NEW, HOME,
          old ? "lib" : "conf");
    if (row->security != NULL)
        shell("echo %s >>.%s/conf/security/java.security", row->security, HOME);
    if (row->own != NULL && row->own[0] == '/')
        shell("mkdir .%s", OWN);
    else if (row->own != NULL && row->own[0] == '@')
        shell("cp %s/store/%s .%s", TEST_DATA, row->own + 1, OWN);
    else if (row->own != NULL)
        shell(": >.%s", OWN);
}

static void fill(struct process *process, const char *const words[4])
{
    *process = (struct process){ .pid = 1000,
                                 .uid = geteuid(),
                                 .executable = memory_text(HOME "/bin/java"),
                                 .working_directory = memory_text("/srv"),
                                 .environment_read = true };
    text_list_add(&process->arguments, "java");
    for (size_t i = 0; i < 4 && words[i] != NULL; i++)
        text_list_add(&process->arguments, words[i]);
    text_list_add(&process->arguments, "Main");
}

static enum client_speech speech_of(void *context, const struct process *process)
{
    (void)context;
    return process->pid != 0 ? CLIENT_NAMES : CLIENT_SILENT;
}

static const struct client *find(const struct client_list *clients)
{
    for (size_t i = 0; i < clients->count; i++) {
        if (clients->items[i].process_count > 0)
            return &clients->items[i];
    }
    return NULL;
}

/* The clients of the host in `tree`, one of which has a process. */
struct look {
    struct process_list processes;
    struct client_list clients;
    struct shelf *shelf;
    int root_fd;
};

static const struct client *look_at(struct look *look, const char *const words[4], int64_t started_ms)
{
    struct error err = { 0 };

    *look = (struct look){ .root_fd = input_root_open(tree, &err) };
    look->processes.items = array_grow(NULL, 0, sizeof(*look->processes.items));
    fill(&look->processes.items[look->processes.count++], words);
    look->processes.items[0].started_ms = started_ms;
    look->shelf = shelf_new(look->root_fd);
    client_list_read(&look->clients, &look->processes, look->shelf, look->root_fd, speech_of, NULL);
    return find(&look->clients);
}

static void look_away(struct look *look)
{
    client_list_clear(&look->clients);
    process_list_clear(&look->processes);
    shelf_free(look->shelf);
    close(look->root_fd);
    shell("rm -rf %s", tree);
}

static void stores_are_read_as_measured(void **state)
{
    const struct java_case *row = *state;
    const struct client *client;
    struct look look;
    size_t count = 0;

    make_host(row);
    client = look_at(&look, row->words, 0);
    assert_non_null(client);
    for (; count < 3 && row->stores[count] != NULL; count++) {
        assert_true(count < client->choice.stores.count);
        assert_string_equal(client->choice.stores.items[count], row->stores[count]);
    }
    assert_int_equal(client->choice.stores.count, count);
    assert_int_equal(client->trust->count, row->trusted);
    assert_int_equal(client->trust->complete, row->complete);
    look_away(&look);
}

/* Whether its stores are only assumed to be what it trusts. */
static const struct assumption_case {
    const char *name, *words[4];
    bool assumed;
} assumptions[] = {
    { "nobody named a store", { NULL }, true },
    { "somebody did", { STORE "two.jks" }, false },
    { "but an agent may know better", { STORE "two.jks", "-javaagent:/srv/agent.jar" }, true },
};

static void store_is_assumed_or_named(void **state)
{
    static const struct java_case host = { .version = NEW };
    const struct assumption_case *row = *state;
    struct look look;

    make_host(&host);
    assert_int_equal(choice_is_assumed(&look_at(&look, row->words, 0)->choice), row->assumed);
    look_away(&look);
}

/* What is done on the host after the process started, and whether the process can have read something else. */
static const struct change_case {
    const char *name, *word, *command;
    bool needs_restart;
} changes[] = {
    { "nothing that it reads is changed", "-Dx=y", "echo x >srv/other", false },
    { "cacerts is not read beside jssecacerts", "-Dx=y", "touch ." CACERTS, false },
    { "jssecacerts goes", "-Dx=y", "rm ." OWN, true },
    { "java.security is edited", "-Dx=y", "echo x=y >>." HOME "/conf/security/java.security", true },
    { "a certificate is blocked", "-Dx=y", "echo Algorithm=SHA-256 >." SECURITY "blocked.certs", true },
    { "an option file is edited", "@options", "echo -Da=b >srv/options", true },
    { "or one of the JVM's own", "-XX:VMOptionsFile=options", "echo -Da=b >srv/options", true },
    { "security properties that it adds are", "-Djava.security.properties=more", "echo x=y >srv/more", true },
    { "or go", "-Djava.security.properties=more", "rm srv/more", true },
};

static void wait_a_moment(void)
{
    assert_int_equal(usleep(30 * 1000), 0); /* more than a clock tick, of which starts are known */
}

static void change_is_seen(void **state)
{
    static const struct java_case host = { .version = NEW, .own = "@password.jks" };
    const struct change_case *row = *state;
    const char *const words[4] = { row->word };
    struct restart restart;
    struct look look;
    int64_t started_ms;

    make_host(&host);
    shell("echo -Dx=y >srv/options && echo x=z >srv/more");
    wait_a_moment();
    started_ms = clock_now_unix_ms();
    wait_a_moment();
    shell("%s", row->command);
    restart_find(&restart, look_at(&look, words, started_ms), NULL);
    assert_int_equal(restart.needed, row->needs_restart);
    restart_clear(&restart);
    look_away(&look);
}

#define MODULAR "/opt/jdk/lib/server/libjvm.so"
#define CLASSIC "/opt/jdk8/jre/lib/amd64/server/libjvm.so"

/* Programs that carry a JVM: its home is around libjvm.so, and what they tell it is not seen. */
static const struct kind_case embedded[] = {
    { "a JVM in another program is a client of which nothing is said",
      { { "/usr/bin/jsvc", "x" }, { MODULAR, "x" }, { "/opt/jdk/lib/security/cacerts", "@two.jks" } },
      { "/usr/bin/jsvc", { "jsvc", "-Dx=y", "Main" }, { NULL }, MODULAR },
      RUNTIME_JAVA,
      { "/opt/jdk/lib/security/cacerts" },
      "java",
      0,
      false,
      NULL },
    { "of JDK 8 too",
      { { "/usr/bin/jsvc", "x" }, { CLASSIC, "x" }, { "/opt/jdk8/jre/lib/security/cacerts", "@two.jks" } },
      { "/usr/bin/jsvc", { "jsvc", "Main" }, { NULL }, CLASSIC },
      RUNTIME_JAVA,
      { "/opt/jdk8/jre/lib/security/cacerts" },
      "java",
      0,
      false,
      NULL },
};

int main(void)
{
    return RUN_ROWS(embedded, client_is_as_measured) + RUN_ROWS(cases, stores_are_read_as_measured) +
           RUN_ROWS(assumptions, store_is_assumed_or_named) + RUN_ROWS(changes, change_is_seen);
}
