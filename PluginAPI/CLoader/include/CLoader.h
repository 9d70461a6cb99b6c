// All of the loader: how a module's file becomes running code, and the frames in which host and module speak. The host
// (in-process modules), the worker and the conformance kit include this one and load in exactly this one way.
#ifndef CLOADER_H
#define CLOADER_H

#include "cloader/channel.h"
#include "cloader/loader.h"
#include "cloader/runner.h"
#include "cloader/wire.h"

#endif
