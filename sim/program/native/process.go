//go:build unix

package native

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"simrun/sim"
	"simrun/sim/program"
)

// timer is the node's timer by which the engine tells that something came.
const timer sim.TimerID = 0

// process is one life of a program on a node.
type process struct {
	o       *outside
	env     *sim.Env
	streams program.Streams
	told    bool   // that it has ended: there is nothing more to tell
	inbox   []item // handed out and not yet handled, oldest first

	group *group // nil: it could not be started
	input *input
	ended chan struct{} // closed when the leader has been waited for

	over      bool // the life has ended; guarded by the lock of o
	unhandled int  // size of the items that were not handled; guarded by the lock of o
}

// start starts a process.
func start(p *Program, env *sim.Env, s program.Streams) program.Process {
	o, ok := env.Outside().(*outside)
	if !ok {
		panic("native: a process runs in real time only: see sim.RunLive and native.Program.Outside")
	}
	x := &process{o: o, env: env, streams: s}
	if err := x.launch(p); err != nil {
		x.end(program.Exit{Code: -1, Reason: "could not be started: " + err.Error(), Finding: true})
		return x
	}
	env.OnPause(x.group.stop, x.group.resume)
	return x
}

// launch starts the process and what goes on for it.
func (x *process) launch(p *Program) error {
	folder := filepath.Join(x.o.folder, x.env.ID().String())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	cmd := exec.Command(p.path)
	cmd.Args = slices.Concat(cmd.Args, p.args, x.streams.Args)
	cmd.Dir = folder
	cmd.Env = slices.Concat(os.Environ(), []string{"PWD=" + folder}, p.config.Env, x.streams.Environ)
	cmd.SysProcAttr = attributes()
	stdin, stdout, stderr, err := x.start(cmd)
	if err != nil {
		return err
	}
	x.group, x.ended, x.input = &group{leader: cmd.Process}, make(chan struct{}), newInput(stdin)
	x.o.guard.watch(cmd.Process.Pid)
	x.o.mu.Lock()
	x.o.running = append(x.o.running, x)
	x.o.mu.Unlock()
	x.o.all.Go(x.input.write)
	var readers sync.WaitGroup
	readers.Go(func() { x.read(stdout, output, MaxLine) })
	readers.Go(func() { x.read(stderr, logged, MaxLogLine) })
	x.o.all.Go(func() { x.wait(&readers, stdout, stderr) })
	return nil
}

// start starts a command with pipes, and returns our ends.
func (x *process) start(cmd *exec.Cmd) (stdin, stdout, stderr *os.File, err error) {
	var files [6]*os.File
	for i := 0; i < len(files) && err == nil; i += 2 {
		files[i], files[i+1], err = os.Pipe()
	}
	if err == nil {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[3], files[5]
		err = x.o.launch(cmd.Start)
	}
	ours := []*os.File{files[1], files[2], files[4]}
	for _, f := range files {
		if f != nil && (err != nil || !slices.Contains(ours, f)) {
			f.Close()
		}
	}
	return files[1], files[2], files[4], err
}

// read takes the lines of a stream.
func (x *process) read(f *os.File, what string, limit int) {
	err := eachLine(f, limit, what == logged, func(line []byte) bool { return x.o.post(x, item{what: what, data: line}) })
	if err != nil {
		x.o.post(x, item{what: exited, exit: &program.Exit{Code: -1, Reason: err.Error(), Finding: true}})
		x.group.kill()
	}
}

// wait waits for the end of the process, and posts it once all that it said before was posted. What has left the group may
// have the streams open for ever, and is not waited for.
func (x *process) wait(readers *sync.WaitGroup, streams ...*os.File) {
	state := x.group.wait()
	x.o.guard.forget(x.group.leader.Pid)
	x.input.close()
	now := time.Now()
	for _, f := range streams {
		f.SetReadDeadline(now)
	}
	close(x.ended)
	readers.Wait()
	for _, f := range streams {
		f.Close()
	}
	x.o.post(x, item{what: exited, exit: exitOf(state)})
	x.o.mu.Lock()
	x.o.running = slices.DeleteFunc(x.o.running, func(y *process) bool { return y == x })
	x.o.mu.Unlock()
}

// Input implements [program.Process].
func (x *process) Input(line []byte) {
	if !x.told && !x.input.add(line) {
		x.group.kill()
		x.end(program.Exit{Code: -1, Reason: fmt.Sprintf("does not read its standard input: %d MiB wait there", MaxInput>>20), Finding: true})
	}
}

// Timer implements [program.Process]: the oldest of what was handed out is told.
func (x *process) Timer(sim.TimerID) {
	it := x.inbox[0]
	x.inbox[0] = item{}
	x.inbox = x.inbox[1:]
	x.o.mu.Lock()
	x.unhandled -= it.size()
	x.o.room.Broadcast()
	x.o.mu.Unlock()
	switch {
	case x.told:
	case it.exit != nil:
		x.end(*it.exit)
	case it.what == logged:
		x.streams.Log(it.data)
	default:
		x.streams.Line(it.data)
	}
}

// end tells that the process has ended by itself.
func (x *process) end(e program.Exit) {
	x.told = true
	x.streams.Exit(e)
}

// Synced implements [program.Process]. The process has the machine's disk.
func (x *process) Synced(sim.SyncID, error) {}

// End implements [program.Process]: kill -9, and the process is gone when it returns.
func (x *process) End() {
	x.told = true
	x.o.mu.Lock()
	x.over = true
	x.o.room.Broadcast()
	x.o.mu.Unlock()
	if x.group != nil {
		x.group.kill()
		<-x.ended
	}
}
