// The host's side of the ABI around ONE module: takes frames in, calls the module, gives frames out. The worker and the
// in-process transport both run modules through this and nothing else, so they differ in no byte.
//
// It keeps what the ABI promises, whatever the module does: handles that can be stale but never followed, an arena per
// call, exactly one answer per call, capabilities only as granted, log lines masked and rationed; and it reports each
// misbehaviour instead of acting on it.
#ifndef CLOADER_RUNNER_H
#define CLOADER_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "loader.h"
#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SAMVAD_CALLS_MAX = 256,              // calls at once in one runner; the host sends far fewer
  SAMVAD_ARENA_BYTES_MAX = 1 << 20,    // bytes a call may take from its arena, as the ABI says
  SAMVAD_LOG_LINE_BYTES_MAX = 1024,    // as samvad/ext/log.h says
  SAMVAD_LOG_LINES_PER_SECOND = 100,   // as samvad/ext/log.h says
  SAMVAD_REPORTS_PER_SECOND = 100,     // MISBEHAVIOUR frames; a storm of them must not drown the replies
};

typedef struct samvad_runner samvad_runner_t;

typedef struct samvad_runner_options {
  uint32_t size;
  uint32_t reserved;
  void *ctx;
  // [any] A frame for the host; the bytes are valid only during the call. Called from whichever thread completes a
  // call, on several threads at once; it must not call back into the runner.
  void (*emit)(void *ctx, const uint8_t *frame, uint64_t count);
  // [any] Calls that had to wait may go on: have samvad_runner_continue called on the call thread, soon. Called with a
  // lock of the runner held: do no more than wake somebody.
  void (*wake)(void *ctx);
  int memory_file;                    // the module, from samvad_memory_file_make; the runner takes it over
  uint32_t enforced_count;
  const char *const *enforced;        // what limits this process, as text for HELLO; copied
} samvad_runner_options_t;

// [any] A runner with nothing loaded yet: the ACTIVATE frame loads. NULL when there is no memory.
samvad_runner_t *samvad_runner_make(const samvad_runner_options_t *options);

// What a taken frame means to the loop that took it.
typedef int32_t samvad_runner_state_t;
enum {
  SAMVAD_RUNNER_ON = 0,     // go on
  SAMVAD_RUNNER_CLOSED = 1, // CLOSED (or the failure to load) was emitted: nothing more will come
};

// [call thread] Acts on one frame of the host, calling the module in this thread; returns when the module does. The
// bytes are copied where they must live on. A request whose deadline is past is not begun but answered CANCELLED.
// ACTIVATE, CANCEL, DRAIN and CLOSE: one at a time, never beside a REQUEST of a serial module. REQUEST: one at a
// time for a serial module, any number of threads for a parallel one.
samvad_runner_state_t samvad_runner_take(samvad_runner_t *runner, const uint8_t *frame, uint64_t count);

// [call thread] Whether calls wait for a PENDING call of a serial module. Only taking a frame makes this true, so a
// loop that sees false may block until the next frame.
bool samvad_runner_waits(samvad_runner_t *runner);

// [call thread] Runs the calls that waited for a PENDING call of a serial module. Harmless when there are none.
void samvad_runner_continue(samvad_runner_t *runner);

// [any] After CLOSED: no emit or wake comes any more once this has returned. The runner itself stays: the module was
// promised a host table as long as the process, and may have threads that still use it.
void samvad_runner_silence(samvad_runner_t *runner);

#ifdef __cplusplus
}
#endif
#endif
