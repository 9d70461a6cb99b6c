// A module's answer, checked as if it lied, and put into a frame. Called by the runner on the thread that answers.
#define _GNU_SOURCE
#include <stddef.h>
#include <string.h>

#include "runner_private.h"

// What the first fault was, and how much text has been seen: lengths that lie add up to more than an arena holds long
// before anything is read that far.
typedef struct check {
  const char *wrong;
  uint64_t bytes_left;
} check_t;

static void check_text(check_t *check, samvad_str_t text, const char *what) {
  if (check->wrong || text.len == 0) return;
  if (!text.ptr || text.len > check->bytes_left) {
    check->wrong = what;
    return;
  }
  check->bytes_left -= text.len;
  if (!samvad_text_is_utf8(text)) check->wrong = what;
}

static void check_list(check_t *check, const void *first, uint64_t count, uint64_t maximum, const char *what) {
  if (!check->wrong && (count > maximum || (count && !first))) check->wrong = what;
}

static void check_fields(check_t *check, const samvad_field_t *fields, uint64_t count, uint64_t maximum) {
  check_list(check, fields, count, maximum, "a list of fields is NULL or too long");
  for (uint64_t i = 0; !check->wrong && i < count; i++) {
    check_text(check, fields[i].key, "a field's key is no text");
    check_text(check, fields[i].value, "a field's value is no text");
    if (!fields[i].key.len && !check->wrong) check->wrong = "a field's key is empty";
  }
}

static bool effect_is_known(samvad_str_t kind) {
  static const char *const known[] = {"samvad.file/1", "samvad.pay/1", "samvad.schedule/1", "samvad.notify/1"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (kind.len == strlen(known[i]) && memcmp(kind.ptr, known[i], kind.len) == 0) return true;
  }
  return false;
}

static const char *fault_of(const samvad_reply_t *reply) {
  check_t check = {NULL, SAMVAD_ARENA_BYTES_MAX};
  if (reply->outcome > SAMVAD_OUTCOME_ASK) return "the outcome is none of the ABI's";
  check_list(&check, reply->messages, reply->messages_count, SAMVAD_MESSAGES_MAX, "the messages are NULL or too many");
  for (uint64_t i = 0; !check.wrong && i < reply->messages_count; i++) {
    const samvad_message_t *message = &reply->messages[i];
    check_text(&check, message->key, "a message's key is no text");
    if (!message->key.len && !check.wrong) check.wrong = "a message's key is empty";
    check_fields(&check, message->arguments, message->arguments_count, SAMVAD_ARGUMENTS_MAX);
  }
  check_fields(&check, reply->values, reply->values_count, SAMVAD_FIELDS_MAX);
  check_list(&check, reply->effects, reply->effects_count, SAMVAD_EFFECTS_MAX, "the effects are NULL or too many");
  for (uint64_t i = 0; !check.wrong && i < reply->effects_count; i++) {
    const samvad_effect_t *effect = &reply->effects[i];
    check_text(&check, effect->kind, "an effect's kind is no text");
    check_text(&check, effect->key, "an effect's key is no text");
    if (!check.wrong && !effect_is_known(effect->kind)) check.wrong = "an effect's kind is not known to this host";
    check_fields(&check, effect->arguments, effect->arguments_count, SAMVAD_ARGUMENTS_MAX);
  }
  check_text(&check, reply->next, "`next` is no text");
  if (check.wrong) return check.wrong;
  bool stated = reply->state.len > 0;
  if (reply->state.len > check.bytes_left || (stated && !reply->state.ptr)) return "the state is NULL or too long";
  if (stated && !reply->state_schema) return "the state comes without a schema number";
  return NULL;
}

