// The engine's thread: takes requests from a queue, drives them with curl_multi_poll, and calls back when each is over.
// Everything that touches libcurl's handles runs on that one thread; callers only touch the queues, under the lock.
#define _GNU_SOURCE
#include "CCurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// Easy handles kept for the next request: as many as are commonly in flight; more are made and thrown away.
enum { idle_handles_max = 128 };
/// Bytes of header lines in one answer; libcurl itself stops at 300 KiB, no service we call comes near 64.
enum { headers_bytes_max = 64 * 1024 };
/// Milliseconds that the thread sleeps at most when nothing happens; a wake-up ends it at once.
enum { poll_ms = 1000 };

typedef struct transfer {
    struct transfer *next, *previous;
    uint64_t number;
    CURL *easy;
    struct curl_slist *headers;
    char *method, *url;
    uint8_t *body;
    size_t body_size;
    bool has_body, repeatable, too_large;
    int64_t timeout_ms, connect_timeout_ms;
    unsigned attempts;
    char *answer_headers;
    size_t answer_headers_size, answer_headers_capacity;
    uint8_t *answer;
    size_t answer_size, answer_capacity, answer_max;
    ccurl_done_fn done;
    void *context;
} transfer_t;

struct ccurl_engine {
    pthread_t thread;
    CURLM *multi;
    pthread_mutex_t lock;
    // Under the lock.
    transfer_t *queue_first, *queue_last;
    uint64_t *cancels;
    size_t cancel_count, cancel_capacity;
    uint64_t last_number;
    bool stopping, stopped;
    // The thread's own.
    transfer_t *running;
    CURL *idle[idle_handles_max];
    size_t idle_count;
    char *certificates_path, *proxy_url;
    int64_t idle_seconds_max;
    atomic_uint_fast64_t connections_opened;
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static void global_start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static void transfer_free(transfer_t *transfer) {
    curl_slist_free_all(transfer->headers);
    free(transfer->method);
    free(transfer->url);
    free(transfer->body);
    free(transfer->answer_headers);
    free(transfer->answer);
    free(transfer);
}

static bool append(uint8_t **bytes, size_t *size, size_t *capacity, const void *more, size_t count) {
    if (*size + count > *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 1024;
        while (wanted < *size + count) wanted *= 2;
        uint8_t *grown = realloc(*bytes, wanted);
        if (!grown) return false;
        *bytes = grown;
        *capacity = wanted;
    }
    memcpy(*bytes + *size, more, count);
    *size += count;
    return true;
}

static size_t on_body(char *bytes, size_t unit, size_t count, void *context) {
    transfer_t *transfer = context;
    size_t size = unit * count;
    if (size > transfer->answer_max - transfer->answer_size) {
        transfer->too_large = true;
        return 0;
    }
    return append(&transfer->answer, &transfer->answer_size, &transfer->answer_capacity, bytes, size) ? size : 0;
}

static size_t on_header(char *bytes, size_t unit, size_t count, void *context) {
    transfer_t *transfer = context;
    size_t size = unit * count;
    // A status line begins an answer; an interim one (100, 103) came before, and its headers don't count.
    if (size >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        transfer->answer_headers_size = 0;
        return size;
    }
    if (transfer->answer_headers_size + size > headers_bytes_max) {
        transfer->too_large = true;
        return 0;
    }
    return append((uint8_t **)&transfer->answer_headers, &transfer->answer_headers_size,
                  &transfer->answer_headers_capacity, bytes, size)
        ? size
        : 0;
}

// libcurl silently repeats a request when a kept connection dies without an answer, a POST too. The other side may have
// acted on the first one, so a request that is not repeatable is stopped here, before its second copy is written.
static int on_connected(void *context, char *a, char *b, int c, int d) {
    (void)a, (void)b, (void)c, (void)d;
    transfer_t *transfer = context;
    transfer->attempts += 1;
    return transfer->attempts > 1 && !transfer->repeatable ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void configure(ccurl_engine_t *engine, transfer_t *transfer) {
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)engine->idle_seconds_max);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)transfer->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)transfer->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->answer_max);
    curl_easy_setopt(easy, CURLOPT_PROXY, engine->proxy_url ? engine->proxy_url : "");
    if (engine->certificates_path) curl_easy_setopt(easy, CURLOPT_CAINFO, engine->certificates_path);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    if (strcmp(transfer->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (transfer->has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body ? (const char *)transfer->body : "");
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer->method);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer->method);
    }
}

static ccurl_outcome_t outcome_of(CURLcode code, const transfer_t *transfer) {
    if (code == CURLE_OK) return CCURL_DONE;
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) return CCURL_TOO_LARGE;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return CCURL_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return CCURL_DNS;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY: return CCURL_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return CCURL_TLS;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return transfer->attempts ? CCURL_CLOSED : CCURL_INVALID;
    default: return transfer->attempts ? CCURL_CLOSED : CCURL_CONNECT;
    }
}

