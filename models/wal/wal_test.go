package wal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim"
)

var options = Options{Files: [2]string{"a", "b"}, Magic: 0x74736574, Head: 3}

// file makes a file of records with bodies of these sizes, each durable before the next is written, and
// returns the offsets at which its frames end.
func file(sizes ...int) (b []byte, ends []int) {
	crc := uint32(0)
	for i, n := range sizes {
		b, crc = options.AppendFrame(b, crc, len(b), []byte{1, 2, byte(i)}, bytes.Repeat([]byte{7}, n))
		ends = append(ends, len(b))
	}
	return b, ends
}

// replayed recovers files and returns the records as text.
func replayed(files ...[]byte) (string, Found, error) {
	var text string
	found, err := options.Recover(files, func(head, body []byte) error {
		text += fmt.Sprintf("%d:%d ", head[2], len(body))
		return nil
	})
	return text, found, err
}

// A crash may cut the file anywhere: what is before the cut record is recovered.
func TestRecoverCutFile(t *testing.T) {
	b, ends := file(20, 0, 30, 10)
	for cut := 0; cut <= len(b); cut++ {
		text, found, err := replayed(b[:cut])
		size, want := 0, ""
		for i, end := range ends {
			if end <= cut {
				size, want = end, want+fmt.Sprintf("%d:%d ", i, []int{20, 0, 30, 10}[i])
			}
		}
		if err != nil || found.Size != size || text != want {
			t.Fatalf("cut at %d: %q, %d bytes count, %v; want %q, %d", cut, text, found.Size, err, want, size)
		}
	}
}

// A flipped bit in what later frames prove durable is damage; in the last frame it can't be told from a
// torn write.
func TestRecoverFlippedBit(t *testing.T) {
	b, ends := file(20, 0, 30, 10)
	lastFrame := ends[len(ends)-2]
	for bit := range 8 * len(b) {
		damaged := bytes.Clone(b)
		damaged[bit/8] ^= 1 << (bit % 8)
		_, found, err := replayed(damaged)
		if bit/8 < lastFrame {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("bit %d of byte %d of %d: %v, want damage to be seen", bit%8, bit/8, len(b), err)
			}
		} else if err != nil || found.Size != lastFrame {
			t.Fatalf("byte %d: %v, %d bytes count, want %d", bit/8, err, found.Size, lastFrame)
		}
	}
}

// Unsynced frames may reach the disk out of order: a hole with good frames after it is a torn tail, as
// none of these was written after the hole was durable.
func TestRecoverHoleInTheUnsyncedTail(t *testing.T) {
	b, _ := file(20)
	durable := len(b)
	whole, ends := b, []int{}
	var last uint32
	_, last = options.AppendFrame(nil, 0, 0, []byte{1, 2, 0}, bytes.Repeat([]byte{7}, 20))
	for range 2 {
		whole, last = options.AppendFrame(whole, last, durable, []byte{1, 2, 9}, []byte("tail"))
		ends = append(ends, len(whole))
	}
	clear(whole[durable:ends[0]])
	if _, found, err := replayed(whole); err != nil || found.Size != durable {
		t.Fatalf("%d bytes count, %v; want %d", found.Size, err, durable)
	}
}

// A frame that an earlier life left after the end is not taken for a part of this one: it
// does not follow the frame before it.
func TestRecoverStaleFrame(t *testing.T) {
	b, _ := file(10)
	stale, _ := options.AppendFrame(nil, 12345, len(b), []byte{1, 2, 9}, nil)
	if text, found, err := replayed(append(bytes.Clone(b), stale...)); err != nil || found.Size != len(b) || text != "0:10 " {
		t.Fatalf("recovered %q, %d bytes, %v; want %d bytes", text, found.Size, err, len(b))
	}
}

// syncing is a sync that has not ended.
type syncing struct {
	name string
	id   sim.SyncID
	size int // of the file when it began
}

// drive is a disk whose syncs end when a test says so.
type drive struct {
	files  map[string][]byte
	syncs  []syncing
	refuse error
}

func (d *drive) Read(name string) ([]byte, error) { return d.files[name], d.refuse }
func (d *drive) WriteAt(name string, offset int, data []byte) error {
	if d.refuse == nil {
		b := d.files[name]
		for len(b) < offset+len(data) {
			b = append(b, 0)
		}
		copy(b[offset:], data)
		d.files[name] = b
	}
	return d.refuse
}
func (d *drive) Truncate(name string, size int) error {
	d.files[name] = d.files[name][:size]
	return nil
}
func (d *drive) Rename(from, to string) error {
	if d.refuse == nil {
		d.files[to] = d.files[from]
		delete(d.files, from)
	}
	return d.refuse
}
func (d *drive) Remove(name string) error {
	delete(d.files, name)
	return nil
}
func (d *drive) Sync(name string, id sim.SyncID) {
	d.syncs = append(d.syncs, syncing{name, id, len(d.files[name])})
}

// take takes a sync that has not ended.
func (d *drive) take(i int) syncing {
	s := d.syncs[i]
	d.syncs = slices.Delete(d.syncs, i, i+1)
	return s
}

// synced lets the oldest sync end.
func (l *Log) synced(d *drive, err error) bool { return l.Synced(d.take(0).id, err) }

