// The call table: generation-tagged places, their arenas and their requests' memory. Called by the runner, lock held.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "runner_private.h"

enum {
  INDEX_BITS = 16,
  ARENA_BLOCK_BYTES = 16 << 10,   // bytes of a first block: holds the replies of most calls
  MEMORY_KEPT_BYTES = 64 << 10,   // bytes of request memory that a place keeps for its next call
  POISON = 0xA5,                  // what a module sees that keeps a pointer beyond its call
};
static const uint64_t index_mask = (1u << INDEX_BITS) - 1;

bool samvad_calls_make(samvad_runner_t *runner) {
  runner->places = calloc(SAMVAD_CALLS_MAX, sizeof(call_place_t));
  if (!runner->places) return false;
  for (uint32_t i = 0; i < SAMVAD_CALLS_MAX; i++) {
    runner->places[i].next_free = i + 1 < SAMVAD_CALLS_MAX ? i + 1 : NO_PLACE;
  }
  runner->first_free = 0;
  runner->last_free = SAMVAD_CALLS_MAX - 1;
  return true;
}

call_place_t *samvad_call_begin(samvad_runner_t *runner, uint64_t number) {
  if (runner->first_free == NO_PLACE) return NULL;
  call_place_t *place = &runner->places[runner->first_free];
  runner->first_free = place->next_free;
  if (runner->first_free == NO_PLACE) runner->last_free = NO_PLACE;
  place->generation++;
  place->number = number;
  place->holders = 2;
  place->answered = place->cancelled = place->pending = false;
  place->end_before = place->end;
  place->end = CALL_END_NONE;
  runner->unanswered++;
  return place;
}

samvad_call_t samvad_call_handle(const samvad_runner_t *runner, const call_place_t *place) {
  return place->generation << INDEX_BITS | (uint64_t)(place - runner->places);
}

static call_place_t *place_of(samvad_runner_t *runner, samvad_call_t handle) {
  uint64_t index = handle & index_mask;
  return index < SAMVAD_CALLS_MAX && handle >> INDEX_BITS ? &runner->places[index] : NULL;
}

call_place_t *samvad_call_find(samvad_runner_t *runner, samvad_call_t handle) {
  call_place_t *place = place_of(runner, handle);
  bool live = place && place->holders && place->generation == handle >> INDEX_BITS;
  return live ? place : NULL;
}

call_place_t *samvad_call_numbered(samvad_runner_t *runner, uint64_t number) {
  for (uint32_t i = 0; i < SAMVAD_CALLS_MAX; i++) {
    call_place_t *place = &runner->places[i];
    if (place->holders && !place->answered && place->number == number) return place;
  }
  return NULL;
}

static uint32_t verdict_of_end(call_end_t end) {
  switch (end) {
    case CALL_END_ANSWERED: return SAMVAD_MISBEHAVIOUR_DOUBLE_COMPLETE;
    case CALL_END_CANCELLED: return SAMVAD_MISBEHAVIOUR_LATE_COMPLETE;
    case CALL_END_NONE: break;
  }
  return SAMVAD_MISBEHAVIOUR_STALE_HANDLE;
}

uint32_t samvad_call_verdict(samvad_runner_t *runner, samvad_call_t handle) {
  call_place_t *place = place_of(runner, handle);
  if (!place) return SAMVAD_MISBEHAVIOUR_STALE_HANDLE;
  uint64_t generation = handle >> INDEX_BITS;
  if (generation + 1 == place->generation) return verdict_of_end(place->end_before);
  if (generation != place->generation) return SAMVAD_MISBEHAVIOUR_STALE_HANDLE;
  if (!place->holders) return verdict_of_end(place->end);
  if (place->answered) return SAMVAD_MISBEHAVIOUR_DOUBLE_COMPLETE;
  return place->cancelled ? SAMVAD_MISBEHAVIOUR_LATE_COMPLETE : 0;
}

// MARK: memory

void *samvad_arena_take(arena_t *arena, uint64_t size) {
  if (size > SAMVAD_ARENA_BYTES_MAX) return NULL;
  uint64_t rounded = size ? (size + 15) & ~(uint64_t)15 : 16;
  if (rounded > SAMVAD_ARENA_BYTES_MAX - arena->taken) return NULL;
  arena_block_t *block = arena->blocks;
  if (!block || rounded > block->capacity - block->used) {
    uint64_t capacity = rounded > ARENA_BLOCK_BYTES ? rounded : ARENA_BLOCK_BYTES;
    block = aligned_alloc(16, sizeof *block + capacity);
    if (!block) return NULL;
    *block = (arena_block_t){arena->blocks, capacity, 0, 0};
    arena->blocks = block;
  }
  uint8_t *memory = (uint8_t *)(block + 1) + block->used;
  block->used += rounded;
  arena->taken += rounded;
  return memset(memory, 0, rounded);
}

// Keeps one ordinary block. Wipes the rest: it held what a citizen wrote, and a pointer kept too long shows itself.
static void arena_empty(arena_t *arena) {
  arena_block_t *kept = NULL;
  for (arena_block_t *block = arena->blocks; block;) {
    arena_block_t *next = block->next;
    if (!next && block->capacity == ARENA_BLOCK_BYTES) {
      memset(block + 1, POISON, block->used);
      block->used = 0;
      kept = block;
    } else {
      explicit_bzero(block + 1, block->used);
      free(block);
    }
    block = next;
  }
  arena->blocks = kept;
  arena->taken = 0;
}

