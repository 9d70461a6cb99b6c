// The system calls a worker may make. Called by main last of all, just before the module is loaded.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sandbox.h"

// What libc, the Swift, Rust and C++ runtimes, their threads and their clocks need; found by running them. Opening a
// file is here because the dynamic linker opens libraries; which files is Landlock's business.
static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(close),
    SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(shutdown),
    SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(fstat), SCMP_SYS(statx), SCMP_SYS(lseek), SCMP_SYS(fcntl),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(access), SCMP_SYS(faccessat2),
    SCMP_SYS(getdents64),
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid), // getppid: denied it is -1, and kill(-1) means everybody
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2),
    SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(uname), SCMP_SYS(sysinfo),
};

static int allow_with_conditions(scmp_filter_ctx filter) {
  unsigned long own = (unsigned long)getpid();
  int error = 0;
  // A thread yes, a process no. clone3's flags lie in memory, where a filter can't look: at "no such call" libc falls
  // back to clone.
  error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  error |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  // Signals to itself alone: abort() needs them.
  error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, own));
  // Limits may be read, of itself, and never set.
  error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                            SCMP_A2(SCMP_CMP_EQ, 0));
  const unsigned long harmless[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA, PR_GET_DUMPABLE};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
    error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, harmless[i]));
  }
  return error;
}

int sandbox_seccomp(sandbox_notes_t *notes) {
  // EPERM, not death: libdispatch tries setpriority and goes on without, stdio asks TCGETS and goes on without.
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (!filter) {
    sandbox_note(notes, "seccomp failed: no memory");
    return -1;
  }
  int error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
  error |= seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree: the filter runs on every call
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
  }
  error |= allow_with_conditions(filter);
  if (error == 0) error = seccomp_load(filter);
  seccomp_release(filter);
  if (error != 0) {
    sandbox_note(notes, "seccomp failed: %s", strerror(error < 0 ? -error : error));
    return -1;
  }
  sandbox_note(notes, "seccomp %zu calls", sizeof allowed / sizeof *allowed);
  return 0;
}