/// Ends a running transfer: handle back into the pool, callback, memory.
static void finish(ccurl_engine_t *engine, transfer_t *transfer, ccurl_outcome_t outcome) {
    long status = 0, opened = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
    atomic_fetch_add(&engine->connections_opened, (uint_fast64_t)opened);
    curl_multi_remove_handle(engine->multi, transfer->easy);
    curl_easy_reset(transfer->easy);
    if (engine->idle_count < idle_handles_max) {
        engine->idle[engine->idle_count++] = transfer->easy;
    } else {
        curl_easy_cleanup(transfer->easy);
    }
    if (transfer->previous) transfer->previous->next = transfer->next;
    else engine->running = transfer->next;
    if (transfer->next) transfer->next->previous = transfer->previous;
    ccurl_result_t result = {
        .outcome = outcome,
        .may_have_arrived = transfer->attempts > 0,
        .status = (int32_t)status,
        .headers = transfer->answer_headers,
        .headers_size = transfer->answer_headers_size,
        .body = transfer->answer,
        .body_size = transfer->answer_size,
    };
    transfer->done(transfer->context, &result);
    transfer_free(transfer);
}

static void begin(ccurl_engine_t *engine, transfer_t *transfer) {
    transfer->easy = engine->idle_count ? engine->idle[--engine->idle_count] : curl_easy_init();
    if (transfer->easy) {
        configure(engine, transfer);
        if (curl_multi_add_handle(engine->multi, transfer->easy) == CURLM_OK) {
            transfer->previous = NULL;
            transfer->next = engine->running;
            if (engine->running) engine->running->previous = transfer;
            engine->running = transfer;
            return;
        }
        curl_easy_cleanup(transfer->easy);
    }
    ccurl_result_t result = {.outcome = CCURL_CANCELLED};
    transfer->done(transfer->context, &result);
    transfer_free(transfer);
}

static void *engine_run(void *context) {
    ccurl_engine_t *engine = context;
    for (;;) {
        pthread_mutex_lock(&engine->lock);
        transfer_t *queue = engine->queue_first;
        engine->queue_first = engine->queue_last = NULL;
        uint64_t *cancels = engine->cancels;
        size_t cancel_count = engine->cancel_count;
        engine->cancels = NULL;
        engine->cancel_count = engine->cancel_capacity = 0;
        bool stopping = engine->stopping;
        pthread_mutex_unlock(&engine->lock);

        while (queue) {
            transfer_t *next = queue->next;
            begin(engine, queue);
            queue = next;
        }
        for (transfer_t *transfer = engine->running, *next; transfer && (cancel_count || stopping); transfer = next) {
            next = transfer->next;
            bool cancelled = stopping;
            for (size_t i = 0; i < cancel_count && !cancelled; i++) cancelled = cancels[i] == transfer->number;
            if (cancelled) finish(engine, transfer, CCURL_CANCELLED);
        }
        free(cancels);
        if (stopping) return NULL;

        int running = 0, left = 0;
        curl_multi_perform(engine->multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(engine->multi, &left));) {
            if (message->msg != CURLMSG_DONE) continue;
            CURLcode code = message->data.result;
            transfer_t *transfer = NULL;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
            finish(engine, transfer, outcome_of(code, transfer));
        }
        curl_multi_poll(engine->multi, NULL, 0, poll_ms, NULL);
    }
}

ccurl_engine_t *ccurl_engine_start(const ccurl_options_t *options) {
    pthread_once(&global_once, global_start);
    ccurl_engine_t *engine = calloc(1, sizeof *engine);
    if (!engine) return NULL;
    pthread_mutex_init(&engine->lock, NULL);
    engine->certificates_path = options->certificates_path ? strdup(options->certificates_path) : NULL;
    engine->proxy_url = options->proxy_url ? strdup(options->proxy_url) : NULL;
    engine->idle_seconds_max = options->idle_seconds_max;
    engine->multi = curl_multi_init();
    if (!engine->multi) {
        engine->stopped = true;
        ccurl_engine_free(engine);
        return NULL;
    }
    curl_multi_setopt(engine->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->host_connections_max);
    curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, (long)options->idle_connections_max);
    // The thread takes no signal: the host's own handlers stay on its main thread, and a write to a closed socket is an
    // error code here, not SIGPIPE (libcurl doesn't guard against it with NOSIGNAL).
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_BLOCK, &every, &before);
    int failed = pthread_create(&engine->thread, NULL, engine_run, engine);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        engine->stopped = true;
        ccurl_engine_free(engine);
        return NULL;
    }
    return engine;
}

