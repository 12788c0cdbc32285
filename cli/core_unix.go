//go:build unix

package cli

import "syscall"

// noCore keeps a fatal error from leaving a core file where the program ran.
func noCore() { syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
