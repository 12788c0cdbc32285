package simtest_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"simrun/check/txn"
)

// A register in SQLite: one statement swaps.
func TestSQLite(t *testing.T) {
	db := openSQLite(t)
	linearizable(t, func(int) session { return sqlite{db} })
}

// The same, but a client reads, compares, and then writes.
func TestSQLiteWithARace(t *testing.T) {
	db := openSQLite(t)
	races(t, func(_ int, meet func()) session { return racySQLite{sqlite{db}, meet} })
}

// SQLite has one isolation level.
func TestSQLiteIsolation(t *testing.T) {
	open := func(t *testing.T) *sql.DB { return openFile(t, 0) } // a transaction that finds another one writing fails at once
	promises(t, "SQLite", open, []level{{"serializable", sql.LevelSerializable, txn.StrictSerializable, nil}})
}

// openFile opens a database of its own, which waits so many milliseconds for another one that writes.
func openFile(t *testing.T, wait int) *sql.DB {
	t.Helper()
	file := filepath.ToSlash(filepath.Join(t.TempDir(), "register.db"))
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)", file, wait))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openSQLite(t *testing.T) *sql.DB {
	t.Helper()
	db := openFile(t, 60_000)
	if _, err := db.Exec("CREATE TABLE register (id INTEGER PRIMARY KEY, value INTEGER NOT NULL); INSERT INTO register VALUES (1, 0)"); err != nil {
		t.Fatal(err)
	}
	return db
}

type sqlite struct{ db *sql.DB }

func (s sqlite) read() (v int64, err error) {
	return v, s.db.QueryRow("SELECT value FROM register").Scan(&v)
}

func (s sqlite) write(v int64) error {
	_, err := s.db.Exec("UPDATE register SET value = ?", v)
	return err
}

func (s sqlite) cas(from, to int64) (bool, error) {
	result, err := s.db.Exec("UPDATE register SET value = ? WHERE value = ?", to, from)
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}

type racySQLite struct {
	sqlite
	meet func()
}

func (s racySQLite) cas(from, to int64) (bool, error) {
	v, err := s.read()
	s.meet()
	if err != nil || v != from {
		return false, err
	}
	return true, s.write(to) // someone else may have written since
}
