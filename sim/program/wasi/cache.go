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

func experimentalWorkers(ctx context.Context) context.Context {
	return experimental.WithCompilationWorkers(ctx, workers)
}

// openCache opens the place of a module in the cache: a folder of its own, so that it is known when the module was used last. Processes
// may share it, since the runtime writes files under other names and then renames them. A cache that can't be written is as good as
// none. What it returns second is called after the compilation.
func openCache(folder string, module []byte) (wazero.CompilationCache, func()) {
	if folder == "" {
		return nil, func() {}
	}
	sum := sha256.Sum256(module)
	own := filepath.Join(folder, hex.EncodeToString(sum[:16]))
	cache, err := wazero.NewCompilationCacheWithDir(own)
	if err != nil {
		return nil, func() {}
	}
	return cache, func() {
		touchAll(own)
		source.Bound(folder, MaxCache)
	}
}

// touchAll marks the files of a folder as used now.
func touchAll(folder string) {
	now := time.Now()
	filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			os.Chtimes(path, now, now)
		}
		return nil
	})
}
