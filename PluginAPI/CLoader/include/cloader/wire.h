// The frames between the host and the runner of one module: the same bytes whether they cross a socket or a function
// call. Pure functions over memory; any thread.
//
// A frame: 16 bytes of header, then the payload. All numbers are little-endian.
//   0  u8   SAMVAD_FRAME_MAGIC        2  u8   kind (samvad_frame_kind_t)     4  u32  length of the whole frame
//   1  u8   SAMVAD_FRAME_FORMAT       3  u8   0                              8  u64  call number, the host's; 0 = none
// text = u32 length + UTF-8 bytes · bytes = u32 length + bytes · fields = u32 count + (text key, text value)*
//
//   host → module
//   ACTIVATE  u32 count + text* granted capabilities, u32 count + text* withheld ones, fields configuration
//   REQUEST   u32 flags, u32 state_schema, u64 deadline_ns, i64 now_ms, u64 random_seed, text service, step, language,
//             citizen, application, event, fields values,
//             u32 count + (text id, kind, mime_type, sha256, u64 bytes_count)* documents, bytes state
//   CANCEL    –            DRAIN  u64 deadline_ns            CLOSE  –
//   module → host
//   HELLO     u32 abi_major, u32 abi_minor, u32 concurrency, u32 load_microseconds, text id, text version,
//             u32 count + text* enforced limits
//   REPLY     u32 outcome, u32 state_schema, u32 count + (text key, fields arguments)* messages, fields values,
//             u32 count + (text kind, text key, fields arguments)* effects, text next, bytes state
//   ERROR     u32 class, u32 code, u32 retry_after_ms, u32 origin (samvad_error_origin_t), u64 tag, text detail
//   LOG       u32 level, text line
//   MISBEHAVIOUR  u32 samvad_misbehaviour_t, text what happened
//   DRAINED   u32 0        CLOSED –
#ifndef CLOADER_WIRE_H
#define CLOADER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "samvad.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SAMVAD_FRAME_MAGIC = 0x53,
  SAMVAD_FRAME_FORMAT = 1, // both ends come out of one build: another number is an error, never negotiated
  SAMVAD_FRAME_HEADER_BYTES = 16,
  SAMVAD_FRAME_BYTES_MAX = 4 << 20, // bytes: four times a call's arena, so an honest reply always fits
  SAMVAD_TEXT_BYTES_MAX = 1 << 20,  // bytes of one text or state: as much as a call's arena holds
  SAMVAD_FIELDS_MAX = 1024,         // values of a request or reply: the longest form known has 60 fields
  SAMVAD_ARGUMENTS_MAX = 64,        // arguments of one message or effect
  SAMVAD_MESSAGES_MAX = 32,         // messages of a reply: more than a citizen would read
  SAMVAD_EFFECTS_MAX = 32,          // effects of a reply
  SAMVAD_DOCUMENTS_MAX = 64,        // documents of a request
  SAMVAD_CAPABILITIES_MAX = 64,     // capabilities granted or withheld
};

typedef uint8_t samvad_frame_kind_t;
enum {
  SAMVAD_FRAME_ACTIVATE = 1,
  SAMVAD_FRAME_REQUEST = 2,
  SAMVAD_FRAME_CANCEL = 3,
  SAMVAD_FRAME_DRAIN = 4,
  SAMVAD_FRAME_CLOSE = 5,

  SAMVAD_FRAME_HELLO = 65,
  SAMVAD_FRAME_REPLY = 66,
  SAMVAD_FRAME_ERROR = 67,
  SAMVAD_FRAME_LOG = 68,
  SAMVAD_FRAME_MISBEHAVIOUR = 69,
  SAMVAD_FRAME_DRAINED = 70,
  SAMVAD_FRAME_CLOSED = 71,
};

// Who says that a call failed: the module, or the runner on its behalf (then `code` is one of samvad_runner_code_t).
typedef uint32_t samvad_error_origin_t;
enum {
  SAMVAD_ORIGIN_MODULE = 0,
  SAMVAD_ORIGIN_RUNNER = 1,
};

