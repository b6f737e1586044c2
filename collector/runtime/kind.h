/*
 * What each kind of software does in its own way, as rows of one table: how a program of it is taken apart, what its
 * processes can be told, and which stores it then reads. A kind is one file of this room.
 */
#pragma once

#include "collector/runtime/choice.h"

struct kind {
    const char *name;

    /* Adds what the program at `path`, which leads to `resolved`, is. NULL: found with another kind, or as a stranger. */
    void (*add)(struct installed_list *list, int root_fd, const char *path, const char *resolved);

    /* What a process of it was told beyond variables (setting.c). NULL: nothing. */
    void (*settle)(struct trust_settings *settings, const struct process *process,
                   const struct installed *installed, int root_fd);

    /* The stores that it then reads, in reading order. NULL: none that could be known. */
    void (*choose)(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
};

const struct kind *kind_of(enum runtime runtime);

void openssl_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void openssl_settle(struct trust_settings *settings, const struct process *process,
                    const struct installed *installed, int root_fd);
void openssl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

/* OpenSSL's two defaults, or those of the one that is loaded, of which each is replaced by its own variable. */
void openssl_choose_of(struct choice *choice, const struct text_list *defaults,
                       const struct speaker *speaker);

/* Its hashed directories, a list with colons. */
void openssl_choose_directories(struct choice *choice, const struct speaker *speaker, const char *colon_list);

/*
 * A Python and those of its libraries that bring their own idea of what to trust: requests, certifi and pip, each a row
 * of its own. A Python is its prefix, the folder above bin: a virtual environment shares the program with the Python
 * that made it and still imports other modules.
 */
void python_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void httpx_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
void certifi_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
void pip_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
void botocore_settle(struct trust_settings *settings, const struct process *process,
                     const struct installed *installed, int root_fd);
void grpc_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

/*
 * The libraries that a process of the Python at `index` finds elsewhere before those of its prefix, as rows of a home of
 * their own, which is returned and the caller's to free; NULL where it finds none.
 */
char *python_add_own(struct installed_list *list, int root_fd, const struct process *process, size_t index);

/*
 * The libraries of a Python inside another program, whose libpython lies at `library`: an application that was frozen with
 * its modules has certifi beside it, a server of applications finds it where nobody sees. Returns the row's index;
 * SIZE_MAX where the program is neither.
 */
size_t python_add_embedded(struct installed_list *list, int root_fd, const char *program,
                           const char *library);

void node_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void node_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd);
void node_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

void java_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void java_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd);
void java_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

void curl_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void curl_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd);
void curl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

/*
 * PHP's streams and its curl extension, each a row of its own, are told whom to trust by ini files, which are one set for
 * each way of running it (cli, fpm, …). A pool of FPM that is told something of its own is a home of its own.
 */
void php_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void php_settle(struct trust_settings *settings, const struct process *process,
                const struct installed *installed, int root_fd);
void php_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
void php_curl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

/* Whether this row of the list is the one that a process of its program belongs to. */
bool php_runs(const struct installed_list *list, const struct installed *installed,
              const struct process *process);

bool go_made(int root_fd, const char *path); /* whether this program was */
void go_add_stores(struct installed *go, int root_fd);

void dotnet_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void dotnet_settle(struct trust_settings *settings, const struct process *process,
                   const struct installed *installed, int root_fd);
void dotnet_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

/* .NET inside a program of another name: an application that brings its runtime. Returns the row's index. */
size_t dotnet_add_embedded(struct installed_list *list, int root_fd, const char *program,
                           const char *library);

/*
 * GnuTLS: one file for all who ask for its default, named when it is built. The library is the client, and programs that
 * have nothing else to say share its stores; git, which asks libcurl, and wget have settings of their own.
 */
void gnutls_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void gnutls_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

void git_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void git_settle(struct trust_settings *settings, const struct process *process,
                const struct installed *installed, int root_fd);
void git_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);

void wget_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
void wget_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd);
void wget_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker);
