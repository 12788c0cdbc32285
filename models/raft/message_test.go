package raft

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/kv"
	"simrun/models/oplog"
)

func TestMessageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := message{
			kind:    messageKind(rapid.IntRange(int(preVote), int(appendReply)).Draw(t, "kind")),
			ok:      rapid.Bool().Draw(t, "ok"),
			term:    Term(rapid.Uint64().Draw(t, "term")),
			prev:    Index(rapid.Uint64().Draw(t, "prev")),
			logTerm: Term(rapid.Uint64().Draw(t, "logTerm")),
			index:   Index(rapid.Uint64().Draw(t, "index")),
			round:   rapid.Uint64().Draw(t, "round"),
			entries: rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "entries"),
		}
		b := m.append([]byte("before"))[len("before"):]
		var got message
		if !got.decode(b) {
			t.Fatal("refused")
		}
		if !bytes.Equal(got.entries, m.entries) || got.String() != m.String() || got.ok != m.ok || got.round != m.round || got.prev != m.prev {
			t.Fatalf("got %+v, want %+v", got, m)
		}
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got.decode(b) {
			t.Fatal("a damaged message was accepted")
		}
	})
}

func TestMessageDecodeAllocatesNothing(t *testing.T) {
	b := (&message{kind: appendEntries, term: 3, entries: make([]byte, 100)}).append(nil)
	var m message
	if n := testing.AllocsPerRun(100, func() { m.decode(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMessageWords(t *testing.T) {
	l := logOf(1, 2)
	for _, c := range []struct {
		m    message
		want string
	}{
		{message{kind: requestVote, term: 3, index: 7, logTerm: 2}, "RequestVote t3 last 7@t2"},
		{message{kind: appendEntries, term: 3, prev: 5, logTerm: 2, index: 4, entries: l.Raw(1, 2)}, "AppendEntries t3 prev 5@t2 +2 commit 4"},
		{message{kind: appendEntries, term: 3}, "AppendEntries t3 prev 0@t0 commit 0"},
		{message{kind: appendReply, ok: true, term: 3, index: 9}, "AppendReply t3 match 9"},
		{message{kind: appendReply, term: 3, prev: 9, index: 4}, "AppendReply t3 rejected prev 9, try 4"},
		{message{kind: voteReply, term: 3, ok: true}, "VoteReply t3 granted"},
		{message{kind: preVoteReply, term: 3}, "PreVoteReply t3 denied"},
	} {
		if got := DescribeMessage(kv.Describe)(c.m.append(nil)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add((&message{kind: appendEntries, term: 1, entries: []byte("entries")}).append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m message
		if m.decode(b) {
			if again := m.append(nil); !bytes.Equal(again[4:5], b[4:5]) {
				t.Errorf("kind %d became %d", b[4], again[4])
			}
			_ = m.String()
		}
	})
}

func logOf(terms ...Term) oplog.Log {
	l := oplog.NewLog(0)
	for _, t := range terms {
		l.Add(t, entryCommand, []byte("data"))
	}
	return l
}
