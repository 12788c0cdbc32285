//go:build unix

package store

import (
	"os"
	"syscall"
)

// lockFile locks a file for this process alone, and reports whether it could. Closing the
// file unlocks it, and so does the end of the process, however it ends.
func lockFile(f file) bool { return flock(f, syscall.LOCK_EX|syscall.LOCK_NB) }

// share locks a file together with others that share it. It waits for whoever has it alone.
func share(f file) bool { return flock(f, syscall.LOCK_SH) }

func flock(f file, how int) bool {
	real, ok := f.(*os.File)
	if !ok {
		return true // of a test
	}
	for {
		if err := syscall.Flock(int(real.Fd()), how); err != syscall.EINTR {
			return err == nil
		}
	}
}
