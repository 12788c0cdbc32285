package trial

import (
	"bytes"
	"testing"
)

// Results that are read are written and read again as the same.
func FuzzParseResults(f *testing.F) {
	f.Add([]byte(`{"outcome":"violation","summary":"s","checks":[{"name":"linearizability","outcome":"violation","reason":"r","core":[0,2]}]}`))
	f.Add([]byte(`{"outcome":"valid","also":[],"seed":"7"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseResults("results.json", text)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := r.Write(&first); err != nil {
			t.Fatalf("can't be written: %v", err)
		}
		again, err := ParseResults("results.json", first.Bytes())
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, &first)
		}
		if err := again.Write(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%v\n%s\nbecame\n%s", err, &first, &second)
		}
	})
}
