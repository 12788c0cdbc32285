package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// fileSystem is what is done to files here, so that a test can let each call fail in turn.
// Removing what was left half done is not part of it.
type fileSystem interface {
	MkdirAll(dir string) error
	MkdirTemp(dir, pattern string) (string, error)
	Create(path string) (file, error)
	CreateTemp(dir, pattern string) (file, error)
	Chmod(path string, mode os.FileMode) error
	Rename(from, to string) error
	Symlink(target, path string) error
	SyncDir(dir string) error
}

// file is a file that is being written.
type file interface {
	io.Writer
	Name() string
	Chmod(mode os.FileMode) error
	Sync() error
	Close() error
}

// disk is the file system.
var disk fileSystem = realDisk{}

type realDisk struct{}

func (realDisk) MkdirAll(dir string) error                     { return os.MkdirAll(dir, 0o777) }
func (realDisk) MkdirTemp(dir, pattern string) (string, error) { return os.MkdirTemp(dir, pattern) }
func (realDisk) Create(path string) (file, error)              { return os.Create(path) }
func (realDisk) CreateTemp(dir, pattern string) (file, error)  { return os.CreateTemp(dir, pattern) }
func (realDisk) Chmod(path string, mode os.FileMode) error     { return os.Chmod(path, mode) }
func (realDisk) Rename(from, to string) error                  { return os.Rename(from, to) }
func (realDisk) Symlink(target, path string) error             { return os.Symlink(target, path) }

// SyncDir makes the names in a folder durable, where the system can.
func (realDisk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// fill writes a file, makes it durable and closes it.
func fill(f file, write func(io.Writer) error) error {
	err := write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// WriteFile writes a file whole or not at all.
func WriteFile(path string, write func(io.Writer) error) error {
	dir := filepath.Dir(path)
	sweepFiles(dir)
	temp, err := createLocked(dir)
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is there any more if it was renamed
	defer temp.Close()           // which unlocks it: not before it was renamed
	if err := errors.Join(temp.Chmod(0o644), write(temp)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := temp.Sync(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := disk.Rename(temp.Name(), path); err != nil {
		return err
	}
	return disk.SyncDir(dir)
}

// createLocked creates a file that no process sweeps up while this one has it open.
func createLocked(dir string) (file, error) {
	for {
		f, err := disk.CreateTemp(dir, partial+"*")
		if err != nil {
			return nil, err
		}
		lockFile(f)
		if _, err := os.Lstat(f.Name()); err == nil {
			return f, nil
		}
		f.Close() // swept up before it was locked
	}
}

// sweepFiles removes the files in a folder that a process left half written when it was
// killed: those that nobody has locked.
func sweepFiles(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), partial) || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if f, err := os.Open(path); err == nil {
			if lockFile(f) {
				os.Remove(path)
			}
			f.Close()
		}
	}
}
