package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

var (
	verdict  = check.Verdict{Outcome: check.Violation, Spec: "kv", Engine: "window", Reason: `c1 read "<b>"`, Key: "x", Core: []int{0, 2}, Optional: []int{0}, Inevitable: 3, Confirmed: true, Steps: 12}
	sighting = sim.Violation{Check: "election safety", Detail: "two leaders", Sighting: sim.Sighting{Time: 7, Event: 3, Node: 2}}
)

// sample is a small run with everything that a folder can hold.
func sample() *store.Run {
	seed := sim.Seed(1<<64 - 1)
	checks := []trial.Check{
		trial.VerdictCheck("linearizability", verdict),
		trial.ViolationCheck(sighting),
		{Name: "log matching", Outcome: check.Valid},
		{Name: "progress", Outcome: check.Unknown},
	}
	text := []byte("{\n  \"version\": 1,\n  \"model\": \"a>b & c\"\n}\n")
	return &store.Run{
		Case: text,
		Results: trial.Results{
			Outcome: check.Violation, Summary: "two leaders", Seed: &seed, Model: "raft", Workload: "kv", Digest: "00ff", Checks: checks,
			Ops: trial.Ops{OK: 1, Info: 1}, Events: 12, Simulated: 1_000, Case: json.RawMessage(`{"version":1,"model":"a>b & c"}`), Version: "0.1.0",
		},
		History: []history.Event{
			{Index: 0, Time: 1, Process: 0, Type: history.Invoke, F: "write", Key: "x", Value: history.Int(7)},
			{Index: 1, Time: 2, Process: 0, Type: history.OK, F: "write", Key: "x", Value: history.Int(7)},
			{Index: 2, Time: 3, Process: 1, Type: history.Invoke, F: "read", Key: "x"},
		},
		Trace: &sim.Trace{Records: []sim.Record{
			{Event: 1, Time: 1, Kind: sim.Boot, Node: 1},
			{Event: 2, Cause: 1, Time: 2, Kind: sim.Send, Node: 1, Peer: -2, Message: 9, Text: "a <b> & c", Key: "n1>n2 1s#0"},
			{Event: 3, Time: 2, Kind: sim.StateIs, Node: 1, State: &sim.State{Role: "leader", Epoch: 3, Detail: []sim.Field{{Name: "commit", Value: "4"}}}},
		}},
		Page: visual.Page{Title: "sample", Outcome: check.Violation},
	}
}

