package disk_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"simrun/sim/disk"
	"simrun/sim/rng"
)

// TestCrashLeavesWhatTheSurvivalSays checks each survival against the list of all
// outcomes.
func TestCrashLeavesWhatTheSurvivalSays(t *testing.T) {
	sector := bytes.Repeat([]byte{7}, disk.SectorSize)
	build := func() *disk.Disk {
		d := disk.New(1, 1)
		d.Append("wal", sector)
		d.EndSync(d.BeginSync("wal", disk.Whole))
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

// A torn write leaves any number of its first sectors, from none to all, each about as often; or, as often, any of them. It has
// so many sectors that any of them are hardly ever such a prefix.
func TestTornWriteLeavesEveryLength(t *testing.T) {
	const sectors, crashes = 40, 16400
	for _, before := range []int{0, 3} { // sectors of a write that comes before it
		lengths, any := make([]int, sectors+1), 0
		for i := range crashes {
			d := disk.New(1, 1)
			d.Append("wal", nil)
			d.EndSync(d.BeginSync("wal", disk.Whole))
			if before > 0 {
				d.Append("wal", bytes.Repeat([]byte{6}, before*disk.SectorSize))
			}
			d.Append("wal", bytes.Repeat([]byte{7}, sectors*disk.SectorSize))
			d.Crash(disk.Torn, rng.Draw(1, rng.Of("crash"), 0, uint64(i)))
			b, err := d.Read("wal")
			if err != nil {
				t.Fatal(err)
			}
			kept := bytes.Count(b, []byte{7})
			switch whole := bytes.HasPrefix(b, bytes.Repeat([]byte{6}, before*disk.SectorSize)); {
			case kept > 0 && !whole:
				t.Fatal("a write is torn, and one before it is not whole")
			case kept%disk.SectorSize != 0:
				t.Fatalf("%d bytes are left, which are not whole sectors", kept)
			case bytes.HasSuffix(b, bytes.Repeat([]byte{7}, kept)) && len(b) == before*disk.SectorSize+kept && whole:
				lengths[kept/disk.SectorSize]++
			case kept > 0:
				any++
			}
		}
		torn := crashes // crashes that tear the second write
		if before > 0 {
			torn /= 2
			lengths[0] = torn / 2 / (sectors + 1) // what the first write leaves looks the same
		}
		if any < torn*45/100 || any > torn*55/100 {
			t.Errorf("after %d sectors: any sectors are left %d times, want about %d", before, any, torn/2)
		}
		want := torn / 2 / (sectors + 1)
		for n, times := range lengths {
			if times < want*6/10 || times > want*14/10 {
				t.Errorf("after %d sectors: %d sectors are left %d times, want about %d", before, n, times, want)
			}
		}
	}
}

// Half of what may survive does: of all units, and of the sectors of a torn write.
func TestHalfOfTheUnitsSurvive(t *testing.T) {
	const sectors, crashes = 40, 2000
	for _, s := range []disk.Survival{disk.Reordered, disk.Torn} {
		kept := 0
		for i := range crashes {
			d := disk.New(1, 1)
			d.Append("wal", make([]byte, sectors*disk.SectorSize))
			d.EndSync(d.BeginSync("wal", disk.Whole))
			d.WriteAt("wal", 0, bytes.Repeat([]byte{7}, sectors*disk.SectorSize))
			d.Crash(s, rng.Draw(1, rng.Of("crash"), 1, uint64(i)))
			b, _ := d.Read("wal")
			kept += bytes.Count(b, []byte{7}) / disk.SectorSize
		}
		if want := crashes * sectors / 2; kept < want*95/100 || kept > want*105/100 {
			t.Errorf("%v: %d sectors survive, want about %d", s, kept, want)
		}
	}
}

// A crash takes nothing of a disk on which all is synced, and voids the syncs under way.
func TestCrashOfASyncedDisk(t *testing.T) {
	for s := disk.LoseAll; s <= disk.Reordered; s++ {
		d := disk.New(1, 1)
		d.Append("a", []byte("x"))
		d.EndSync(d.BeginSync("a", disk.Whole))
		ticket := d.BeginSync("a", disk.Whole)
		d.Crash(s, 1)
		if got := content(t, d); len(got) != 1 || string(got["a"]) != "x" {
			t.Errorf("%v leaves%s", s, show(got))
		}
		panics(t, s.String()+" and the end of a sync that it voided", func() { d.EndSync(ticket) })
	}
	for _, s := range []disk.Survival{disk.Chosen, disk.Chosen + 1} {
		panics(t, "a crash of survival "+s.String(), func() { disk.New(1, 1).Crash(s, 1) })
	}
}

func panics(t *testing.T, what string, do func()) {
	t.Helper()
	defer func() {
		if said, _ := recover().(string); !strings.HasPrefix(said, "disk: ") {
			t.Errorf("%s does not panic with a sentence of the disk's, but with %q", what, said)
		}
	}()
	do()
}

// The list of crash states has each content of the disk once, and is complete when the limit is just enough.
func TestCrashStatesAreThoseThatDiffer(t *testing.T) {
	for what, do := range map[string]func(*disk.Disk){
		"a name that changes": func(d *disk.Disk) { d.Rename("a", "b") },
		"a content that looks like another file": func(d *disk.Disk) {
			d.Append("a", []byte("\x01bX"))
			d.Append("b", []byte("X"))
		},
		"a name that looks like a content and another name": func(d *disk.Disk) {
			d.Append("b", []byte("X"))
			d.Remove("a")
			d.Append("a\x00b", []byte("X"))
		},
		"writes that change nothing": func(d *disk.Disk) {
			d.Truncate("a", 0)
			d.Append("a", []byte("1"))
			d.Truncate("a", 0)
		},
	} {
		d := disk.New(1, 1)
		d.Append("a", nil)
		d.EndSync(d.BeginSync("a", disk.Whole))
		do(d)
		limit := 1 << d.Units()
		first := map[string]disk.State{}
		for s := limit - 1; s >= 0; s-- {
			after := d.Clone()
			after.CrashInto(disk.State(s))
			first[exactly(content(t, after))] = disk.State(s)
		}
		states, complete := d.CrashStates(limit)
		if !complete || !slices.Equal(states, slices.Sorted(maps.Values(first))) {
			t.Errorf("%s: states %b, complete %v; want %b", what, states, complete, slices.Sorted(maps.Values(first)))
		}
		if some, complete := d.CrashStates(limit - 1); complete {
			t.Errorf("%s: %d states are called complete, of which one was not tried", what, len(some))
		}
	}
}

// TestRenameMaySurviveWithoutData is the mistake that a node makes which replaces a
// file without syncing the new one first (Pillai et al., OSDI'14, section 3).
func TestRenameMaySurviveWithoutData(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("state", []byte("old"))
	d.EndSync(d.BeginSync("state", disk.Whole))
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

	d.EndSync(d.BeginSync("state", disk.Whole))
	d.Crash(disk.LoseAll, 0)
	if b, _ := d.Read("state"); string(b) != "new" {
		t.Errorf("after a sync and a crash the file holds %q", b)
	}
	if f := d.Files(); len(f) != 1 {
		t.Errorf("files %v", f)
	}
}

func TestSurvivalsHaveNames(t *testing.T) {
	for s := disk.LoseAll; s <= disk.Chosen; s++ {
		if name := s.String(); name == "" || name[0] == 's' {
			t.Errorf("survival %d is called %q", s, name)
		}
	}
	for s, want := range map[disk.Survival]string{disk.Chosen + 1: "survival(7)", 99: "survival(99)"} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
