// Frames over a SOCK_SEQPACKET socket: one packet each, or several for a long one. No descriptor ever travels with a
// frame: a worker can't fill the host's descriptor table, and needs no right to make files of its own.
#ifndef CLOADER_CHANNEL_H
#define CLOADER_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  // Bytes of one packet. Well under the 208 KiB that Linux gives a socket by default, so a packet is never refused as
  // too large, and two of them fit.
  SAMVAD_PACKET_BYTES_MAX = 64 << 10,
};

// [any, one caller at a time per socket] Sends a whole frame. With `wait` false only a frame of one packet may be sent,
// and EAGAIN is the answer when the other side is behind; nothing was sent then. 0, or the errno.
int samvad_channel_send(int socket, const uint8_t *frame, uint64_t count, bool wait);

// What one reader of one socket keeps between frames. A zeroed struct is ready; samvad_channel_free ends it.
typedef struct samvad_channel_buffer {
  uint8_t *bytes;
  uint64_t capacity;
} samvad_channel_buffer_t;

// [one thread per socket] Waits for the next whole frame and points `frame_out` into the buffer, valid until the next
// call. 1 a frame; 0 the other side is gone; -1 the other side sent no frame of ours (EPROTO), or errno says what.
int samvad_channel_receive(int socket, samvad_channel_buffer_t *buffer, const uint8_t **frame_out,
                           uint64_t *count_out);

void samvad_channel_free(samvad_channel_buffer_t *buffer);

#ifdef __cplusplus
}
#endif
#endif
