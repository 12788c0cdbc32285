package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
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
		other, otherDumb := d.Clone(), dumb.clone() // they share a past with d, and nothing else
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
				clear(b)
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
					part := rapid.SampledFrom([]disk.Part{disk.Whole, disk.Data, disk.Name}).Draw(t, "part")
					open = append(open, pair{d.BeginSync(f, part), dumb.begin(f, part)})
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
			"rot": func(t *rapid.T) {
				before := durable(t, d)
				spot, ok := d.Rot("", -1, rng.Value(rapid.Uint64().Draw(t, "rot")))
				if ok {
					at, bit := flipped(t, before[spot.File], durable(t, d)[spot.File])
					if at/disk.SectorSize != spot.Sector {
						t.Fatalf("byte %d rots of %v", at, spot)
					}
					dumb.rot(spot.File, at, bit)
				}
				for f, b := range before {
					if !ok && len(b) > 0 {
						t.Fatalf("nothing rots, and %s holds %d bytes", f, len(b))
					}
				}
			},
			"cut": func(t *rapid.T) {
				before, to := durable(t, d), size.Draw(t, "to")
				f, left, ok := d.Cut("", to, rng.Value(rapid.Uint64().Draw(t, "cut")))
				if ok && (left >= len(before[f]) || to > 0 && left != to) {
					t.Fatalf("%d bytes of %d are left of %s, of which %d should be", left, len(before[f]), f, to)
				}
				if ok {
					dumb.cut(f, left)
				}
				for f, b := range before {
					if !ok && len(b) > to {
						t.Fatalf("nothing is cut to %d bytes, and %s holds %d", to, f, len(b))
					}
				}
			},
			"lose": func(t *rapid.T) {
				before := durable(t, d)
				f, ok := d.Lose("", rng.Value(rapid.Uint64().Draw(t, "lose")))
				if ok {
					dumb.lose(f)
				}
				for f, b := range before {
					if !ok && len(b) > 0 {
						t.Fatalf("nothing is lost, and %s holds %d bytes", f, len(b))
					}
				}
			},
			"clone": func(t *rapid.T) {
				other, otherDumb = d.Clone(), dumb.clone()
				if rapid.Bool().Draw(t, "go on with the clone") {
					d, other = other, d
				}
			},
			"": func(t *rapid.T) {
				agrees(t, d, dumb)
				agrees(t, other, otherDumb)
			},
		})
	})
}

// agrees holds all that can be known of a disk against the oracle.
func agrees(t *rapid.T, d *disk.Disk, dumb *dumbDisk) {
	if got, want := content(t, d), dumb.view(); !same(got, want) {
		t.Fatalf("the node sees%s, want%s", show(got), show(want))
	}
	if got, want := d.Unsynced(), len(dumb.unsynced()); got != want {
		t.Fatalf("%d operations unsynced, want %d", got, want)
	}
	if got, want := durable(t, d), files(replay(dumb.base)); !same(got, want) {
		t.Fatalf("durable is%s, want%s", show(got), show(want))
	}
	after := d.Clone()
	after.Crash(disk.KeepAll, 0)
	if got, want := content(t, after), dumb.kept(); !same(got, want) {
		t.Fatalf("a crash that takes nothing leaves%s, want%s", show(got), show(want))
	}
}

// durable is what a crash leaves that takes all it can.
func durable(t *rapid.T, d *disk.Disk) map[string][]byte {
	after := d.Clone()
	after.Crash(disk.LoseAll, 0)
	return content(t, after)
}

// flipped finds the one bit in which two contents differ.
func flipped(t *rapid.T, before, after []byte) (at int, bit byte) {
	at = -1
	for i := range before {
		if x := before[i] ^ after[i]; x != 0 {
			if at >= 0 || x&(x-1) != 0 {
				t.Fatal("more than one bit flipped")
			}
			at, bit = i, x
		}
	}
	if at < 0 || len(before) != len(after) {
		t.Fatalf("%d bytes rot to %d, the first at %d", len(before), len(after), at)
	}
	return at, bit
}

func TestSyncCoversOnlyItsFile(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("a", []byte("1"))
	d.Append("b", []byte("2"))
	ticket := d.BeginSync("a", disk.Whole)
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
		d.EndSync(d.BeginSync("wal", disk.Whole))
	}
	if n := d.ArenaSize(); n > 1<<20 {
		t.Errorf("the arena holds %d bytes for one byte that is pending", n)
	}
}

// What no name leads to is given back, and what has a name is kept, whatever the order in which the files were made.
func TestFilesThatAreGoneAreForgotten(t *testing.T) {
	d := disk.New(1, 1)
	for _, f := range []string{"zoo", "log", "all"} {
		d.Append(f, []byte(f))
		d.EndSync(d.BeginSync(f, disk.Whole))
	}
	for i := range 1000 {
		d.Append("tmp", []byte(strconv.Itoa(i)))
		d.Rename("tmp", "snapshot")
		d.EndSync(d.BeginSync("snapshot", disk.Whole))
		if n := d.Contents(); n > 100 {
			t.Fatalf("%d contents are kept for 4 files", n)
		}
		want := map[string][]byte{"zoo": []byte("zoo"), "log": []byte("log"), "all": []byte("all"), "snapshot": []byte(strconv.Itoa(i))}
		after := d.Clone()
		after.Crash(disk.LoseAll, 0)
		if got := content(t, d); !same(got, want) || !same(content(t, after), want) {
			t.Fatalf("the node sees%s, and a crash leaves%s, want%s", show(got), show(content(t, after)), show(want))
		}
	}
}

func TestEndSyncOfNothingPanics(t *testing.T) {
	d := disk.New(1, 1)
	panics(t, "the end of a sync that never began", func() { d.EndSync(0) })
	first, second := d.BeginSync("a", disk.Whole), d.BeginSync("b", disk.Whole)
	d.EndSync(first)
	panics(t, "the second end of a sync", func() { d.EndSync(first) })
	d.EndSync(second)
}

// A crash may keep an append and lose what was written over it, whatever was done to the file before.
func TestAppendOutlivesWhatOverwritesIt(t *testing.T) {
	for _, split := range []bool{false, true} {
		d := disk.New(1, 1)
		d.Append("a", []byte("old"))
		d.EndSync(d.BeginSync("a", disk.Whole))
		if split {
			d.WriteAt("a", 0, []byte("O"))
		}
		d.Append("a", []byte("new"))
		soFar := disk.State(1)<<d.Units() - 1
		d.WriteAt("a", 3, []byte("xxx"))
		d.CrashInto(soFar)
		if b, _ := d.Read("a"); string(b[3:]) != "new" {
			t.Errorf("split %v: the file holds %q", split, b)
		}
	}
}

// A clone has syncs of its own: what ends on one disk goes on on the other.
func TestClonesEndTheirSyncsApart(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("a", []byte("x"))
	ticket := d.BeginSync("a", disk.Whole)
	clone := d.Clone()
	d.EndSync(ticket)
	clone.EndSync(ticket)
	for _, d := range []*disk.Disk{d, clone} {
		d.Crash(disk.LoseAll, 0)
		if b, _ := d.Read("a"); string(b) != "x" {
			t.Errorf("after the crash the file holds %q", b)
		}
	}
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
		for _, s := range []disk.Ticket{d.BeginSync("file", disk.Whole), d.BeginSync("file", disk.Whole)} {
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
		d.EndSync(d.BeginSync("wal", disk.Whole))
	}
	d.Crash(disk.KeepAll, 0)
	if b, _ := d.Read("a"); string(b) != "First" {
		t.Errorf("after the crash the file holds %q", b)
	}
}
