// The one engine of outgoing HTTP: a thread of its own that drives libcurl's multi interface. HTTPClient calls it;
// Swift can't, because libcurl's options are variadic. Plain types only, so that importers need no libcurl header.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ccurl_engine ccurl_engine_t;

/// What an engine is started with. Strings are borrowed for the call.
typedef struct ccurl_options {
    /// Connections to one host at the same time; further requests wait for one of them.
    int64_t host_connections_max;
    /// Idle connections kept for reuse; at least host_connections_max, or the cache throws away what it needs next.
    int64_t idle_connections_max;
    /// Seconds after which an idle connection is not used again.
    int64_t idle_seconds_max;
    /// A file of trusted certificates, or null for the system's.
    const char *certificates_path;
    /// The way out of the data centre, or null for none. The environment's proxy variables are never looked at.
    const char *proxy_url;
} ccurl_options_t;

/// One request. Everything is copied before `ccurl_engine_send` returns.
typedef struct ccurl_request {
    const char *method;
    const char *url;
    /// `Name: value` each; `Name:` takes a header away that libcurl would add.
    const char *const *headers;
    size_t header_count;
    const uint8_t *body;
    size_t body_size;
    bool has_body;
    /// Whether it may be sent a second time when a kept connection turns out to be dead.
    bool repeatable;
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    size_t response_bytes_max;
} ccurl_request_t;

/// How a transfer ended.
typedef enum ccurl_outcome {
    CCURL_DONE = 0,
    CCURL_TIMEOUT = 1,
    CCURL_CONNECT = 2,
    CCURL_DNS = 3,
    CCURL_TLS = 4,
    CCURL_TOO_LARGE = 5,
    CCURL_CLOSED = 6,
    CCURL_CANCELLED = 7,
    CCURL_INVALID = 8,
} ccurl_outcome_t;

/// Borrowed for the length of the callback.
typedef struct ccurl_result {
    ccurl_outcome_t outcome;
    /// A connection stood and the request was about to be written: from here on the other side may have it.
    bool may_have_arrived;
    int32_t status;
    /// The header lines of the last answer, each ended by CRLF, without the status line.
    const char *headers;
    size_t headers_size;
    const uint8_t *body;
    size_t body_size;
} ccurl_result_t;

/// Called exactly once for each accepted request, on the engine's thread; must not block.
typedef void (*ccurl_done_fn)(void *context, const ccurl_result_t *result);

/// Starts the thread; null when there is no memory or no thread.
ccurl_engine_t *ccurl_engine_start(const ccurl_options_t *options);

/// Any thread. The transfer's number, or 0 when the engine is stopping or out of memory: then `done` is never called.
uint64_t ccurl_engine_send(ccurl_engine_t *engine, const ccurl_request_t *request, ccurl_done_fn done, void *context);

/// Any thread. Ends the transfer with CCURL_CANCELLED unless it is over; a number that is gone is no error.
void ccurl_engine_cancel(ccurl_engine_t *engine, uint64_t number);

/// Cancels what is in flight and waits for the thread; the engine takes nothing more. A second call does nothing.
void ccurl_engine_stop(ccurl_engine_t *engine);

/// After `ccurl_engine_stop`.
void ccurl_engine_free(ccurl_engine_t *engine);

/// Connections opened so far: what a test of reuse looks at. Any thread.
uint64_t ccurl_engine_connections_opened(ccurl_engine_t *engine);

/// Splits a URL with the very parser that later connects, so that the allow-list can not be read differently from the
/// request. Writes the host (lower case, no brackets) and the port, the scheme's own where none is written.
/// False for anything but http and https, and for a URL with a name or password in it.
bool ccurl_url_origin(const char *url, char *host_out, size_t host_capacity, uint16_t *port_out);
