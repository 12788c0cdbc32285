package wasi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"simrun/sim/program/source"
)

// workers is how many parts of a module are compiled at the same time.
const workers = 4

// withWorkers says so to the runtime.
func withWorkers(ctx context.Context) context.Context {
	return experimental.WithCompilationWorkers(ctx, workers)
}

// place is where a module lies in the cache, compiled: a folder of its own, so that it is known when it was used last. "": nowhere.
type place string

// placeOf is the place of a module.
func placeOf(folder string, module []byte) place {
	if folder == "" {
		return ""
	}
	sum := sha256.Sum256(module)
	return place(filepath.Join(folder, hex.EncodeToString(sum[:16])))
}

// open opens the place. Processes may share it, since the runtime writes files under other names and then renames them. Nil: there is
// no cache, or it can't be written, which is as good.
func (p place) open() wazero.CompilationCache {
	if p == "" {
		return nil
	}
	c, err := wazero.NewCompilationCacheWithDir(string(p))
	if err != nil {
		return nil
	}
	return c
}

// clear removes what is there.
func (p place) clear() { os.RemoveAll(string(p)) }

// used marks the files of the place as used now, and removes of other modules what was used longest ago, if all are too much.
func (p place) used() {
	now := time.Now()
	filepath.WalkDir(string(p), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			os.Chtimes(path, now, now)
		}
		return nil
	})
	source.Bound(filepath.Dir(string(p)), MaxCache)
}
