// Frames in, module calls, frames out. Called by the worker's loop and by the host's in-process call thread.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner_private.h"

uint64_t samvad_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool samvad_deadline_is_past(uint64_t deadline_ns) { return deadline_ns && samvad_monotonic_ns() >= deadline_ns; }

bool samvad_ration_take(ration_t *ration, uint32_t per_second, uint32_t *dropped_before_out) {
  uint64_t second = samvad_monotonic_ns() / 1000000000u;
  if (second != ration->second) {
    *dropped_before_out = ration->dropped;
    *ration = (ration_t){second, 0, 0};
  }
  if (ration->used >= per_second) {
    ration->dropped++;
    return false;
  }
  ration->used++;
  return true;
}

void samvad_runner_emit(samvad_runner_t *runner, samvad_writer_t *writer) {
  if (!samvad_frame_end(writer)) return; // no memory for a frame: the host's deadline ends the call
  pthread_rwlock_rdlock(&runner->emit_lock);
  if (!runner->silent) runner->options.emit(runner->options.ctx, writer->bytes, writer->count);
  pthread_rwlock_unlock(&runner->emit_lock);
}

void samvad_runner_silence(samvad_runner_t *runner) {
  pthread_rwlock_wrlock(&runner->emit_lock);
  pthread_mutex_lock(&runner->lock);
  runner->silent = true;
  pthread_mutex_unlock(&runner->lock);
  pthread_rwlock_unlock(&runner->emit_lock);
}

static char **texts_copy(const char *const *texts, uint32_t count) {
  char **copy = calloc(count + 1, sizeof *copy);
  for (uint32_t i = 0; copy && i < count; i++) copy[i] = strdup(texts[i]);
  return copy;
}

samvad_runner_t *samvad_runner_make(const samvad_runner_options_t *options) {
  samvad_runner_t *runner = calloc(1, sizeof *runner);
  if (!runner) return NULL;
  runner->options = *options;
  runner->enforced = texts_copy(options->enforced, options->enforced_count);
  pthread_mutex_init(&runner->lock, NULL);
  pthread_rwlock_init(&runner->emit_lock, NULL);
  samvad_services_make(runner);
  if (runner->enforced && samvad_calls_make(runner)) return runner;
  free(runner->enforced);
  free(runner);
  return NULL;
}

static bool is_serial(const samvad_runner_t *runner) {
  return runner->instance->concurrency != SAMVAD_CONCURRENCY_PARALLEL;
}

// MARK: ACTIVATE

static char **read_texts(samvad_reader_t *reader) {
  uint32_t count = samvad_read_count(reader, SAMVAD_CAPABILITIES_MAX, 4);
  char **texts = calloc(count + 1, sizeof *texts);
  for (uint32_t i = 0; i < count; i++) {
    samvad_str_t text = samvad_read_text(reader);
    if (texts && !reader->failed && !(texts[i] = strndup(text.ptr ? text.ptr : "", text.len))) reader->failed = true;
  }
  if (!texts) reader->failed = true;
  return texts;
}

static void explain_refusal(samvad_why_t *why, const char *what, const samvad_error_t *error) {
  bool honest = error->detail.ptr && error->detail.len < sizeof why->text;
  snprintf(why->text, sizeof why->text, "the module's %s failed with code %u: %.*s", what, error->code,
           honest ? (int)error->detail.len : 10, honest ? error->detail.ptr : "no details");
}

static bool instance_check(const samvad_instance_t *instance, samvad_why_t *why) {
  enum { SIZE_MIN = offsetof(samvad_instance_t, close) + sizeof(void *) }; // as ABI 1.0 had it
  const char *wrong = NULL;
  if (!instance) {
    wrong = "`open` gave no instance";
  } else if (instance->size < SIZE_MIN) {
    wrong = "the instance is smaller than ABI 1.0's";
  } else if (instance->concurrency > SAMVAD_CONCURRENCY_PARALLEL) {
    wrong = "the instance's concurrency is none of the ABI's";
  } else if (!instance->activate || !instance->handle || !instance->close) {
    wrong = "the instance lacks activate, handle or close";
  }
  if (wrong) snprintf(why->text, sizeof why->text, "%s", wrong);
  return !wrong;
}

