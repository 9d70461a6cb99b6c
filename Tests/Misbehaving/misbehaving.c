// A module that misbehaves on demand, to prove that the host bears it. Built by the tests with clang, run in both
// isolations. What it does is chosen by the request's value "mode"; numbers come in the value "n".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "samvad.h"

static const samvad_host_t *host;
static const samvad_log_t *journal;
static const samvad_random_t *chance;
static atomic_int calls_of_this_process;
static _Atomic samvad_call_t last_call;

static samvad_str_t text(const char *from) { return (samvad_str_t){from, strlen(from)}; }

static int is(samvad_str_t value, const char *wanted) {
  return value.len == strlen(wanted) && memcmp(value.ptr, wanted, value.len) == 0;
}

static samvad_str_t value_of(const samvad_field_t *fields, uint64_t count, const char *key) {
  for (uint64_t i = 0; i < count; i++) {
    if (is(fields[i].key, key)) return fields[i].value;
  }
  return text("");
}

static uint64_t number_of(const samvad_request_t *request) {
  char digits[24] = {0};
  samvad_str_t value = value_of(request->values, request->values_count, "n");
  if (value.len < sizeof digits) memcpy(digits, value.ptr, value.len);
  return strtoull(digits, NULL, 10);
}

static void sleep_ms(uint64_t milliseconds) {
  struct timespec left = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

// Answers with one value, "result".
static samvad_result_t say(const samvad_request_t *request, samvad_reply_t *reply, const char *result) {
  samvad_field_t *field = host->arena_alloc(host, request->call, sizeof *field);
  char *copy = host->arena_alloc(host, request->call, strlen(result) + 1);
  if (!field || !copy) return SAMVAD_FAILED;
  memcpy(copy, result, strlen(result));
  *field = (samvad_field_t){text("result"), {copy, strlen(result)}};
  reply->values = field;
  reply->values_count = 1;
  return SAMVAD_DONE;
}

static samvad_result_t say_denied(const samvad_request_t *request, samvad_reply_t *reply, int succeeded) {
  return say(request, reply, succeeded ? "allowed" : errno == EPERM || errno == EACCES ? "denied" : strerror(errno));
}

// MARK: completing at the wrong time, or from the wrong place

typedef struct errand {
  samvad_call_t call;
  uint64_t milliseconds;
} errand_t;

static void *complete_later(void *argument) {
  errand_t errand = *(errand_t *)argument;
  free(argument);
  sleep_ms(errand.milliseconds);
  samvad_reply_t reply = {.size = sizeof reply};
  samvad_field_t field = {text("result"), text("thread")};
  reply.values = &field;
  reply.values_count = 1;
  host->complete(host, errand.call, &reply, NULL);
  return NULL;
}

static samvad_result_t complete_on_thread(const samvad_request_t *request) {
  errand_t *errand = malloc(sizeof *errand);
  *errand = (errand_t){request->call, number_of(request)};
  pthread_t thread;
  if (pthread_create(&thread, NULL, complete_later, errand) != 0) return SAMVAD_FAILED;
  pthread_detach(thread);
  return SAMVAD_PENDING;
}

static samvad_result_t async_mode(const samvad_request_t *request, samvad_reply_t *reply, samvad_str_t mode) {
  samvad_reply_t early = {.size = sizeof early};
  if (is(mode, "thread")) return complete_on_thread(request);
  if (is(mode, "never") || is(mode, "late")) return SAMVAD_PENDING; // "late": see on_cancel
  if (is(mode, "inside")) {
    host->complete(host, request->call, &early, NULL);
    return SAMVAD_PENDING;
  }
  if (is(mode, "inside-and-done")) {
    host->complete(host, request->call, &early, NULL);
    return SAMVAD_DONE;
  }
  if (is(mode, "double")) {
    host->complete(host, request->call, &early, NULL);
    host->complete(host, request->call, &early, NULL);
    return SAMVAD_PENDING;
  }
  if (is(mode, "both")) {
    samvad_error_t error = {.size = sizeof error, .error_class = SAMVAD_ERROR_USER};
    host->complete(host, request->call, &early, &error);
    return SAMVAD_PENDING;
  }
  if (is(mode, "stale")) {
    char line[64];
    uint32_t forged = host->complete(host, 0xFEEDFACECAFEF00D, &early, NULL);
    uint32_t earlier = host->complete(host, last_call, &early, NULL);
    int memory = host->arena_alloc(host, 0xFEEDFACECAFEF00D, 16) != NULL;
    snprintf(line, sizeof line, "%u %u %d %u", forged, earlier, memory, host->is_cancelled(host, 77));
    return say(request, reply, line);
  }
  return -1;
}

// MARK: ending the process

static int deeper(int depth) {
  volatile char page[4096];
  page[0] = (char)depth;
  return depth ? deeper(depth + 1) + page[0] : 0; // depth never comes round to 0: the stack ends long before
}

static void end_process(const samvad_request_t *request, samvad_str_t mode) {
  if (is(mode, "crash")) *(volatile int *)8 = 1;
  if (is(mode, "abort")) abort();
  if (is(mode, "exit")) exit(7);
  if (is(mode, "hang")) {
    for (volatile int forever = 1; forever;) continue;
  }
  // Crashes at the n-th call of this process, so that a fresh process answers.
  if (is(mode, "wearing") && (uint64_t)calls_of_this_process >= number_of(request)) abort();
  if (is(mode, "overflow")) deeper(1);
}

// MARK: replies that lie

static samvad_result_t bad_reply(samvad_reply_t *reply, samvad_error_t *error, samvad_str_t mode) {
  static _Thread_local samvad_field_t field;
  static _Thread_local samvad_effect_t effect;
  static _Thread_local samvad_message_t message;
  field = (samvad_field_t){text("a"), text("b")};
  if (is(mode, "bad-length")) field.value.len = UINT64_MAX;
  if (is(mode, "bad-null")) field.value = (samvad_str_t){NULL, 5};
  if (is(mode, "bad-utf8")) field.value = (samvad_str_t){"\xE0\xA4", 2};
  reply->values = &field;
  reply->values_count = is(mode, "bad-count") ? UINT64_MAX : 1;
  if (is(mode, "bad-outcome")) reply->outcome = 99;
  if (is(mode, "bad-size")) reply->size = 4;
  if (is(mode, "bad-result")) return 42;
  if (is(mode, "bad-state")) reply->state = (samvad_bytes_t){(const uint8_t *)"x", 1};
  if (is(mode, "bad-effect")) {
    effect = (samvad_effect_t){.kind = text("samvad.launch/1"), .key = text("k")};
    reply->effects = &effect;
    reply->effects_count = 1;
  }
  if (is(mode, "bad-message")) {
    message = (samvad_message_t){.key = text("")};
    reply->messages = &message;
    reply->messages_count = 1;
  }
  if (is(mode, "bad-class")) {
    error->error_class = 12;
    return SAMVAD_FAILED;
  }
  return SAMVAD_DONE;
}

// MARK: taking too much

static samvad_result_t greedy_mode(const samvad_request_t *request, samvad_reply_t *reply, samvad_str_t mode) {
  if (is(mode, "alloc")) {
    size_t bytes = (size_t)2 << 30;
    char *volatile memory = malloc(bytes);
    for (size_t i = 0; memory && i < bytes; i += 4096) memory[i] = 1;
    return say(request, reply, memory ? "allowed" : "denied");
  }
  if (is(mode, "arena")) {
    uint64_t taken = 0;
    while (taken < 64 << 20 && host->arena_alloc(host, request->call, 4096)) taken += 4096;
    static _Thread_local char line[32];
    snprintf(line, sizeof line, "%llu", (unsigned long long)taken);
    static _Thread_local samvad_field_t field;
    field = (samvad_field_t){text("result"), text(line)};
    reply->values = &field;
    reply->values_count = 1;
    return SAMVAD_DONE;
  }
  if (is(mode, "flood")) {
    for (int i = 0; journal && i < 10000; i++) journal->write(host, SAMVAD_LOG_INFO, text("a flood"));
    return say(request, reply, journal ? "written" : "no log");
  }
  if (is(mode, "big")) {
    uint64_t count = number_of(request);
    uint8_t *state = host->arena_alloc(host, request->call, count);
    if (!state) return SAMVAD_FAILED;
    memset(state, 'x', count);
    reply->state = (samvad_bytes_t){state, count};
    reply->state_schema = 1;
    return SAMVAD_DONE;
  }
  return -1;
}

// MARK: reaching out of the sandbox

static samvad_result_t reaching_mode(const samvad_request_t *request, samvad_reply_t *reply, samvad_str_t mode) {
  if (is(mode, "socket")) return say_denied(request, reply, socket(AF_INET, SOCK_STREAM, 0) >= 0);
  if (is(mode, "read")) return say_denied(request, reply, open("/etc/passwd", O_RDONLY) >= 0);
  if (is(mode, "write")) return say_denied(request, reply, open("misbehaving-was-here", O_CREAT | O_WRONLY, 0600) >= 0);
  if (is(mode, "kill")) return say_denied(request, reply, kill(getppid(), 0) == 0);
  if (is(mode, "spy")) { // the environment of the host, where its secrets are
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)getppid());
    return say_denied(request, reply, open(path, O_RDONLY) >= 0);
  }
  if (is(mode, "list")) return say_denied(request, reply, open("/proc", O_RDONLY | O_DIRECTORY) >= 0);
  if (is(mode, "memory-file")) return say_denied(request, reply, memfd_create("m", 0) >= 0);
  if (is(mode, "fork")) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return say_denied(request, reply, child > 0);
  }
  if (is(mode, "environment")) {
    extern char **environ;
    int count = 0;
    while (environ && environ[count]) count++;
    char line[16];
    snprintf(line, sizeof line, "%d", count);
    return say(request, reply, line);
  }
  if (is(mode, "undeclared")) {
    return say(request, reply, host->get_service(host, text("samvad.secrets/1")) ? "allowed" : "denied");
  }
  return -1;
}

