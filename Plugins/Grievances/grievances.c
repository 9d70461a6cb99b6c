// CM Jan Sunwai: what is taken, whose turn it is, when it is due. One serial instance; the host calls on its thread.
//
// Its messages: service, step, then key (arguments): when. Dates arrive as DD-MM-YYYY.
//
// cm_jan_sunwai_register, eligibility
//   not_here_rti, not_here_court_case, not_here_financial_help, not_here_job, not_here_service_matter: refused by
//     category; each says where to go instead
// cm_jan_sunwai_register, submit
//   registered (due_date): with the grievance officer, 21 days
// all three services, status (cm_jan_sunwai_status: submit too)
//   status_gro (due_date), status_appellate (due_date), status_final_appellate (due_date): with which office
//   status_resolved: answered, waits for the citizen's feedback
//   status_closed
//   overdue (days): a second message; the due date has passed
//   grievance_not_found: refused; nothing is known under this number
// cm_jan_sunwai_register, grievance_feedback_escalate, event: messages of effect samvad.notify/1
//   event_resolved: event "resolved"; asks for feedback
//   event_escalated_appellate (due_date): event "gro_due", unanswered
//   event_escalated_final (due_date): event "appellate_due", unanswered
//   event_overdue_final: event "final_appellate_due", unanswered
//   event_closed: event "closed"
// grievance_feedback_escalate, submit (refusals at eligibility too)
//   thanks_closed: satisfied is "yes"
//   escalated_appellate (due_date): satisfied is "no" after the grievance officer, 10 days
//   escalated_final (due_date): satisfied is "no" after the appellate authority, 10 days
//   final_closed: satisfied is "no" after the final authority; closed, and what else is open
//   not_yet_resolved (due_date), already_closed, grievance_not_found: refused

#include "samvad.h"

#include <stdbool.h>
#include <string.h>

#ifndef SAMVAD_MODULE_ID
#define SAMVAD_MODULE_ID "grievances"
#endif
#ifndef SAMVAD_MODULE_VERSION
#define SAMVAD_MODULE_VERSION "1.0.0"
#endif

#define DAY_MS INT64_C(86400000)
// India keeps one time, 5 h 30 min ahead of UTC.
#define INDIA_AHEAD_MS INT64_C(19800000)
// Any year that a clock may show, 1970 to 9999: days outside are a damaged request.
#define NOW_MAX_MS INT64_C(253402300799999)

// The days that each office has: 21 + 10 + 10, as announced for CM Jan Sunwai.
static const int64_t level_days[] = {21, 10, 10};
enum { LEVEL_GRO = 0, LEVEL_APPELLATE = 1, LEVEL_FINAL = 2, LEVELS_COUNT = 3 };
enum { STAGE_OPEN = 1, STAGE_RESOLVED = 2, STAGE_CLOSED = 3 };

// The module's own error codes, stable over its versions.
enum {
  ERROR_UNKNOWN_SERVICE = 1,
  ERROR_UNKNOWN_STEP = 2,
  ERROR_MISSING_VALUE = 3,
  ERROR_BAD_REQUEST = 4,
  ERROR_BAD_STATE = 5,
  ERROR_NO_MEMORY = 6,
  ERROR_HOST = 7,
};

// MARK: Texts

#define TEXT(literal) ((samvad_str_t){(literal), sizeof(literal) - 1})