static bool module_start(samvad_runner_t *runner, const samvad_field_t *configuration, uint32_t count,
                         samvad_why_t *why) {
  samvad_module_entry_t entry = samvad_module_load(runner->options.memory_file, why);
  if (!entry) return false;
  samvad_error_t error = {.size = sizeof error};
  const samvad_module_t *module = entry(&runner->host, &error);
  if (!module) {
    explain_refusal(why, "entry", &error);
    return false;
  }
  if (!samvad_module_check(module, why)) return false;
  const samvad_instance_t *instance = NULL;
  error = (samvad_error_t){.size = sizeof error};
  if (module->open(module, &runner->host, &instance, &error) != SAMVAD_DONE) {
    explain_refusal(why, "open", &error);
    return false;
  }
  if (!instance_check(instance, why)) return false;
  error = (samvad_error_t){.size = sizeof error};
  if (instance->activate(instance, configuration, count, &error) != SAMVAD_DONE) {
    explain_refusal(why, "activate", &error);
    return false;
  }
  runner->module = module;
  runner->instance = instance;
  return true;
}

static void emit_hello(samvad_runner_t *runner, uint64_t started_ns) {
  samvad_writer_t writer = {0};
  samvad_frame_begin(&writer, SAMVAD_FRAME_HELLO, 0);
  samvad_write_u32(&writer, runner->module->abi_major);
  samvad_write_u32(&writer, runner->module->abi_minor);
  samvad_write_u32(&writer, runner->instance->concurrency);
  samvad_write_u32(&writer, (uint32_t)((samvad_monotonic_ns() - started_ns) / 1000));
  samvad_write_text(&writer, runner->module->id);
  samvad_write_text(&writer, runner->module->version);
  samvad_write_u32(&writer, runner->options.enforced_count);
  for (uint32_t i = 0; i < runner->options.enforced_count; i++) {
    samvad_write_text(&writer, samvad_text(runner->enforced[i] ? runner->enforced[i] : ""));
  }
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
}

static samvad_runner_state_t take_activate(samvad_runner_t *runner, const uint8_t *frame, uint64_t count) {
  uint64_t started_ns = samvad_monotonic_ns();
  samvad_reader_t reader = samvad_frame_reader(frame, count);
  runner->granted = read_texts(&reader);
  runner->withheld = read_texts(&reader);
  uint32_t fields_count = samvad_read_count(&reader, SAMVAD_FIELDS_MAX, 8);
  samvad_field_t *fields = calloc(fields_count + 1, sizeof *fields);
  for (uint32_t i = 0; fields && i < fields_count; i++) {
    fields[i].key = samvad_read_text(&reader);
    fields[i].value = samvad_read_text(&reader);
  }
  samvad_why_t why = {"the ACTIVATE frame can't be read"};
  bool readable = fields && !reader.failed && runner->life == LIFE_MADE;
  bool started = readable && module_start(runner, fields, fields_count, &why);
  free(fields);
  if (!started) {
    runner->life = LIFE_CLOSED;
    samvad_emit_failure(runner, 0, SAMVAD_ERROR_PERMANENT, SAMVAD_CODE_LOAD_FAILED, why.text);
    return SAMVAD_RUNNER_CLOSED;
  }
  pthread_mutex_lock(&runner->lock);
  runner->life = LIFE_ACTIVE;
  pthread_mutex_unlock(&runner->lock);
  emit_hello(runner, started_ns);
  return SAMVAD_RUNNER_ON;
}

// MARK: REQUEST

static void emit_cancelled(samvad_runner_t *runner, uint64_t number, const char *detail) {
  samvad_emit_failure(runner, number, SAMVAD_ERROR_TRANSIENT, SAMVAD_CODE_CANCELLED, detail);
}

// The place's call was answered by this thread: gives back both holds.
static void call_finish(samvad_runner_t *runner, call_place_t *place) {
  pthread_mutex_lock(&runner->lock);
  runner->unanswered--;
  samvad_call_drop(runner, place);
  samvad_call_drop(runner, place);
  pthread_mutex_unlock(&runner->lock);
  samvad_runner_settle(runner);
}

static void answer(samvad_runner_t *runner, uint64_t number, samvad_result_t result, const samvad_reply_t *reply,
                   const samvad_error_t *error) {
  samvad_writer_t writer = {0};
  const char *wrong = "`handle` returned none of the ABI's results";
  bool written = false;
  if (result == SAMVAD_DONE) written = samvad_reply_write(&writer, number, reply, &wrong);
  else if (result == SAMVAD_FAILED) written = samvad_error_write(&writer, number, error, &wrong);
  if (written) {
    samvad_runner_emit(runner, &writer);
  } else {
    samvad_emit_misbehaviour(runner, number, SAMVAD_MISBEHAVIOUR_BAD_REPLY, samvad_text(wrong));
    samvad_emit_failure(runner, number, SAMVAD_ERROR_BUG, SAMVAD_CODE_BAD_REPLY, wrong);
  }
  samvad_writer_free(&writer);
}

