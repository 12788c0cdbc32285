package simtest_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"simrun/check/specs"
	"simrun/history"
	"simrun/simtest"
)

// A session is a client's connection to a service under test: a register that two databases keep, each rightly and wrongly.
type session interface {
	read() (int64, error)
	write(v int64) error
	cas(from, to int64) (swapped bool, err error)
}

const clients = 8

// work lets each client do some operations, and records them.
func work(rec *history.Recorder, operations int, connect func(client int) session) {
	first := rec.Client().Invoke("write", "", history.Int(0))
	end(first, connect(clients).write(0), history.Null)

	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			c, s := rec.Client(), connect(i)
			random := rand.New(rand.NewPCG(1, uint64(i)))
			var seen int64
			for k := range operations {
				value := int64(1 + i + clients*k) // each value is written once, which makes histories of any length easy to decide
				switch {
				case k > 0 && random.IntN(4) == 0:
					call := c.Invoke("write", "", history.Int(value))
					end(call, s.write(value), history.Null)
				case k > 0 && random.IntN(2) == 0:
					call := c.Invoke("read", "", history.Null)
					v, err := s.read()
					end(call, err, history.Int(v))
					seen = v
				default:
					call := c.Invoke("cas", "", history.Ints(seen, value))
					swapped, err := s.cas(seen, value)
					end(call, err, history.Bool(swapped))
					seen = value
				}
			}
		})
	}
	wg.Wait()
}

// errRefused is the error of an operation that certainly had no effect.
var errRefused = errors.New("refused: someone else wrote at the same time")

// end ends a call. A database that returns any other error may have done what was asked all the same.
func end(call *history.Call, err error, result history.Value) {
	switch {
	case err == nil:
		call.OK(result)
	case errors.Is(err, errRefused):
		call.Fail(err)
	default:
		call.Info(err)
	}
}

// linearizable is the test of a database that does it right.
func linearizable(t *testing.T, connect func(client int) session) {
	work(simtest.Record(t, specs.CASRegister), 300, connect)
}

// races is the test of a client that reads and then writes: all clients read before one of them writes, and
// all succeed. The test fails, and says which operations can't both have happened.
func races(t *testing.T, connect func(client int, meet func()) session) {
	t.Chdir(t.TempDir()) // failing histories are kept there
	said := failing(t, func(tb testing.TB) {
		rec := simtest.Record(tb, specs.CASRegister)
		var read sync.WaitGroup // by all clients, before one writes
		read.Add(clients)
		work(rec, 1, func(client int) session {
			return connect(client, func() {
				read.Done()
				read.Wait()
			})
		})
	})
	for _, want := range []string{"simrun: violation: ", " swapped 0 too, for ", ", and 0 was written once", "report ", "index.html", "simrun check testdata/simrun/"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in:\n%s", want, said)
		}
	}
	kept, err := filepath.Glob("testdata/simrun/*/*")
	if err != nil || len(kept) != 2 {
		t.Errorf("kept %v, %v; expected the history and its report", kept, err)
	}
	t.Log(said)
}

// A test that passes leaves nothing behind; one whose service did nothing fails.
func TestRecordedNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	said := failing(t, func(tb testing.TB) { simtest.Record(tb, specs.Register) })
	if want := "unknown: nothing to decide: the history has no operation"; !strings.Contains(said, want) {
		t.Errorf("%q is missing in:\n%s", want, said)
	}
	os.RemoveAll("testdata")
	t.Run("something", func(t *testing.T) {
		call := simtest.Record(t, specs.Register).Client().Invoke("write", "", history.Int(1))
		if _, err := os.Stat("testdata/simrun/TestRecordedNothing_something/history.jsonl"); err != nil {
			t.Error(err)
		}
		call.OK(history.Null)
	})
	if _, err := os.Stat("testdata/simrun/TestRecordedNothing_something"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was left: %v", err)
	}
}

// A history that doesn't fit the specification is refused with the line.
func TestRecordedSomethingElse(t *testing.T) {
	t.Chdir(t.TempDir())
	said := failing(t, func(tb testing.TB) {
		simtest.Record(tb, specs.Register).Client().Invoke("wrote", "", history.Int(1)).OK(history.Null)
	})
	if want := "history.jsonl:1: "; !strings.Contains(said, want) {
		t.Errorf("%q is missing in:\n%s", want, said)
	}
}