typedef uint32_t samvad_runner_code_t;
enum {
  SAMVAD_CODE_LOAD_FAILED = 1,   // call number 0: the file does not load, or entry, open or activate refused
  SAMVAD_CODE_BAD_FRAME = 2,     // the host sent what can't be read
  SAMVAD_CODE_BAD_REPLY = 3,     // the module's reply breaks the contract; a MISBEHAVIOUR frame says how
  SAMVAD_CODE_NOT_ACTIVE = 4,    // before ACTIVATE, or after DRAIN
  SAMVAD_CODE_TOO_MANY = 5,      // more calls at once than the runner has room for
  SAMVAD_CODE_CANCELLED = 6,     // the call given up by the host is over: its place is free again
};

// Writes frames into memory that it grows by itself. A zeroed struct is an empty writer. Once `failed` (no memory, or
// past SAMVAD_FRAME_BYTES_MAX) every further write does nothing: check once, at the end. Free with samvad_writer_free.
typedef struct samvad_writer {
  uint8_t *bytes;
  uint64_t count;
  uint64_t capacity;
  bool failed;
} samvad_writer_t;

// Begins a frame, forgetting what was in the writer; samvad_frame_end puts the length in.
void samvad_frame_begin(samvad_writer_t *writer, samvad_frame_kind_t kind, uint64_t call_number);
// False when the frame could not be built; the writer then holds nothing that may be sent.
bool samvad_frame_end(samvad_writer_t *writer);
void samvad_write_u32(samvad_writer_t *writer, uint32_t value);
void samvad_write_u64(samvad_writer_t *writer, uint64_t value);
void samvad_write_text(samvad_writer_t *writer, samvad_str_t text);
void samvad_write_bytes(samvad_writer_t *writer, samvad_bytes_t bytes);
void samvad_write_fields(samvad_writer_t *writer, const samvad_field_t *fields, uint64_t count);
// Wipes the bytes first: frames carry what citizens wrote.
void samvad_writer_free(samvad_writer_t *writer);

// Reads a frame's payload. Never reads past `count`; once `failed` every further read gives zero or an empty text.
typedef struct samvad_reader {
  const uint8_t *bytes;
  uint64_t count;
  uint64_t at;
  bool failed;
} samvad_reader_t;

typedef struct samvad_frame_header {
  samvad_frame_kind_t kind;
  uint32_t length; // of the whole frame, header included
  uint64_t call_number;
} samvad_frame_header_t;

// Reads a header out of the first packet's bytes. False: no frame of ours, or longer than SAMVAD_FRAME_BYTES_MAX.
bool samvad_frame_header_read(const uint8_t *bytes, uint64_t count, samvad_frame_header_t *header_out);
// A reader over the payload of a whole frame whose header was read.
samvad_reader_t samvad_frame_reader(const uint8_t *bytes, uint64_t count);
uint32_t samvad_read_u32(samvad_reader_t *reader);
uint64_t samvad_read_u64(samvad_reader_t *reader);
// Points into the frame; not checked for UTF-8.
samvad_str_t samvad_read_text(samvad_reader_t *reader);
// A count of things of at least `bytes_each` bytes: fails when it is over `maximum` or can't fit in what is left.
uint32_t samvad_read_count(samvad_reader_t *reader, uint32_t maximum, uint32_t bytes_each);

// Whether the text is well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool samvad_text_is_utf8(samvad_str_t text);
// Copies `text` into `line` (which holds `capacity` bytes) as one safe line, and gives its length: cut at a character's
// edge, control characters and ill-formed bytes replaced, every group of four or more digits (spaces and hyphens
// between them do not break a group; Latin or Devanagari) masked with x. So numbers of citizens stay out of logs.
uint64_t samvad_text_mask(samvad_str_t text, char *line, uint64_t capacity);

#ifdef __cplusplus
}
#endif
#endif
