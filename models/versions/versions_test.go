package versions_test

import (
	"testing"

	"simrun/models/versions"
)

// A key is what it was, for whoever looks from the oldest index on.
func TestVersions(t *testing.T) {
	var l versions.List
	if l.At(7) != nil || l.Newest().From != 0 {
		t.Errorf("an empty list holds %v", l)
	}
	l = l.Put(3, []int64{1}, 0).Put(5, []int64{2}, 0).Put(5, []int64{3}, 0)
	before := l
	l = l.Put(9, []int64{4}, 6)
	for index, want := range map[uint64]int64{3: 0, 5: 3, 8: 3, 9: 4, 20: 4} {
		got := l.At(index)
		if want == 0 && index == 3 && len(l) == 2 && got == nil {
			continue // collected
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("at %d it held %v, want %d", index, got, want)
		}
	}
	if len(l) != 2 || len(before) != 2 || before.At(3)[0] != 1 || l.Newest().From != 9 {
		t.Errorf("versions %v after %v", l, before)
	}
}
