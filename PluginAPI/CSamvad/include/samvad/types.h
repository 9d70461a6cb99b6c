// The values that cross between host and module. Every pointer here is borrowed; nobody frees the other side's memory.
#ifndef SAMVAD_TYPES_H
#define SAMVAD_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Text: UTF-8, `len` bytes, no NUL promised at the end. A string from the host was checked to be valid UTF-8 and
// lives until its call completes (not merely until `handle` returns). `ptr` may be NULL only when `len` is 0.
typedef struct samvad_str {
  const char *ptr; // borrowed; the other side's memory
  uint64_t len;    // bytes, not characters
} samvad_str_t;

// Bytes, borrowed in the same way.
typedef struct samvad_bytes {
  const uint8_t *ptr; // borrowed; NULL only when `len` is 0
  uint64_t len;       // bytes
} samvad_bytes_t;

// A call that the host made into the module: an index tagged with a generation. A stale or forged handle is answered
// with an error code, never followed.
typedef uint64_t samvad_call_t;

// A named text value: a form answer, an argument of a sentence, an argument of an effect.
typedef struct samvad_field {
  samvad_str_t key;   // a field's or an argument's id, for example "dob"
  samvad_str_t value; // UTF-8, may be empty
} samvad_field_t;

// A sentence for the citizen: the key of a message in the module's catalogue, and what to put into it. Modules never
// send free text to a citizen: the host looks the key up in the citizen's language. `{name}` in the sentence is
// replaced by the argument of that key.
typedef struct samvad_message {
  samvad_str_t key;                // one of `messages` in the service's file
  const samvad_field_t *arguments; // ready to read: dates and money as people write them
  uint64_t arguments_count;        // at most 64
} samvad_message_t;

// What the host shall do once the turn is committed. A module only asks; it never does it itself. So a crash between
// reply and effect is safe, and a replay has no side effects. Kinds of revision 1, with their arguments:
//   samvad.file/1      file the application with the department's portal           portal
//   samvad.pay/1       ask the citizen for money                                   amount_paise, purpose
//   samvad.schedule/1  call this service again, step "event"                       event, after_seconds
//   samvad.notify/1    tell the citizen, inside the window or by template          message, template
// A kind that the host does not know is refused with the whole reply, before anything is committed.
typedef struct samvad_effect {
  samvad_str_t kind; // one of the list above, with its revision
  samvad_str_t key; // makes the effect happen once: the same key for the same application is carried out one time
  const samvad_field_t *arguments; // those of its kind
  uint64_t arguments_count;        // at most 64
} samvad_effect_t;

// A paper the citizen sent: the catalogue's document id and what the host found it to be. The bytes stay in the host.
typedef struct samvad_document {
  samvad_str_t id;        // the catalogue's document id, for example "identity_proof"
  samvad_str_t kind;      // which of its any-one-of list, or empty
  samvad_str_t mime_type; // sniffed from the bytes, never what the sender claimed
  samvad_str_t sha256;    // lower-case hex
  uint64_t bytes_count;   // of the paper as it came
} samvad_document_t;

// Bits of a request's `flags`.
enum {
  SAMVAD_REQUEST_REPLAY = 1u << 0, // a recorded call is being repeated: answer just as before
};

