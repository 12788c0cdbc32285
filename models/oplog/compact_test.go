package oplog

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// A log that was compacted has the entries after its base as they were, and their hashes, and takes more.
func TestCompactKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, cut := NewLog(0), NewLog(0)
		for i := range rapid.IntRange(1, 40).Draw(t, "entries") {
			epoch := Epoch(1 + i/5)
			whole.Add(epoch, 3, []byte{byte(i)})
			cut.Add(epoch, 3, []byte{byte(i)})
			if rapid.IntRange(0, 3).Draw(t, "compact") == 0 {
				cut.Compact(cut.Base() + Index(rapid.IntRange(0, int(cut.Last()-cut.Base())).Draw(t, "drop")))
			}
		}
		base := cut.Base()
		if cut.Last() != whole.Last() || cut.Epoch(base) != whole.Epoch(base) || base > 0 && cut.Epoch(base-1) != 0 {
			t.Fatalf("last %d, base %d of epoch %d", cut.Last(), base, cut.Epoch(base))
		}
		for i := base + 1; i <= cut.Last(); i++ {
			if cut.Chain(i) != whole.Chain(i) || cut.Epoch(i) != whole.Epoch(i) || !bytes.Equal(cut.Raw(i, cut.Last()), whole.Raw(i, whole.Last())) {
				t.Fatalf("entry %d differs after the log was compacted to %d", i, base)
			}
		}
		for limit := Index(0); limit <= whole.Last()+1; limit++ {
			for epoch := range Epoch(10) {
				got, want := cut.LastBefore(limit, epoch), whole.LastBefore(limit, epoch)
				if want < base {
					want = min(limit, base) // what was dropped is the same everywhere
				}
				if got != want {
					t.Fatalf("base %d: LastBefore(%d, %d) is %d, want %d", base, limit, epoch, got, want)
				}
			}
		}
	})
}

func TestBegin(t *testing.T) {
	l := logOf(1, 1, 2)
	l.Begin(7, 4, 99)
	l.Add(5, 3, []byte("x"))
	if l.Base() != 7 || l.Last() != 8 || l.Epoch(7) != 4 || l.Chain(7) != 99 || l.Epoch(8) != 5 {
		t.Errorf("base %d, last %d", l.Base(), l.Last())
	}
	l.Truncate(8)
	if l.Last() != 7 || l.LastEpoch() != 4 {
		t.Errorf("after a truncation the last is %d of epoch %d", l.Last(), l.LastEpoch())
	}
}
