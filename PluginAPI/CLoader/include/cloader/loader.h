// From a module's bytes to its entry function: one sealed memory file, one dlopen, one dlsym. Never dlclose, since
// neither Swift, Rust nor Go can be unloaded; the only real unload is the end of the process.
#ifndef CLOADER_LOADER_H
#define CLOADER_LOADER_H

#include <stdint.h>

#include "samvad.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SAMVAD_WHY_BYTES = 512, // bytes of an error sentence with its NUL: dlerror names one symbol and one file
};

// A sentence for the operator about why something failed. NUL-terminated, never personal data.
typedef struct samvad_why {
  char text[SAMVAD_WHY_BYTES];
} samvad_why_t;

// [any] Copies bytes into an anonymous memory file that nobody can change any more (all seals), so that the bytes whose
// signature was checked are the bytes that run. Gives a descriptor, close-on-exec and at least 20 so that it never
// stands in the way of a spawn's dup2; the caller closes it. -1 with `why_out` filled.
int samvad_memory_file_make(const uint8_t *bytes, uint64_t count, samvad_why_t *why_out);

// [any] Opens the module in the memory file and finds its entry. The descriptor belongs to the loader from now on and
// stays open for ever when this succeeds: the dynamic linker knows the image by the name /proc/self/fd/N, and would
// hand out the old image if N were used again. NULL with `why_out` filled; the caller then closes the descriptor.
samvad_module_entry_t samvad_module_load(int memory_file, samvad_why_t *why_out);

// [any] Whether what the entry returned may be talked to: the right major, big enough, its functions there, and an id
// and a version that are text. False with `why_out` filled.
int samvad_module_check(const samvad_module_t *module, samvad_why_t *why_out);

#ifdef __cplusplus
}
#endif
#endif
