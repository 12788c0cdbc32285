package cli

import (
	"strings"
	"testing"
)

// What a flag takes is within its bounds, and what it refuses is said in one line.
func FuzzFlags(f *testing.F) {
	for _, text := range []string{"1-1000", "2/5", "1/100", "0.5%", "10s", "read=3,write=1", "x=0", "[1, 2]", "0x10-18446744073709551615"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		refused := func(err error) bool {
			if err != nil && (err.Error() == "" || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%q: %q is not one line", text, err)
			}
			return err != nil
		}
		if r, err := parseSeeds(text); !refused(err) && r.first > r.last {
			t.Errorf("%q: seeds from %d to %d", text, r.first, r.last)
		}
		if i, n, err := parseShard(text); !refused(err) && (i < 1 || i > n) {
			t.Errorf("%q: shard %d of %d", text, i, n)
		}
		if r, err := parseRatio("loss", text); !refused(err) && (r.Num < 0 || r.Num > r.Den) {
			t.Errorf("%q: %d/%d is no probability", text, r.Num, r.Den)
		}
		if d, err := parseDuration("duration", text); !refused(err) && d < 0 {
			t.Errorf("%q: %d", text, d)
		}
		mix, err := parseMix(text)
		refused(err)
		for _, w := range mix {
			if w.F == "" || w.Weight < 0 {
				t.Errorf("%q: %v", text, w)
			}
		}
		parseInitial(text)
	})
}
