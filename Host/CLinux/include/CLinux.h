// What the host needs of Linux and Swift can't say: a worker process that is started without fork, watched and ended
// through a descriptor that names it for certain. Called by Modules.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct samvad_process {
  int32_t pid;
  int32_t pidfd;  // names the process even after its number went to another; closed by samvad_process_reap
  int32_t socket; // the host's end of the SOCK_SEQPACKET pair; the caller closes it
} samvad_process_t;

typedef struct samvad_process_end {
  bool signalled;  // by `code`, else it exited with `code`
  int32_t code;
} samvad_process_end_t;

// [a thread that outlives the process] Starts `path` with `argument` as its only argument, the other end of a new
// socket pair as descriptor 3 and `module` as descriptor 4, /dev/null as 0, 1 and 2, the two variables of a worker's
// environment and nothing else; in a process group of its own, so that Ctrl-C in a terminal ends the host first, which
// then drains. The thread matters: the worker asks to die with its parent, and to Linux the parent is the thread.
// 0, or the errno.
int samvad_process_start(const char *path, const char *argument, int32_t module, samvad_process_t *process_out);

// [any] SIGKILL. Harmless when the process has ended but is not reaped yet.
void samvad_process_kill(const samvad_process_t *process);

// [any, blocks] Waits for the end, takes the process out of the table and closes `pidfd`. 0, or the errno.
int samvad_process_reap(const samvad_process_t *process, samvad_process_end_t *end_out);

// [any] Ends both directions: a thread that waits on the socket, here or there, wakes. Then the worker exits by itself.
void samvad_socket_end(int32_t socket);

// [any] Nanoseconds of CLOCK_MONOTONIC, the clock of deadlines: the same in host and workers.
uint64_t samvad_now_monotonic_ns(void);

#ifdef __cplusplus
}
#endif
#endif
