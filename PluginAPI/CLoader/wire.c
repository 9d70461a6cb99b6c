// The codec of frames, called by the runner, the worker and the conformance kit on any thread.
#define _GNU_SOURCE
#include "cloader/wire.h"

#include <stdlib.h>
#include <string.h>

// MARK: writing

static bool writer_reserve(samvad_writer_t *writer, uint64_t more) {
  if (writer->failed) return false;
  if (more > SAMVAD_FRAME_BYTES_MAX - writer->count) {
    writer->failed = true;
    return false;
  }
  uint64_t needed = writer->count + more;
  if (needed <= writer->capacity) return true;
  uint64_t capacity = writer->capacity < 1024 ? 1024 : writer->capacity;
  while (capacity < needed) capacity *= 2;
  uint8_t *bytes = realloc(writer->bytes, capacity);
  if (!bytes) {
    writer->failed = true;
    return false;
  }
  writer->bytes = bytes;
  writer->capacity = capacity;
  return true;
}

static void put_u32(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static void put_u64(uint8_t *to, uint64_t value) {
  for (int i = 0; i < 8; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_u32(const uint8_t *from) {
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static uint64_t get_u64(const uint8_t *from) {
  return (uint64_t)get_u32(from) | (uint64_t)get_u32(from + 4) << 32;
}

void samvad_frame_begin(samvad_writer_t *writer, samvad_frame_kind_t kind, uint64_t call_number) {
  writer->count = 0;
  writer->failed = false;
  if (!writer_reserve(writer, SAMVAD_FRAME_HEADER_BYTES)) return;
  writer->bytes[0] = SAMVAD_FRAME_MAGIC;
  writer->bytes[1] = SAMVAD_FRAME_FORMAT;
  writer->bytes[2] = kind;
  writer->bytes[3] = 0;
  put_u32(writer->bytes + 4, 0);
  put_u64(writer->bytes + 8, call_number);
  writer->count = SAMVAD_FRAME_HEADER_BYTES;
}

bool samvad_frame_end(samvad_writer_t *writer) {
  if (writer->failed || writer->count < SAMVAD_FRAME_HEADER_BYTES) return false;
  put_u32(writer->bytes + 4, (uint32_t)writer->count);
  return true;
}

void samvad_write_u32(samvad_writer_t *writer, uint32_t value) {
  if (!writer_reserve(writer, 4)) return;
  put_u32(writer->bytes + writer->count, value);
  writer->count += 4;
}

void samvad_write_u64(samvad_writer_t *writer, uint64_t value) {
  if (!writer_reserve(writer, 8)) return;
  put_u64(writer->bytes + writer->count, value);
  writer->count += 8;
}

void samvad_write_bytes(samvad_writer_t *writer, samvad_bytes_t bytes) {
  if (bytes.len > SAMVAD_TEXT_BYTES_MAX) {
    writer->failed = true;
    return;
  }
  samvad_write_u32(writer, (uint32_t)bytes.len);
  if (!bytes.len || !writer_reserve(writer, bytes.len)) return;
  memcpy(writer->bytes + writer->count, bytes.ptr, bytes.len);
  writer->count += bytes.len;
}

void samvad_write_text(samvad_writer_t *writer, samvad_str_t text) {
  samvad_write_bytes(writer, (samvad_bytes_t){(const uint8_t *)text.ptr, text.len});
}

void samvad_write_fields(samvad_writer_t *writer, const samvad_field_t *fields, uint64_t count) {
  samvad_write_u32(writer, (uint32_t)count);
  for (uint64_t i = 0; i < count; i++) {
    samvad_write_text(writer, fields[i].key);
    samvad_write_text(writer, fields[i].value);
  }
}

void samvad_writer_free(samvad_writer_t *writer) {
  if (writer->bytes) explicit_bzero(writer->bytes, writer->capacity);
  free(writer->bytes);
  memset(writer, 0, sizeof *writer);
}

// MARK: reading

bool samvad_frame_header_read(const uint8_t *bytes, uint64_t count, samvad_frame_header_t *header_out) {
  if (count < SAMVAD_FRAME_HEADER_BYTES) return false;
  if (bytes[0] != SAMVAD_FRAME_MAGIC || bytes[1] != SAMVAD_FRAME_FORMAT || bytes[3] != 0) return false;
  header_out->kind = bytes[2];
  header_out->length = get_u32(bytes + 4);
  header_out->call_number = get_u64(bytes + 8);
  return header_out->length >= SAMVAD_FRAME_HEADER_BYTES && header_out->length <= SAMVAD_FRAME_BYTES_MAX;
}

samvad_reader_t samvad_frame_reader(const uint8_t *bytes, uint64_t count) {
  return (samvad_reader_t){bytes, count, SAMVAD_FRAME_HEADER_BYTES, count < SAMVAD_FRAME_HEADER_BYTES};
}

static const uint8_t *reader_take(samvad_reader_t *reader, uint64_t wanted) {
  if (reader->failed || wanted > reader->count - reader->at) {
    reader->failed = true;
    return NULL;
  }
  const uint8_t *from = reader->bytes + reader->at;
  reader->at += wanted;
  return from;
}

uint32_t samvad_read_u32(samvad_reader_t *reader) {
  const uint8_t *from = reader_take(reader, 4);
  return from ? get_u32(from) : 0;
}

uint64_t samvad_read_u64(samvad_reader_t *reader) {
  const uint8_t *from = reader_take(reader, 8);
  return from ? get_u64(from) : 0;
}

samvad_str_t samvad_read_text(samvad_reader_t *reader) {
  uint32_t length = samvad_read_u32(reader);
  const uint8_t *from = reader_take(reader, length);
  return from ? (samvad_str_t){(const char *)from, length} : (samvad_str_t){NULL, 0};
}

uint32_t samvad_read_count(samvad_reader_t *reader, uint32_t maximum, uint32_t bytes_each) {
  uint32_t count = samvad_read_u32(reader);
  if (reader->failed || count > maximum || (uint64_t)count * bytes_each > reader->count - reader->at) {
    reader->failed = true;
    return 0;
  }
  return count;
}
