/* Hands out unique ids, over Maelstrom's protocol: the name of the node, and a number.
 *
 *   clang --target=wasm32-wasi --sysroot=/usr -O2 -o ids.wasm ids.c
 *   simrun run --program ids.wasm --workload unique-ids
 *
 * The number is kept in memory, so that it begins anew after a crash: the bug to find. With the argument "durable" the node takes numbers in
 * blocks of 100, and puts the end of a block on disk before it uses any of it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int durable;
static long last, limit; /* the number that was used last, and the last of the block */

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Puts the end of the block on disk. A crash leaves the old file or the new one, whole. */
static void save(void) {
  int f = open("last-id.new", O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (f < 0 || dprintf(f, "%ld", limit) < 0 || fsync(f) || close(f)) fail("last-id.new");
  if (rename("last-id.new", "last-id")) fail("rename");
  int dir = open(".", O_RDONLY | O_DIRECTORY); /* the new name is on disk when the folder is */
  if (dir < 0 || fsync(dir) || close(dir)) fail(".");
}

/* Goes on after the last block that is on disk. */
static void load(void) {
  FILE *f = fopen("last-id", "r");
  if (!f) return;
  if (fscanf(f, "%ld", &last) == 1) limit = last;
  fclose(f);
}

static long next(void) {
  if (durable && last == limit) {
    limit += 100;
    save();
  }
  return ++last;
}

/* The value of a field of the line: from behind its name to the comma or brace that ends it. */
static const char *field(const char *line, const char *name, int *length) {
  const char *at = strstr(line, name);
  if (!at) {
    *length = 0;
    return "";
  }
  at += strlen(name);
  *length = strcspn(at, ",}");
  return at;
}

int main(int argc, char **argv) {
  static char line[1 << 16];
  durable = argc > 1 && !strcmp(argv[1], "durable");
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  while (fgets(line, sizeof line, stdin)) {
    int s, d, m;
    const char *src = field(line, "\"src\":", &s), *dest = field(line, "\"dest\":", &d), *id = field(line, "\"msg_id\":", &m);
    if (strstr(line, "\"type\":\"init\"")) {
      load();
      printf("{\"src\":%.*s,\"dest\":%.*s,\"body\":{\"type\":\"init_ok\",\"in_reply_to\":%.*s}}\n", d, dest, s, src, m, id);
    } else if (strstr(line, "\"type\":\"generate\"")) {
      printf("{\"src\":%.*s,\"dest\":%.*s,\"body\":{\"type\":\"generate_ok\",\"in_reply_to\":%.*s,\"id\":\"%.*s-%ld\"}}\n",
             d, dest, s, src, m, id, d - 2, dest + 1, next());
    }
  }
}