// MARK: behaving well

static samvad_result_t good_mode(const samvad_request_t *request, samvad_reply_t *reply, samvad_error_t *error,
                                 samvad_str_t mode) {
  char line[64];
  if (is(mode, "slow")) {
    sleep_ms(number_of(request));
    return say(request, reply, "slow");
  }
  if (is(mode, "random")) {
    unsigned long long first = chance ? chance->next(host, request->call) : 0;
    unsigned long long second = chance ? chance->next(host, request->call) : 0;
    snprintf(line, sizeof line, "%llx %llx", first, second);
    return say(request, reply, line);
  }
  if (is(mode, "log")) {
    samvad_str_t what = value_of(request->values, request->values_count, "line");
    if (journal) journal->write(host, SAMVAD_LOG_WARNING, what);
    return say(request, reply, journal ? "written" : "no log");
  }
  if (is(mode, "error")) {
    *error = (samvad_error_t){.size = sizeof *error, .error_class = (uint32_t)number_of(request), .code = 17,
                              .retry_after_ms = 1500, .detail = text("as ordered, 9876543210"), .tag = 5};
    return SAMVAD_FAILED;
  }
  if (is(mode, "pid")) {
    snprintf(line, sizeof line, "%d", (int)getpid());
    return say(request, reply, line);
  }
  // "echo" and whatever else: everything that came, sent back.
  static const char *const names[] = {"service", "step", "language", "citizen", "application", "event"};
  samvad_field_t *fields = host->arena_alloc(host, request->call, (request->values_count + 6) * sizeof *fields);
  if (!fields) return SAMVAD_FAILED;
  memcpy(fields, request->values, request->values_count * sizeof *fields);
  const samvad_str_t parts[] = {request->service, request->step, request->language,
                                request->citizen, request->application, request->event};
  for (int i = 0; i < 6; i++) fields[request->values_count + (uint64_t)i] = (samvad_field_t){text(names[i]), parts[i]};
  reply->values = fields;
  reply->values_count = request->values_count + 6;
  reply->state = request->state;
  reply->state_schema = request->state_schema;
  static const samvad_message_t message = {{"echoed", 6}, NULL, 0};
  reply->messages = &message;
  reply->messages_count = 1;
  return SAMVAD_DONE;
}

