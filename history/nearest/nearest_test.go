package nearest_test

import (
	"fmt"
	"testing"

	"simrun/history/nearest"
)

func TestTo(t *testing.T) {
	names := []string{"crash", "partition", "pause", "kv"}
	for got, want := range map[string]string{
		"crsah":      "crash", // two letters swapped
		"Partitions": "partition",
		"puase":      "pause",
		"k":          "kv",
		"zebra":      "",
		"":           "",
	} {
		if near := nearest.To(got, names); near != want {
			t.Errorf("nearest.To(%q) = %q, want %q", got, near, want)
		}
	}
}

func ExampleUnknown() {
	fmt.Println(nearest.Unknown("model", "rfat", []string{"raft", "primary-backup"}))
	fmt.Println(nearest.Unknown("bug", "x", nil))
	// Output:
	// unknown model "rfat"; did you mean "raft"? available: primary-backup, raft
	// unknown bug "x"; none available
}
