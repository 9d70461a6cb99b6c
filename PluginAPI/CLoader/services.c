// What a module may call: the host table and the capabilities log and random. On any thread of the module.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "runner_private.h"

static samvad_runner_t *runner_of(const samvad_host_t *host) { return (samvad_runner_t *)host->ctx; }

static void *host_arena_alloc(const samvad_host_t *host, samvad_call_t handle, uint64_t size) {
  samvad_runner_t *runner = runner_of(host);
  pthread_mutex_lock(&runner->lock);
  call_place_t *place = samvad_call_find(runner, handle);
  bool open = place && !place->answered;
  void *memory = open ? samvad_arena_take(&place->arena, size) : NULL;
  uint64_t number = open ? place->number : 0;
  pthread_mutex_unlock(&runner->lock);
  if (!open) {
    samvad_emit_misbehaviour(runner, 0, SAMVAD_MISBEHAVIOUR_STALE_HANDLE,
                             samvad_text("arena_alloc for a call that is over"));
  } else if (!memory) {
    samvad_emit_misbehaviour(runner, number, SAMVAD_MISBEHAVIOUR_ARENA_EXHAUSTED,
                             samvad_text("the call wanted more than its arena holds"));
  }
  return memory;
}

static const char *sentence_of(uint32_t verdict) {
  switch (verdict) {
    case SAMVAD_MISBEHAVIOUR_DOUBLE_COMPLETE: return "complete for a call that was answered before";
    case SAMVAD_MISBEHAVIOUR_LATE_COMPLETE: return "complete for a call that the host had given up";
    default: return "complete with a handle that names no call";
  }
}

// Counts the fault, and frees the place of a given-up call whose module has come round to it.
static uint32_t complete_wrongly(samvad_runner_t *runner, call_place_t *place, uint64_t number, uint32_t verdict) {
  bool late = place && verdict == SAMVAD_MISBEHAVIOUR_LATE_COMPLETE;
  samvad_emit_misbehaviour(runner, number, verdict, samvad_text(sentence_of(verdict)));
  if (!late) return verdict;
  samvad_emit_failure(runner, number, SAMVAD_ERROR_TRANSIENT, SAMVAD_CODE_CANCELLED,
                      "the call was given up and is over");
  pthread_mutex_lock(&runner->lock);
  runner->unanswered--;
  samvad_call_drop(runner, place);
  pthread_mutex_unlock(&runner->lock);
  samvad_runner_settle(runner);
  return verdict;
}

static uint32_t host_complete(const samvad_host_t *host, samvad_call_t handle, const samvad_reply_t *reply,
                              const samvad_error_t *error) {
  samvad_runner_t *runner = runner_of(host);
  pthread_mutex_lock(&runner->lock);
  uint32_t verdict = samvad_call_verdict(runner, handle);
  call_place_t *place = samvad_call_find(runner, handle);
  uint64_t number = place ? place->number : 0;
  if (place && !place->answered) place->answered = true; // from here on this thread alone answers
  else place = NULL;
  pthread_mutex_unlock(&runner->lock);
  if (verdict) return complete_wrongly(runner, place, number, verdict);

  samvad_writer_t writer = {0};
  const char *wrong = "complete needs exactly one of reply and error";
  bool written = false;
  if (reply && !error) written = samvad_reply_write(&writer, number, reply, &wrong);
  else if (error && !reply) written = samvad_error_write(&writer, number, error, &wrong);
  if (written) {
    samvad_runner_emit(runner, &writer);
  } else {
    samvad_emit_misbehaviour(runner, number, SAMVAD_MISBEHAVIOUR_BAD_REPLY, samvad_text(wrong));
    samvad_emit_failure(runner, number, SAMVAD_ERROR_BUG, SAMVAD_CODE_BAD_REPLY, wrong);
  }
  samvad_writer_free(&writer);
  pthread_mutex_lock(&runner->lock);
  runner->unanswered--;
  samvad_call_drop(runner, place);
  pthread_mutex_unlock(&runner->lock);
  samvad_runner_settle(runner);
  return 0;
}

static uint32_t host_is_cancelled(const samvad_host_t *host, samvad_call_t handle) {
  samvad_runner_t *runner = runner_of(host);
  pthread_mutex_lock(&runner->lock);
  call_place_t *place = samvad_call_find(runner, handle);
  bool wanted = place && !place->answered && !place->cancelled;
  uint64_t deadline_ns = wanted ? place->deadline_ns : 0;
  pthread_mutex_unlock(&runner->lock);
  return !wanted || samvad_deadline_is_past(deadline_ns);
}

