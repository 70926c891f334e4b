#include "ccurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

// More than this is given back when a transfer has ended.
enum { KEPT_BYTES = 256 * 1024, FIRST_BYTES = 4096 };

typedef struct {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
} buffer;

struct ccurl_loop {
    CURLM *multi;
};

struct ccurl_transfer {
    CURL *easy;
    size_t slot;
    ccurl_limits limits;
    struct curl_slist *headers;
    buffer head;
    buffer body;
    size_t head_seen;
    int sends;
    bool is_head_whole;
    bool is_too_large;
    char error[CURL_ERROR_SIZE];
};

// MARK: - Threads and time

typedef struct {
    void (*run)(void *);
    void *context;
} thread_start;

static void *thread_main(void *argument) {
    thread_start start = *(thread_start *)argument;
    free(argument);
    start.run(start.context);
    return NULL;
}

bool ccurl_run_thread(void (*run)(void *), void *context) {
    thread_start *start = malloc(sizeof *start);
    if (!start) return false;
    *start = (thread_start){run, context};
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        free(start);
        return false;
    }
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // The new thread inherits the mask: signals stay with the threads that await them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    bool runs = pthread_create(&thread, &attributes, thread_main, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (!runs) free(start);
    return runs;
}

double ccurl_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// MARK: - The loop

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

ccurl_loop *ccurl_loop_make(long most_connections) {
    pthread_once(&once, start_curl);
    ccurl_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->multi = curl_multi_init();
    if (!loop->multi) {
        free(loop);
        return NULL;
    }
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, most_connections);
    return loop;
}

void ccurl_loop_free(ccurl_loop *loop) {
    if (!loop) return;
    curl_multi_cleanup(loop->multi);
    free(loop);
}

void ccurl_loop_perform(ccurl_loop *loop) {
    int running;
    curl_multi_perform(loop->multi, &running);
}

void ccurl_loop_wait(ccurl_loop *loop, int most_ms) { curl_multi_poll(loop->multi, NULL, 0, most_ms, NULL); }

void ccurl_loop_wake(ccurl_loop *loop) { curl_multi_wakeup(loop->multi); }

static ccurl_outcome outcome_of(const ccurl_transfer *transfer, CURLcode code) {
    if (transfer->is_too_large) return CCURL_TOO_LARGE;
    switch (code) {
    // libcurl takes the lines of a head that is cut off for a head.
    case CURLE_OK: return transfer->is_head_whole ? CCURL_ANSWERED : CCURL_DROPPED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return CCURL_RESOLVE;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
    case CURLE_PROXY: return CCURL_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return CCURL_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return CCURL_TLS;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return transfer->sends ? CCURL_DROPPED : CCURL_BAD_URL;
    default: return CCURL_DROPPED;
    }
}

static void explain(ccurl_transfer *transfer, const char *words) {
    snprintf(transfer->error, sizeof transfer->error, "%s", words);
}

ccurl_transfer *ccurl_loop_next_ended(ccurl_loop *loop, ccurl_outcome *outcome) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(loop->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        char *owner = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
        curl_multi_remove_handle(loop->multi, easy);
        ccurl_transfer *transfer = (ccurl_transfer *)owner;
        if (!transfer) continue;
        *outcome = outcome_of(transfer, code);
        if (transfer->sends > 1 || (code == CURLE_OK && *outcome == CCURL_DROPPED))
            explain(transfer, "the connection closed before the answer was whole");
        else if (code != CURLE_OK && !transfer->error[0])
            explain(transfer, curl_easy_strerror(code));
        return transfer;
    }
    return NULL;
}

// MARK: - What a transfer receives

static bool append(buffer *to, const char *bytes, size_t count) {
    if (to->capacity - to->size < count) {
        size_t capacity = to->capacity ? to->capacity : FIRST_BYTES;
        while (capacity - to->size < count) capacity *= 2;
        uint8_t *grown = realloc(to->bytes, capacity);
        if (!grown) return false;
        to->bytes = grown;
        to->capacity = capacity;
    }
    memcpy(to->bytes + to->size, bytes, count);
    to->size += count;
    return true;
}

static void empty(buffer *it) {
    it->size = 0;
    if (it->capacity <= KEPT_BYTES) return;
    free(it->bytes);
    *it = (buffer){0};
}

static size_t on_body(char *bytes, size_t one, size_t count, void *context) {
    ccurl_transfer *transfer = context;
    if (count > transfer->limits.most_body - transfer->body.size) {
        transfer->is_too_large = true;
        return 0;
    }
    return append(&transfer->body, bytes, count) ? one * count : 0;
}

