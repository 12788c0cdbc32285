// Package programs runs people's own programs in Go tests: those that speak Maelstrom's protocol and are built for WASI.
package programs

import (
	"os"
	"path/filepath"
	"testing"

	"simrun/models"
	"simrun/models/maelstrom"
	"simrun/sim/program/source"
	"simrun/sim/program/wasi"
)

// Model is the model whose nodes run a program: a module (.wasm), or a Go package, by its folder or import path, which is built as it is now. The
// test ends if that can't be had.
func Model(t testing.TB, path string, args ...string) models.Model {
	t.Helper()
	var finder source.Finder
	compiled := ""
	if dir, err := os.UserCacheDir(); err == nil {
		finder.Cache = filepath.Join(dir, "simrun", "programs")
		compiled = filepath.Join(dir, "simrun", "compiled")
	}
	m, err := finder.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := wasi.Load(m.Path, m.Bytes, wasi.Config{Args: args, Made: m.Made, Cache: compiled})
	if err != nil {
		t.Fatal(err)
	}
	return maelstrom.Model(p)
}