bool samvad_reply_write(samvad_writer_t *writer, uint64_t number, const samvad_reply_t *given, const char **wrong_out) {
  enum { SIZE_MIN = offsetof(samvad_reply_t, reserved) + 4 }; // as ABI 1.0 had it
  if (given->size < SIZE_MIN) {
    *wrong_out = "the reply's size is smaller than ABI 1.0's";
    return false;
  }
  samvad_reply_t reply = *given; // checked and sent from one copy: another thread of the module may still be writing
  *wrong_out = fault_of(&reply);
  if (*wrong_out) return false;
  samvad_frame_begin(writer, SAMVAD_FRAME_REPLY, number);
  samvad_write_u32(writer, reply.outcome);
  samvad_write_u32(writer, reply.state_schema);
  samvad_write_u32(writer, (uint32_t)reply.messages_count);
  for (uint64_t i = 0; i < reply.messages_count; i++) {
    samvad_write_text(writer, reply.messages[i].key);
    samvad_write_fields(writer, reply.messages[i].arguments, reply.messages[i].arguments_count);
  }
  samvad_write_fields(writer, reply.values, reply.values_count);
  samvad_write_u32(writer, (uint32_t)reply.effects_count);
  for (uint64_t i = 0; i < reply.effects_count; i++) {
    samvad_write_text(writer, reply.effects[i].kind);
    samvad_write_text(writer, reply.effects[i].key);
    samvad_write_fields(writer, reply.effects[i].arguments, reply.effects[i].arguments_count);
  }
  samvad_write_text(writer, reply.next);
  samvad_write_bytes(writer, reply.state);
  if (samvad_frame_end(writer)) return true;
  *wrong_out = "the reply is too long";
  return false;
}

static void write_error(samvad_writer_t *writer, uint64_t number, const samvad_error_t *error, uint32_t origin,
                        samvad_str_t detail) {
  samvad_frame_begin(writer, SAMVAD_FRAME_ERROR, number);
  samvad_write_u32(writer, error->error_class);
  samvad_write_u32(writer, error->code);
  samvad_write_u32(writer, error->retry_after_ms);
  samvad_write_u32(writer, origin);
  samvad_write_u64(writer, error->tag);
  samvad_write_text(writer, detail);
}

bool samvad_error_write(samvad_writer_t *writer, uint64_t number, const samvad_error_t *error, const char **wrong_out) {
  enum { SIZE_MIN = offsetof(samvad_error_t, tag) + 8 }; // as ABI 1.0 had it
  if (error->size < SIZE_MIN) {
    *wrong_out = "the error's size is smaller than ABI 1.0's";
  } else if (error->error_class == SAMVAD_ERROR_NONE || error->error_class > SAMVAD_ERROR_BUG) {
    *wrong_out = "the error's class is none of the ABI's";
  } else if (error->detail.len > SAMVAD_ARENA_BYTES_MAX || (error->detail.len && !error->detail.ptr)) {
    *wrong_out = "the error's detail is NULL or too long";
  } else {
    char line[SAMVAD_LOG_LINE_BYTES_MAX];
    samvad_str_t detail = {line, samvad_text_mask(error->detail, line, sizeof line)};
    write_error(writer, number, error, SAMVAD_ORIGIN_MODULE, detail);
    if (samvad_frame_end(writer)) return true;
    *wrong_out = "there is no memory for the error";
  }
  return false;
}

samvad_str_t samvad_text(const char *text) { return (samvad_str_t){text, strlen(text)}; }

void samvad_emit_failure(samvad_runner_t *runner, uint64_t number, samvad_error_class_t error_class,
                         samvad_runner_code_t code, const char *detail) {
  samvad_writer_t writer = {0};
  samvad_error_t error = {.size = sizeof error, .error_class = error_class, .code = code};
  char line[SAMVAD_LOG_LINE_BYTES_MAX];
  samvad_str_t text = {line, samvad_text_mask(samvad_text(detail), line, sizeof line)};
  write_error(&writer, number, &error, SAMVAD_ORIGIN_RUNNER, text);
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
}

void samvad_emit_misbehaviour(samvad_runner_t *runner, uint64_t number, samvad_misbehaviour_t code, samvad_str_t text) {
  uint32_t dropped = 0;
  pthread_mutex_lock(&runner->lock);
  bool passes = samvad_ration_take(&runner->report_ration, SAMVAD_REPORTS_PER_SECOND, &dropped);
  pthread_mutex_unlock(&runner->lock);
  if (!passes) return;
  char line[SAMVAD_LOG_LINE_BYTES_MAX];
  samvad_writer_t writer = {0};
  samvad_frame_begin(&writer, SAMVAD_FRAME_MISBEHAVIOUR, number);
  samvad_write_u32(&writer, code);
  samvad_write_text(&writer, (samvad_str_t){line, samvad_text_mask(text, line, sizeof line)});
  samvad_runner_emit(runner, &writer);
  samvad_writer_free(&writer);
}
