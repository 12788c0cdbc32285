package documented

import (
	"slices"
	"testing"
)

func TestExitCodes(t *testing.T) {
	for line, want := range map[string][]int{
		"simrun run --seed 4":                         {0},
		"simrun check f.jsonl      # exits 254":       {254},
		"simrun run --bug B02 --seed 1 # exit code 2": {2},
		"simrun run --bug B02 --seed 1":               {1},
		"simrun run --bug B02 --seed 1 || true":       {0},
		"go run ./cmd/simrun shrink store/latest":     {0, 1},
		"simrun replay":                               {0, 1},
		"simrun show --timeline   # the latest run":   {0, 1},
	} {
		if got := ExitCodes(line); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
}
