// The one symbol a module exports, and the note in which it describes itself without any code being run.
//
// The note: an ELF section `.note.samvad` of one standard note record: name "Samvad", type SAMVAD_NOTE_MANIFEST, and as
// its description canonical JSON (UTF-8, sorted keys, no spaces): manifest and catalogue. `samvad module pack` writes it.
#ifndef SAMVAD_ENTRY_H
#define SAMVAD_ENTRY_H

#include "module.h"

#define SAMVAD_NOTE_SECTION ".note.samvad"
#define SAMVAD_NOTE_NAME "Samvad"
#define SAMVAD_NOTE_MANIFEST 1

#define SAMVAD_ENTRY_SYMBOL "samvad_module_entry"

#if defined(_WIN32)
#define SAMVAD_EXPORT __declspec(dllexport)
#else
#define SAMVAD_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

// [init] Once per process, before anything else, with no side effects. Returns the module, static, or NULL with
// `error_out` filled: wrong host, missing capability. `host` is never NULL and lives as long as the process.
SAMVAD_EXPORT const samvad_module_t *samvad_module_entry(const samvad_host_t *host, samvad_error_t *error_out);

// The entry's type, for those who look it up by name.
typedef const samvad_module_t *(*samvad_module_entry_t)(const samvad_host_t *host, samvad_error_t *error_out);

#ifdef __cplusplus
}
#endif
#endif
