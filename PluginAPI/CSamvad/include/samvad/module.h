// What the module gives the host: itself, and from `open` one instance per department.
//
// Life: loaded → opened → active → draining → closed. The host keeps the order; the module may rely on it.
#ifndef SAMVAD_MODULE_H
#define SAMVAD_MODULE_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t samvad_concurrency_t;
enum {
  SAMVAD_CONCURRENCY_SERIAL = 0,   // one call at a time; a PENDING call counts until it is completed
  SAMVAD_CONCURRENCY_PARALLEL = 1, // `handle` may run on several threads at once
};

typedef struct samvad_instance {
  uint32_t size;
  samvad_concurrency_t concurrency;
  void *ctx; // the module's

  // [init] Once after open. `configuration` is a flat list from the administrator. SAMVAD_DONE or SAMVAD_FAILED.
  samvad_result_t (*activate)(const struct samvad_instance *self, const samvad_field_t *configuration,
                              uint64_t configuration_count, samvad_error_t *error_out);

  // [worker] One step. `reply_out` and `error_out` come zeroed with their sizes set; fill the one that the result names.
  // The same request may come again after a crash: answer the same.
  samvad_result_t (*handle)(const struct samvad_instance *self, const samvad_request_t *request,
                            samvad_reply_t *reply_out, samvad_error_t *error_out);

  // [worker] The host has given up on a PENDING call. A hint; completing it now is harmless and counted as late.
  void (*on_cancel)(const struct samvad_instance *self, samvad_call_t call);

  // [worker] An asynchronous host operation has ended: the token it was started with, and its result.
  void (*on_event)(const struct samvad_instance *self, uint64_t token, samvad_bytes_t result);

  // [worker] No new calls will come. Finish the PENDING ones before `deadline_ns` (CLOCK_MONOTONIC).
  void (*drain)(const struct samvad_instance *self, uint64_t deadline_ns);

  // [worker] The last call ever. All PENDING calls are over.
  void (*close)(const struct samvad_instance *self);
} samvad_instance_t;

typedef struct samvad_module {
  uint32_t size;
  uint32_t abi_major; // SAMVAD_ABI_MAJOR as compiled
  uint32_t abi_minor; // SAMVAD_ABI_MINOR as compiled
  uint32_t reserved;  // 0
  samvad_str_t id;      // the same as in the manifest
  samvad_str_t version; // semantic version, the same as in the manifest

  // [init] Once per process. On SAMVAD_DONE `instance_out` points to an instance that lives until after `close`.
  samvad_result_t (*open)(const struct samvad_module *self, const samvad_host_t *host,
                          const samvad_instance_t **instance_out, samvad_error_t *error_out);

  // [any] An optional extension of the module by id, or NULL. The pointer itself may be NULL: no extensions.
  const void *(*get_service)(const struct samvad_module *self, samvad_str_t id);
} samvad_module_t;

#ifdef __cplusplus
}
#endif
#endif