static void memory_empty(uint8_t **memory, uint64_t *capacity, uint64_t used) {
  if (*capacity > MEMORY_KEPT_BYTES) {
    explicit_bzero(*memory, used);
    free(*memory);
    *memory = NULL;
    *capacity = 0;
  } else if (*memory) {
    memset(*memory, POISON, used);
  }
}

static bool memory_reserve(uint8_t **memory, uint64_t *capacity, uint64_t needed) {
  enum { FIRST_BYTES = 2048 };
  if (needed <= *capacity) return true;
  uint64_t size = needed < FIRST_BYTES ? FIRST_BYTES : needed;
  free(*memory);
  *memory = malloc(size);
  *capacity = *memory ? size : 0;
  return *memory != NULL;
}

void samvad_call_drop(samvad_runner_t *runner, call_place_t *place) {
  if (--place->holders) return;
  place->end = place->cancelled ? CALL_END_CANCELLED : CALL_END_ANSWERED;
  arena_empty(&place->arena);
  memory_empty(&place->frame, &place->frame_capacity, place->frame_count);
  memory_empty(&place->lists, &place->lists_capacity, place->lists_capacity);
  place->frame_count = 0;
  // At the end of the queue: a handle stays recognisable as an old one for as many calls as there are places.
  uint32_t index = (uint32_t)(place - runner->places);
  place->next_free = NO_PLACE;
  if (runner->last_free == NO_PLACE) runner->first_free = index;
  else runner->places[runner->last_free].next_free = index;
  runner->last_free = index;
}

// MARK: reading a request

static void read_fields(samvad_reader_t *reader, samvad_field_t *fields, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    fields[i].key = samvad_read_text(reader);
    fields[i].value = samvad_read_text(reader);
  }
}

static void read_documents(samvad_reader_t *reader, samvad_document_t *documents, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    documents[i].id = samvad_read_text(reader);
    documents[i].kind = samvad_read_text(reader);
    documents[i].mime_type = samvad_read_text(reader);
    documents[i].sha256 = samvad_read_text(reader);
    documents[i].bytes_count = samvad_read_u64(reader);
  }
}

// The two counts, found by walking over the texts between them, so that the lists are reserved at once.
static bool lists_reserve(call_place_t *place, samvad_reader_t reader, uint32_t *values_out, uint32_t *documents_out) {
  enum { FIELD_BYTES_MIN = 8, DOCUMENT_BYTES_MIN = 24 };
  *values_out = samvad_read_count(&reader, SAMVAD_FIELDS_MAX, FIELD_BYTES_MIN);
  for (uint32_t i = 0; i < *values_out * 2; i++) samvad_read_text(&reader);
  *documents_out = samvad_read_count(&reader, SAMVAD_DOCUMENTS_MAX, DOCUMENT_BYTES_MIN);
  uint64_t needed = *values_out * sizeof(samvad_field_t) + *documents_out * sizeof(samvad_document_t);
  return !reader.failed && memory_reserve(&place->lists, &place->lists_capacity, needed);
}

bool samvad_call_read(call_place_t *place, const uint8_t *frame, uint64_t count, samvad_request_t *request_out) {
  if (!memory_reserve(&place->frame, &place->frame_capacity, count)) return false;
  memcpy(place->frame, frame, count);
  place->frame_count = count;
  samvad_reader_t reader = samvad_frame_reader(place->frame, count);
  samvad_request_t *request = request_out;
  memset(request, 0, sizeof *request);
  request->size = sizeof *request;
  request->flags = samvad_read_u32(&reader);
  request->state_schema = samvad_read_u32(&reader);
  request->deadline_ns = samvad_read_u64(&reader);
  request->now_ms = (int64_t)samvad_read_u64(&reader);
  request->random_seed = samvad_read_u64(&reader);
  request->service = samvad_read_text(&reader);
  request->step = samvad_read_text(&reader);
  request->language = samvad_read_text(&reader);
  request->citizen = samvad_read_text(&reader);
  request->application = samvad_read_text(&reader);
  request->event = samvad_read_text(&reader);
  uint32_t values_count = 0, documents_count = 0;
  if (!lists_reserve(place, reader, &values_count, &documents_count)) return false;
  samvad_field_t *values = (samvad_field_t *)(void *)place->lists;
  samvad_document_t *documents = (samvad_document_t *)(void *)(values + values_count);
  samvad_read_u32(&reader);
  read_fields(&reader, values, values_count);
  samvad_read_u32(&reader);
  read_documents(&reader, documents, documents_count);
  samvad_str_t state = samvad_read_text(&reader);
  request->values = values_count ? values : NULL;
  request->values_count = values_count;
  request->documents = documents_count ? documents : NULL;
  request->documents_count = documents_count;
  request->state = (samvad_bytes_t){(const uint8_t *)state.ptr, state.len};
  place->deadline_ns = request->deadline_ns;
  place->random_state = request->random_seed;
  return !reader.failed && reader.at == reader.count;
}
