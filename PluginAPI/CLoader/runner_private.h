// What the four files of the runner share: runner.c (frames), calls.c (table, arenas), reply.c (answers), services.c
// (what the module may call). Nobody else includes this.
#ifndef CLOADER_RUNNER_PRIVATE_H
#define CLOADER_RUNNER_PRIVATE_H

#include <pthread.h>

#include "cloader/runner.h"

typedef struct arena_block {
  struct arena_block *next;
  uint64_t capacity; // bytes after this header
  uint64_t used;
  uint64_t padding; // keeps what follows 16-byte aligned
} arena_block_t;

typedef struct arena {
  arena_block_t *blocks; // newest first; the last one is kept from call to call
  uint64_t taken;        // bytes handed out, rounded up
} arena_t;

// How the last call in a place ended; decides what a second completion is called.
typedef enum call_end { CALL_END_NONE, CALL_END_ANSWERED, CALL_END_CANCELLED } call_end_t;

// A place in the call table. All of it is guarded by the runner's `lock`, but for the request's memory, which only the
// thread that runs `handle` writes, before the module sees it.
typedef struct call_place {
  uint64_t generation; // of the call that is or was here last; 0 = never used
  uint64_t number;     // the host's
  uint32_t holders;    // one while `handle` runs, one while no answer has been given; 0 = free
  bool answered;       // an answer was taken: every further one is double
  bool cancelled;      // the host has given up
  bool pending;        // `handle` has returned SAMVAD_PENDING
  call_end_t end;      // of the present generation, once free
  call_end_t end_before;
  uint64_t deadline_ns;
  uint64_t random_state;
  arena_t arena;
  uint8_t *frame; // the request's frame, into which the request's texts point
  uint64_t frame_capacity;
  uint64_t frame_count;
  uint8_t *lists; // the request's fields and documents
  uint64_t lists_capacity;
  uint32_t next_free; // index in the queue of free places
} call_place_t;

typedef struct ration {
  uint64_t second;  // CLOCK_MONOTONIC seconds
  uint32_t used;    // in that second
  uint32_t dropped; // in that second
} ration_t;

// A REQUEST frame that waits for the PENDING call of a serial module.
typedef struct waiting_frame {
  struct waiting_frame *next;
  uint64_t number;
  uint64_t count;
  uint8_t bytes[];
} waiting_frame_t;

typedef enum runner_life { LIFE_MADE, LIFE_ACTIVE, LIFE_DRAINING, LIFE_CLOSED } runner_life_t;

struct samvad_runner {
  samvad_host_t host; // first, so that a host table leads back to its runner
  samvad_log_t log;
  samvad_random_t random;
  samvad_runner_options_t options;
  char **enforced;

  pthread_rwlock_t emit_lock; // read: an emit is under way; write: silencing
  bool silent;

  pthread_mutex_t lock; // all that follows
  runner_life_t life;
  uint32_t unanswered;  // calls without an answer, given-up ones included
  bool drained_told;
  call_place_t *places; // SAMVAD_CALLS_MAX
  uint32_t first_free, last_free;
  waiting_frame_t *first_waiting, *last_waiting;
  ration_t log_ration, report_ration;
  char **granted, **withheld; // NULL-terminated; written once by ACTIVATE

  const samvad_module_t *module; // written once by ACTIVATE
  const samvad_instance_t *instance;
};

enum { NO_PLACE = 0xFFFF }; // above every index

// MARK: runner.c

uint64_t samvad_monotonic_ns(void);
// 0 is no deadline.
bool samvad_deadline_is_past(uint64_t deadline_ns);
void samvad_runner_emit(samvad_runner_t *runner, samvad_writer_t *writer);
// After an answer was given: tells DRAINED or wakes the waiting calls where that is due. Takes the lock.
void samvad_runner_settle(samvad_runner_t *runner);
// Whether one more may pass this second. `dropped_before_out` gets what the second before had to drop. Lock held.
bool samvad_ration_take(ration_t *ration, uint32_t per_second, uint32_t *dropped_before_out);

// MARK: calls.c. All with the lock held unless said otherwise.

bool samvad_calls_make(samvad_runner_t *runner);
// A free place with a new generation, or NULL when all are taken.
call_place_t *samvad_call_begin(samvad_runner_t *runner, uint64_t number);
samvad_call_t samvad_call_handle(const samvad_runner_t *runner, const call_place_t *place);
// The live call of a handle, or NULL.
call_place_t *samvad_call_find(samvad_runner_t *runner, samvad_call_t handle);
call_place_t *samvad_call_numbered(samvad_runner_t *runner, uint64_t number);
// What completing this handle would be: 0 fine, else a samvad_misbehaviour_t.
uint32_t samvad_call_verdict(samvad_runner_t *runner, samvad_call_t handle);
// Gives back one of the two holds; the last one frees the place and wipes its memory.
void samvad_call_drop(samvad_runner_t *runner, call_place_t *place);
// Reads a REQUEST into the place's own memory. Without the lock: nobody else knows the place yet.
bool samvad_call_read(call_place_t *place, const uint8_t *frame, uint64_t count, samvad_request_t *request_out);
void *samvad_arena_take(arena_t *arena, uint64_t size);

// MARK: reply.c. Without the lock.

// Checks and encodes. False: nothing usable was written, and `wrong_out` says what the module did wrong (static text).
bool samvad_reply_write(samvad_writer_t *writer, uint64_t number, const samvad_reply_t *reply, const char **wrong_out);
bool samvad_error_write(samvad_writer_t *writer, uint64_t number, const samvad_error_t *error, const char **wrong_out);
// An error in the runner's own name.
void samvad_emit_failure(samvad_runner_t *runner, uint64_t number, samvad_error_class_t error_class,
                         samvad_runner_code_t code, const char *detail);
void samvad_emit_misbehaviour(samvad_runner_t *runner, uint64_t number, samvad_misbehaviour_t code, samvad_str_t text);

// MARK: services.c

void samvad_services_make(samvad_runner_t *runner);
// A text of the runner's own as the ABI's type.
samvad_str_t samvad_text(const char *text);

#endif
