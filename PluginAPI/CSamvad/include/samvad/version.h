// The ABI's number, and the rules by which it may grow. Everything else in these headers obeys this page.
//
// Growth policy (the four rules)
//  1. The major number changes when a released thing changes meaning. A host refuses a module whose major differs.
//  2. The minor number counts additions. Host and module speak the lower of their two minors.
//  3. A struct grows at its tail only. Its first member is `size`, written by the side that made the struct;
//     the reader never reads past it, and a missing tail counts as zero, which is always the documented default.
//  4. New functions are optional for the other side (NULL = not there). Enumerators are only ever added to
//     enumerations that flow from module to host; the host treats one that it does not know as an error of class BUG.
#ifndef SAMVAD_VERSION_H
#define SAMVAD_VERSION_H

#define SAMVAD_ABI_MAJOR 1
#define SAMVAD_ABI_MINOR 0

#endif
