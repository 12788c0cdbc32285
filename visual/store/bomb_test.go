package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"simrun/visual/store"
)

// A small trace that unpacks to gigabytes is refused, in the memory of one record or of the bound.
func TestTraceBomb(t *testing.T) {
	store.BoundTrace(t, 8<<20)
	record := `{"event":1,"time":0,"kind":"note","text":"` + strings.Repeat("x", 60_000) + "\"}\n"
	for name, piece := range map[string]string{
		"spaces":       strings.Repeat(" ", 1<<20),
		"blank lines":  strings.Repeat("\n", 1<<20),
		"one record":   `{"text":"` + strings.Repeat("x", 1<<20),
		"many records": strings.Repeat(record, 16),
	} {
		var packed bytes.Buffer
		z, err := zstd.NewWriter(&packed)
		if err != nil {
			t.Fatal(err)
		}
		for range 256 {
			if _, err := z.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		dir := save(t, store.Store(t.TempDir()), "run")
		if err := os.WriteFile(filepath.Join(dir, store.TraceFile), packed.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Load(dir); err == nil || !strings.Contains(err.Error(), store.TraceFile) {
			t.Errorf("%s, %d bytes: %v", name, packed.Len(), err)
		} else if name == "many records" && !strings.Contains(err.Error(), "unpacks to more than 8 MiB") {
			t.Error(err)
		}
	}
}
