package disk_test

import (
	"bytes"
	"maps"
	"testing"

	"simrun/sim/disk"
	"simrun/sim/rng"
)

// A sector that is named rots in any file that has it, each as often, and any of its bits, also of a last one that is not full.
func TestRotOfASectorOfAnyFile(t *testing.T) {
	const rots = 12000
	type place struct {
		file string
		bit  int
	}
	seen := map[place]int{}
	for i := range rots {
		d := disk.New(1, 1)
		for _, f := range []struct {
			name string
			size int
		}{{"long", 3 * disk.SectorSize}, {"none", 0}, {"short", disk.SectorSize + 2}} {
			d.Append(f.name, make([]byte, f.size))
			d.EndSync(d.BeginSync(f.name, disk.Whole))
		}
		spot, ok := d.Rot("", 1, rng.Draw(1, rng.Of("rot"), 1, uint64(i)))
		if !ok || spot.Sector != 1 {
			t.Fatalf("%+v rots (%v), want sector 1", spot, ok)
		}
		b, _ := d.Read(spot.File)
		for at, x := range b {
			for bit := range 8 {
				if x>>bit&1 == 1 {
					seen[place{spot.File, 8*(at-disk.SectorSize) + bit}]++
				}
			}
		}
		for file, want := range map[string]bool{"long": true, "short": true, "none": false} {
			d := d.Clone()
			if spot, ok := d.Rot(file, 0, rng.Draw(1, rng.Of("rot"), 2, uint64(i))); ok != want || ok && spot != (disk.Spot{File: file}) {
				t.Fatalf("%+v rots (%v), want sector 0 of %s: %v", spot, ok, file, want)
			}
		}
		if spot, _ := d.Rot("", 0, rng.Draw(1, rng.Of("rot"), 3, uint64(i))); spot.Sector == 0 {
			seen[place{spot.File, -1}]++
		}
	}
	short := 0
	for bit := range 2 * 8 {
		n := seen[place{"short", bit}]
		if short += n; n < rots/2/16*8/10 || n > rots/2/16*12/10 {
			t.Errorf("bit %d of the short sector rots %d times, want about %d", bit, n, rots/2/16)
		}
	}
	for what, n := range map[string]int{"sector 1 of short": short, "sector 0 of long": seen[place{"long", -1}], "sector 0 of short": seen[place{"short", -1}]} {
		if n < rots*48/100 || n > rots*52/100 {
			t.Errorf("%s rots %d times, want about %d", what, n, rots/2)
		}
	}
}

func TestRotFlipsOneBitOfTheSectorItNames(t *testing.T) {
	spots := map[disk.Spot]bool{}
	for i := range uint64(300) {
		d := filled(t)
		before := content(t, d.Clone())
		spot, ok := d.Rot("", -1, rng.Draw(1, rng.Of("rot"), 0, i))
		if !ok {
			t.Fatal("nothing rots")
		}
		spots[spot] = true
		bits := 0
		for f, b := range content(t, d) {
			for at, x := range b {
				for y := x ^ before[f][at]; y != 0; y &= y - 1 {
					bits++
					if f != spot.File || at/disk.SectorSize != spot.Sector {
						t.Fatalf("%v rots, but byte %d of %s changed", spot, at, f)
					}
				}
			}
		}
		if bits != 1 {
			t.Fatalf("%d bits flipped", bits)
		}
	}
	if len(spots) != 7 {
		t.Errorf("%d of 7 sectors rot", len(spots))
	}
	d := filled(t)
	if s, ok := d.Rot("b", 2, 0); !ok || s != (disk.Spot{File: "b", Sector: 2}) {
		t.Errorf("%v %v", s, ok)
	}
	if _, ok := d.Rot("b", 3, 0); ok {
		t.Error("a sector rots that is not there")
	}
	if _, ok := new(disk.Disk).Rot("", -1, 0); ok {
		t.Error("an empty disk rots")
	}
}

// TestRotUnderAWriteIsOverwritten: what is written over a rotten sector is whole again.
func TestRotUnderAWriteIsOverwritten(t *testing.T) {
	d := disk.New(1, 1)
	d.Append("a", []byte("old"))
	d.EndSync(d.BeginSync("a", disk.Whole))
	d.WriteAt("a", 0, []byte("new"))
	d.Rot("a", 0, 5)
	if b, _ := d.Read("a"); string(b) != "new" {
		t.Errorf("the node reads %q", b)
	}
	d.EndSync(d.BeginSync("a", disk.Whole))
	d.Crash(disk.LoseAll, 0)
	if b, _ := d.Read("a"); string(b) != "new" {
		t.Errorf("stored is %q", b)
	}
}