static void run_call(samvad_runner_t *runner, call_place_t *place, const uint8_t *frame, uint64_t count) {
  uint64_t number = place->number;
  samvad_request_t request;
  if (!samvad_call_read(place, frame, count, &request)) {
    samvad_emit_failure(runner, number, SAMVAD_ERROR_BUG, SAMVAD_CODE_BAD_FRAME, "the request can't be read");
    call_finish(runner, place);
    return;
  }
  if (samvad_deadline_is_past(place->deadline_ns)) { // waited too long behind others: nobody wants it any more
    emit_cancelled(runner, number, "the call's deadline passed before it began");
    call_finish(runner, place);
    return;
  }
  request.call = samvad_call_handle(runner, place);
  samvad_reply_t reply = {.size = sizeof reply};
  samvad_error_t error = {.size = sizeof error};
  samvad_result_t result = runner->instance->handle(runner->instance, &request, &reply, &error);

  pthread_mutex_lock(&runner->lock);
  bool answered = place->answered, cancelled = place->cancelled;
  if (result == SAMVAD_PENDING || answered) {
    place->pending = !answered;
    samvad_call_drop(runner, place);
    pthread_mutex_unlock(&runner->lock);
    if (result != SAMVAD_PENDING) {
      samvad_emit_misbehaviour(runner, number, SAMVAD_MISBEHAVIOUR_DOUBLE_COMPLETE,
                               samvad_text("`handle` returned an answer to a call that it had completed"));
    }
    return;
  }
  place->answered = true;
  pthread_mutex_unlock(&runner->lock);
  if (cancelled) emit_cancelled(runner, number, "the call was given up and is over");
  else answer(runner, number, result, &reply, &error);
  call_finish(runner, place);
}

// Keeps a serial module's frame until the PENDING call is over. Lock held.
static bool wait_in_line(samvad_runner_t *runner, uint64_t number, const uint8_t *frame, uint64_t count) {
  waiting_frame_t *waiting = malloc(sizeof *waiting + count);
  if (!waiting) return false;
  waiting->next = NULL;
  waiting->number = number;
  waiting->count = count;
  memcpy(waiting->bytes, frame, count);
  if (runner->last_waiting) runner->last_waiting->next = waiting;
  else runner->first_waiting = waiting;
  runner->last_waiting = waiting;
  return true;
}

static void waiting_free(waiting_frame_t *waiting) {
  explicit_bzero(waiting->bytes, waiting->count);
  free(waiting);
}

static void take_request(samvad_runner_t *runner, uint64_t number, const uint8_t *frame, uint64_t count) {
  call_place_t *place = NULL;
  samvad_runner_code_t refusal = 0;
  pthread_mutex_lock(&runner->lock);
  if (runner->life != LIFE_ACTIVE) {
    refusal = SAMVAD_CODE_NOT_ACTIVE;
  } else if (is_serial(runner) && (runner->unanswered || runner->first_waiting)) {
    if (!wait_in_line(runner, number, frame, count)) refusal = SAMVAD_CODE_TOO_MANY;
  } else if (!(place = samvad_call_begin(runner, number))) {
    refusal = SAMVAD_CODE_TOO_MANY;
  }
  pthread_mutex_unlock(&runner->lock);
  if (place) run_call(runner, place, frame, count);
  if (!refusal) return;
  samvad_emit_failure(runner, number, SAMVAD_ERROR_TRANSIENT, refusal, "the module can't take this call now");
}

bool samvad_runner_waits(samvad_runner_t *runner) {
  pthread_mutex_lock(&runner->lock);
  bool waits = runner->first_waiting != NULL;
  pthread_mutex_unlock(&runner->lock);
  return waits;
}

void samvad_runner_continue(samvad_runner_t *runner) {
  for (;;) {
    pthread_mutex_lock(&runner->lock);
    waiting_frame_t *waiting = runner->unanswered ? NULL : runner->first_waiting;
    call_place_t *place = waiting ? samvad_call_begin(runner, waiting->number) : NULL;
    if (place) {
      runner->first_waiting = waiting->next;
      if (!runner->first_waiting) runner->last_waiting = NULL;
    }
    pthread_mutex_unlock(&runner->lock);
    if (!place) return;
    run_call(runner, place, waiting->bytes, waiting->count);
    waiting_free(waiting);
  }
}

// MARK: CANCEL, DRAIN, CLOSE

