// samvad-worker MEMORY_BYTES: one department's module in a process of its own. Started by the host with the socket to
// it as descriptor 3 and the sealed module as descriptor 4; one thread takes frames and calls the module. Pure C, so
// that no language runtime but the module's own is in the sandbox.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLoader.h"
#include "sandbox.h"

enum {
  HOST_SOCKET = 3,
  MODULE_FILE = 4,
  FIRST_OTHER = 5,
  EXIT_CLOSED = 0,   // the host said CLOSE, or is gone
  EXIT_USAGE = 2,
  EXIT_SANDBOX = 3,  // the sandbox could not be made: no module runs without it
  EXIT_BROKEN = 4,   // the host sent what is no frame
};
static const uint64_t memory_bytes_min = 64u << 20; // under this a language runtime does not start

typedef struct worker {
  pthread_mutex_t sending; // a long frame is several packets: they must follow one another
  int wake;                // eventfd
  samvad_runner_t *runner;
} worker_t;

// [any thread of the module]
static void emit(void *ctx, const uint8_t *frame, uint64_t count) {
  worker_t *worker = ctx;
  pthread_mutex_lock(&worker->sending);
  int error = samvad_channel_send(HOST_SOCKET, frame, count, true);
  pthread_mutex_unlock(&worker->sending);
  if (error == EPIPE || error == ECONNRESET) _exit(EXIT_CLOSED); // without a host nobody wants what follows
}

// [any thread of the module]
static void wake(void *ctx) {
  worker_t *worker = ctx;
  uint64_t one = 1;
  while (write(worker->wake, &one, sizeof one) < 0 && errno == EINTR) continue;
}

// Waits for a frame, or for calls that may go on. True when a frame is there.
static bool wait_for_frame(worker_t *worker) {
  struct pollfd waited[2] = {{.fd = HOST_SOCKET, .events = POLLIN}, {.fd = worker->wake, .events = POLLIN}};
  while (poll(waited, 2, -1) < 0 && errno == EINTR) continue;
  if (waited[1].revents & POLLIN) {
    uint64_t count;
    while (read(worker->wake, &count, sizeof count) < 0 && errno == EINTR) continue;
    samvad_runner_continue(worker->runner);
  }
  return waited[0].revents != 0;
}

static int run(worker_t *worker) {
  samvad_channel_buffer_t buffer = {0};
  for (;;) {
    if (samvad_runner_waits(worker->runner) && !wait_for_frame(worker)) continue;
    const uint8_t *frame;
    uint64_t count;
    int received = samvad_channel_receive(HOST_SOCKET, &buffer, &frame, &count);
    if (received == 0) return EXIT_CLOSED;
    if (received < 0) return EXIT_BROKEN;
    if (samvad_runner_take(worker->runner, frame, count) == SAMVAD_RUNNER_CLOSED) return EXIT_CLOSED;
  }
}

// Exactly this, whatever the host was started with: a module can't read secrets from it, and static Swift modules order
// their sets alike in each run and leave the signals alone.
static void environment_set(void) {
  clearenv();
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1);
  setenv("SWIFT_BACKTRACE", "enable=no", 1);
}

int main(int argc, char **argv) {
  char *end = NULL;
  uint64_t memory_bytes = argc == 2 ? strtoull(argv[1], &end, 10) : 0;
  if (!end || *end || memory_bytes < memory_bytes_min) {
    fprintf(stderr, "samvad-worker is started by samvad: samvad-worker MEMORY_BYTES (at least %llu)\n",
            (unsigned long long)memory_bytes_min);
    return EXIT_USAGE;
  }
  environment_set();
  syscall(SYS_close_range, FIRST_OTHER, ~0u, 0);
  worker_t worker = {.sending = PTHREAD_MUTEX_INITIALIZER, .wake = eventfd(0, EFD_CLOEXEC)};
  sandbox_notes_t notes = {0};
  sandbox_limit(memory_bytes, &notes);
  sandbox_landlock(&notes);
  if (worker.wake < 0 || sandbox_seccomp(&notes) != 0) return EXIT_SANDBOX;
  const char *enforced[SANDBOX_NOTES_MAX];
  for (uint32_t i = 0; i < notes.count; i++) enforced[i] = notes.text[i];
  samvad_runner_options_t options = {
      .size = sizeof options,
      .ctx = &worker,
      .emit = emit,
      .wake = wake,
      .memory_file = MODULE_FILE,
      .enforced_count = notes.count,
      .enforced = enforced,
  };
  worker.runner = samvad_runner_make(&options);
  if (!worker.runner) return EXIT_SANDBOX;
  // Not exit(): handlers of a module that ran as it should, or did not, have nothing left to say.
  _exit(run(&worker));
}