// One step asked of the module. Everything the module may know about the world is in here.
typedef struct samvad_request {
  uint32_t size;          // of this struct as the host knows it: read nothing past it
  uint32_t flags;         // SAMVAD_REQUEST_…; unknown bits may be ignored
  samvad_call_t call;     // valid until the call is completed
  uint64_t deadline_ns;   // CLOCK_MONOTONIC nanoseconds; after it the host has answered the citizen without the module
  int64_t now_ms;         // the wall clock of this turn, milliseconds since 1970-01-01 UTC
  uint64_t random_seed;   // the only randomness there is (samvad.random/1 draws from it)
  samvad_str_t service;   // catalogue service id
  samvad_str_t step;      // "eligibility", "quote", "submit", "status", "event", "field"
  samvad_str_t language;  // "hi", "en" or "hi-Latn"
  samvad_str_t citizen;   // opaque and stable within this department; never a telephone number
  samvad_str_t application; // our application number, or empty before there is one
  samvad_str_t event;     // the event's name when step is "event", the field's id when it is "field", else empty
  const samvad_field_t *values; // form answers in form order, then the event's own; normalised: dates YYYY-MM-DD, money in paise
  uint64_t values_count;  // at most 1,024
  const samvad_document_t *documents; // papers that the host has checked and kept
  uint64_t documents_count; // at most 64
  samvad_bytes_t state;   // what this service last stored for this application, or empty
  uint32_t state_schema;  // the number stored with it, or 0
  uint32_t reserved;      // 0
} samvad_request_t;

// What a step came to. A failure is no outcome: that is samvad_result_t.
typedef uint32_t samvad_outcome_t;
enum {
  SAMVAD_OUTCOME_OK = 0,      // go on
  SAMVAD_OUTCOME_REFUSED = 1, // the citizen can't have this: `messages` say why and what else is open
  SAMVAD_OUTCOME_ASK = 2,     // an answer must be given again: `next` names the field, `messages` say why
};

// The module's answer. All pointers must stay valid until `complete` returns, or until `handle` returns when it
// returns SAMVAD_DONE: point into the call's arena, or at static storage.
typedef struct samvad_reply {
  uint32_t size;                    // set by the host: write nothing past it
  samvad_outcome_t outcome;         // 0 when left alone: go on
  const samvad_message_t *messages; // in the order in which the citizen reads them
  uint64_t messages_count;          // at most 32
  const samvad_field_t *values;     // answers set or replaced by the module, for example "amount_paise"
  uint64_t values_count;            // at most 1,024
  const samvad_effect_t *effects;   // carried out after the commit, none if it fails
  uint64_t effects_count;           // at most 32
  samvad_str_t next;                // a field id with SAMVAD_OUTCOME_ASK; a service id to offer with REFUSED; else empty
  samvad_bytes_t state;             // replaces the stored state when `state_schema` is not 0
  uint32_t state_schema;            // the module's number for the form of `state`; 0 = nothing to store
  uint32_t reserved;                // 0
} samvad_reply_t;

// Whose matter a failure is, and whether it is worth another try.
typedef uint32_t samvad_error_class_t;
enum {
  SAMVAD_ERROR_NONE = 0,      // as it comes from the host; a failure must not leave it so
  SAMVAD_ERROR_USER = 1,      // the input can't be worked with; trying again changes nothing
  SAMVAD_ERROR_TRANSIENT = 2, // try again, after `retry_after_ms` if that is not 0
  SAMVAD_ERROR_PERMANENT = 3, // this request will never work here
  SAMVAD_ERROR_BUG = 4,       // one of us has made a mistake; an operator is told
};

// Why something failed. Filled on every failure. `detail` is for operators: no personal data, never shown to a citizen.
typedef struct samvad_error {
  uint32_t size;           // set by the host: write nothing past it
  samvad_error_class_t error_class; // decides whether it is tried again
  uint32_t code;           // the module's own number, stable over its versions
  uint32_t retry_after_ms; // 0 = the host decides
  samvad_str_t detail;     // static, or in the call's arena
  uint64_t tag;            // the module's own, for correlation
} samvad_error_t;

// What `handle`, `open` and `activate` return. From `handle` any other number is misbehaviour: a bad reply.
typedef int32_t samvad_result_t;
enum {
  SAMVAD_DONE = 0,    // the reply is in `reply_out`
  SAMVAD_PENDING = 1, // host->complete will be called, exactly once, from any thread
  SAMVAD_FAILED = 2,  // the error is in `error_out`
};

#ifdef __cplusplus
}
#endif
#endif
