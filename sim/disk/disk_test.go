package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim/disk"
	"simrun/sim/rng"
)

// content is all files of a disk.
func content(t interface{ Fatalf(string, ...any) }, d *disk.Disk) map[string][]byte {
	m := map[string][]byte{}
	for _, f := range d.Files() {
		b, err := d.Read(f)
		if err != nil {
			t.Fatalf("read %s: %v", f, err)
		}
		m[f] = b
	}
	return m
}

func same(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for n, x := range a {
		if y, ok := b[n]; !ok || !bytes.Equal(x, y) {
			return false
		}
	}
	return true
}

// exactly is equal for equal contents.
func exactly(m map[string][]byte) string { return fmt.Sprintf("%x", m) }

func show(m map[string][]byte) string {
	s := ""
	for n, b := range m {
		s += fmt.Sprintf(" %s(%d)%.40x", n, len(b), b)
	}
	return s
}

// TestDiskAgreesWithReplay drives the disk and the oracle with the same
// operations, syncs and crashes, and compares all files after each.
func TestDiskAgreesWithReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, dumb := disk.New(1, 1), &dumbDisk{}
		type pair struct {
			ticket disk.Ticket
			dumb   dumbSync
		}
		var open []pair
		file := rapid.SampledFrom([]string{"a", "b", "c"})
		size := rapid.SampledFrom([]int{0, 1, 7, 511, 512, 513, 1500})
		data := func() []byte {
			b := make([]byte, size.Draw(t, "size"))
			x := byte(rapid.IntRange(1, 255).Draw(t, "byte"))
			for i := range b {
				b[i] = x + byte(i/100)
			}
			return b
		}
		found := func(ok bool, err error) {
			if ok == errors.Is(err, disk.ErrNotExist) || ok && err != nil {
				t.Fatalf("exists: %v, but %v", ok, err)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				f, b := file.Draw(t, "file"), data()
				dumb.write(f, -1, b)
				if err := d.Append(f, b); err != nil {
					t.Fatal(err)
				}
				clear(b) // the disk has its own copy
			},
			"write": func(t *rapid.T) {
				f, b, at := file.Draw(t, "file"), data(), size.Draw(t, "offset")
				dumb.write(f, at, b)
				if err := d.WriteAt(f, at, b); err != nil {
					t.Fatal(err)
				}
			},
			"truncate": func(t *rapid.T) {
				f, n := file.Draw(t, "file"), size.Draw(t, "to")
				found(dumb.truncate(f, n), d.Truncate(f, n))
			},
			"rename": func(t *rapid.T) {
				f, g := file.Draw(t, "file"), file.Draw(t, "to")
				found(dumb.rename(f, g), d.Rename(f, g))
			},
			"remove": func(t *rapid.T) {
				f := file.Draw(t, "file")
				found(dumb.remove(f), d.Remove(f))
			},
			"begin": func(t *rapid.T) {
				if len(open) < 3 {
					f := file.Draw(t, "file")
					open = append(open, pair{d.BeginSync(f), dumb.begin(f)})
				}
			},
			"end": func(t *rapid.T) {
				if len(open) == 0 {
					return
				}
				i := rapid.IntRange(0, len(open)-1).Draw(t, "which")
				if err := d.EndSync(open[i].ticket); err != nil {
					t.Fatal(err)
				}
				dumb.end(open[i].dumb)
				open = append(open[:i], open[i+1:]...)
			},
			"fail": func(t *rapid.T) {
				if len(open) == 0 {
					return
				}
				i := rapid.IntRange(0, len(open)-1).Draw(t, "which")
				var lots []bool
				dumb.fail(open[i].dumb, func() bool {
					lots = append(lots, rapid.Bool().Draw(t, "lost"))
					return lots[len(lots)-1]
				})
				d.FailSync(open[i].ticket, func() bool {
					if len(lots) == 0 {
						t.Fatal("the sync covers more writes than it should")
					}
					lost := lots[0]
					lots = lots[1:]
					return lost
				})
				if len(lots) > 0 {
					t.Fatalf("the sync covers %d writes too few", len(lots))
				}
				open = append(open[:i], open[i+1:]...)
			},
			"crash": func(t *rapid.T) {
				s := disk.State(rapid.Uint64().Draw(t, "state"))
				if n, want := d.Units(), len(dumb.units(disk.SectorSize)); n != want {
					t.Fatalf("%d units, want %d", n, want)
				}
				d.CrashInto(s)
				dumb.crash(disk.SectorSize, func(i int) bool { return i < disk.MaxUnits && s>>i&1 == 1 })
				open = nil
			},
			"": func(t *rapid.T) {
				if got, want := content(t, d), dumb.view(); !same(got, want) {
					t.Fatalf("the node sees%s, want%s", show(got), show(want))
				}
				if got, want := d.Unsynced(), len(dumb.unsynced()); got != want {
					t.Fatalf("%d operations unsynced, want %d", got, want)
				}
				after := d.Clone()
				after.Crash(disk.LoseAll, 0)
				if got, want := content(t, after), files(replay(dumb.base)); !same(got, want) {
					t.Fatalf("durable is%s, want%s", show(got), show(want))
				}
				after = d.Clone()
				after.Crash(disk.KeepAll, 0)
				if got, want := content(t, after), dumb.kept(); !same(got, want) {
					t.Fatalf("a crash that takes nothing leaves%s, want%s", show(got), show(want))
				}
			},
		})
	})
}

