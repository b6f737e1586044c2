/*
 * Glances: the cheapest true look at the chain that an address serves. Connect, one small hello of ours,
 * read to the end of the Certificate message, reset. What a glance shows is what the server *claims*; for
 * less than a tenth of a handshake's price.
 *
 * A hello up to TLS 1.2 goes first where the row has one, because its answer is in the clear; who refuses
 * it is asked again in TLS 1.3. Where most servers lately refused, TLS 1.3 goes first. Whatever our hellos
 * do not speak (another group, damage, something that is not TLS) is asked again by OpenSSL, whose word
 * the result is then: `via` says who spoke. All of it within the one deadline of the order.
 *
 * One glancer belongs to one event loop and its thread.
 */
#pragma once

#include "schema/tls/probe.h"

struct glancer;

/*
 * For these hellos, whose contexts are those of hello_context(), in the same order; all borrowed for the
 * life of the glancer, as is `library`, which may be NULL. NULL with *err.
 */
struct glancer *glancer_new(struct event_base *base, OSSL_LIB_CTX *library, const struct hello *const *hellos,
                            SSL_CTX *const *contexts, size_t count, struct error *err);
void glancer_free(struct glancer *glancer); /* NULL is fine; no glance may be open */

/*
 * `order` is that of a probe of PROBE_DEPTH_CERTIFICATE, for hello number `hello`; its server name is
 * borrowed until `done`, which may be called before this returns.
 */
void glancer_start(struct glancer *glancer, size_t hello, const struct probe_order *order, probe_done *done,
                   void *context);
