// Frames over a SOCK_SEQPACKET socket. Sent by whichever thread holds the sender's lock, received by one thread.
#define _GNU_SOURCE
#include "cloader/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int send_packet(int socket, const uint8_t *bytes, uint64_t count, bool wait) {
  for (;;) {
    ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    if (sent >= 0) return (uint64_t)sent == count ? 0 : EMSGSIZE;
    if (errno != EINTR) return errno;
  }
}

int samvad_channel_send(int socket, const uint8_t *frame, uint64_t count, bool wait) {
  if (count < SAMVAD_FRAME_HEADER_BYTES || count > SAMVAD_FRAME_BYTES_MAX) return EMSGSIZE;
  // Without waiting a long frame could stop halfway, and its rest would be read as a frame of its own.
  if (!wait && count > SAMVAD_PACKET_BYTES_MAX) return EAGAIN;
  for (uint64_t at = 0; at < count; at += SAMVAD_PACKET_BYTES_MAX) {
    uint64_t left = count - at;
    int error = send_packet(socket, frame + at, left < SAMVAD_PACKET_BYTES_MAX ? left : SAMVAD_PACKET_BYTES_MAX, wait);
    if (error) return error;
  }
  return 0;
}

static int buffer_reserve(samvad_channel_buffer_t *buffer, uint64_t capacity) {
  if (capacity <= buffer->capacity) return 0;
  uint8_t *bytes = realloc(buffer->bytes, capacity);
  if (!bytes) return -1;
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return 0;
}

// Bytes of the next packet, 0 at the end, -1 with errno. MSG_TRUNC makes recv give the packet's true length.
static int64_t receive_packet(int socket, uint8_t *into, uint64_t capacity) {
  for (;;) {
    ssize_t count = recv(socket, into, capacity, MSG_TRUNC);
    if (count >= 0) {
      if ((uint64_t)count <= capacity) return count;
      errno = EPROTO;
      return -1;
    }
    if (errno == ECONNRESET) return 0; // the other side died with frames of ours unread
    if (errno != EINTR) return -1;
  }
}

int samvad_channel_receive(int socket, samvad_channel_buffer_t *buffer, const uint8_t **frame_out,
                           uint64_t *count_out) {
  // A long frame leaves the buffer long; give that back, so that one long reply does not cost memory for ever.
  if (buffer->capacity > SAMVAD_PACKET_BYTES_MAX) samvad_channel_free(buffer);
  if (buffer_reserve(buffer, SAMVAD_PACKET_BYTES_MAX) != 0) return -1;
  int64_t first = receive_packet(socket, buffer->bytes, SAMVAD_PACKET_BYTES_MAX);
  if (first <= 0) return (int)first;
  samvad_frame_header_t header;
  uint64_t at = (uint64_t)first;
  if (!samvad_frame_header_read(buffer->bytes, at, &header)) goto wrong;
  if (at > header.length || (at < header.length && at != SAMVAD_PACKET_BYTES_MAX)) goto wrong;
  if (buffer_reserve(buffer, header.length) != 0) return -1;
  while (at < header.length) {
    uint64_t left = header.length - at;
    uint64_t wanted = left < SAMVAD_PACKET_BYTES_MAX ? left : SAMVAD_PACKET_BYTES_MAX;
    int64_t count = receive_packet(socket, buffer->bytes + at, wanted);
    if (count <= 0) return (int)count;
    if ((uint64_t)count != wanted) goto wrong;
    at += wanted;
  }
  *frame_out = buffer->bytes;
  *count_out = at;
  return 1;
wrong:
  errno = EPROTO;
  return -1;
}

void samvad_channel_free(samvad_channel_buffer_t *buffer) {
  if (buffer->bytes) explicit_bzero(buffer->bytes, buffer->capacity);
  free(buffer->bytes);
  memset(buffer, 0, sizeof *buffer);
}
