// What Accord needs of libcurl: transfers of HTTP requests, many at a time, on one thread.
//
// libcurl sets its options through variadic functions, which Swift cannot call; and its callbacks are simpler here.
#ifndef CCURL_H
#define CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The transfers under way. Everything but `ccurl_loop_wake` belongs to one thread.
typedef struct ccurl_loop ccurl_loop;

/// One request and its answer, to be used again for the next.
typedef struct ccurl_transfer ccurl_transfer;

typedef struct {
    long connect_ms;
    long total_ms;
    size_t most_body;
    size_t most_head;
} ccurl_limits;

/// How a transfer ended.
typedef enum {
    CCURL_ANSWERED,
    CCURL_RESOLVE,
    CCURL_CONNECT,
    CCURL_TLS,
    CCURL_TIMEOUT,
    CCURL_DROPPED,
    CCURL_TOO_LARGE,
    CCURL_BAD_URL,
} ccurl_outcome;

/// Runs a function on a thread of its own, which takes no signals. False if there can be no such thread.
bool ccurl_run_thread(void (*run)(void *), void *context);

/// Seconds on a clock that never goes back.
double ccurl_monotonic(void);

/// NULL if memory is short.
ccurl_loop *ccurl_loop_make(long most_connections);
void ccurl_loop_free(ccurl_loop *loop);
/// Moves every transfer on as far as it goes without waiting.
void ccurl_loop_perform(ccurl_loop *loop);
/// Waits for something to do, but not for longer than `most_ms`.
void ccurl_loop_wait(ccurl_loop *loop, int most_ms);
/// Ends the wait; from any thread.
void ccurl_loop_wake(ccurl_loop *loop);
/// Takes a transfer that has ended off the loop; NULL if there is none.
ccurl_transfer *ccurl_loop_next_ended(ccurl_loop *loop, ccurl_outcome *outcome);

/// `slot` is the caller's name for it. NULL if memory is short.
ccurl_transfer *ccurl_transfer_make(size_t slot, ccurl_limits limits);
/// The transfer must be off the loop.
void ccurl_transfer_free(ccurl_transfer *transfer);
/// Adds a header to the next request: `Name: value`, or `Name;` if it has no value. False if memory is short.
bool ccurl_transfer_add_header(ccurl_transfer *transfer, const char *line);
/// Puts the transfer on the loop; copies all it is given. `body` is NULL where there is none. False if it cannot.
bool ccurl_transfer_begin(
    ccurl_transfer *transfer, ccurl_loop *loop, const char *method, const char *url, const void *body,
    size_t body_size);
/// Gives up: takes the transfer off the loop.
void ccurl_transfer_abandon(ccurl_transfer *transfer, ccurl_loop *loop);
/// Frees what the last request and its answer take, the key in its headers included.
void ccurl_transfer_rest(ccurl_transfer *transfer);

size_t ccurl_transfer_slot(const ccurl_transfer *transfer);
/// Whether the request may have left: true from before its first byte is sent.
bool ccurl_transfer_was_sent(const ccurl_transfer *transfer);
/// The bytes that went to and fro so far.
int64_t ccurl_transfer_progress(ccurl_transfer *transfer);
long ccurl_transfer_status(ccurl_transfer *transfer);
/// The lines of the answer's last head, as they came. Valid until the transfer begins again.
const uint8_t *ccurl_transfer_head(const ccurl_transfer *transfer, size_t *size);
const uint8_t *ccurl_transfer_body(const ccurl_transfer *transfer, size_t *size);
/// Why there is no answer, in libcurl's words.
const char *ccurl_transfer_error(const ccurl_transfer *transfer);

#endif