func TestMisdirectedWriteLandsElsewhere(t *testing.T) {
	for seed := range uint64(100) {
		d := disk.New(seed, 1)
		d.Append("a", bytes.Repeat([]byte("a"), 3*disk.SectorSize))
		d.Append("b", bytes.Repeat([]byte("b"), 3*disk.SectorSize))
		d.EndSync(d.BeginSync("a", disk.Whole))
		d.EndSync(d.BeginSync("b", disk.Whole))
		before := content(t, d.Clone())
		d.Misdirect()
		if err := d.WriteAt("a", disk.SectorSize, bytes.Repeat([]byte("X"), disk.SectorSize)); err != nil {
			t.Fatal(err)
		}
		d.EndSync(d.BeginSync("a", disk.Whole))
		d.Crash(disk.LoseAll, 0)
		after := content(t, d)
		if !bytes.Equal(before["a"][disk.SectorSize:2*disk.SectorSize], after["a"][disk.SectorSize:2*disk.SectorSize]) {
			t.Fatal("the write landed where it was meant to")
		}
		if n := bytes.Count(append(after["a"], after["b"]...), []byte("X")); n != disk.SectorSize {
			t.Fatalf("%d bytes of the write are stored", n)
		}
		if err := d.WriteAt("a", 0, []byte("Y")); err != nil {
			t.Fatal(err)
		}
		if b, _ := d.Read("a"); b[0] != 'Y' {
			t.Fatal("a second write is misdirected")
		}
	}
}

// A misdirected write of a file lands at the same place within any other sector of any file, and nowhere else; the file that was
// meant grows as if it had been written.
func TestMisdirectedWriteLandsInAnyOtherSector(t *testing.T) {
	for _, c := range []struct{ a, b, at, n int }{ // sizes of the files, and what is written to a
		{0, 0, 0, 1}, {0, 1, 700, 9}, {1536, 0, 512, 512}, {1536, 1025, 513, 7}, {1536, 1024, 1535, 1}, {1536, 1, 1535, 2},
		{1537, 512, 0, 512}, {1024, 513, 1024, 300}, {700, 700, 0, 512}, {1200, 600, 1100, 200}, {2000, 100, 1024, 1024},
	} {
		grown := max(c.a, c.at+c.n)
		sectors := map[string]int{"a": max(1, (grown+511)/512), "b": max(1, (c.b+511)/512)}
		landed := map[disk.Spot]bool{}
		for seed := range uint64(200) {
			d := disk.New(seed, 1)
			want := map[string][]byte{"a": bytes.Repeat([]byte("a"), c.a), "b": bytes.Repeat([]byte("b"), c.b)}
			for _, f := range []string{"b", "a"} {
				d.Append(f, want[f])
				d.EndSync(d.BeginSync(f, disk.Whole))
			}
			d.Misdirect()
			if err := d.WriteAt("a", c.at, bytes.Repeat([]byte("X"), c.n)); err != nil {
				t.Fatal(err)
			}
			operations := 1
			if grown > c.a {
				operations = 2 // it grows, too
			}
			if d.Unsynced() != operations {
				t.Fatalf("%+v: %d operations are unsynced, want %d", c, d.Unsynced(), operations)
			}
			got := content(t, d)
			want["a"] = sized(want["a"], grown)
			spot, at := disk.Spot{File: "a"}, bytes.IndexByte(got["a"], 'X')
			if at < 0 {
				spot.File, at = "b", bytes.IndexByte(got["b"], 'X')
			}
			spot.Sector = at / 512
			end := max(len(want[spot.File]), at+c.n)
			want[spot.File] = sized(want[spot.File], end)
			copy(want[spot.File][at:], bytes.Repeat([]byte("X"), c.n))
			if at%512 != c.at%512 || !same(got, want) {
				t.Fatalf("%+v, seed %d: the write is at %d of %s, and the node sees%s, want%s", c, seed, at, spot.File, show(got), show(want))
			}
			landed[spot] = true
		}
		meant := disk.Spot{File: "a", Sector: c.at / 512}
		allowed := map[disk.Spot]bool{{File: "a", Sector: meant.Sector + 1}: true} // where it would have been right, it is one too far
		for f, n := range sectors {
			for i := range n {
				allowed[disk.Spot{File: f, Sector: i}] = true
			}
		}
		delete(allowed, meant)
		if !maps.Equal(landed, allowed) {
			t.Errorf("%+v: lands in %v, want %v", c, landed, allowed)
		}
	}
}

// The node sees the rot of a byte that it reads from what is stored: not of one that it has written or cut off since, even
// if the value is the same. What it did to other files does not matter.
func TestRotIsSeenWhereTheStoredByteIs(t *testing.T) {
	const old = "abcd\x00f"
	rotten := map[int]bool{}
	for i := range uint64(200) {
		d := disk.New(1, 1)
		d.Append("a", []byte(old))
		d.EndSync(d.BeginSync("a", disk.Whole))
		d.WriteAt("a", 1, []byte("bC"))
		d.Truncate("a", 4)
		d.Truncate("a", 5)
		d.Append("b", []byte(old))
		before, _ := d.Clone().Read("a")
		if _, ok := d.Rot("a", 0, rng.Draw(1, rng.Of("rot"), 4, i)); !ok {
			t.Fatal("nothing rots")
		}
		seen, _ := d.Clone().Read("a")
		d.Crash(disk.LoseAll, 0)
		stored, _ := d.Read("a")
		at := 0
		for stored[at] == old[at] {
			at++
		}
		rotten[at] = true
		want := bytes.Clone(before)
		if at == 0 || at == 3 {
			want[at] = stored[at]
		}
		if !bytes.Equal(seen, want) {
			t.Fatalf("byte %d of %q rots to %q, and the node sees %q, want %q", at, old, stored, seen, want)
		}
	}
	if len(rotten) != 6 {
		t.Errorf("only the bytes %v rot", rotten)
	}
}
