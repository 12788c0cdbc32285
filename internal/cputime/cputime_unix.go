//go:build unix

package cputime

import (
	"syscall"
	"time"
)

// Used is the time that this process had a core so far, in user and system mode, on all threads.
func Used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
