package versions_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/versions"
)

// A key holds at every index that can be read what was last put by then, whatever is collected, and the lists before a change stay as they are.
func TestVersions(t *testing.T) {
	const kept = 16
	rapid.Check(t, func(t *rapid.T) {
		var list, before versions.List
		var all []versions.Version // of which nothing is ever collected
		index := uint64(0)
		for range rapid.IntRange(1, 30).Draw(t, "puts") {
			index += rapid.Uint64Range(0, 9).Draw(t, "step")
			oldest := index - min(index, kept)
			value := []int64{int64(len(all))}
			copied := slices.Clone(list)
			before, list, all = list, list.Put(index, value, oldest), append(all, versions.Version{From: index, Value: value})
			for i := range before {
				if before[i].From != copied[i].From || !slices.Equal(before[i].Value, copied[i].Value) {
					t.Fatalf("the list was changed from %v to %v", copied, before)
				}
			}
			for at := oldest; at <= index; at++ {
				var want []int64
				for _, x := range all {
					if x.From <= at {
						want = x.Value
					}
				}
				if got := list.At(at); !slices.Equal(got, want) {
					t.Fatalf("at %d: %v, want %v", at, got, want)
				}
			}
			if list.Newest().From != index || len(list) > kept+2 {
				t.Fatalf("the newest of %d versions is %d, want %d", len(list), list.Newest().From, index)
			}
		}
	})
}

func TestNoVersions(t *testing.T) {
	if l := versions.List(nil); l.At(7) != nil || l.Newest().From != 0 {
		t.Error("an empty list holds something")
	}
}