// TestCrashLeavesWhatTheSurvivalSays checks each survival against the list of all
// outcomes.
func TestCrashLeavesWhatTheSurvivalSays(t *testing.T) {
	sector := bytes.Repeat([]byte{7}, disk.SectorSize)
	build := func() *disk.Disk {
		d := disk.New(1, 1)
		d.Append("wal", sector)
		d.EndSync(d.BeginSync("wal"))
		d.Append("wal", bytes.Repeat([]byte{1}, 700)) // two sectors
		d.WriteAt("wal", 0, []byte{2})
		d.Append("wal", bytes.Repeat([]byte{3}, 1000)) // three
		return d
	}
	if n := build().Units(); n != 6 {
		t.Fatalf("%d units, want 6", n)
	}
	states, complete := build().CrashStates(1 << 10)
	if !complete || len(states) != 1<<6 {
		t.Fatalf("%d crash states, complete %v; want 64", len(states), complete)
	}
	if _, complete := build().CrashStates(10); complete {
		t.Error("10 of 64 states are called complete")
	}
	all := map[string]disk.State{}
	for _, s := range states {
		d := build()
		d.CrashInto(s)
		all[exactly(content(t, d))] = s
	}
	prefixes := map[disk.State]bool{0: true, 0b11: true, 0b111: true, 0b111111: true}
	for _, c := range []struct {
		s    disk.Survival
		want func(disk.State) bool
		kind int // how many outcomes there are
	}{
		{disk.LoseAll, func(s disk.State) bool { return s == 0 }, 1},
		{disk.KeepAll, func(s disk.State) bool { return s == 0b111111 }, 1},
		{disk.Prefix, func(s disk.State) bool { return prefixes[s] }, 4},
		{disk.Torn, func(s disk.State) bool { return s < 4 || s == 0b11 || s == 0b111 || s&0b111 == 0b111 }, 12},
		{disk.Reordered, func(disk.State) bool { return true }, 64},
	} {
		seen := map[disk.State]bool{}
		for i := range 3000 {
			d := build()
			d.Crash(c.s, rng.Draw(1, rng.Of("crash"), 0, uint64(i)))
			s, ok := all[exactly(content(t, d))]
			if !ok || !c.want(s) {
				t.Fatalf("%v leaves state %b", c.s, s)
			}
			seen[s] = true
		}
		if len(seen) != c.kind {
			t.Errorf("%v has %d outcomes, want %d", c.s, len(seen), c.kind)
		}
	}
	d := build()
	d.Crash(disk.Wiped, 0)
	if len(d.Files()) != 0 {
		t.Errorf("a wiped disk holds %v", d.Files())
	}
}

// A torn write leaves any number of its first sectors, from none to all, each about as often. It has so many sectors that
// the other half of the crashes, which leave any of them, hardly ever leaves such a prefix.
func TestTornWriteLeavesEveryLength(t *testing.T) {
	const sectors, crashes = 40, 8200
	lengths := make([]int, sectors+1)
	for i := range crashes {
		d := disk.New(1, 1)
		d.Append("wal", nil)
		d.EndSync(d.BeginSync("wal"))
		d.Append("wal", bytes.Repeat([]byte{7}, sectors*disk.SectorSize))
		d.Crash(disk.Torn, rng.Draw(1, rng.Of("crash"), 0, uint64(i)))
		b, err := d.Read("wal")
		if err != nil {
			t.Fatal(err)
		}
		kept := bytes.Count(b, []byte{7})
		if kept%disk.SectorSize == 0 && bytes.Equal(b, bytes.Repeat([]byte{7}, kept)) {
			lengths[kept/disk.SectorSize]++
		}
	}
	want := crashes / 2 / (sectors + 1)
	for n, times := range lengths {
		if times < want/2 || times > want*2 {
			t.Errorf("%d sectors are left %d times, want about %d", n, times, want)
		}
	}
}

