// The whole stable surface: include this one.
#ifndef SAMVAD_H
#define SAMVAD_H

#include "samvad/entry.h"
#include "samvad/ext/log.h"
#include "samvad/ext/random.h"
#include "samvad/host.h"
#include "samvad/module.h"
#include "samvad/types.h"
#include "samvad/version.h"

#endif
