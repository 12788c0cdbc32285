package mvcc

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A key holds at every index that can be read what was last put by then, whatever is collected.
func TestVersions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v versions
		var all []version // of which nothing is ever collected
		index := uint64(0)
		for range rapid.IntRange(1, 30).Draw(t, "puts") {
			index += rapid.Uint64Range(0, 9).Draw(t, "step")
			oldest := index - min(index, retained)
			value := []int64{int64(len(all))}
			v, all = v.put(index, value, oldest), append(all, version{index, value})
			for at := oldest; at <= index; at++ {
				var want []int64
				for _, x := range all {
					if x.from <= at {
						want = x.value
					}
				}
				if got := v.at(at); !slices.Equal(got, want) {
					t.Fatalf("at %d: %v, want %v", at, got, want)
				}
			}
			if v.latest() != index || len(v) > retained+2 {
				t.Fatalf("the latest of %d versions is %d, want %d", len(v), v.latest(), index)
			}
		}
	})
}
