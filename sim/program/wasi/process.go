package wasi

import (
	"context"
	"iter"
	"time"

	"github.com/tetratelabs/wazero/api"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/fuel"
)

// process is one life of a program on a node.
type process struct {
	program *Program
	env     *sim.Env
	streams program.Streams
	node    sim.NodeID
	boot    int

	next  func() (struct{}, bool) // lets the guest run until it waits; false: it ended
	stop  func()                  // takes the guest down where it waits
	yield func(struct{}) bool     // the guest waits; false: it is taken down

	home   *instance
	memory api.Memory
	fuel   api.MutableGlobal // nil: not metered

	running  bool
	over     bool          // the guest has ended
	waits    waits         // for what, while it waits
	armed    bool          // the timer is set
	ended    *program.Exit // what the host ended it for
	failed   error         // what the runtime says of how the guest ended
	panicked any           // a panic of the host, to go on on the engine's stack

	in      input
	out     splitter
	log     splitter
	clock   clock
	random  generator
	args    []string
	environ []string
	files   fileTable
	syncs   syncs
}

// waits is a set of what a guest may wait for.
type waits uint8

const (
	forInput waits = 1 << iota
	forTimer
	forSync
)

// timer is the node's timer that a process uses.
const timer sim.TimerID = 0

func newProcess(p *Program, env *sim.Env, s program.Streams) *process {
	x := &process{program: p, env: env, streams: s, node: env.ID(), boot: env.Boots()}
	x.args = append(append([]string{"program"}, p.config.Args...), s.Args...)
	x.environ = append(append([]string{"TZ=UTC"}, p.config.Env...), s.Environ...)
	x.out.line, x.log.line = x.printed, s.Log
	x.log.pieces = true
	x.out.limit, x.log.limit = MaxLine, MaxLogLine
	x.random = newRandom(env)
	x.clock.begin(env.Now())
	x.files.begin(env)
	x.next, x.stop = iter.Pull(x.main)
	return x
}

// main is the life of the guest, as a coroutine.
func (p *process) main(yield func(struct{}) bool) {
	p.yield = yield
	if p.home, p.failed = p.program.instance(); p.failed != nil {
		return
	}
	module := p.home.module
	p.memory = module.Memory()
	p.fuel, _ = module.ExportedGlobal(fuel.Global).(api.MutableGlobal)
	p.refuel()
	_, p.failed = module.ExportedFunction("_start").Call(&guest{context.Background(), p})
}

// run lets the guest run until it waits for something or ends.
func (p *process) run() {
	p.running = true
	_, waiting := p.next()
	p.running = false
	if !waiting {
		p.finish()
	}
}

// wait hands control to the engine until something of the set is there. The event that is told to the process decides; whoever waits
// looks for itself what has changed.
func (p *process) wait(w waits) {
	if w&forTimer == 0 && p.armed {
		p.env.StopTimer(timer)
		p.armed = false
	}
	p.waits = w
	if !p.yield(struct{}{}) {
		panic(unwinding{})
	}
	p.waits = 0
}

// rested is called when a wait for the outside is over: what the guest does from now on it does because of something new.
func (p *process) rested() {
	p.clock.looks = 0
	p.refuel()
}

// wake sets the timer. What is set already is replaced.
func (p *process) wake(after time.Duration) {
	p.env.SetTimer(timer, after)
	p.armed = true
}

// Input implements [program.Process].
func (p *process) Input(line []byte) {
	if p.over {
		return
	}
	p.in.add(line)
	if !p.running && p.waits&forInput != 0 {
		p.run()
	}
}

// Timer implements [program.Process].
func (p *process) Timer(sim.TimerID) {
	p.armed = false
	if !p.over && p.waits&forTimer != 0 {
		p.run()
	}
}

// Synced implements [program.Process].
func (p *process) Synced(_ sim.SyncID, err error) {
	if !p.over && p.syncs.done(err) {
		p.run()
	}
}

// End implements [program.Process].
func (p *process) End() {
	if p.over {
		return
	}
	p.over = true
	p.stop()
	p.close()
}

// finish follows the end of the guest by itself, or by a panic of the host.
func (p *process) finish() {
	p.over = true
	e := p.exit() // before another guest may have the instance
	p.close()
	if p.panicked != nil {
		panic(p.panicked)
	}
	if p.armed {
		p.env.StopTimer(timer)
	}
	p.out.flush()
	p.log.flush()
	p.streams.Exit(e)
}

// close gives back what the guest occupied.
func (p *process) close() {
	if p.home == nil || p.home.module == nil {
		return
	}
	if onEnd := p.program.config.OnEnd; onEnd != nil {
		onEnd(p.node, p.boot, p.home.linear.hash())
	}
	p.program.rooms.give(p.home)
}
