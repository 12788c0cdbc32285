package history_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"simrun/history"
)

// Many goroutines record at once: every event is there once, in an order that is valid, and an operation that
// began after another had ended comes after it.
func TestRecorderOfManyGoroutines(t *testing.T) {
	const clients, each = 16, 500
	file := filepath.Join(t.TempDir(), "history.jsonl")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	rec := history.NewRecorder(out)
	var counter struct {
		sync.Mutex
		n int64
	}
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			c := rec.Client()
			c.Node = "n1"
			for i := range each {
				call := c.Invoke("inc", "x", history.Null)
				counter.Lock()
				counter.n++
				n := counter.n
				counter.Unlock()
				switch i % 10 {
				case 7:
					call.Fail(errors.New("refused"))
				case 9:
					call.Info(errors.New("timeout"))
				default:
					call.OK(history.Int(n))
				}
			}
		})
	}
	wg.Wait()
	rec.Nemesis("kill", history.String("n1"))
	if err := errors.Join(rec.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	events := read(t, file)
	if len(events) != 2*clients*each+1 {
		t.Fatalf("%d events", len(events))
	}
	if last := events[len(events)-1]; last.Process != history.Nemesis || last.F != "kill" {
		t.Errorf("the last event is %v", last)
	}
	ops, err := history.Pair(events)
	if err != nil {
		t.Fatal(err)
	}
	count := map[history.Type]int{}
	results := map[history.Value]history.Operation{}
	for _, op := range ops {
		count[op.Outcome]++
		if op.Node != "n1" || op.Key != "x" {
			t.Fatalf("%+v", op)
		}
		if op.Outcome == history.OK {
			results[op.Output] = op
		}
	}
	if count[history.Fail] != clients*each/10 || count[history.Info] != clients*each/10 || len(results) != clients*each*8/10 {
		t.Errorf("%v, %d results", count, len(results))
	}
	// Increments are ordered by the mutex: a smaller result never begins after a larger one has ended.
	for n := int64(1); n <= clients*each; n++ {
		a, ok := results[history.Int(n)]
		b, next := results[history.Int(n+1)]
		if ok && next && b.Before(a) {
			t.Fatalf("%v ended before %v began", b, a)
		}
	}
}

func read(t *testing.T, file string) []history.Event {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events, err := history.Read(bytes.NewReader(text), file, history.JSONL)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// What happens after Close is not recorded, and an operation under way stays open.
func TestRecorderClosed(t *testing.T) {
	var out bytes.Buffer
	rec := history.NewRecorder(&out)
	a, b := rec.Client(), rec.Client()
	call := a.Invoke("read", "", history.Null)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	call.OK(history.Int(1))
	b.Invoke("read", "", history.Null).Info(nil)
	if err := rec.Close(); err != nil {
		t.Fatal("closed twice:", err)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 1 {
		t.Errorf("%d lines:\n%s", lines, &out)
	}
}

// failing is a writer with room for some bytes.
type failing struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left")

func (f *failing) Write(b []byte) (int, error) {
	n := min(len(b), f.room-f.Len())
	f.Buffer.Write(b[:n])
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

// A full disk ends the recording, blocks nobody, and is said by Close; what was written can be read.
func TestRecorderOnAFullDisk(t *testing.T) {
	out := &failing{room: 100_000}
	rec := history.NewRecorder(out)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := rec.Client()
			for range 50_000 { // more than may wait
				c.Invoke("read", "", history.Null).OK(history.Int(1))
			}
		})
	}
	wg.Wait()
	if err := rec.Close(); !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
	events, err := history.Read(&out.Buffer, "history.jsonl", history.JSONL)
	if err != nil || len(events) < 100 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// A client that is used wrongly says so at once.
func TestRecorderMisused(t *testing.T) {
	rec := history.NewRecorder(&bytes.Buffer{})
	defer rec.Close()
	panics := func(want string, f func()) {
		t.Helper()
		defer func() {
			if got, _ := recover().(string); !strings.Contains(got, want) {
				t.Errorf("got %q, not %q", got, want)
			}
		}()
		f()
	}
	c := rec.Client()
	call := c.Invoke("read", "", history.Null)
	panics("client 0 invokes write while its read is under way", func() { c.Invoke("write", "", history.Int(1)) })
	call.OK(history.Int(0))
	panics("the read of client 0 has ended already", func() { call.Fail(nil) })
}

// A process that is killed in the middle of its work leaves a history that can be read.
func TestRecorderOfACrash(t *testing.T) {
	if file := os.Getenv("RECORD_AND_CRASH"); file != "" {
		recordAndCrash(file)
	}
	file := filepath.Join(t.TempDir(), "history.jsonl")
	cmd := exec.Command(os.Args[0], "-test.run=^TestRecorderOfACrash$")
	cmd.Env = append(os.Environ(), "RECORD_AND_CRASH="+file)
	out, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("crashed on purpose")) {
		t.Fatalf("%v\n%s", err, out)
	}
	// Whatever was begun when the writer had taken all the rest is there.
	if events := read(t, file); len(events) < 1000 {
		t.Errorf("only %d events", len(events))
	}
}

// recordAndCrash records a while, and panics in one of many goroutines.
func recordAndCrash(file string) {
	out, err := os.Create(file)
	if err != nil {
		panic(err)
	}
	rec := history.NewRecorder(out)
	for range 4 {
		go func() {
			c := rec.Client()
			for {
				c.Invoke("read", "x", history.Null).OK(history.Int(1))
			}
		}()
	}
	for {
		if info, err := os.Stat(file); err == nil && info.Size() > 200_000 {
			panic("crashed on purpose")
		}
	}
}

// An event costs its caller little, whether or not others record too.
func BenchmarkRecorder(b *testing.B) {
	b.Run("1", func(b *testing.B) {
		rec := history.NewRecorder(&discard{})
		b.ReportAllocs()
		c := rec.Client()
		for b.Loop() {
			c.Invoke("write", "x", history.Int(1)).OK(history.Null)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/event")
		rec.Close()
	})
	b.Run("many", func(b *testing.B) {
		rec := history.NewRecorder(&discard{})
		b.ReportAllocs()
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			c := rec.Client()
			for pb.Next() {
				c.Invoke("write", "x", history.Int(1)).OK(history.Null)
			}
		})
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/event")
		rec.Close()
	})
}

type discard struct{}

func (*discard) Write(b []byte) (int, error) { return len(b), nil }
