// Text that came from a module: is it UTF-8, and what of it may stand in a log. Called by the runner on any thread.
#include <string.h>

#include "cloader/wire.h"

// Bytes of the well-formed character at `at`, or 0. The ranges are those of the Unicode Standard, table 3-7.
static uint64_t character_bytes(const uint8_t *at, uint64_t left) {
  uint8_t first = at[0];
  if (first < 0x80) return 1;
  uint64_t count;
  uint8_t low = 0x80, high = 0xBF; // of the second byte
  if (first >= 0xC2 && first <= 0xDF) {
    count = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    count = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    count = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (left < count || at[1] < low || at[1] > high) return 0;
  for (uint64_t i = 2; i < count; i++) {
    if ((at[i] & 0xC0) != 0x80) return 0;
  }
  return count;
}

bool samvad_text_is_utf8(samvad_str_t text) {
  const uint8_t *bytes = (const uint8_t *)text.ptr;
  uint64_t at = 0;
  while (at < text.len) {
    uint64_t word;
    // Eight ASCII bytes at once: most of what modules send.
    while (at + 8 <= text.len) {
      memcpy(&word, bytes + at, 8);
      if (word & 0x8080808080808080u) break;
      at += 8;
    }
    if (at >= text.len) break;
    uint64_t count = character_bytes(bytes + at, text.len - at);
    if (!count) return false;
    at += count;
  }
  return true;
}

// Bytes of the decimal digit at `at`, Latin or Devanagari, or 0.
static uint64_t digit_bytes(const char *at, uint64_t left) {
  if (*at >= '0' && *at <= '9') return 1;
  if (left >= 3 && memcmp(at, "\xE0\xA5", 2) == 0 && (uint8_t)at[2] >= 0xA6 && (uint8_t)at[2] <= 0xAF) return 3;
  return 0;
}

// Masks groups of four or more digits in place; a Devanagari digit (three bytes) becomes one x. Gives the new length.
static uint64_t mask_digits(char *line, uint64_t count) {
  enum { DIGITS_SHOWN_MAX = 3 }; // a count or a status code may be read; a year, PIN code or number part may not
  uint64_t from = 0, to = 0;
  while (from < count) {
    uint64_t digits = 0, end = from, last = from;
    while (end < count) {
      uint64_t bytes = digit_bytes(line + end, count - end);
      if (bytes) {
        digits++;
        end += bytes;
        last = end;
      } else if (digits && (line[end] == ' ' || line[end] == '-')) {
        end++;
      } else {
        break;
      }
    }
    if (digits > DIGITS_SHOWN_MAX) {
      while (from < last) {
        uint64_t bytes = digit_bytes(line + from, last - from);
        line[to++] = bytes ? 'x' : line[from];
        from += bytes ? bytes : 1;
      }
    } else if (digits) {
      memmove(line + to, line + from, last - from);
      to += last - from;
      from = last;
    } else {
      line[to++] = line[from++];
    }
  }
  return to;
}

uint64_t samvad_text_mask(samvad_str_t text, char *line, uint64_t capacity) {
  const uint8_t *bytes = (const uint8_t *)text.ptr;
  uint64_t count = 0;
  for (uint64_t at = 0; at < text.len;) {
    uint64_t width = character_bytes(bytes + at, text.len - at);
    if (count + (width ? width : 1) > capacity) break;
    if (width == 1 && (bytes[at] < 0x20 || bytes[at] == 0x7F)) {
      line[count++] = ' ';
    } else if (width) {
      memcpy(line + count, bytes + at, width);
      count += width;
    } else {
      line[count++] = '?';
      width = 1;
    }
    at += width;
  }
  return mask_digits(line, count);
}
