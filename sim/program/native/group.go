//go:build unix

package native

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"simrun/sim/program"
)

// group is a process and all that it started and that has not left its group.
type group struct {
	leader *os.Process

	mu   sync.Mutex
	gone bool // the leader has ended, and the group with it: the number may be another's
}

// signal sends a signal to all of the group.
func (g *group) signal(s syscall.Signal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.gone {
		syscall.Kill(-g.leader.Pid, s) // there is nobody to tell that it can't be done
	}
}

func (g *group) kill()   { g.signal(syscall.SIGKILL) }
func (g *group) stop()   { g.signal(syscall.SIGSTOP) }
func (g *group) resume() { g.signal(syscall.SIGCONT) }

// wait waits for the end of the leader, ends the rest of the group, and leaves no zombie.
func (g *group) wait() *os.ProcessState {
	awaitEnd(g.leader.Pid)
	g.mu.Lock()
	syscall.Kill(-g.leader.Pid, syscall.SIGKILL)
	g.gone = true
	g.mu.Unlock()
	state, err := g.leader.Wait()
	if err != nil {
		return nil
	}
	return state
}

// exitOf says how a process ended by itself.
func exitOf(state *os.ProcessState) *program.Exit {
	if state == nil {
		return &program.Exit{Code: -1, Reason: "ended in a way that the system did not tell", Finding: true}
	}
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return &program.Exit{Code: -1, Reason: fmt.Sprintf("was ended by signal %d (%v)", int(status.Signal()), status.Signal()), Finding: true}
	}
	return &program.Exit{Code: status.ExitStatus(), Reason: fmt.Sprintf("exited with code %d", status.ExitStatus())}
}
