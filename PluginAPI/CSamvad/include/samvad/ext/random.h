// Capability samvad.random/1: numbers that are the same again when the call is replayed. Not for keys or secrets.
#ifndef SAMVAD_EXT_RANDOM_H
#define SAMVAD_EXT_RANDOM_H

#include "../host.h"

#define SAMVAD_RANDOM_ID "samvad.random/1"

typedef struct samvad_random {
  uint32_t size;
  uint32_t reserved;
  // [any] The next number of this call's sequence, which follows from the request's `random_seed` alone. 0 when stale.
  uint64_t (*next)(const samvad_host_t *host, samvad_call_t call);
} samvad_random_t;

#endif
