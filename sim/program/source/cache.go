package source

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"time"

	"simrun/sim"
)

// MaxCache bounds each folder of the cache, in bytes. When it grows beyond, what was used longest ago goes first.
const MaxCache = 1 << 30

// keep puts a module where [Finder.Again] finds it. A cache that can't be written is as good as none: the run goes on.
func (f Finder) keep(m Module) {
	if f.Cache == "" {
		return
	}
	file := f.byHash(m.SHA256)
	if touch(file) == nil {
		return
	}
	replaceFile(file, m.Bytes)
	Bound(filepath.Dir(file), MaxCache)
}

// kept returns the module of a case, if it is in the cache and whole.
func (f Finder) kept(p *sim.Program) (Module, bool) {
	if f.Cache == "" || !isHash(p.SHA256) {
		return Module{}, false
	}
	file := f.byHash(p.SHA256)
	b, err := os.ReadFile(file)
	if err != nil {
		return Module{}, false
	}
	m := moduleOf(p.Path, b, p.Made)
	if m.SHA256 != p.SHA256 { // somebody changed the file
		os.Remove(file)
		return Module{}, false
	}
	touch(file)
	return m, true
}

func (f Finder) byHash(sum string) string { return filepath.Join(f.Cache, "modules", sum+".wasm") }

// isHash reports whether a text is a hash, and not a path that leads out of the cache.
func isHash(s string) bool {
	return len(s) == 64 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

// touch marks a file as used now.
func touch(file string) error {
	now := time.Now()
	return os.Chtimes(file, now, now)
}

// replaceFile writes a file whole or not at all, whoever writes it at the same time.
func replaceFile(file string, b []byte) {
	if os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	t, err := os.CreateTemp(filepath.Dir(file), ".new-")
	if err != nil {
		return
	}
	_, err = t.Write(b)
	if e := t.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(t.Name(), file)
	}
	if err != nil {
		os.Remove(t.Name())
	}
}

// Bound removes the files of a folder, and of the folders below, that were used longest ago, until at most limit bytes are left. Files of others that
// disappear meanwhile do not matter.
func Bound(folder string, limit int64) {
	type kept struct {
		path string
		size int64
		used time.Time
	}
	var list []kept
	total := int64(0)
	filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			list = append(list, kept{path, info.Size(), info.ModTime()})
			total += info.Size()
		}
		return nil
	})
	slices.SortFunc(list, func(a, b kept) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.path, b.path)) })
	for _, k := range list {
		if total <= limit {
			return
		}
		if os.Remove(k.path) == nil {
			total -= k.size
		}
	}
}
