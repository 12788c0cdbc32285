package simtest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// A register in a real Redis server: WATCH, MULTI and EXEC swap.
func TestRedis(t *testing.T) {
	address := startRedis(t)
	linearizable(t, func(int) session { return connectRedis(t, address) })
}

// The same, but a client reads, compares, and then writes.
func TestRedisWithARace(t *testing.T) {
	address := startRedis(t)
	races(t, func(_ int, meet func()) session { return racyRedis{connectRedis(t, address), meet} })
}

// startRedis starts a server of its own, which keeps nothing, and returns its socket.
func startRedis(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("recorded histories are tested on a real Redis: install redis-server (on Debian: apt-get install redis-server; make test does): %v", err)
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "redis.sock")
	server := exec.Command(program, "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	awaitLine(t, out, "ready to accept connections")
	return socket
}

// awaitLine reads lines up to one with a text.
func awaitLine(t *testing.T, r io.Reader, text string) {
	t.Helper()
	lines := bufio.NewScanner(r)
	var said strings.Builder
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			go io.Copy(io.Discard, r) // so that it never waits for a reader
			return
		}
		said.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("it ended before it said %q:\n%s", text, &said)
}

type redisSession struct{ client *redis.Client }

func connectRedis(t *testing.T, socket string) redisSession {
	client := redis.NewClient(&redis.Options{
		Network: "unix", Addr: socket, PoolSize: 1, MaxRetries: -1, // an operation that was sent twice may happen twice
	})
	t.Cleanup(func() { client.Close() })
	return redisSession{client}
}

var background = context.Background()

func (s redisSession) read() (int64, error) { return s.client.Get(background, "register").Int64() }

func (s redisSession) write(v int64) error { return s.client.Set(background, "register", v, 0).Err() }

func (s redisSession) cas(from, to int64) (swapped bool, err error) {
	err = s.client.Watch(background, func(tx *redis.Tx) error {
		v, err := tx.Get(background, "register").Int64()
		if err != nil || v != from {
			return err
		}
		swapped = true
		_, err = tx.TxPipelined(background, func(p redis.Pipeliner) error { return p.Set(background, "register", to, 0).Err() })
		return err
	}, "register")
	if errors.Is(err, redis.TxFailedErr) {
		return false, errRefused
	}
	return swapped, err
}

type racyRedis struct {
	redisSession
	meet func()
}

func (s racyRedis) cas(from, to int64) (bool, error) {
	v, err := s.read()
	s.meet()
	if err != nil || v != from {
		return false, err
	}
	return true, s.write(to) // someone else may have written since
}