static samvad_result_t handle(const samvad_instance_t *self, const samvad_request_t *request, samvad_reply_t *reply,
                              samvad_error_t *error) {
  (void)self;
  calls_of_this_process++;
  samvad_str_t mode = value_of(request->values, request->values_count, "mode");
  end_process(request, mode);
  samvad_result_t result = -1;
  if (mode.len > 4 && memcmp(mode.ptr, "bad-", 4) == 0) result = bad_reply(reply, error, mode);
  if (result == -1) result = async_mode(request, reply, mode);
  if (result == -1) result = greedy_mode(request, reply, mode);
  if (result == -1) result = reaching_mode(request, reply, mode);
  if (result == -1) result = good_mode(request, reply, error, mode);
  last_call = request->call;
  return result;
}

// MARK: life

static samvad_instance_t instance;

static samvad_result_t activate(const samvad_instance_t *self, const samvad_field_t *configuration, uint64_t count,
                                samvad_error_t *error) {
  (void)self;
  samvad_str_t start = value_of(configuration, count, "start");
  if (is(start, "crash")) abort();
  if (is(start, "hang")) sleep_ms(3600 * 1000);
  if (is(start, "fail")) {
    error->error_class = SAMVAD_ERROR_PERMANENT;
    error->code = 3;
    error->detail = text("told to fail");
    return SAMVAD_FAILED;
  }
  if (is(value_of(configuration, count, "concurrency"), "parallel")) instance.concurrency = SAMVAD_CONCURRENCY_PARALLEL;
  return SAMVAD_DONE;
}

