package native

import (
	"testing"

	"golang.org/x/sys/unix"
)

// awaitStop waits until a process has stopped.
func awaitStop(t *testing.T, pid int) { await(t, pid, unix.WSTOPPED) }

// awaitResume waits until it goes on.
func awaitResume(t *testing.T, pid int) { await(t, pid, unix.WCONTINUED) }

func await(t *testing.T, pid, state int) {
	for {
		switch err := unix.Waitid(unix.P_PID, pid, nil, state|unix.WNOWAIT, nil); err {
		case nil:
			return
		case unix.EINTR:
		default:
			t.Fatal(err)
		}
	}
}
