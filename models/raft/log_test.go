package raft

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func logOf(terms ...Term) entryLog {
	l := newEntryLog(0)
	for _, t := range terms {
		l.add(t, entryCommand, []byte("data"))
	}
	return l
}

// The log against a slice of entries.
func TestLogAgainstASlice(t *testing.T) {
	type entry struct {
		term Term
		data string
	}
	rapid.Check(t, func(t *rapid.T) {
		l := newEntryLog(0)
		var want []entry
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			if len(want) > 0 && rapid.IntRange(0, 3).Draw(t, "truncate") == 0 {
				from := rapid.IntRange(1, len(want)).Draw(t, "from")
				l.truncate(Index(from))
				want = want[:from-1]
				continue
			}
			e := entry{Term(rapid.IntRange(1, 5).Draw(t, "term")), rapid.StringN(0, 12, 40).Draw(t, "data")}
			l.add(e.term, entryCommand, []byte(e.data))
			want = append(want, e)
		}
		if l.last() != Index(len(want)) {
			t.Fatalf("last %d, want %d", l.last(), len(want))
		}
		copied := newEntryLog(0)
		if len(want) > 0 {
			for b := l.raw(1, l.last()); len(b) > 0; {
				e, rest, ok := nextEntry(b)
				if !ok {
					t.Fatal("an entry can't be read")
				}
				copied.addRaw(e)
				b = rest
			}
		}
		for i, e := range want {
			at := Index(i + 1)
			kind, data := l.entry(at)
			if l.term(at) != e.term || kind != entryCommand || string(data) != e.data {
				t.Fatalf("entry %d is %d %q, want %d %q", at, l.term(at), data, e.term, e.data)
			}
			if copied.chain(at) != l.chain(at) || !bytes.Equal(copied.raw(at, at), l.raw(at, at)) {
				t.Fatalf("entry %d differs after it travelled", at)
			}
		}
		if l.term(l.last()+1) != 0 {
			t.Fatal("an entry after the last has a term")
		}
	})
}

// Equal hashes mean equal logs: any difference before an entry changes its hash.
func TestChainTellsLogsApart(t *testing.T) {
	a, b := logOf(1, 1, 2), logOf(1, 2, 2)
	if a.chain(1) != b.chain(1) {
		t.Error("equal prefixes have different hashes")
	}
	if a.chain(3) == b.chain(3) {
		t.Error("logs that differ in entry 2 have equal hashes at entry 3")
	}
}

// §5.3: "the leader can decrement nextIndex to bypass all of the conflicting entries in that term".
func TestLastBefore(t *testing.T) {
	l := logOf(1, 1, 2, 4, 4, 7)
	for _, c := range []struct {
		limit Index
		term  Term
		want  Index
	}{{9, 9, 6}, {6, 6, 5}, {6, 4, 5}, {5, 3, 3}, {4, 4, 4}, {6, 0, 0}, {0, 9, 0}, {6, 1, 2}} {
		if got := l.lastBefore(c.limit, c.term); got != c.want {
			t.Errorf("lastBefore(%d, t%d) = %d, want %d", c.limit, c.term, got, c.want)
		}
	}
}
