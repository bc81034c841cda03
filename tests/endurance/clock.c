/* A wall clock that is wrong, and jumps at a moment; other clocks are as they are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int ask(clockid_t which, struct timespec *found) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  return real(which, found);
}

static time_t shift(void) {
  struct timespec now;
  const char *at = getenv("CLOCK_AT"), *first = getenv("CLOCK_FIRST"), *then = getenv("CLOCK_THEN");
  ask(CLOCK_MONOTONIC, &now);
  const char *chosen = at && then && now.tv_sec >= atol(at) ? then : first;
  return chosen ? atol(chosen) : 0;
}

int clock_gettime(clockid_t which, struct timespec *found) {
  int failed = ask(which, found);
  if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) found->tv_sec += shift();
  return failed;
}

time_t time(time_t *kept) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (kept) *kept = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  found->tv_sec = now.tv_sec;
  found->tv_usec = now.tv_nsec / 1000;
  return 0;
}
