package simtest_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"

	"simrun/check"
	"simrun/check/txn"
	"simrun/history"
)

// A level is what a database calls an isolation level, and what is to be found of it. The table of docs/databases.md says the same.
type level struct {
	name     string
	asked    sql.IsolationLevel
	promises txn.Level         // that every history satisfies
	shows    map[string]string // by script: the anomaly that the level lets happen; all others satisfy strict serializability
}

// micro is a step of a transaction.
type micro struct {
	f     string // r, append to a list, or w to a register
	key   int
	value int64
}

// A script is a schedule of transactions that shows an anomaly where a level allows it. Each turn is a step of a transaction, the one after its last
// step its commit.
type script struct {
	name         string
	transactions [][]micro
	turns        []int
}

// scripts are those of Berenson and others (SIGMOD 1995): A5A, P4 and A5B.
var scripts = []script{
	{"read skew", [][]micro{{{"r", 1, 0}, {"r", 2, 0}}, {{"append", 1, 1}, {"append", 2, 2}}}, []int{0, 1, 1, 1, 0, 0}},
	{"lost update", [][]micro{{{"rw", 1, 0}, {"w", 1, 1}}, {{"rw", 1, 0}, {"w", 1, 2}}}, []int{0, 1, 0, 0, 1, 1}},
	{"write skew", [][]micro{{{"r", 1, 0}, {"append", 2, 1}}, {{"r", 2, 0}, {"append", 1, 2}}}, []int{0, 1, 0, 1, 0, 1}},
}

// promises holds a database to what its levels promise: by scripts, and by clients that do what they like.
func promises(t *testing.T, name string, open func(t *testing.T) *sql.DB, levels []level) {
	page, err := os.ReadFile("../docs/databases.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range levels {
		t.Run(strings.ReplaceAll(l.name, " ", "-"), func(t *testing.T) {
			row := fmt.Sprintf("| %s, %s |", name, l.name)
			for _, s := range scripts {
				row += orDash(l.plays(t, open(t), s))
			}
			l.atRandom(t, open(t))
			if row += fmt.Sprintf(" `%v` |", l.promises); !bytes.Contains(page, []byte(row)) {
				t.Errorf("docs/databases.md says something else: expected the row\n%s", row)
			}
		})
	}
}

func orDash(anomaly string) string {
	if anomaly == "" {
		return " – |"
	}
	return fmt.Sprintf(" `%s` |", anomaly)
}

// plays follows a script, and returns the anomaly that it shows.
func (l level) plays(t *testing.T, db *sql.DB, s script) string {
	t.Helper()
	r := newRecording(t, db, l.asked)
	var all []*transaction
	for _, steps := range s.transactions {
		all = append(all, &transaction{session: r.session(), steps: steps})
	}
	for _, turn := range s.turns {
		all[turn].next()
	}
	last := &transaction{session: r.session(), steps: []micro{{"r", 1, 0}, {"r", 2, 0}}} // so that the order of all appends is known
	if s.name != "lost update" {
		last.run()
	}
	v := r.decide()
	expected := l.shows[s.name]
	switch {
	case expected == "" && v.Outcome() != check.Valid:
		t.Errorf("%s: %s\n%s", s.name, v.Results[v.Level].Reason, &r.text)
	case expected != "" && !slices.ContainsFunc(v.Anomalies, func(a *txn.Anomaly) bool { return a.Name == expected }):
		t.Errorf("%s: expected %s, found %v\n%s", s.name, expected, v.Anomalies, &r.text)
	case v.Results[l.promises].Outcome != check.Valid:
		t.Errorf("%s: %s is broken\n%s", s.name, l.promises, &r.text)
	}
	return expected
}

// atRandom lets clients run transactions at the same time.
func (l level) atRandom(t *testing.T, db *sql.DB) {
	t.Helper()
	const clients, each = 5, 30
	r := newRecording(t, db, l.asked)
	var wg sync.WaitGroup
	for i := range clients {
		s := r.session()
		random := rand.New(rand.NewPCG(13, uint64(i)))
		wg.Go(func() {
			for k := range each {
				tx := &transaction{session: s}
				for n := range 1 + random.IntN(4) {
					m := micro{"r", 1 + random.IntN(3), 0}
					if random.IntN(2) == 0 {
						m.f, m.value = "append", int64(1+i+clients*(n+4*k))
					}
					tx.steps = append(tx.steps, m)
				}
				tx.run()
			}
		})
	}
	wg.Wait()
	v := r.decide()
	t.Logf("%d of %d transactions committed; satisfied: %v, broken: %v", v.Committed, clients*each, v.Strongest, v.Weakest)
	if v.Results[l.promises].Outcome != check.Valid {
		t.Errorf("%v: %v %s\n%s", l.promises, v.Results[l.promises].Outcome, v.Results[l.promises].Reason, &r.text)
	}
}

// recording is a database with what its clients did.
type recording struct {
	t     *testing.T
	db    *sql.DB
	level sql.IsolationLevel
	text  bytes.Buffer
	rec   *history.Recorder
}

