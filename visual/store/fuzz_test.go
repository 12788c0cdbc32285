package store

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A trace that is read is written and read again as the same, whether or not its text is one that simrun wrote.
func FuzzReadTrace(f *testing.F) {
	f.Add([]byte(`{"event":1,"time":2,"kind":"send","node":"n1","peer":"n2","message":3,"text":"AppendEntries"}` + "\n"))
	f.Add([]byte(`{"event":1,"time":2,"kind":"state","node":"c1","state":{}}` + "\n{}\n"))
	compressor, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		readTrace(bytes.NewReader(text), "trace") // as it is: hardly ever what zstd can read
		trace, err := readTrace(bytes.NewReader(compressor.EncodeAll(text, nil)), "trace")
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := writeTrace(&first, trace); err != nil {
			t.Fatalf("can't be written: %v", err)
		}
		again, err := readTrace(bytes.NewReader(first.Bytes()), "trace")
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if err := writeTrace(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%d records became %d", len(trace.Records), len(again.Records))
		}
	})
}