// Completes the given-up call, late: the host counts that, and nothing else happens.
static void on_cancel(const samvad_instance_t *self, samvad_call_t call) {
  (void)self;
  if (call != last_call) return;
  samvad_reply_t reply = {.size = sizeof reply};
  host->complete(host, call, &reply, NULL);
}

static void on_event(const samvad_instance_t *self, uint64_t token, samvad_bytes_t result) {
  (void)self, (void)token, (void)result;
}

static void drain(const samvad_instance_t *self, uint64_t deadline_ns) { (void)self, (void)deadline_ns; }

static void end(const samvad_instance_t *self) { (void)self; }

static samvad_instance_t instance = {
    .size = sizeof instance,
    .activate = activate,
    .handle = handle,
    .on_cancel = on_cancel,
    .on_event = on_event,
    .drain = drain,
    .close = end,
};

static samvad_result_t open_module(const samvad_module_t *self, const samvad_host_t *given,
                                   const samvad_instance_t **instance_out, samvad_error_t *error) {
  (void)self, (void)given, (void)error;
  *instance_out = &instance;
  return SAMVAD_DONE;
}

#ifndef MISBEHAVING_VERSION
#define MISBEHAVING_VERSION "1.0.0"
#endif
#ifndef MISBEHAVING_ABI_MAJOR
#define MISBEHAVING_ABI_MAJOR SAMVAD_ABI_MAJOR
#endif

static const samvad_module_t module = {
    .size = sizeof module,
    .abi_major = MISBEHAVING_ABI_MAJOR,
    .abi_minor = SAMVAD_ABI_MINOR,
    .id = {"misbehaving", 11},
    .version = {MISBEHAVING_VERSION, sizeof MISBEHAVING_VERSION - 1},
    .open = open_module,
};

SAMVAD_EXPORT const samvad_module_t *samvad_module_entry(const samvad_host_t *given, samvad_error_t *error_out) {
  (void)error_out;
  host = given;
  journal = given->get_service(given, text(SAMVAD_LOG_ID));
  chance = given->get_service(given, text(SAMVAD_RANDOM_ID));
  return &module;
}
