package store

import (
	"os"
	"syscall"
	"testing"
)

// Partial begins the names of what is half written.
const Partial = partial

// ForgetSwept lets the next save look for half written files in the folders of runs again.
func ForgetSwept() { sweptRuns.Clear() }

// FailAt lets call number n to the file system fail, as on a full disk, until the function
// that it returns is called, which reports whether the call came.
func FailAt(t *testing.T, n int) (failed func() bool) {
	d := &failing{left: n}
	disk = d
	t.Cleanup(func() { disk = realDisk{} })
	return func() bool {
		disk = realDisk{}
		return d.left < 0
	}
}

// failing is a file system of which one call fails.
type failing struct {
	realDisk
	left int
}

func (d *failing) next(op string) error {
	if d.left--; d.left == -1 {
		return &os.PathError{Op: op, Path: "disk", Err: syscall.ENOSPC}
	}
	return nil
}

func (d *failing) MkdirAll(dir string) error {
	if err := d.next("mkdir"); err != nil {
		return err
	}
	return d.realDisk.MkdirAll(dir)
}

func (d *failing) MkdirTemp(dir, pattern string) (string, error) {
	if err := d.next("mkdir"); err != nil {
		return "", err
	}
	return d.realDisk.MkdirTemp(dir, pattern)
}

func (d *failing) Create(path string) (file, error) {
	if err := d.next("create"); err != nil {
		return nil, err
	}
	f, err := d.realDisk.Create(path)
	return &failingFile{f, d}, err
}

func (d *failing) CreateTemp(dir, pattern string) (file, error) {
	if err := d.next("create"); err != nil {
		return nil, err
	}
	f, err := d.realDisk.CreateTemp(dir, pattern)
	return &failingFile{f, d}, err
}

func (d *failing) Chmod(path string, mode os.FileMode) error {
	if err := d.next("chmod"); err != nil {
		return err
	}
	return d.realDisk.Chmod(path, mode)
}

func (d *failing) Rename(from, to string) error {
	if err := d.next("rename"); err != nil {
		return err
	}
	return d.realDisk.Rename(from, to)
}

func (d *failing) Symlink(target, path string) error {
	if err := d.next("symlink"); err != nil {
		return err
	}
	return d.realDisk.Symlink(target, path)
}

func (d *failing) SyncDir(dir string) error {
	if err := d.next("sync"); err != nil {
		return err
	}
	return d.realDisk.SyncDir(dir)
}

// failingFile is a file of it. Of a write that fails, the first half is written.
type failingFile struct {
	file
	d *failing
}

func (f *failingFile) Write(b []byte) (int, error) {
	if err := f.d.next("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, err
	}
	return f.file.Write(b)
}

func (f *failingFile) Sync() error {
	if err := f.d.next("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *failingFile) Close() error {
	err := f.d.next("close")
	if closed := f.file.Close(); err == nil {
		err = closed
	}
	return err
}

// BoundTrace sets how many bytes a trace may unpack to, until the test is over.
func BoundTrace(t *testing.T, bytes int64) {
	before := maxTrace
	maxTrace = bytes
	t.Cleanup(func() { maxTrace = before })
}