// Whatever one copy has lost the other has, and settling makes them equal again.
func TestSettleFromTheOtherCopy(t *testing.T) {
	b, _ := file(20, 0, 30, 10)
	rapid.Check(t, func(t *rapid.T) {
		d := &drive{files: map[string][]byte{"a": bytes.Clone(b), "b": bytes.Clone(b)}}
		bad := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "copy")
		f := d.files[bad]
		switch at := rapid.IntRange(0, len(b)-1).Draw(t, "at"); rapid.IntRange(0, 3).Draw(t, "damage") {
		case 0:
			f[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case 1:
			d.files[bad] = f[:at]
		case 2:
			d.files[bad] = append(f, bytes.Repeat([]byte{1}, at)...)
		default:
			clear(f[at:min(at+64, len(b))])
		}
		l := New(d, options, func() { t.Fatal("refused") })
		copies, _ := l.Copies()
		found, err := options.Recover(copies, func(_, _ []byte) error { return nil })
		if err != nil || found.Size != len(b) {
			t.Fatalf("%d bytes count, %v; want %d", found.Size, err, len(b))
		}
		if err := l.Settle(found, copies); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(d.files["a"], b) || !bytes.Equal(d.files["b"], b) {
			t.Fatal("the copies differ after their repair")
		}
		l.Put([]byte{1, 2, 9}, []byte("more")) // goes on where the log ends
		if text, found, err := replayed(d.files["a"]); err != nil || found.Size != l.Written() || text[len(text)-4:] != "9:4 " {
			t.Fatalf("after one more: %q, %v", text, err)
		}
	})
}

// One sync of both copies covers all records before it; those that come meanwhile wait for the next.
func TestGroupCommit(t *testing.T) {
	d := &drive{files: map[string][]byte{}}
	l := New(d, options, func() { t.Fatal("refused") })
	l.Put([]byte{1, 2, 3}, nil)
	first := l.Written()
	if !l.Sync() || l.Sync() || len(d.syncs) != 2 {
		t.Fatalf("syncs %v, want one of each copy", d.syncs)
	}
	l.Put([]byte{1, 2, 4}, nil)
	if l.synced(d, nil) || l.Durable() != 0 {
		t.Error("durable after one of two copies")
	}
	if !l.synced(d, nil) || l.Durable() != first || !l.Sync() {
		t.Errorf("durable %d after both copies, want %d", l.Durable(), first)
	}
	l.synced(d, nil)
	if l.synced(d, nil); l.Durable() != l.Written() || l.Sync() {
		t.Errorf("durable %d of %d", l.Durable(), l.Written())
	}
}

// Several syncs in flight may end in any order: what the longest covers that has ended is durable. With the defect none begins
// after one has ended late.
func TestSyncsEndInAnyOrder(t *testing.T) {
	for _, late := range []bool{false, true} {
		d, o := &drive{files: map[string][]byte{}}, options
		o.Flights, o.LateIsLost = 2, late
		l := New(d, o, func() { t.Fatal("refused") })
		for i := range 3 {
			l.Put([]byte{1, 2, byte(i)}, nil)
			if started := l.Sync(); started != (i < 2) {
				t.Fatalf("sync %d started: %v", i, started)
			}
		}
		second := int(d.syncs[2].id)
		for i, durable := range []int{0, second, second, second} { // the second of each copy, then the first
			if more := l.Synced(d.take([]int{2, 2, 0, 0}[i]).id, nil); more != (i == 1) || l.Durable() != durable {
				t.Fatalf("end %d: more %v, durable %d, want %d", i, more, l.Durable(), durable)
			}
		}
		if begins := l.Sync(); begins == late {
			t.Errorf("late ends are lost: %v, the next sync begins: %v", late, begins)
		}
	}
}

// After a failed sync everything since the last good one is written again before it is synced again.
func TestRewriteAfterAFailedSync(t *testing.T) {
	d, refused := &drive{files: map[string][]byte{}}, 0
	l := New(d, options, func() { refused++ })
	l.Put([]byte{1, 2, 3}, nil)
	l.Sync()
	l.synced(d, errors.New("failed"))
	l.synced(d, nil)
	if refused != 1 || !l.Broken() || l.Durable() != 0 || l.Sync() {
		t.Fatalf("refused %d times, durable %d", refused, l.Durable())
	}
	d.files = map[string][]byte{} // the disk dropped what it could not write
	d.refuse = errors.New("still")
	if l.Rewrite() || refused != 2 {
		t.Fatal("rewritten though the disk refuses")
	}
	d.refuse = nil
	l.Put([]byte{1, 2, 4}, nil)
	if !l.Rewrite() || l.Broken() || !l.Sync() {
		t.Fatal("not rewritten")
	}
	l.synced(d, nil)
	if l.synced(d, nil); l.Durable() != l.Written() {
		t.Fatalf("durable %d of %d", l.Durable(), l.Written())
	}
	if text, _, err := replayed(d.files["a"], d.files["b"]); text != "3:0 4:0 " || err != nil {
		t.Errorf("recovered %q, %v", text, err)
	}
}

// A message leaves when the log has reached what it promises, in order among those that may.
func TestOutbox(t *testing.T) {
	var o Outbox[int] // the tag is the offset that is needed
	hold := func(text string, offset int) { o.Hold(append(o.Room(), text...), 2, offset) }
	var left []string
	release := func(durable int) {
		o.Release(durable, func(_ sim.NodeID, payload []byte, _ *int) { left = append(left, string(payload)) })
	}
	hold("now", 0)
	hold("later", 20)
	hold("soon", 10)
	o.Seal(func(offset *int) int { return *offset })
	release(0)
	hold("much later", 30)
	o.Seal(func(offset *int) int { return *offset })
	release(10)
	release(25)
	release(30)
	if got := fmt.Sprint(left); got != "[now soon later much later]" || o.Len() != 0 {
		t.Errorf("left %s, %d held", got, o.Len())
	}
}

func FuzzRecover(f *testing.F) {
	b, _ := file(20, 0, 30)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, found, err := replayed(b); err == nil && found.Size > len(b) {
			t.Errorf("%d bytes count of %d", found.Size, len(b))
		}
		options.Believe(b)
	})
}