static size_t on_head(char *bytes, size_t one, size_t count, void *context) {
    ccurl_transfer *transfer = context;
    if (count > transfer->limits.most_head - transfer->head_seen) {
        transfer->is_too_large = true;
        return 0;
    }
    transfer->head_seen += count;
    bool begins = transfer->body.size == 0 && count >= 5 && memcmp(bytes, "HTTP/", 5) == 0;
    // What follows a whole head are trailers, which nobody asked for.
    if (count == 0 || (transfer->is_head_whole && !begins)) return one * count;
    // A new head takes the place of an interim one, such as 100 Continue.
    if (begins) transfer->head.size = 0;
    transfer->is_head_whole = bytes[0] == '\r' || bytes[0] == '\n';
    return append(&transfer->head, bytes, count) ? one * count : 0;
}

// libcurl sends a request once more, whatever its method, if a connection that it had kept turns out to be dead. The
// server may have acted on the first by then, so that is for the caller to decide.
static int before_send(void *context, char *ip, char *local_ip, int port, int local_port) {
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    ccurl_transfer *transfer = context;
    return transfer->sends++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// MARK: - A transfer

static bool set_up(ccurl_transfer *transfer) {
    CURL *easy = transfer->easy;
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, transfer->limits.connect_ms) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, transfer->limits.total_ms) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_send) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) == CURLE_OK
        // Without this, giving up on a name that is being looked up waits for the look-up.
        && curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
}

ccurl_transfer *ccurl_transfer_make(size_t slot, ccurl_limits limits) {
    ccurl_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->slot = slot;
    transfer->limits = limits;
    transfer->easy = curl_easy_init();
    if (!transfer->easy || !set_up(transfer)) {
        ccurl_transfer_free(transfer);
        return NULL;
    }
    return transfer;
}

void ccurl_transfer_free(ccurl_transfer *transfer) {
    if (!transfer) return;
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    free(transfer->head.bytes);
    free(transfer->body.bytes);
    free(transfer);
}

bool ccurl_transfer_add_header(ccurl_transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (!longer) return false;
    transfer->headers = longer;
    return true;
}

// The key travels with every request. http:// is for this machine only: a proxy that the environment names, which may be
// another one, would get it in the clear. https:// goes through such a proxy unread.
static bool set_proxy(CURL *easy, const char *url) {
    bool is_plain = strncasecmp(url, "https:", 6) != 0;
    return curl_easy_setopt(easy, CURLOPT_NOPROXY, is_plain ? "*" : NULL) == CURLE_OK;
}

static bool set_request(
    CURL *easy, struct curl_slist *headers, const char *method, const char *url, const void *body, size_t body_size
) {
    bool is_head = strcmp(method, "HEAD") == 0;
    bool may_have_body = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    bool has_body = !is_head && (body || may_have_body);
    // This also takes back what the request before it set.
    if (curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) != CURLE_OK
        || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK
        || !set_proxy(easy, url)
        || curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) != CURLE_OK
        || curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_head ? NULL : method) != CURLE_OK)
        return false;
    if (has_body)
        return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(body ? body_size : 0)) == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body ? body : "") == CURLE_OK
            && curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
    return !is_head || curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
}

// Drops the request's headers: libcurl must not be left with a list that is gone.
static void forget_headers(ccurl_transfer *transfer) {
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
}

bool ccurl_transfer_begin(
    ccurl_transfer *transfer, ccurl_loop *loop, const char *method, const char *url, const void *body,
    size_t body_size
) {
    empty(&transfer->head);
    empty(&transfer->body);
    transfer->head_seen = 0;
    transfer->sends = 0;
    transfer->is_head_whole = false;
    transfer->is_too_large = false;
    transfer->error[0] = 0;
    if (set_request(transfer->easy, transfer->headers, method, url, body, body_size)
        && curl_multi_add_handle(loop->multi, transfer->easy) == CURLM_OK)
        return true;
    forget_headers(transfer);
    return false;
}

void ccurl_transfer_abandon(ccurl_transfer *transfer, ccurl_loop *loop) {
    curl_multi_remove_handle(loop->multi, transfer->easy);
}

void ccurl_transfer_rest(ccurl_transfer *transfer) {
    forget_headers(transfer);
    empty(&transfer->head);
    empty(&transfer->body);
}

size_t ccurl_transfer_slot(const ccurl_transfer *transfer) { return transfer->slot; }

bool ccurl_transfer_was_sent(const ccurl_transfer *transfer) { return transfer->sends > 0; }

int64_t ccurl_transfer_progress(ccurl_transfer *transfer) {
    curl_off_t received = 0, sent = 0;
    long requested = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &requested);
    return (int64_t)received + (int64_t)sent + (int64_t)requested + (int64_t)transfer->head_seen;
}

long ccurl_transfer_status(ccurl_transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

const uint8_t *ccurl_transfer_head(const ccurl_transfer *transfer, size_t *size) {
    *size = transfer->head.size;
    return transfer->head.bytes;
}

const uint8_t *ccurl_transfer_body(const ccurl_transfer *transfer, size_t *size) {
    *size = transfer->body.size;
    return transfer->body.bytes;
}

const char *ccurl_transfer_error(const ccurl_transfer *transfer) { return transfer->error; }
