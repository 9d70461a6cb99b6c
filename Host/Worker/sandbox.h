// What the worker does to itself before any code of a department runs. Called once, by main, before there are threads.
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

#include <stdint.h>

enum {
  SANDBOX_NOTES_MAX = 16,
  SANDBOX_NOTE_BYTES = 96,
};

// What was done and what the kernel really enforces, one text each, for the operator's page.
typedef struct sandbox_notes {
  uint32_t count;
  char text[SANDBOX_NOTES_MAX][SANDBOX_NOTE_BYTES];
} sandbox_notes_t;

__attribute__((format(printf, 2, 3))) void sandbox_note(sandbox_notes_t *notes, const char *format, ...);

// Limits of the process: memory, files, core, descriptors; death with the host; an unprivileged account; no way back.
void sandbox_limit(uint64_t memory_bytes, sandbox_notes_t *notes);
// The file system: a few directories to read, nothing to write (Landlock).
void sandbox_landlock(sandbox_notes_t *notes);
// The system calls: those that a language runtime needs; every other answers EPERM (seccomp). Not 0: run no module.
int sandbox_seccomp(sandbox_notes_t *notes);

#endif
