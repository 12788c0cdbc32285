// Package program is the contract of foreign code that runs on nodes: a program reads lines on its standard input,
// writes lines to its standard output, logs to standard error, keeps files, and may end by itself. What the lines mean is
// decided above this package (models/maelstrom).
//
// Package wasi runs modules of WebAssembly, deterministically; package native runs processes of the machine, in real time.
package program

import "simrun/sim"

// Program is foreign code. Any number of runs may use it at the same time.
type Program interface {
	// Identity is what a case holds of the program. A case is run by a program of the same identity only.
	Identity() sim.Program

	// Start begins a life of the program on a node, and runs it until it waits for something. It is called from the node's Boot;
	// the node forwards its handlers to the [Process].
	Start(env *sim.Env, s Streams) Process
}

// Native is a [Program] that runs as processes of the machine, in real time: its cases are run by [sim.RunLive].
type Native interface {
	Program
	// Outside is what one run of the program is connected to.
	Outside() (sim.Outside, error)
}

// Streams is what a program is started with, and where what it says goes. The functions are called while the program runs: during
// [Program.Start] and the methods of [Process]. What they get is valid during the call only.
type Streams struct {
	Args    []string // arguments, without the program's name
	Environ []string // "NAME=value", in addition to what the program itself comes with

	// POSIX makes fsync of a file promise what POSIX does and no more: its data is durable, but a new file may still be lost, and a
	// renamed one have its old name, until an fsync of the folder. Otherwise it makes the file's name durable too, and
	// the folders on the way to it, as the usual file systems of Linux do. It is for programs whose disk is simulated.
	POSIX bool

	Line func(line []byte) // a line of standard output, without its end
	Log  func(line []byte) // a line of standard error, without its end
	Exit func(e Exit)      // the program ended by itself; it gets nothing any more
}

// Exit says how a program ended by itself.
type Exit struct {
	Code    int    // 0 to 255; negative if it did not exit but was stopped: Reason says why
	Reason  string // one sentence without its end: "exited with code 2", "used 10,000,000,000 units of fuel without waiting"
	Finding bool   // it ended in a way that no program should: a trap, a busy loop, more memory than it may have
}

// Process is one life of a program on a node. Its methods are called from the node's handlers, and run the program until it waits again.
//
// A process uses the timers 0 to [Timers]-1 of its node, and syncs whose ids are below [Syncs]; the node may use the others.
type Process interface {
	// Input appends a line, given without its end, to standard input. A program that waits for something else reads it later.
	Input(line []byte)
	// Timer is the node's [sim.TimerHandler] for the timers below [Timers].
	Timer(t sim.TimerID)
	// Synced is the node's [sim.SyncHandler] for the ids below [Syncs].
	Synced(id sim.SyncID, err error)
	// End is called once, after a crash or at the end of the run: the process is gone, whatever it was doing.
	End()
}

// What of a node's timers and syncs belongs to the process.
const (
	Timers sim.TimerID = 8
	Syncs  sim.SyncID  = 1 << 32
)
