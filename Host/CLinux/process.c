// Worker processes: spawn, kill, reap. Called by Modules on the thread that belongs to the worker.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CLinux.h"

enum {
  DESCRIPTOR_MIN = 20, // the sources of the spawn's dup2 lie above its targets, so that none overwrites another
  SOCKET_THERE = 3,
  MODULE_THERE = 4,
  PIDFD_OF_WAITID = 3, // P_PIDFD, which Debian 12's headers hide behind another name
};

static int raise_descriptor(int descriptor) {
  int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);
  int error = errno;
  close(descriptor);
  errno = error;
  return raised;
}

static int socket_pair(int *here_out, int *there_out) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  *here_out = raise_descriptor(pair[0]);
  int error = errno;
  *there_out = raise_descriptor(pair[1]);
  if (*here_out >= 0 && *there_out >= 0) return 0;
  if (*here_out >= 0) error = errno;
  if (*here_out >= 0) close(*here_out);
  if (*there_out >= 0) close(*there_out);
  return error;
}

static int spawn(const char *path, const char *argument, int socket, int module, pid_t *pid_out) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  for (int standard = 0; !error && standard < 3; standard++) {
    error = posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
  }
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, socket, SOCKET_THERE);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, module, MODULE_THERE);
  if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
  const short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
  if (!error) error = posix_spawnattr_setflags(&attributes, flags);
  char *arguments[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)argument, NULL};
  char *environment[] = {"SWIFT_DETERMINISTIC_HASHING=1", "SWIFT_BACKTRACE=enable=no", NULL};
  if (!error) error = posix_spawn(pid_out, path, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int samvad_process_start(const char *path, const char *argument, int32_t module, samvad_process_t *process_out) {
  if (module < DESCRIPTOR_MIN) return EBADF;
  int here = -1, there = -1;
  int error = socket_pair(&here, &there);
  if (error) return error;
  pid_t pid = -1;
  error = spawn(path, argument, there, module, &pid);
  close(there);
  if (error) {
    close(here);
    return error;
  }
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (pidfd < 0) {
    error = errno;
    kill(pid, SIGKILL); // not reaped yet, so the number is still this process
    waitpid(pid, NULL, 0);
    close(here);
    return error;
  }
  *process_out = (samvad_process_t){pid, pidfd, here};
  return 0;
}

void samvad_process_kill(const samvad_process_t *process) {
  syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

int samvad_process_reap(const samvad_process_t *process, samvad_process_end_t *end_out) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int error = 0;
  while (waitid((idtype_t)PIDFD_OF_WAITID, (id_t)process->pidfd, &info, WEXITED) != 0) {
    if (errno == EINTR) continue;
    error = errno;
    break;
  }
  close(process->pidfd);
  *end_out = (samvad_process_end_t){.signalled = info.si_code != CLD_EXITED, .code = info.si_status};
  return error;
}

void samvad_socket_end(int32_t socket) { shutdown(socket, SHUT_RDWR); }

uint64_t samvad_now_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
