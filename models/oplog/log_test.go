package oplog

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func logOf(terms ...Epoch) Log {
	l := NewLog(0)
	for _, t := range terms {
		l.Add(t, Kind(3), []byte("data"))
	}
	return l
}

// The log against a slice of entries.
func TestLogAgainstASlice(t *testing.T) {
	type entry struct {
		term Epoch
		data string
	}
	rapid.Check(t, func(t *rapid.T) {
		l := NewLog(0)
		var want []entry
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			if len(want) > 0 && rapid.IntRange(0, 3).Draw(t, "truncate") == 0 {
				from := rapid.IntRange(1, len(want)).Draw(t, "from")
				l.Truncate(Index(from))
				want = want[:from-1]
				continue
			}
			e := entry{Epoch(rapid.IntRange(1, 5).Draw(t, "term")), rapid.StringN(0, 12, 40).Draw(t, "data")}
			l.Add(e.term, Kind(3), []byte(e.data))
			want = append(want, e)
		}
		if l.Last() != Index(len(want)) {
			t.Fatalf("last %d, want %d", l.Last(), len(want))
		}
		copied := NewLog(0)
		if len(want) > 0 {
			for b := l.Raw(1, l.Last()); len(b) > 0; {
				e, rest, ok := NextEntry(b)
				if !ok {
					t.Fatal("an entry can't be read")
				}
				copied.AddRaw(e)
				b = rest
			}
		}
		for i, e := range want {
			at := Index(i + 1)
			kind, data := l.Entry(at)
			if l.Epoch(at) != e.term || kind != Kind(3) || string(data) != e.data {
				t.Fatalf("entry %d is %d %q, want %d %q", at, l.Epoch(at), data, e.term, e.data)
			}
			if copied.Chain(at) != l.Chain(at) || !bytes.Equal(copied.Raw(at, at), l.Raw(at, at)) {
				t.Fatalf("entry %d differs after it travelled", at)
			}
		}
		if l.Epoch(l.Last()+1) != 0 {
			t.Fatal("an entry after the last has a term")
		}
	})
}

// Equal hashes mean equal logs: any difference before an entry changes its hash.
func TestChainTellsLogsApart(t *testing.T) {
	a, b := logOf(1, 1, 2), logOf(1, 2, 2)
	if a.Chain(1) != b.Chain(1) {
		t.Error("equal prefixes have different hashes")
	}
	if a.Chain(3) == b.Chain(3) {
		t.Error("logs that differ in entry 2 have equal hashes at entry 3")
	}
}

// §5.3: "the leader can decrement nextIndex to bypass all of the conflicting entries in that term".
func TestLastBefore(t *testing.T) {
	l := logOf(1, 1, 2, 4, 4, 7)
	for _, c := range []struct {
		limit Index
		term  Epoch
		want  Index
	}{{9, 9, 6}, {6, 6, 5}, {6, 4, 5}, {5, 3, 3}, {4, 4, 4}, {6, 0, 0}, {0, 9, 0}, {6, 1, 2}} {
		if got := l.LastBefore(c.limit, c.term); got != c.want {
			t.Errorf("lastBefore(%d, t%d) = %d, want %d", c.limit, c.term, got, c.want)
		}
	}
}