static bool equals(samvad_str_t a, samvad_str_t b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static samvad_str_t value_of(const samvad_request_t *request, samvad_str_t key) {
  samvad_str_t found = {NULL, 0};
  for (uint64_t i = 0; i < request->values_count; i++) {
    if (equals(request->values[i].key, key)) found = request->values[i].value; // the last one counts
  }
  return found;
}

// MARK: What is kept for a grievance

#define STATE_SCHEMA 1
#define STATE_BYTES 24

// Byte by byte, so that it is the same on every machine:
// 0 'G'  1 schema  2 stage  3 level  4…11 registered_ms  12…19 due_ms (both little-endian)  20…23 checksum of 0…19
typedef struct grievance {
  uint8_t stage;
  uint8_t level;
  int64_t registered_ms;
  int64_t due_ms;
} grievance_t;

static uint32_t checksum(const uint8_t *bytes) { // FNV-1a: finds damage, is no seal
  uint32_t hash = UINT32_C(2166136261);
  for (int i = 0; i < 20; i++) hash = (hash ^ bytes[i]) * UINT32_C(16777619);
  return hash;
}

static void put(uint8_t *bytes, uint64_t number, int count) {
  for (int i = 0; i < count; i++) bytes[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get(const uint8_t *bytes, int count) {
  uint64_t number = 0;
  for (int i = count - 1; i >= 0; i--) number = number << 8 | bytes[i];
  return number;
}

static void encode(const grievance_t *grievance, uint8_t *bytes) {
  bytes[0] = 'G';
  bytes[1] = STATE_SCHEMA;
  bytes[2] = grievance->stage;
  bytes[3] = grievance->level;
  put(bytes + 4, (uint64_t)grievance->registered_ms, 8);
  put(bytes + 12, (uint64_t)grievance->due_ms, 8);
  put(bytes + 20, checksum(bytes), 4);
}

static bool decode(samvad_bytes_t state, uint32_t schema, grievance_t *grievance) {
  if (schema != STATE_SCHEMA || state.len != STATE_BYTES || state.ptr == NULL) return false;
  const uint8_t *bytes = state.ptr;
  if (bytes[0] != 'G' || bytes[1] != STATE_SCHEMA || get(bytes + 20, 4) != checksum(bytes)) return false;
  *grievance = (grievance_t){bytes[2], bytes[3], (int64_t)get(bytes + 4, 8), (int64_t)get(bytes + 12, 8)};
  return grievance->stage >= STAGE_OPEN && grievance->stage <= STAGE_CLOSED && grievance->level < LEVELS_COUNT &&
         grievance->registered_ms >= 0 && grievance->registered_ms <= grievance->due_ms &&
         grievance->due_ms <= NOW_MAX_MS + 41 * DAY_MS;
}

// MARK: One step

// All that a step needs while it runs. Memory comes from the call's arena alone.
typedef struct step {
  const samvad_host_t *host;
  const samvad_request_t *request;
  samvad_reply_t *reply;
  samvad_error_t *error;
} step_t;

enum { MESSAGES_MAX = 2, EFFECTS_MAX = 2, ARGUMENTS_MAX = 3 };

static samvad_result_t fail(const step_t *step, samvad_error_class_t error_class, uint32_t code, samvad_str_t detail) {
  step->error->error_class = error_class;
  step->error->code = code;
  step->error->detail = detail;
  return SAMVAD_FAILED;
}

static void *take(const step_t *step, uint64_t size) {
  return step->host->arena_alloc(step->host, step->request->call, size);
}

static samvad_result_t no_memory(const step_t *step) {
  return fail(step, SAMVAD_ERROR_TRANSIENT, ERROR_NO_MEMORY, TEXT("the host gave no memory for the reply"));
}

// Adds a sentence with at most one argument (its key empty: none). False: no memory, or more than MESSAGES_MAX.
static bool say(const step_t *step, samvad_str_t key, samvad_str_t name, samvad_str_t text) {
  samvad_reply_t *reply = step->reply;
  samvad_message_t *messages = (samvad_message_t *)reply->messages;
  if (messages == NULL) messages = take(step, MESSAGES_MAX * sizeof *messages);
  if (messages == NULL || reply->messages_count >= MESSAGES_MAX) return false;
  reply->messages = messages;
  samvad_message_t *message = &messages[reply->messages_count];
  message->key = key;
  if (name.len > 0) {
    samvad_field_t *argument = take(step, sizeof *argument);
    if (argument == NULL) return false;
    *argument = (samvad_field_t){name, text};
    message->arguments = argument;
    message->arguments_count = 1;
  }
  reply->messages_count++;
  return true;
}

static bool ask(const step_t *step, samvad_str_t kind, samvad_str_t key, const samvad_field_t *arguments, int count) {
  samvad_reply_t *reply = step->reply;
  samvad_effect_t *effects = (samvad_effect_t *)reply->effects;
  if (effects == NULL) effects = take(step, EFFECTS_MAX * sizeof *effects);
  samvad_field_t *copy = take(step, ARGUMENTS_MAX * sizeof *copy);
  if (effects == NULL || copy == NULL || count > ARGUMENTS_MAX || reply->effects_count >= EFFECTS_MAX) return false;
  memcpy(copy, arguments, (size_t)count * sizeof *copy);
  reply->effects = effects;
  effects[reply->effects_count++] = (samvad_effect_t){kind, key, copy, (uint64_t)count};
  return true;
}

static bool keep(const step_t *step, const grievance_t *grievance) {
  uint8_t *bytes = take(step, STATE_BYTES);
  if (bytes == NULL) return false;
  encode(grievance, bytes);
  step->reply->state = (samvad_bytes_t){bytes, STATE_BYTES};
  step->reply->state_schema = STATE_SCHEMA;
  return true;
}

// A day as DD-MM-YYYY in India; empty when there is no memory. Method: Hinnant's days-to-civil, days from 1 March.
static samvad_str_t day_text(const step_t *step, int64_t ms) {
  char *text = take(step, 10);
  if (text == NULL || ms < 0) return (samvad_str_t){NULL, 0};
  int64_t days = (ms + INDIA_AHEAD_MS) / DAY_MS + 719468;
  int64_t era = days / 146097, day_of_era = days % 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const int64_t parts[] = {day / 10,    day,        -1,        month / 10, month, -1,
                           year / 1000, year / 100, year / 10, year};
  for (int i = 0; i < 10; i++) text[i] = parts[i] < 0 ? '-' : (char)('0' + parts[i] % 10);
  return (samvad_str_t){text, 10};
}

static samvad_str_t number_text(const step_t *step, int64_t number) {
  char *text = take(step, 20);
  if (text == NULL || number < 0) return (samvad_str_t){NULL, 0};
  int start = 20;
  do { text[--start] = (char)('0' + number % 10); } while ((number /= 10) > 0);
  return (samvad_str_t){text + start, (uint64_t)(20 - start)};
}

// MARK: The way of a grievance

static samvad_str_t due_event(uint8_t level) {
  switch (level) {
  case LEVEL_GRO: return TEXT("gro_due");
  case LEVEL_APPELLATE: return TEXT("appellate_due");
  default: return TEXT("final_appellate_due");
  }
}

// Puts the grievance before an office, from now, and asks to be called when that office's time is over.
static bool open_at(const step_t *step, grievance_t *grievance, uint8_t level) {
  grievance->stage = STAGE_OPEN;
  grievance->level = level;
  grievance->due_ms = step->request->now_ms + level_days[level] * DAY_MS;
  samvad_str_t seconds = number_text(step, level_days[level] * (DAY_MS / 1000));
  const samvad_field_t arguments[] = {{TEXT("after_seconds"), seconds}, {TEXT("event"), due_event(level)}};
  return seconds.len > 0 && keep(step, grievance) &&
         ask(step, TEXT("samvad.schedule/1"), due_event(level), arguments, 2);
}

static bool say_due(const step_t *step, samvad_str_t key, const grievance_t *grievance) {
  samvad_str_t day = day_text(step, grievance->due_ms);
  return day.len > 0 && say(step, key, TEXT("due_date"), day);
}

static bool say_only(const step_t *step, samvad_str_t key) { return say(step, key, TEXT(""), TEXT("")); }

static samvad_result_t finished(const step_t *step, bool written) { return written ? SAMVAD_DONE : no_memory(step); }

static samvad_result_t refuse(const step_t *step, samvad_str_t key) {
  step->reply->outcome = SAMVAD_OUTCOME_REFUSED;
  return finished(step, say_only(step, key));
}

// 1 decoded; 0 nothing kept; -1 damaged, and the error is filled.
static int kept(const step_t *step, grievance_t *grievance) {
  const samvad_request_t *request = step->request;
  if (request->state_schema == 0 && request->state.len == 0) return 0;
  if (decode(request->state, request->state_schema, grievance)) return 1;
  fail(step, SAMVAD_ERROR_BUG, ERROR_BAD_STATE, TEXT("the kept state is of an unknown form, short or damaged"));
  return -1;
}

static samvad_result_t eligibility(const step_t *step) {
  static const struct { samvad_str_t category, key; } elsewhere[] = {
      {TEXT("rti"), TEXT("not_here_rti")},
      {TEXT("court_case"), TEXT("not_here_court_case")},
      {TEXT("financial_help"), TEXT("not_here_financial_help")},
      {TEXT("job"), TEXT("not_here_job")},
      {TEXT("service_matter"), TEXT("not_here_service_matter")},
  };
  samvad_str_t category = value_of(step->request, TEXT("category"));
  for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
    if (equals(category, elsewhere[i].category)) return refuse(step, elsewhere[i].key);
  }
  return SAMVAD_DONE;
}

static samvad_result_t submit(const step_t *step) {
  grievance_t grievance = {.registered_ms = step->request->now_ms};
  return finished(step, open_at(step, &grievance, LEVEL_GRO) && say_due(step, TEXT("registered"), &grievance));
}

static samvad_result_t status(const step_t *step) {
  grievance_t grievance;
  int found = kept(step, &grievance);
  if (found < 0) return SAMVAD_FAILED;
  if (found == 0) return refuse(step, TEXT("grievance_not_found"));
  if (grievance.stage == STAGE_CLOSED) return finished(step, say_only(step, TEXT("status_closed")));
  if (grievance.stage == STAGE_RESOLVED) return finished(step, say_only(step, TEXT("status_resolved")));
  static const samvad_str_t keys[] = {TEXT("status_gro"), TEXT("status_appellate"), TEXT("status_final_appellate")};
  if (!say_due(step, keys[grievance.level], &grievance)) return no_memory(step);
  int64_t late_ms = step->request->now_ms - grievance.due_ms;
  if (late_ms <= 0) return SAMVAD_DONE;
  samvad_str_t days = number_text(step, (late_ms + DAY_MS - 1) / DAY_MS);
  return finished(step, days.len > 0 && say(step, TEXT("overdue"), TEXT("days"), days));
}

// Tells the citizen, by template when the window is shut. `day` may be empty. Each office may tell the same once.
static bool notify(const step_t *step, const grievance_t *grievance, samvad_str_t key, samvad_str_t day) {
  char *once = take(step, key.len + 2);
  if (once == NULL) return false;
  memcpy(once, key.ptr, key.len);
  once[key.len] = '/';
  once[key.len + 1] = (char)('0' + grievance->level);
  const samvad_field_t arguments[] = {
      {TEXT("message"), key}, {TEXT("template"), TEXT("grievance_update")}, {TEXT("due_date"), day}};
  return ask(step, TEXT("samvad.notify/1"), (samvad_str_t){once, key.len + 2}, arguments, day.len > 0 ? 3 : 2);
}

static samvad_result_t event(const step_t *step) {
  grievance_t grievance;
  int found = kept(step, &grievance);
  if (found < 0) return SAMVAD_FAILED;
  if (found == 0) return fail(step, SAMVAD_ERROR_USER, ERROR_BAD_STATE, TEXT("an event for no grievance"));
  samvad_str_t name = step->request->event;
  if (equals(name, TEXT("resolved")) || equals(name, TEXT("closed"))) {
    bool is_closed = equals(name, TEXT("closed"));
    if (grievance.stage == STAGE_CLOSED || (!is_closed && grievance.stage == STAGE_RESOLVED)) return SAMVAD_DONE;
    grievance.stage = is_closed ? STAGE_CLOSED : STAGE_RESOLVED;
    samvad_str_t key = is_closed ? TEXT("event_closed") : TEXT("event_resolved");
    return finished(step, keep(step, &grievance) && notify(step, &grievance, key, TEXT("")));
  }
  uint8_t level = 0;
  while (level < LEVELS_COUNT && !equals(name, due_event(level))) level++;
  if (level == LEVELS_COUNT) return fail(step, SAMVAD_ERROR_USER, ERROR_UNKNOWN_STEP, TEXT("no event of that name"));
  // A date set for an office that has answered since, or that the grievance has left, is past.
  if (grievance.stage != STAGE_OPEN || grievance.level != level || step->request->now_ms < grievance.due_ms) {
    return SAMVAD_DONE;
  }
  // The last office's silence closes nothing: the grievance stays open and overdue, and the citizen is told where to
  // go.
  if (level == LEVEL_FINAL) return finished(step, notify(step, &grievance, TEXT("event_overdue_final"), TEXT("")));
  if (!open_at(step, &grievance, level + 1)) return no_memory(step);
  samvad_str_t key = level == LEVEL_GRO ? TEXT("event_escalated_appellate") : TEXT("event_escalated_final");
  return finished(step, notify(step, &grievance, key, day_text(step, grievance.due_ms)));
}

static samvad_result_t feedback(const step_t *step, bool is_submit) {
  grievance_t grievance;
  int found = kept(step, &grievance);
  if (found < 0) return SAMVAD_FAILED;
  if (found == 0) return refuse(step, TEXT("grievance_not_found"));
  if (grievance.stage == STAGE_CLOSED) return refuse(step, TEXT("already_closed"));
  if (grievance.stage == STAGE_OPEN) {
    step->reply->outcome = SAMVAD_OUTCOME_REFUSED;
    return finished(step, say_due(step, TEXT("not_yet_resolved"), &grievance));
  }
  if (!is_submit) return SAMVAD_DONE;
  samvad_str_t satisfied = value_of(step->request, TEXT("satisfied"));
  bool is_yes = equals(satisfied, TEXT("yes"));
  if (!is_yes && !equals(satisfied, TEXT("no"))) {
    return fail(step, SAMVAD_ERROR_USER, ERROR_MISSING_VALUE, TEXT("the value satisfied is neither yes nor no"));
  }
  if (is_yes || grievance.level == LEVEL_FINAL) {
    grievance.stage = STAGE_CLOSED;
    samvad_str_t key = is_yes ? TEXT("thanks_closed") : TEXT("final_closed");
    return finished(step, keep(step, &grievance) && say_only(step, key));
  }
  bool is_first = grievance.level == LEVEL_GRO;
  samvad_str_t key = is_first ? TEXT("escalated_appellate") : TEXT("escalated_final");
  return finished(step, open_at(step, &grievance, grievance.level + 1) && say_due(step, key, &grievance));
}

// MARK: Towards the host

static samvad_result_t route(const step_t *step) {
  samvad_str_t service = step->request->service, name = step->request->step;
  bool is_register = equals(service, TEXT("cm_jan_sunwai_register"));
  bool is_status = equals(service, TEXT("cm_jan_sunwai_status"));
  bool is_feedback = equals(service, TEXT("grievance_feedback_escalate"));
  if (!is_register && !is_status && !is_feedback) {
    return fail(step, SAMVAD_ERROR_PERMANENT, ERROR_UNKNOWN_SERVICE, TEXT("this department has no such service"));
  }
  if (equals(name, TEXT("status"))) return status(step);
  if (equals(name, TEXT("event")) && !is_status) return event(step);
  if (equals(name, TEXT("eligibility"))) {
    return is_register ? eligibility(step) : is_feedback ? feedback(step, false) : SAMVAD_DONE;
  }
  if (equals(name, TEXT("submit"))) {
    return is_register ? submit(step) : is_feedback ? feedback(step, true) : status(step);
  }
  return fail(step, SAMVAD_ERROR_PERMANENT, ERROR_UNKNOWN_STEP, TEXT("this service has no such step"));
}

static samvad_result_t handle(const samvad_instance_t *self, const samvad_request_t *request, samvad_reply_t *reply_out,
                              samvad_error_t *error_out) {
  const step_t step = {self->ctx, request, reply_out, error_out};
  if (request->size < sizeof *request || reply_out->size < sizeof *reply_out ||
      (request->values == NULL && request->values_count > 0) ||
      (request->state.ptr == NULL && request->state.len > 0) ||
      request->now_ms < 0 || request->now_ms > NOW_MAX_MS) {
    return fail(&step, SAMVAD_ERROR_BUG, ERROR_BAD_REQUEST, TEXT("the request's tables or its time can't be right"));
  }
  return route(&step);
}

static samvad_result_t activate(const samvad_instance_t *self, const samvad_field_t *configuration, uint64_t count,
                                samvad_error_t *error_out) {
  (void)self, (void)configuration, (void)count, (void)error_out;
  return SAMVAD_DONE;
}

static void on_cancel(const samvad_instance_t *self, samvad_call_t call) { (void)self, (void)call; }

static void on_event(const samvad_instance_t *self, uint64_t token, samvad_bytes_t result) {
  (void)self, (void)token, (void)result;
}

static void drain(const samvad_instance_t *self, uint64_t deadline_ns) { (void)self, (void)deadline_ns; }

static void close_instance(const samvad_instance_t *self) { (void)self; }

static samvad_result_t open_module(const samvad_module_t *self, const samvad_host_t *host,
                                   const samvad_instance_t **instance_out, samvad_error_t *error_out) {
  // One instance a process: a second opening is the same department with the same host.
  static samvad_instance_t instance;
  (void)self, (void)error_out;
  instance = (samvad_instance_t){
      .size = sizeof instance, .concurrency = SAMVAD_CONCURRENCY_SERIAL, .ctx = (void *)(uintptr_t)host,
      .activate = activate, .handle = handle, .on_cancel = on_cancel, .on_event = on_event, .drain = drain,
      .close = close_instance,
  };
  *instance_out = &instance;
  return SAMVAD_DONE;
}

static const samvad_module_t module = {
    .size = sizeof module,
    .abi_major = SAMVAD_ABI_MAJOR,
    .abi_minor = SAMVAD_ABI_MINOR,
    .id = {SAMVAD_MODULE_ID, sizeof SAMVAD_MODULE_ID - 1},
    .version = {SAMVAD_MODULE_VERSION, sizeof SAMVAD_MODULE_VERSION - 1},
    .open = open_module,
};

const samvad_module_t *samvad_module_entry(const samvad_host_t *host, samvad_error_t *error_out) {
  if (host != NULL && host->size >= sizeof *host && host->abi_major == SAMVAD_ABI_MAJOR) return &module;
  if (error_out != NULL && error_out->size >= sizeof *error_out) {
    error_out->error_class = SAMVAD_ERROR_PERMANENT;
    error_out->code = ERROR_HOST;
    error_out->detail = TEXT("the host's table is missing, too short, or of another major number");
  }
  return NULL;
}