func save(t *testing.T, s store.Store, name string) string {
	t.Helper()
	dir, err := s.Save(context.Background(), "raft-kv", name, sample())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSaveAndLoad(t *testing.T) {
	s := store.Store(filepath.Join(t.TempDir(), "store"))
	dir := save(t, s, "t1-seed42")
	for _, name := range []string{store.CaseFile, store.ResultsFile, store.HistoryFile, store.TraceFile, store.ReportFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	got, err := store.Load(filepath.Join(string(s), store.Latest))
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	want.Page = visual.Page{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEqualRunsHaveEqualBytes(t *testing.T) {
	s := store.Store(t.TempDir())
	a, b := save(t, s, "a"), save(t, s, "b")
	for _, name := range []string{store.CaseFile, store.ResultsFile, store.HistoryFile, store.TraceFile, store.ReportFile} {
		x, err1 := os.ReadFile(filepath.Join(a, name))
		y, err2 := os.ReadFile(filepath.Join(b, name))
		if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs (%v, %v)", name, err1, err2)
		}
	}
}

func TestTheSameNameGetsANumber(t *testing.T) {
	s := store.Store(t.TempDir())
	for _, want := range []string{"run", "run-2", "run-3"} {
		dir := save(t, s, "run")
		if filepath.Base(dir) != want {
			t.Errorf("saved in %s, want %s", dir, want)
		}
		target, err := filepath.EvalSymlinks(filepath.Join(string(s), store.Latest))
		if err != nil || filepath.Base(target) != want {
			t.Errorf("latest is %s (%v), want %s", target, err, want)
		}
	}
}

// dying is a context that is done after it was asked so many times.
type dying struct {
	context.Context
	left int
}

func (d *dying) Err() error {
	if d.left--; d.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptLeavesNothing interrupts a save at each point where it can be.
func TestInterruptLeavesNothing(t *testing.T) {
	interrupted := 0
	for n := 0; ; n++ {
		root := t.TempDir()
		_, err := store.Store(root).Save(&dying{context.Background(), n}, "raft-kv", "run", sample())
		if err == nil {
			break
		}
		interrupted++
		if !strings.Contains(err.Error(), "not stored") {
			t.Errorf("says %v", err)
		}
		if left := files(t, root); len(left) > 0 {
			t.Errorf("interrupted at %d: %v is left", n, left)
		}
	}
	if interrupted < 5 {
		t.Errorf("it could be interrupted at %d points only", interrupted)
	}
}

func TestFailureLeavesNothing(t *testing.T) {
	root := t.TempDir()
	r := sample()
	r.Case = []byte("no JSON") // the report refuses it, after most files are written
	if dir, err := store.Store(root).Save(context.Background(), "raft-kv", "run", r); err == nil {
		t.Errorf("saved in %s", dir)
	}
	if left := files(t, root); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// files lists what is in a folder and below, but for empty folders.
func files(t *testing.T, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && (!d.IsDir() || strings.HasPrefix(d.Name(), ".")) && d.Name() != ".lock" {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What a killed process leaves goes when the next run is saved, unless another process is
// writing, whichever machine or container it is on.
func TestLeftoversOfTheDeadGo(t *testing.T) {
	s := store.Store(t.TempDir())
	run := save(t, s, "first")
	store.ForgetSwept()
	leave := func() (list []string) {
		for _, path := range []string{filepath.Join(string(s), store.Partial+"1"), filepath.Join(run, store.Partial+"2")} {
			file := path
			if filepath.Dir(path) == string(s) {
				file = filepath.Join(path, store.CaseFile)
				if err := os.MkdirAll(path, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(file, []byte("{"), 0o666); err != nil {
				t.Fatal(err)
			}
			list = append(list, path)
		}
		return list
	}
	left := leave()
	writing, err := os.OpenFile(filepath.Join(string(s), ".lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(writing.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	save(t, s, "second") // while another writes
	for _, path := range left {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("swept up while it may be in use: %v", err)
		}
	}
	writing.Close()
	save(t, s, "third")
	for _, path := range left {
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}

// A half written file goes when the next one is written, unless its writer is alive.
func TestLeftoversOfFiles(t *testing.T) {
	dir := t.TempDir()
	dead, alive := filepath.Join(dir, store.Partial+"1"), filepath.Join(dir, store.Partial+"2")
	for _, path := range []string{dead, alive} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(alive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }
	if err := store.WriteFile(filepath.Join(dir, "x"), write); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dead); !os.IsNotExist(err) {
		t.Errorf("of a dead writer: %v", err)
	}
	if _, err := os.Lstat(alive); err != nil {
		t.Errorf("of a living writer: %v", err)
	}
}

// Each call to the file system fails in turn: a run is stored whole, or nothing of it.
func TestEveryCallFails(t *testing.T) {
	for n := 0; ; n++ {
		root := t.TempDir()
		s := store.Store(root)
		failed := store.FailAt(t, n)
		dir, err := s.Save(context.Background(), "raft-kv", "run", sample())
		happened := failed()
		if !happened {
			if err != nil || n < 20 {
				t.Errorf("%d calls, and %v", n, err)
			}
			return
		}
		var stored *store.NotLatest
		switch {
		case err == nil:
			t.Errorf("call %d failed, and nobody said so", n)
		case errors.As(err, &stored):
			if _, err := store.Load(dir); err != nil {
				t.Errorf("call %d: %v", n, err)
			}
		case !errors.Is(err, syscall.ENOSPC):
			t.Errorf("call %d: says %v", n, err)
		case len(files(t, root)) > 0:
			t.Errorf("call %d: %v is left", n, files(t, root))
		}
	}
}

// A file is written whole or not at all, whichever call fails.
func TestEveryCallOfAFileFails(t *testing.T) {
	for n := 0; ; n++ {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte("before"), 0o666); err != nil {
			t.Fatal(err)
		}
		failed := store.FailAt(t, n)
		err := store.WriteFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "after"); return err })
		happened := failed()
		text, _ := os.ReadFile(path)
		if !happened {
			if err != nil || string(text) != "after" || n < 4 {
				t.Errorf("%d calls, %q, %v", n, text, err)
			}
			return
		}
		if left := files(t, filepath.Dir(path)); err == nil && string(text) != "after" || string(text) != "before" && string(text) != "after" || len(left) != 1 {
			t.Errorf("call %d: %v, %q, %v", n, err, text, left)
		}
	}
}

// Names of any length and with any characters, of the store and of runs.
func TestOddNames(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, root := range []string{"[a", "a?b", "a#b", "a%20b", "a*b", "a\nb", "ä ö", "plain"} {
		s := store.Store(filepath.Join(t.TempDir(), root))
		for _, name := range []string{"run", "[", "?#%2f*", "line\nbreak", long, long} {
			dir, err := s.Save(context.Background(), "group", name, sample())
			if err != nil {
				t.Fatalf("%q, %.20q: %v", root, name, err)
			}
			if _, err := store.Load(dir); err != nil {
				t.Errorf("%q, %.20q: %v", root, name, err)
			}
		}
		if _, err := s.Save(context.Background(), long, "run", sample()); err != nil {
			t.Error(err)
		}
		list, err := s.List()
		if err != nil || len(list) != 7 {
			t.Errorf("%q: %d runs, %v", root, len(list), err)
		}
		server := httptest.NewServer(http.FileServer(http.Dir(string(s))))
		for _, e := range list {
			answer, err := http.Get(server.URL + "/" + strings.TrimSuffix(e.Report(), store.ReportFile))
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("%q: the link to %.40q leads nowhere: %v", root, e.Path, err)
			}
			if err == nil {
				answer.Body.Close()
			}
		}
		server.Close()
	}
}

// What a user called latest stays, and the run is stored.
func TestUsersOwnLatest(t *testing.T) {
	for what, make := range map[string]func(path string) error{
		"file":                func(path string) error { return os.WriteFile(path, []byte("mine"), 0o666) },
		"folder":              func(path string) error { return os.Mkdir(path, 0o777) },
		"link to elsewhere":   func(path string) error { return os.Symlink("/tmp", path) },
		"link to the outside": func(path string) error { return os.Symlink("../x", path) },
	} {
		root := t.TempDir()
		latest := filepath.Join(root, store.Latest)
		if err := make(latest); err != nil {
			t.Fatal(err)
		}
		before, err := os.Lstat(latest)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := store.Store(root).Save(context.Background(), "raft-kv", "run", sample())
		var stored *store.NotLatest
		if !errors.As(err, &stored) || stored.Dir != dir || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := store.Load(dir); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if after, err := os.Lstat(latest); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s: replaced: %v", what, err)
		}
	}
}

func TestDamage(t *testing.T) {
	for _, tc := range []struct {
		file, text, want string
	}{
		{store.ResultsFile, "{", "results.json"},
		{store.ResultsFile, `{"valid": 3}`, `expected true, false or "unknown"`},
		{store.HistoryFile, `{"index":0,"time":1`, "history.jsonl: line 1 was not written to its end"},
		{store.TraceFile, "no zstd", "trace.jsonl.zst"},
	} {
		dir := save(t, store.Store(t.TempDir()), "run")
		if err := os.WriteFile(filepath.Join(dir, tc.file), []byte(tc.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Load(dir); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("damaged %s: %v, want %q", tc.file, err, tc.want)
		}
	}
}

func TestListAndIndex(t *testing.T) {
	s := store.Store(filepath.Join(t.TempDir(), "store"))
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("an empty store lists %v, %v", list, err)
	}
	save(t, s, "20260101-a")
	save(t, s, "20260102-b")
	list, err := s.List()
	if err != nil || len(list) != 2 || list[0].Path != "raft-kv/20260102-b" {
		t.Fatalf("listed %+v, %v", list, err)
	}
	var b bytes.Buffer
	if err := store.WriteIndex(&b, "Runs", list); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="/raft-kv/20260101-a/index.html">`, `<b class="violation">`, `linearizability: c1 read &#34;&lt;b&gt;&#34;`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %s:\n%s", want, b.String())
		}
	}
}

func TestWriteFileIsWholeOrNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	err := store.WriteFile(path, func(w io.Writer) error {
		w.Write([]byte("half"))
		return os.ErrDeadlineExceeded
	})
	if text, _ := os.ReadFile(path); err == nil || string(text) != "old" {
		t.Errorf("%v, and the file is %q", err, text)
	}
	if left := files(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

func BenchmarkSave(b *testing.B) {
	r := sample()
	for i := range uint64(100_000) {
		r.Trace.Records = append(r.Trace.Records, sim.Record{Event: i, Cause: i / 2, Time: sim.Time(i * 1000), Kind: sim.Deliver, Node: 1, Peer: 2, Message: i, Text: "AppendEntries t3 prev 7 +2"})
	}
	s := store.Store(b.TempDir())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Save(context.Background(), "g", "n", r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(r.Trace.Records))*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{dir: true, filepath.Join(dir, "a", "b"): true, file: false, filepath.Join(file, "below"): false} {
		if err := store.Store(path).Writable(); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

// The reason in the list is that of the verdict, not that of a check that was undecided before.
func TestReasonOfTheVerdict(t *testing.T) {
	e := store.Entry{Results: trial.Results{Outcome: check.Violation, Checks: []trial.Check{
		{Name: "linearizability", Outcome: check.Unknown, Reason: "nothing to decide"},
		{Name: "late", Outcome: check.Violation, Time: 9, Reason: "late"},
		{Name: "early", Outcome: check.Violation, Time: 3, Reason: "two leaders"},
	}}}
	if got := e.Reason(); got != "early: two leaders" {
		t.Errorf("the reason is %q", got)
	}
}
