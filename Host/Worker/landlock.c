// The worker's view of the file system. Called by main before there are threads.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox.h"

// Rights that newer kernels know and Debian 12's header does not name.
enum {
  ABI_WITH_REFER = 2,
  ABI_WITH_TRUNCATE = 3,
  ABI_WITH_NETWORK = 4,
  ABI_WITH_IOCTL = 5,
  ABI_WITH_SCOPES = 6,
};
static const uint64_t access_truncate = 1u << 14;
static const uint64_t access_ioctl = 1u << 15;
static const uint64_t network_all = 3; // bind and connect of TCP
static const uint64_t scope_all = 3;   // abstract sockets and signals
static const uint64_t access_first = (1u << 13) - 1; // all of ABI 1
#define access_read_file (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define access_read (access_read_file | LANDLOCK_ACCESS_FS_READ_DIR)

// The whole struct as of ABI 6; an older kernel is given the size that it knows.
struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};

typedef struct readable {
  const char *path;
  uint64_t access;
} readable_t;

// Shared libraries, time zones, randomness. Of /proc any file by its name, but no listing: the C library reads
// /proc/self/maps, and libdispatch opens /proc/THREAD/stat of its own threads and crashes where it may not. What other
// processes hide (memory, environment, descriptors) stays hidden, since Landlock forbids looking out of the domain.
static const readable_t readable[] = {
    {"/lib", access_read},
    {"/lib64", access_read},
    {"/usr/lib", access_read},
    {"/etc/ld.so.cache", access_read_file},
    {"/usr/share/zoneinfo", access_read},
    {"/proc", LANDLOCK_ACCESS_FS_READ_FILE},
    {"/dev/urandom", access_read_file},
    {"/dev/null", access_read_file},
};

static bool allow(int ruleset, readable_t one) {
  int file = open(one.path, O_PATH | O_CLOEXEC);
  if (file < 0) return errno == ENOENT; // not every machine has each
  struct landlock_path_beneath_attr rule = {.allowed_access = one.access, .parent_fd = file};
  bool allowed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
  close(file);
  return allowed;
}

void sandbox_landlock(sandbox_notes_t *notes) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) {
    sandbox_note(notes, "landlock not available");
    return;
  }
  struct ruleset wanted = {.files = access_first};
  size_t size = sizeof wanted.files;
  if (abi >= ABI_WITH_REFER) wanted.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= ABI_WITH_TRUNCATE) wanted.files |= access_truncate;
  if (abi >= ABI_WITH_IOCTL) wanted.files |= access_ioctl;
  if (abi >= ABI_WITH_NETWORK) {
    wanted.network = network_all;
    size += sizeof wanted.network;
  }
  if (abi >= ABI_WITH_SCOPES) {
    wanted.scopes = scope_all;
    size += sizeof wanted.scopes;
  }
  long ruleset = syscall(SYS_landlock_create_ruleset, &wanted, size, 0);
  bool done = ruleset >= 0;
  for (size_t i = 0; done && i < sizeof readable / sizeof *readable; i++) done = allow((int)ruleset, readable[i]);
  if (done) done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  if (done) sandbox_note(notes, "landlock %ld", abi);
  else sandbox_note(notes, "landlock failed: %s", strerror(errno));
  if (ruleset >= 0) close((int)ruleset);
}
