package wal

import (
	"fmt"
	"testing"
)

// A follower replays each record once, whichever copy has it, and all anew if the log is replaced or has lost something.
func TestFollow(t *testing.T) {
	o := Options{Magic: 7, Head: 1}
	var file []byte
	var ends []int
	var before uint32
	for i := range 4 {
		file, before = o.AppendFrame(file, before, 0, []byte{byte('a' + i)}, nil)
		ends = append(ends, len(file))
	}
	next, _ := o.appendFrame(1, nil, 0, 0, []byte("z"), nil)
	bad := append([]byte(nil), file...)
	bad[ends[0]+8] ^= 1
	f, got := Follower{Options: o}, ""
	for _, c := range []struct {
		copies [2][]byte
		want   string
	}{
		{[2][]byte{nil, nil}, ""},
		{[2][]byte{file[:ends[0]], nil}, "!a"},
		{[2][]byte{file[:ends[1]+5], file[:ends[0]]}, "!a!ab"}, // the other copy begins
		{[2][]byte{file[:ends[0]], file[:ends[2]]}, "!a!abc"},
		{[2][]byte{bad, file}, "!a!abcd"},
		{[2][]byte{file[:ends[1]], file[:ends[1]]}, "!a!abcd!ab"}, // both have lost something
		{[2][]byte{next, file}, "!a!abcd!ab!z"},
		{[2][]byte{next, next}, "!a!abcd!ab!z!z"},
	} {
		err := f.Follow(c.copies, func() { got += "!" }, func(head, _ []byte) error { got += string(head); return nil })
		if err != nil || got != c.want {
			t.Errorf("%q, %v, want %q", got, err, c.want)
		}
	}
	if err := f.Follow([2][]byte{file, nil}, func() {}, func([]byte, []byte) error { return fmt.Errorf("no") }); err == nil {
		t.Error("an error of replay is lost")
	}
}