// TestRenameMaySurviveWithoutData is the mistake that a node makes which replaces a
// file without syncing the new one first (Pillai et al., OSDI'14, section 3).
func TestRenameMaySurviveWithoutData(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("state", []byte("old"))
	d.EndSync(d.BeginSync("state"))
	d.Append("state.tmp", []byte("new"))
	d.Rename("state.tmp", "state")
	states, complete := d.CrashStates(64)
	got := map[string]bool{}
	for _, s := range states {
		after := d.Clone()
		after.CrashInto(s)
		b, _ := after.Read("state")
		got[string(b)] = true
	}
	if !complete || !got["old"] || !got["new"] || !got[""] || len(got) != 3 {
		t.Errorf("after a crash the file holds one of %v", got)
	}

	d.EndSync(d.BeginSync("state"))
	d.Crash(disk.LoseAll, 0)
	if b, _ := d.Read("state"); string(b) != "new" {
		t.Errorf("after a sync and a crash the file holds %q", b)
	}
	if f := d.Files(); len(f) != 1 {
		t.Errorf("files %v", f)
	}
}

func TestSyncCoversOnlyItsFile(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("a", []byte("1"))
	d.Append("b", []byte("2"))
	ticket := d.BeginSync("a")
	d.Append("a", []byte("late"))
	if err := d.EndSync(ticket); err != nil {
		t.Fatal(err)
	}
	d.Crash(disk.LoseAll, 0)
	if got := content(t, d); len(got) != 1 || string(got["a"]) != "1" {
		t.Errorf("after the crash:%s", show(got))
	}
}

func TestArenaIsGivenBack(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("never synced", []byte("x"))
	block := make([]byte, 4096)
	for range 1000 {
		d.Truncate("wal", 0)
		d.Append("wal", block)
		d.EndSync(d.BeginSync("wal"))
	}
	if n := d.ArenaSize(); n > 1<<20 {
		t.Errorf("the arena holds %d bytes for one byte that is pending", n)
	}
}

func TestFilesThatAreGoneAreForgotten(t *testing.T) {
	d := disk.New(1, 1)
	for range 1000 {
		d.Append("tmp", []byte("snapshot"))
		d.Rename("tmp", "snapshot")
		d.EndSync(d.BeginSync("snapshot"))
	}
	if n := d.Contents(); n > 100 {
		t.Errorf("%d contents are kept for one file", n)
	}
	if b, _ := d.Read("snapshot"); string(b) != "snapshot" {
		t.Errorf("the file holds %q", b)
	}
}

func TestEndSyncOfNothingPanics(t *testing.T) {
	d := disk.New(1, 1)
	ticket := d.BeginSync("a")
	d.Crash(disk.LoseAll, 0)
	defer func() {
		if recover() == nil {
			t.Error("a sync that a crash voided is completed")
		}
	}()
	d.EndSync(ticket)
}

// TestSyncsOfReplacedFilesEnd: a file is replaced again and again, and synced twice each time. What the second
// sync was for is given back when the first has stored it.
func TestSyncsOfReplacedFilesEnd(t *testing.T) {
	d := disk.New(1, 1)
	for i := range 100 {
		for _, err := range []error{d.WriteAt("new", 0, []byte{byte(i)}), d.Rename("new", "file")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range []disk.Ticket{d.BeginSync("file"), d.BeginSync("file")} {
			if err := d.EndSync(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.Crash(disk.LoseAll, 0)
	if got, err := d.Read("file"); err != nil || len(got) != 1 || got[0] != 99 {
		t.Errorf("after a crash the file holds %v (%v), want what was last synced, 99", got, err)
	}
}

// TestPendingBytesOutliveCompaction: what is never synced keeps its bytes while others come and go.
func TestPendingBytesOutliveCompaction(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("a", []byte("first"))
	d.WriteAt("a", 0, []byte("F")) // not an append: both are kept apart from the file
	block := make([]byte, 4096)
	for range 100 {
		d.Truncate("wal", 0)
		d.Append("wal", block)
		d.EndSync(d.BeginSync("wal"))
	}
	d.Crash(disk.KeepAll, 0)
	if b, _ := d.Read("a"); string(b) != "First" {
		t.Errorf("after the crash the file holds %q", b)
	}
}

func TestSurvivalsHaveNames(t *testing.T) {
	for s := disk.LoseAll; s <= disk.Chosen; s++ {
		if name := s.String(); name == "" || name[0] == 's' {
			t.Errorf("survival %d is called %q", s, name)
		}
	}
	if got := disk.Survival(99).String(); got != "survival(99)" {
		t.Error(got)
	}
}
