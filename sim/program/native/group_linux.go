package native

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes make a process the leader of a group of its own, that ends with the thread which started it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitEnd waits until a process has ended. It stays a zombie, so that its number remains its own.
func awaitEnd(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}
