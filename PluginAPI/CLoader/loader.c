// Sealed memory file, dlopen, dlsym, ABI check. Called by the runner; the host also makes the memory files.
#define _GNU_SOURCE
#include "cloader/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cloader/wire.h"

enum {
  DESCRIPTOR_MIN = 20,      // spawn's dup2 targets are below
  NAME_BYTES_MAX = 64,      // of a module's id or version: a department id has at most 32
};

__attribute__((format(printf, 2, 3))) static void explain(samvad_why_t *why, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why->text, sizeof why->text, format, arguments);
  va_end(arguments);
}

static int write_all(int file, const uint8_t *bytes, uint64_t count) {
  while (count) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return -1;
    bytes += written;
    count -= (uint64_t)written;
  }
  return 0;
}

int samvad_memory_file_make(const uint8_t *bytes, uint64_t count, samvad_why_t *why_out) {
  int first = memfd_create("samvad-module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (first < 0) {
    explain(why_out, "no memory file for the module: %s", strerror(errno));
    return -1;
  }
  int file = fcntl(first, F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);
  int error = errno;
  close(first);
  if (file < 0) {
    explain(why_out, "no descriptor for the module's memory file: %s", strerror(error));
    return -1;
  }
  if (write_all(file, bytes, count) != 0) {
    explain(why_out, "the module's %llu bytes do not fit in memory: %s", (unsigned long long)count, strerror(errno));
  } else if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    explain(why_out, "the module's memory file can't be sealed: %s", strerror(errno));
  } else {
    return file;
  }
  close(file);
  return -1;
}

samvad_module_entry_t samvad_module_load(int memory_file, samvad_why_t *why_out) {
  int seals = fcntl(memory_file, F_GET_SEALS);
  int wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (seals < 0 || (seals & wanted) != wanted) {
    explain(why_out, "the module's file is not a sealed memory file");
    return NULL;
  }
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", memory_file);
  // NOW: a missing symbol is an error here, not the end of the process in the middle of a call.
  void *image = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!image) {
    const char *reason = dlerror();
    explain(why_out, "the module does not load: %s", reason ? reason : "no reason given");
    return NULL;
  }
  void *symbol = dlsym(image, SAMVAD_ENTRY_SYMBOL);
  if (!symbol) {
    explain(why_out, "the module does not export " SAMVAD_ENTRY_SYMBOL "; link it with the template's version script");
    return NULL;
  }
  samvad_module_entry_t entry;
  memcpy(&entry, &symbol, sizeof entry); // ISO C has no cast from object to function pointer; POSIX promises this
  return entry;
}

static int name_is_fit(samvad_str_t name) {
  return name.ptr && name.len && name.len <= NAME_BYTES_MAX && samvad_text_is_utf8(name);
}

int samvad_module_check(const samvad_module_t *module, samvad_why_t *why_out) {
  enum { SIZE_MIN = offsetof(samvad_module_t, get_service) + sizeof(void *) }; // as ABI 1.0 had it
  if (module->size < 12 || module->abi_major != SAMVAD_ABI_MAJOR) {
    explain(why_out, "the module speaks ABI %u.%u, this host speaks %d.%d; build it against this host's headers",
            module->size < 12 ? 0 : module->abi_major, module->size < 12 ? 0 : module->abi_minor, SAMVAD_ABI_MAJOR,
            SAMVAD_ABI_MINOR);
  } else if (module->size < SIZE_MIN) {
    explain(why_out, "the module's samvad_module_t has %u bytes, ABI 1.0 has %d", module->size, (int)SIZE_MIN);
  } else if (!module->open) {
    explain(why_out, "the module has no `open`");
  } else if (!name_is_fit(module->id)) {
    explain(why_out, "the module's `id` is not text of 1 to %d bytes", NAME_BYTES_MAX);
  } else if (!name_is_fit(module->version)) {
    explain(why_out, "the module's `version` is not text of 1 to %d bytes", NAME_BYTES_MAX);
  } else {
    return 1;
  }
  return 0;
}