static bool list_holds(char *const *list, samvad_str_t id) {
  for (; list && *list; list++) {
    if (strlen(*list) == id.len && memcmp(*list, id.ptr, id.len) == 0) return true;
  }
  return false;
}

static const void *host_get_service(const samvad_host_t *host, samvad_str_t id) {
  samvad_runner_t *runner = runner_of(host);
  samvad_str_t log = samvad_text(SAMVAD_LOG_ID), random = samvad_text(SAMVAD_RANDOM_ID);
  if (id.ptr && list_holds(runner->granted, id)) {
    if (id.len == log.len && memcmp(id.ptr, log.ptr, id.len) == 0) return &runner->log;
    if (id.len == random.len && memcmp(id.ptr, random.ptr, id.len) == 0) return &runner->random;
    return NULL; // granted, but this host does not have it
  }
  if (id.ptr && list_holds(runner->withheld, id)) return NULL; // declared: asking for it is no fault
  char line[128];
  int shown = id.ptr && id.len < 64 ? (int)id.len : 0;
  snprintf(line, sizeof line, "get_service for a capability that the manifest does not declare: %.*s", shown,
           id.ptr ? id.ptr : "");
  samvad_emit_misbehaviour(runner, 0, SAMVAD_MISBEHAVIOUR_UNDECLARED_CAPABILITY, samvad_text(line));
  return NULL;
}

static void host_misbehaviour(const samvad_host_t *host, samvad_misbehaviour_t code, samvad_str_t text) {
  (void)code; // the module's word for it; to the host it is one kind
  if (text.len > SAMVAD_ARENA_BYTES_MAX || (text.len && !text.ptr)) text = samvad_text("a complaint without text");
  samvad_emit_misbehaviour(runner_of(host), 0, SAMVAD_MISBEHAVIOUR_OTHER, text);
}

static void emit_log(samvad_runner_t *runner, samvad_log_level_t level, samvad_str_t line) {
  samvad_writer_t writer = {0};
  samvad_frame_begin(&writer, SAMVAD_FRAME_LOG, 0);
  samvad_write_u32(&writer, level);
  samvad_write_text(&writer, line);
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
}

static void log_write(const samvad_host_t *host, samvad_log_level_t level, samvad_str_t line) {
  samvad_runner_t *runner = runner_of(host);
  if (line.len && !line.ptr) return;
  uint32_t dropped = 0;
  pthread_mutex_lock(&runner->lock);
  bool passes = samvad_ration_take(&runner->log_ration, SAMVAD_LOG_LINES_PER_SECOND, &dropped);
  pthread_mutex_unlock(&runner->lock);
  char masked[SAMVAD_LOG_LINE_BYTES_MAX];
  if (dropped) {
    int count = snprintf(masked, sizeof masked, "%u lines of this module were dropped", dropped);
    emit_log(runner, SAMVAD_LOG_WARNING, (samvad_str_t){masked, (uint64_t)count});
  }
  if (!passes) return;
  if (level > SAMVAD_LOG_ERROR) level = SAMVAD_LOG_ERROR;
  emit_log(runner, level, (samvad_str_t){masked, samvad_text_mask(line, masked, sizeof masked)});
}

// SplitMix64: small, good enough for everything but secrets, and the same on every machine for ever.
static uint64_t random_next(const samvad_host_t *host, samvad_call_t handle) {
  samvad_runner_t *runner = runner_of(host);
  pthread_mutex_lock(&runner->lock);
  call_place_t *place = samvad_call_find(runner, handle);
  uint64_t value = 0;
  if (place) {
    value = place->random_state += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    value ^= value >> 31;
  }
  pthread_mutex_unlock(&runner->lock);
  return value;
}

void samvad_services_make(samvad_runner_t *runner) {
  runner->host = (samvad_host_t){
      .size = sizeof runner->host,
      .abi_major = SAMVAD_ABI_MAJOR,
      .abi_minor = SAMVAD_ABI_MINOR,
      .version = samvad_text("1.0"),
      .ctx = runner,
      .arena_alloc = host_arena_alloc,
      .complete = host_complete,
      .is_cancelled = host_is_cancelled,
      .get_service = host_get_service,
      .misbehaviour = host_misbehaviour,
  };
  runner->log = (samvad_log_t){.size = sizeof runner->log, .write = log_write};
  runner->random = (samvad_random_t){.size = sizeof runner->random, .next = random_next};
}