// Takes the frame with that number out of the line. Lock held.
static waiting_frame_t *waiting_take(samvad_runner_t *runner, uint64_t number) {
  waiting_frame_t *before = NULL;
  for (waiting_frame_t *waiting = runner->first_waiting; waiting; before = waiting, waiting = waiting->next) {
    if (waiting->number != number) continue;
    if (before) before->next = waiting->next;
    else runner->first_waiting = waiting->next;
    if (runner->last_waiting == waiting) runner->last_waiting = before;
    return waiting;
  }
  return NULL;
}

static void take_cancel(samvad_runner_t *runner, uint64_t number) {
  pthread_mutex_lock(&runner->lock);
  waiting_frame_t *waiting = waiting_take(runner, number);
  call_place_t *place = waiting ? NULL : samvad_call_numbered(runner, number);
  if (place) place->cancelled = true;
  bool tell = place && place->pending && runner->instance->on_cancel;
  samvad_call_t handle = place ? samvad_call_handle(runner, place) : 0;
  pthread_mutex_unlock(&runner->lock);
  if (waiting) {
    waiting_free(waiting);
    emit_cancelled(runner, number, "the call was given up before it began");
    samvad_runner_settle(runner);
  }
  if (tell) runner->instance->on_cancel(runner->instance, handle);
}

static void take_drain(samvad_runner_t *runner, const uint8_t *frame, uint64_t count) {
  samvad_reader_t reader = samvad_frame_reader(frame, count);
  uint64_t deadline_ns = samvad_read_u64(&reader);
  pthread_mutex_lock(&runner->lock);
  bool active = runner->life == LIFE_ACTIVE;
  if (active) runner->life = LIFE_DRAINING;
  pthread_mutex_unlock(&runner->lock);
  if (!active) return;
  if (runner->instance->drain) runner->instance->drain(runner->instance, deadline_ns);
  samvad_runner_settle(runner);
}

void samvad_runner_settle(samvad_runner_t *runner) {
  pthread_mutex_lock(&runner->lock);
  bool over = runner->unanswered == 0;
  bool drained = over && !runner->first_waiting && runner->life == LIFE_DRAINING && !runner->drained_told;
  if (drained) runner->drained_told = true;
  if (over && runner->first_waiting && !runner->silent) runner->options.wake(runner->options.ctx);
  pthread_mutex_unlock(&runner->lock);
  if (!drained) return;
  samvad_writer_t writer = {0};
  samvad_frame_begin(&writer, SAMVAD_FRAME_DRAINED, 0);
  samvad_write_u32(&writer, 0);
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
}

static samvad_runner_state_t take_close(samvad_runner_t *runner) {
  pthread_mutex_lock(&runner->lock);
  bool open = runner->life == LIFE_ACTIVE || runner->life == LIFE_DRAINING;
  runner->life = LIFE_CLOSED;
  waiting_frame_t *waiting = runner->first_waiting;
  runner->first_waiting = runner->last_waiting = NULL;
  for (uint32_t i = 0; i < SAMVAD_CALLS_MAX; i++) {
    if (runner->places[i].holders) runner->places[i].cancelled = true;
  }
  pthread_mutex_unlock(&runner->lock);
  while (waiting) {
    waiting_frame_t *next = waiting->next;
    waiting_free(waiting);
    waiting = next;
  }
  if (open) runner->instance->close(runner->instance);
  samvad_writer_t writer = {0};
  samvad_frame_begin(&writer, SAMVAD_FRAME_CLOSED, 0);
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
  return SAMVAD_RUNNER_CLOSED;
}

samvad_runner_state_t samvad_runner_take(samvad_runner_t *runner, const uint8_t *frame, uint64_t count) {
  samvad_frame_header_t header;
  if (!samvad_frame_header_read(frame, count, &header) || header.length != count) {
    samvad_emit_failure(runner, 0, SAMVAD_ERROR_BUG, SAMVAD_CODE_BAD_FRAME, "the host's frame can't be read");
    return SAMVAD_RUNNER_ON;
  }
  switch (header.kind) {
    case SAMVAD_FRAME_ACTIVATE: return take_activate(runner, frame, count);
    case SAMVAD_FRAME_REQUEST: take_request(runner, header.call_number, frame, count); break;
    case SAMVAD_FRAME_CANCEL: take_cancel(runner, header.call_number); break;
    case SAMVAD_FRAME_DRAIN: take_drain(runner, frame, count); break;
    case SAMVAD_FRAME_CLOSE: return take_close(runner);
    default:
      samvad_emit_failure(runner, header.call_number, SAMVAD_ERROR_BUG, SAMVAD_CODE_BAD_FRAME,
                          "the host's frame has an unknown kind");
  }
  return SAMVAD_RUNNER_ON;
}
