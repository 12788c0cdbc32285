//go:build unix

package native

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell that outlives this program for a moment, should that be killed: when its standard input ends, it kills the
// groups that it was told of and not told to forget, and removes the folder. It has a session of its own, so that no signal of a terminal ends it.
type guard struct {
	cmd   *exec.Cmd
	lines *os.File
}

const guardScript = `
trap '' HUP INT QUIT TERM
groups=
while read -r op n; do
	case $op in
	+)	groups="$groups $n" ;;
	-)	kept=
		for g in $groups; do
			[ "$g" = "$n" ] || kept="$kept $g"
		done
		groups=$kept ;;
	esac
done
for g in $groups; do
	kill -9 "-$g" 2>/dev/null
done
[ -z "$1" ] || rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1" 2>/dev/null; }
`

// newGuard starts a guard for a folder.
func newGuard(folder string, keep bool) (*guard, error) {
	if keep {
		folder = ""
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	g := &guard{exec.Command("/bin/sh", "-c", guardScript, "simrun-guard", folder), w}
	g.cmd.Stdin = r
	g.cmd.Dir = "/"
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := g.cmd.Start(); err != nil {
		w.Close()
		return nil, fmt.Errorf("native processes need /bin/sh, which ends them should this program be killed: %w", err)
	}
	return g, nil
}

// watch tells the guard of a group. Should the guard be gone, nothing is left to do about it.
func (g *guard) watch(group int) { fmt.Fprintf(g.lines, "+ %d\n", group) }

// forget tells it that the group has ended, since its number may become that of another.
func (g *guard) forget(group int) { fmt.Fprintf(g.lines, "- %d\n", group) }

// close ends the guard, and waits for it. How it ended does not matter.
func (g *guard) close() error {
	g.lines.Close()
	g.cmd.Wait()
	return nil
}
