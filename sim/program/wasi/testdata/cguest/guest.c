/* A program that does what its first argument says. */
#include <dirent.h>
#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char line[1 << 16];
static char *volatile kept;

static int echo(void) {
  while (fgets(line, sizeof line, stdin)) fputs(line, stdout);
  return 0;
}

static int deep(volatile char *below) {
  volatile char here[1000];
  here[0] = *below;
  return deep(here) + here[0];
}

static int is(const char *a, const char *b) { return !strcmp(a, b); }

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (is(what, "echo")) return echo();
  if (is(what, "args")) {
    for (int i = 0; i < argc; i++) printf("%s\n", argv[i]);
    printf("%s %s\n", getenv("TZ"), getenv("COLOR"));
    return 0;
  }
  if (is(what, "spin"))
    for (volatile int i = 0;; i++) ;
  if (is(what, "clock")) {
    for (time_t end = time(0) + 60; time(0) < end;) ;
    puts("a minute is over");
    return echo();
  }
  if (is(what, "sleep")) {
    struct timespec t = {3, 0};
    nanosleep(&t, 0);
    puts("three seconds are over");
    return echo();
  }
  if (is(what, "hog")) {
    for (;;) {
      char *p = malloc(1 << 20);
      if (!p) { fputs("no memory\n", stderr); abort(); }
      memset(p, 1, 1 << 20);
      kept = p;
    }
  }
  if (is(what, "endless"))
    for (;;) putchar('x');
  if (is(what, "longlog")) {
    for (int i = 0; i < 100000; i++) fputc('x', stderr);
    fputs("\nshort\n", stderr);
    fprintf(stderr, "no end");
    printf("half a line");
    return 0;
  }
  if (is(what, "exit")) return atoi(argv[2]);
  if (is(what, "trap")) __builtin_trap();
  if (is(what, "deep")) return deep("");
  if (is(what, "random")) {
    unsigned char b[8];
    getentropy(b, sizeof b);
    for (unsigned i = 0; i < sizeof b; i++) printf("%02x", b[i]);
    puts("");
    return 0;
  }
  if (is(what, "files")) {
    FILE *f = fopen("/greeting", "w");
    fputs("hello", f);
    fclose(f);
    mkdir("/d", 0777);
    rename("/greeting", "/d/greeting");
    DIR *d = opendir("/d");
    for (struct dirent *e; (e = readdir(d));) puts(e->d_name);
    f = fopen("/d/greeting", "r");
    fgets(line, sizeof line, f);
    puts(line);
    return 0;
  }
  return 64;
}