func newRecording(t *testing.T, db *sql.DB, l sql.IsolationLevel) *recording {
	t.Helper()
	for _, statement := range []string{
		"DROP TABLE IF EXISTS lists", "CREATE TABLE lists (id INTEGER PRIMARY KEY, value TEXT NOT NULL)", "INSERT INTO lists VALUES (1, ''), (2, ''), (3, '')",
		"DROP TABLE IF EXISTS registers", "CREATE TABLE registers (id INTEGER PRIMARY KEY, value INTEGER)", "INSERT INTO registers VALUES (1, NULL)",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	r := &recording{t: t, db: db, level: l}
	r.rec = history.NewRecorder(&r.text)
	return r
}

// decide decides the history for strict serializability.
func (r *recording) decide() *txn.Verdict {
	r.t.Helper()
	if err := r.rec.Close(); err != nil {
		r.t.Fatal(err)
	}
	events, err := history.Read(bytes.NewReader(r.text.Bytes()), "recorded", history.JSONL)
	if err != nil {
		r.t.Fatal(err)
	}
	v, err := txn.Check(events, txn.Options{})
	if err != nil {
		r.t.Fatalf("%v\n%s", err, &r.text)
	}
	return v
}

// A txnSession is one connection of a client.
type txnSession struct {
	conn   *sql.Conn
	level  sql.IsolationLevel
	client *history.Client
}

func (r *recording) session() *txnSession {
	r.t.Helper()
	conn, err := r.db.Conn(background)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &txnSession{conn, r.level, r.rec.Client()}
}

// A transaction is done step by step.
type transaction struct {
	session *txnSession
	steps   []micro

	tx   *sql.Tx
	call *history.Call
	did  []history.Value
	over bool
}

// run does all of it.
func (x *transaction) run() {
	for !x.over {
		x.next()
	}
}

// next does the next step, or commits.
func (x *transaction) next() {
	if x.over {
		return
	}
	var err error
	if x.tx == nil {
		x.call = x.session.client.Invoke("txn", "", history.List(x.described()...))
		x.tx, err = x.session.conn.BeginTx(background, &sql.TxOptions{Isolation: x.session.level})
		if err != nil {
			x.over = true
			x.call.Fail(err)
			return
		}
	}
	if len(x.did) == len(x.steps) {
		x.commit()
		return
	}
	v, err := x.step(x.steps[len(x.did)])
	if err != nil { // it never reached the commit
		x.over = true
		x.tx.Rollback()
		x.call.Fail(err)
		return
	}
	x.did = append(x.did, v)
}

// commit ends it. A database that refuses says so with an error of its own; after any other, nobody knows.
func (x *transaction) commit() {
	x.over = true
	switch err := x.tx.Commit(); {
	case err == nil:
		x.call.OK(history.List(x.did...))
	case refusesToCommit(err):
		x.call.Fail(err)
	default:
		x.call.Info(err)
	}
}

// refusesToCommit reports an error of a commit that certainly did not happen: a serialization failure or a deadlock of PostgreSQL.
func refusesToCommit(err error) bool {
	var p *pq.Error
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01")
}

// described is what the transaction is going to do.
func (x *transaction) described() []history.Value {
	var all []history.Value
	for _, m := range x.steps {
		all = append(all, m.text(history.Null))
	}
	return all
}

// text is a step as a history has it.
func (m micro) text(seen history.Value) history.Value {
	f, v := m.f, history.Int(m.value)
	if m.f == "r" || m.f == "rw" {
		f, v = "r", seen
	}
	return history.List(history.String(f), history.String(fmt.Sprintf("%s%d", map[string]string{"r": "list", "append": "list", "rw": "register", "w": "register"}[m.f], m.key)), v)
}

func (x *transaction) step(m micro) (history.Value, error) {
	switch m.f {
	case "r":
		var text string
		if err := x.tx.QueryRow(fmt.Sprintf("SELECT value FROM lists WHERE id = %d", m.key)).Scan(&text); err != nil {
			return history.Null, err
		}
		return m.text(elements(text)), nil
	case "rw":
		var v sql.NullInt64
		if err := x.tx.QueryRow(fmt.Sprintf("SELECT value FROM registers WHERE id = %d", m.key)).Scan(&v); err != nil || !v.Valid {
			return m.text(history.Null), err
		}
		return m.text(history.Int(v.Int64)), nil
	case "append":
		_, err := x.tx.Exec(fmt.Sprintf("UPDATE lists SET value = value || ',%d' WHERE id = %d", m.value, m.key))
		return m.text(history.Null), err
	}
	_, err := x.tx.Exec(fmt.Sprintf("UPDATE registers SET value = %d WHERE id = %d", m.value, m.key))
	return m.text(history.Null), err
}

// elements are those of ",1,2,3".
func elements(text string) history.Value {
	var all []history.Value
	for part := range strings.SplitSeq(strings.TrimPrefix(text, ","), ",") {
		if v, err := strconv.ParseInt(part, 10, 64); err == nil {
			all = append(all, history.Int(v))
		}
	}
	return history.List(all...)
}
