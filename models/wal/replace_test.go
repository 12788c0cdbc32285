package wal

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// crashing is a disk that loses what was not synced.
type crashing struct {
	drive
	stable map[string][]byte // what a crash leaves
}

func newCrashing() *crashing {
	return &crashing{drive{files: map[string][]byte{}}, map[string][]byte{}}
}

// end lets a sync end. It makes durable what the file had when it began; more may be already.
func (d *crashing) end(l *Log, i int) {
	s := d.take(i)
	if d.refuse == nil {
		now, before := d.files[s.name], d.stable[s.name]
		size := max(s.size, len(before))
		if !bytes.HasPrefix(now, before) { // it was replaced
			size = len(now)
		}
		d.stable[s.name] = bytes.Clone(now[:min(size, len(now))])
	}
	l.Synced(s.id, d.refuse)
}

// records are the bodies that a crash at this moment leaves.
func (d *crashing) records(t *rapid.T) (bodies []string) {
	l := New(d, options, func() {})
	_, err := l.Recover([][]byte{d.stable["a"], d.stable["b"]}, func(_, body []byte) error {
		bodies = append(bodies, string(body))
		return nil
	})
	if err != nil {
		t.Fatalf("after a crash: %v", err)
	}
	return bodies
}

// Whenever a node crashes while its log is replaced, it finds everything that was durable: one by one, or in the record that stands for all.
func TestReplaceIsAtomic(t *testing.T) {
	head := []byte{1, 2, 3}
	rapid.Check(t, func(t *rapid.T) {
		d, o := newCrashing(), options
		o.Flights = rapid.IntRange(0, 3).Draw(t, "flights")
		l := New(d, o, func() {})
		n, promised := 0, []int{} // position after each record
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				if l.Replaceable() {
					l.Replace(func() []byte { return append(bytes.Clone(head), fmt.Sprintf("all to %d", n)...) }, Defects{})
				}
			case 1:
				d.refuse = map[bool]error{true: errors.New("refused"), false: nil}[rapid.Bool().Draw(t, "refuse")]
			case 2:
				if d.refuse == nil && l.Broken() {
					l.Rewrite()
				}
			case 3, 4:
				if len(d.syncs) > 0 {
					d.end(&l, rapid.IntRange(0, len(d.syncs)-1).Draw(t, "which"))
				}
			default:
				n++
				l.Put(head, fmt.Appendf(nil, "%d", n))
				promised = append(promised, l.Written())
			}
			l.Sync()
			last := 0
			for _, body := range d.records(t) {
				var all int
				if _, err := fmt.Sscanf(body, "all to %d", &all); err == nil {
					last = all
					continue
				}
				var one int
				fmt.Sscan(body, &one)
				if one != last+1 {
					t.Fatalf("record %d follows record %d", one, last)
				}
				last = one
			}
			for i, at := range promised {
				if at <= l.Durable() && i+1 > last {
					t.Fatalf("record %d was durable, and a crash leaves %d", i+1, last)
				}
			}
		}
	})
}

// A copy that was not replaced yet when the node crashed is made like the other, and what follows in the older file is no damage.
func TestRecoverHalfReplaced(t *testing.T) {
	old, _ := file(20, 30, 10)
	first, _ := options.appendFrame(1, nil, 0, 0, []byte{1, 2, 9}, []byte("all"))
	for _, copies := range [][][]byte{{first, old}, {old, first}} {
		text, found, err := replayed(copies...)
		if err != nil || text != "9:3 " || found.Size != len(first) || found.Repairs() != 1 {
			t.Errorf("%q, %d bytes, %d repairs, %v", text, found.Size, found.Repairs(), err)
		}
	}
	damaged := bytes.Clone(first)
	damaged[len(damaged)-1] ^= 1
	if _, _, err := replayed(damaged, damaged); !errors.Is(err, ErrDamaged) {
		t.Errorf("the record that a log begins with is gone, and %v", err)
	}
	if text, _, err := replayed(damaged, old); err != nil || text != "0:20 1:30 2:10 " {
		t.Errorf("the older copy is good, and %q, %v", text, err)
	}
}

// Each defect loses what is durable, at some moment.
func TestReplaceDefects(t *testing.T) {
	for name, d := range map[string]Defects{"remove first": {RemoveFirst: true}, "ignore errors": {IgnoreErrors: true}} {
		disk := newCrashing()
		l := New(disk, options, func() {})
		l.Put([]byte{1, 2, 3}, []byte("1"))
		l.Sync()
		for len(disk.syncs) > 0 {
			disk.end(&l, 0)
		}
		disk.refuse = map[bool]error{true: errors.New("refused")}[d.IgnoreErrors]
		l.Replace(func() []byte { return []byte{1, 2, 9, 'x'} }, d)
		for len(disk.syncs) > 0 {
			disk.end(&l, 0)
		}
		if gone := disk.files["a"] == nil; d.RemoveFirst && !l.Broken() && gone {
			t.Errorf("%s: the file is still gone at the end", name)
		}
		if d.IgnoreErrors && l.Durable() != l.Written() {
			t.Errorf("%s: it waits for the disk", name)
		}
	}
}
