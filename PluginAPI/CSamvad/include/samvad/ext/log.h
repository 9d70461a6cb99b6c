// Capability samvad.log/1: lines for the operators. Never personal data: the host masks digits, but relies on you.
#ifndef SAMVAD_EXT_LOG_H
#define SAMVAD_EXT_LOG_H

#include "../host.h"

#define SAMVAD_LOG_ID "samvad.log/1"

typedef uint32_t samvad_log_level_t;
enum {
  SAMVAD_LOG_DEBUG = 0,   // for the module's author
  SAMVAD_LOG_INFO = 1,    // something that happens seldom and is well
  SAMVAD_LOG_WARNING = 2, // something that will go wrong if nobody looks
  SAMVAD_LOG_ERROR = 3,   // something that has gone wrong
};

typedef struct samvad_log {
  uint32_t size;
  uint32_t reserved;
  // [any] One line of at most 1,024 bytes; longer ones are cut, more than 100 a second are dropped and counted.
  void (*write)(const samvad_host_t *host, samvad_log_level_t level, samvad_str_t line);
} samvad_log_t;

#endif
