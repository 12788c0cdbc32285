package simtest_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
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

func openSQLite(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(t.TempDir(), "register.db"))+"?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
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