static transfer_t *transfer_make(const ccurl_request_t *request) {
    transfer_t *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->method = strdup(request->method);
    transfer->url = strdup(request->url);
    transfer->has_body = request->has_body;
    transfer->repeatable = request->repeatable;
    transfer->timeout_ms = request->timeout_ms;
    transfer->connect_timeout_ms = request->connect_timeout_ms;
    transfer->answer_max = request->response_bytes_max;
    bool whole = transfer->method && transfer->url;
    for (size_t i = 0; whole && i < request->header_count; i++) {
        struct curl_slist *longer = curl_slist_append(transfer->headers, request->headers[i]);
        if (longer) transfer->headers = longer;
        whole = longer != NULL;
    }
    if (whole && request->body_size) {
        transfer->body = malloc(request->body_size);
        transfer->body_size = request->body_size;
        whole = transfer->body != NULL;
        if (whole) memcpy(transfer->body, request->body, request->body_size);
    }
    if (whole) return transfer;
    transfer_free(transfer);
    return NULL;
}

uint64_t ccurl_engine_send(ccurl_engine_t *engine, const ccurl_request_t *request, ccurl_done_fn done, void *context) {
    transfer_t *transfer = transfer_make(request);
    if (!transfer) return 0;
    transfer->done = done;
    transfer->context = context;
    pthread_mutex_lock(&engine->lock);
    if (engine->stopping) {
        pthread_mutex_unlock(&engine->lock);
        transfer_free(transfer);
        return 0;
    }
    uint64_t number = ++engine->last_number;
    transfer->number = number;
    if (engine->queue_last) engine->queue_last->next = transfer;
    else engine->queue_first = transfer;
    engine->queue_last = transfer;
    // Inside the lock: `stop` frees the multi handle only after it has held the lock.
    curl_multi_wakeup(engine->multi);
    pthread_mutex_unlock(&engine->lock);
    return number;
}

void ccurl_engine_cancel(ccurl_engine_t *engine, uint64_t number) {
    pthread_mutex_lock(&engine->lock);
    if (!engine->stopping) {
        if (engine->cancel_count == engine->cancel_capacity) {
            size_t wanted = engine->cancel_capacity ? engine->cancel_capacity * 2 : 16;
            uint64_t *grown = realloc(engine->cancels, wanted * sizeof *grown);
            if (grown) {
                engine->cancels = grown;
                engine->cancel_capacity = wanted;
            }
        }
        // Without memory the transfer simply runs into its own time limit.
        if (engine->cancel_count < engine->cancel_capacity) engine->cancels[engine->cancel_count++] = number;
        curl_multi_wakeup(engine->multi);
    }
    pthread_mutex_unlock(&engine->lock);
}

void ccurl_engine_stop(ccurl_engine_t *engine) {
    pthread_mutex_lock(&engine->lock);
    bool first = !engine->stopping;
    engine->stopping = true;
    if (first) curl_multi_wakeup(engine->multi);
    pthread_mutex_unlock(&engine->lock);
    if (!first) return;
    pthread_join(engine->thread, NULL);
    engine->stopped = true;
}

void ccurl_engine_free(ccurl_engine_t *engine) {
    if (!engine || !engine->stopped) return;
    for (size_t i = 0; i < engine->idle_count; i++) curl_easy_cleanup(engine->idle[i]);
    if (engine->multi) curl_multi_cleanup(engine->multi);
    pthread_mutex_destroy(&engine->lock);
    free(engine->cancels);
    free(engine->certificates_path);
    free(engine->proxy_url);
    free(engine);
}

uint64_t ccurl_engine_connections_opened(ccurl_engine_t *engine) { return atomic_load(&engine->connections_opened); }

bool ccurl_url_origin(const char *url, char *host_out, size_t host_capacity, uint16_t *port_out) {
    bool good = false;
    char *scheme = NULL, *host = NULL, *port = NULL, *name = NULL, *password = NULL;
    CURLU *parts = curl_url();
    if (!parts) return false;
    if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
        && curl_url_get(parts, CURLUPART_USER, &name, 0) != CURLUE_OK
        && curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) != CURLUE_OK
        && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        size_t size = strlen(host);
        const char *bare = host;
        if (size > 1 && host[0] == '[' && host[size - 1] == ']') bare = host + 1, size -= 2;
        if (size && size < host_capacity) {
            for (size_t i = 0; i < size; i++) host_out[i] = bare[i] >= 'A' && bare[i] <= 'Z' ? bare[i] + 32 : bare[i];
            host_out[size] = 0;
            *port_out = (uint16_t)strtoul(port, NULL, 10);
            good = true;
        }
    }
    curl_free(scheme), curl_free(host), curl_free(port), curl_free(name), curl_free(password);
    curl_url_cleanup(parts);
    return good;
}
