//go:build unix

package simtest_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	_ "github.com/lib/pq"

	"simrun/check/txn"
)

// The isolation levels of a real PostgreSQL server.
func TestPostgresIsolation(t *testing.T) {
	dir := startPostgres(t)
	open := func(t *testing.T) *sql.DB {
		db, err := sql.Open("postgres", fmt.Sprintf("host=%s user=postgres dbname=postgres sslmode=disable", dir))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	promises(t, "PostgreSQL", open, []level{
		{"read committed", sql.LevelReadCommitted, txn.MonotonicAtomicView, map[string]string{"read skew": "G-single", "lost update": "lost-update", "write skew": "G2-item"}},
		{"repeatable read", sql.LevelRepeatableRead, txn.StrongSnapshotIsolation, map[string]string{"write skew": "G2-item"}},
		{"serializable", sql.LevelSerializable, txn.Serializable, nil},
	})
}

// startPostgres starts a server of its own, and returns the folder of its socket. PostgreSQL does not run as root: then it runs as the user that Debian's
// package makes.
func startPostgres(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var as *syscall.SysProcAttr
	if os.Getuid() == 0 {
		uid, gid := postgresUser(t)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(postgresProgram(t, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	server := exec.Command(postgresProgram(t, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "deadlock_timeout=10ms",
		"-c", "shared_buffers=8MB", "-c", "autovacuum=off", "-c", "lc_messages=C")
	server.SysProcAttr, server.Dir = as, dir
	said, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGQUIT) // at once
		server.Wait()
	})
	awaitLine(t, said, "database system is ready to accept connections")
	return dir
}

func postgresUser(t *testing.T) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("PostgreSQL does not run as root, and needs the user that Debian's package postgresql makes: %v", err)
	}
	uid, err = strconv.Atoi(u.Uid)
	if err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	if err != nil {
		t.Fatal(err)
	}
	return uid, gid
}

// postgresProgram finds a program of the newest PostgreSQL, which Debian does not put on the path.
func postgresProgram(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(all) == 0 {
		t.Fatalf("isolation levels are tested on a real PostgreSQL: install it (on Debian: apt-get install postgresql; make test does): there is no %s", name)
	}
	slices.Sort(all)
	return all[len(all)-1]
}
