// What the host gives the module. The table lives as long as the process; every function may be called from any thread.
//
// Thread tags: [init] while entry/open/activate run · [worker] on the host's call thread · [any] from any thread.
#ifndef SAMVAD_HOST_H
#define SAMVAD_HOST_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

// A breach of these headers, counted for the operators; never followed by undefined behaviour of the host.
typedef uint32_t samvad_misbehaviour_t;
enum {
  SAMVAD_MISBEHAVIOUR_DOUBLE_COMPLETE = 1,       // a call that was answered before
  SAMVAD_MISBEHAVIOUR_LATE_COMPLETE = 2,         // a call that the host had given up; harmless
  SAMVAD_MISBEHAVIOUR_STALE_HANDLE = 3,          // a handle of an earlier call, or of none
  SAMVAD_MISBEHAVIOUR_ARENA_EXHAUSTED = 4,       // more memory asked than a call has
  SAMVAD_MISBEHAVIOUR_BAD_REPLY = 5,             // a reply or error that breaks a rule of types.h
  SAMVAD_MISBEHAVIOUR_UNDECLARED_CAPABILITY = 6, // asked for what the manifest does not name
  SAMVAD_MISBEHAVIOUR_OTHER = 7,                 // only ever raised by a module about its host
};

typedef struct samvad_host {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;     // 0
  samvad_str_t version;  // the host's own version, for logs only: never branch on it
  void *ctx;             // the host's; pass the table itself, never this

  // [any] Memory that lives until the call completes and is freed by the host, 16-byte aligned and zeroed.
  // NULL when the call is over, the handle is stale, or the call's 1 MiB is used up: answer SAMVAD_FAILED then.
  void *(*arena_alloc)(const struct samvad_host *host, samvad_call_t call, uint64_t size);

  // [any] Ends a call for which `handle` returned SAMVAD_PENDING. Exactly one of `reply` and `error` is not NULL.
  // May be called before `handle` has returned. 0 = taken; else a samvad_misbehaviour_t (double, late, stale): the
  // host has counted it and nothing else happened. The call's arena is gone when this returns 0.
  uint32_t (*complete)(const struct samvad_host *host, samvad_call_t call, const samvad_reply_t *reply,
                       const samvad_error_t *error);

  // [any] 1 when the host no longer wants the answer (deadline, shutdown): finish cheaply. A stale handle is 1 too.
  uint32_t (*is_cancelled)(const struct samvad_host *host, samvad_call_t call);

  // [any] A capability's table by id and revision, for example "samvad.log/1". NULL when the manifest does not declare
  // it, the administrator has not granted it, or this host does not have it. Valid for the life of the process.
  const void *(*get_service)(const struct samvad_host *host, samvad_str_t id);

  // [any] The module's complaint about its host. Counted and logged; changes nothing.
  void (*misbehaviour)(const struct samvad_host *host, samvad_misbehaviour_t code, samvad_str_t text);
} samvad_host_t;

#ifdef __cplusplus
}
#endif
#endif
