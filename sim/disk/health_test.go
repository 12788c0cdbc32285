package disk_test

import (
	"bytes"
	"errors"
	"testing"

	"simrun/sim/disk"
)

func filled(t *testing.T) *disk.Disk {
	t.Helper()
	d := disk.New(3, 1)
	d.Append("a", bytes.Repeat([]byte("a"), 4*disk.SectorSize))
	d.Append("b", bytes.Repeat([]byte("b"), 2*disk.SectorSize+1))
	for _, f := range []string{"a", "b"} {
		if err := d.EndSync(d.BeginSync(f, disk.Whole)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestFullDiskRefusesToGrow(t *testing.T) {
	d := filled(t)
	d.SetFull(true)
	for what, err := range map[string]error{
		"append":   d.Append("a", []byte("x")),
		"new file": d.Append("c", []byte("x")),
		"lengthen": d.Truncate("a", 1<<20),
	} {
		if !errors.Is(err, disk.ErrFull) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := d.WriteAt("a", 0, []byte("x")); err != nil {
		t.Errorf("overwrite: %v", err)
	}
	size := 4 * disk.SectorSize
	if err := d.WriteAt("a", size-1, []byte("x")); err != nil {
		t.Errorf("overwrite the last byte: %v", err)
	}
	if err := d.WriteAt("a", size-1, []byte("xx")); !errors.Is(err, disk.ErrFull) {
		t.Errorf("overwrite the last byte, and one more: %v", err)
	}
	if err := d.Truncate("a", size); err != nil {
		t.Errorf("keep the size: %v", err)
	}
	if err := d.Truncate("a", size+1); !errors.Is(err, disk.ErrFull) {
		t.Errorf("lengthen by a byte: %v", err)
	}
	if err := d.Truncate("a", 1); err != nil {
		t.Errorf("shorten: %v", err)
	}
	d.Heal()
	if err := d.Append("a", []byte("x")); err != nil {
		t.Errorf("after the fault: %v", err)
	}
}

func TestErrorsComeAsOftenAsAsked(t *testing.T) {
	d := filled(t)
	d.Fail(0, disk.Failure{Num: 1, Den: 4})
	failed := 0
	const calls = 4000
	for range calls {
		if err := d.WriteAt("a", 0, []byte("x")); errors.Is(err, disk.ErrIO) {
			failed++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if failed < calls/5 || failed > calls*3/10 {
		t.Errorf("%d of %d calls failed, want a quarter", failed, calls)
	}
	d.Fail(0, disk.Failure{Num: 1, Den: 1})
	ticket := d.BeginSync("a", disk.Whole)
	if err := d.EndSync(ticket); !errors.Is(err, disk.ErrIO) {
		t.Errorf("a failing sync says %v", err)
	}
	if d.Unsynced() == 0 {
		t.Error("a failing sync made something durable")
	}
	if _, err := d.Read("a"); !errors.Is(err, disk.ErrIO) {
		t.Errorf("a failing read says %v", err)
	}
	d.Spare(0)
	if err := d.Append("a", []byte("x")); err != nil {
		t.Error(err)
	}
}

// A call that fails has no effect, whichever it is.
func TestCallsThatFailDoNothing(t *testing.T) {
	d := filled(t)
	want := content(t, d.Clone())
	d.Fail(0, disk.Failure{Num: 1, Den: 1})
	for what, err := range map[string]error{
		"append":   d.Append("a", []byte("x")),
		"write":    d.WriteAt("c", 0, []byte("x")),
		"truncate": d.Truncate("a", 0),
		"rename":   d.Rename("a", "b"),
		"remove":   d.Remove("a"),
	} {
		if !errors.Is(err, disk.ErrIO) {
			t.Errorf("%s: %v", what, err)
		}
	}
	d.Heal()
	if got := content(t, d); !same(got, want) || d.Unsynced() != 0 {
		t.Errorf("%d operations are unsynced, and the node sees%s", d.Unsynced(), show(got))
	}
}

// Errors that ended draw nothing: what is decided later is decided as on a disk that never had any.
func TestErrorsThatEndedDecideNothing(t *testing.T) {
	for seed := range uint64(20) {
		var after [2]string
		for i, num := range []uint64{0, 1} {
			d := disk.New(seed, 1)
			if num > 0 {
				d.Fail(0, disk.Failure{Num: num, Den: 3})
			}
			d.Spare(0)
			d.Append("a", make([]byte, 9*disk.SectorSize))
			d.Misdirect()
			d.WriteAt("a", 0, []byte("x"))
			after[i] = exactly(content(t, d))
		}
		d := disk.New(seed, 1)
		d.Append("a", make([]byte, 9*disk.SectorSize))
		d.Misdirect()
		d.WriteAt("a", 0, []byte("x"))
		if want := exactly(content(t, d)); after[0] != want || after[1] != want {
			t.Fatalf("seed %d: a misdirected write lands elsewhere when there were errors before", seed)
		}
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	d := filled(t)
	for what, err := range map[string]error{
		"negative offset": d.WriteAt("a", -1, nil),
		"far offset":      d.WriteAt("a", disk.MaxFileSize, []byte("x")),
		"negative size":   d.Truncate("a", -1),
		"huge size":       d.Truncate("a", disk.MaxFileSize+1),
	} {
		if !errors.Is(err, disk.ErrRange) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"truncate": d.Truncate("c", 0),
		"rename":   d.Rename("c", "a"),
		"remove":   d.Remove("c"),
	} {
		if !errors.Is(err, disk.ErrNotExist) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := d.WriteAt("a", disk.MaxFileSize, nil); err != nil {
		t.Errorf("nothing is written at the largest offset: %v", err)
	}
	if b, err := d.Read("c"); b != nil || err != nil {
		t.Errorf("a file that is not there reads %q, %v", b, err)
	}
}

// BenchmarkAppendAndSync is the life of a write-ahead log: its cost must not
// grow with the file.
func BenchmarkAppendAndSync(b *testing.B) {
	record := make([]byte, 100)
	d := disk.New(1, 1)
	b.ReportAllocs()
	b.SetBytes(int64(len(record)))
	for i := 0; b.Loop(); i++ {
		if i%10_000 == 0 {
			d = disk.New(1, 1)
		}
		d.Append("wal", record)
		d.EndSync(d.BeginSync("wal", disk.Whole))
	}
}

// BenchmarkAppend64 is a batch of small records under one sync.
func BenchmarkAppend64(b *testing.B) {
	record := make([]byte, 100)
	d := disk.New(1, 1)
	b.ReportAllocs()
	b.SetBytes(64 * int64(len(record)))
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 {
			d = disk.New(1, 1)
		}
		for range 64 {
			d.Append("wal", record)
		}
		d.EndSync(d.BeginSync("wal", disk.Whole))
	}
}

// TestFailedSyncLosesWrites: a sync that is simply tried again succeeds, and half of what the first one
// covered is gone; what is written again is safe.
func TestFailedSyncLosesWrites(t *testing.T) {
	const writes = 1000
	record := func(i int) []byte { return []byte{byte(i%255 + 1)} }
	for _, again := range []bool{false, true} {
		d := disk.New(7, 1)
		for i := range writes {
			if err := d.WriteAt("wal", i, record(i)); err != nil {
				t.Fatal(err)
			}
		}
		ticket := d.BeginSync("wal", disk.Whole)
		d.Append("wal", []byte("later")) // not covered
		d.Fail(0, disk.Failure{Num: 1, Den: 1})
		if err := d.EndSync(ticket); !errors.Is(err, disk.ErrIO) {
			t.Fatalf("a failing sync says %v", err)
		}
		d.Spare(0)
		seen, _ := d.Read("wal")
		for i := range writes {
			if seen[i] != record(i)[0] {
				t.Fatalf("the node no longer sees byte %d", i)
			}
			if again {
				d.WriteAt("wal", i, record(i))
			}
		}
		if err := d.EndSync(d.BeginSync("wal", disk.Whole)); err != nil {
			t.Fatal(err)
		}
		d.Crash(disk.LoseAll, 0)
		stored, lost := content(t, d)["wal"], 0
		for i := range writes {
			if stored[i] != record(i)[0] {
				lost++
			}
		}
		if string(stored[writes:]) != "later" {
			t.Errorf("after the sync that was not covered is %q", stored[writes:])
		}
		if again && lost > 0 || !again && (lost < writes*2/5 || lost > writes*3/5) {
			t.Errorf("written again %v: %d of %d writes are lost", again, lost, writes)
		}
	}
}
