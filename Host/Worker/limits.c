// Limits of the worker process. Called by main before there are threads.
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox.h"

enum {
  STACK_BYTES = 8 << 20, // of each thread: Linux's default, whatever the host was started with
  ARENAS_MAX = 2,        // of malloc: each takes 64 MiB of address space, by default there are eight for each core
  DESCRIPTORS_MAX = 32,  // socket, module, wake-up, and what a language runtime opens (epoll, timer, /dev/urandom)
  NOBODY = 65534,        // Debian's account that owns nothing
};

void sandbox_note(sandbox_notes_t *notes, const char *format, ...) {
  if (notes->count == SANDBOX_NOTES_MAX) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(notes->text[notes->count++], SANDBOX_NOTE_BYTES, format, arguments);
  va_end(arguments);
}

// Soft and hard alike, so that it can't be raised again. Reads it back: noted is what the kernel says it is.
static void limit(int resource, rlim_t value, const char *name, const char *unit, sandbox_notes_t *notes) {
  struct rlimit wanted = {value, value}, real;
  setrlimit(resource, &wanted);
  if (getrlimit(resource, &real) == 0 && real.rlim_max == value && real.rlim_cur == value) {
    sandbox_note(notes, "%s %llu %s", name, (unsigned long long)value, unit);
  } else {
    sandbox_note(notes, "%s not limited", name);
  }
}

// Started by root, the worker goes on as nobody: a hole in the sandbox then leads to an account without rights.
static void give_up_root(sandbox_notes_t *notes) {
  if (geteuid() != 0) return;
  if (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0) {
    // Changing the account made /proc/self root's, and the module is loaded through /proc/self/fd.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    sandbox_note(notes, "account nobody");
  } else {
    sandbox_note(notes, "account stays root: %s", strerror(errno));
  }
}

void sandbox_limit(uint64_t memory_bytes, sandbox_notes_t *notes) {
  signal(SIGXFSZ, SIG_IGN); // a write over the limit is EFBIG, not the end
  mallopt(M_ARENA_MAX, ARENAS_MAX);
  limit(RLIMIT_AS, memory_bytes, "memory", "bytes", notes);
  limit(RLIMIT_STACK, STACK_BYTES, "stack", "bytes", notes);
  limit(RLIMIT_FSIZE, 0, "file size", "bytes", notes);
  limit(RLIMIT_CORE, 0, "core", "bytes", notes);
  limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, "descriptors", "open", notes);
  give_up_root(notes);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) sandbox_note(notes, "no new privileges");
  // After the change of account, which clears it. The parent is the host's thread that waits for this worker.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0) sandbox_note(notes, "dies with the host");
}
