//go:build unix && !linux

package native

import "syscall"

// attributes make a process the leader of a group of its own.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitEnd does nothing where there is no waiting without an end of the zombie: the wait that follows does both.
func awaitEnd(int) {}
