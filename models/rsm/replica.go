// Package rsm is the replicated state machine without its protocol: what every node has that replicates a [kv.Machine] by a log: the epoch and the log on disk, messages that wait for the disk, the
// machine that applies what is committed, and the clients that wait for that. Who may append an entry, and when one is committed, is the
// protocol's.
package rsm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/wal"
	"simrun/sim"
)

// The timers of a replica. Those of a protocol's own begin with OwnTimer.
const (
	TickTimer sim.TimerID = iota // the protocol repeats what may have been lost
	DiskTimer                    // the disk refused: try again
	OwnTimer
)

// Timers are their names, by [sim.TimerID], for [models.Model].
func Timers() []string { return []string{"tick", "disk"} }

// diskRetry is the pause after which a disk that refused is asked again.
const diskRetry = 50 * time.Millisecond

// Batch is how many entries one message carries at most.
const Batch = 64

// Halted is the role of a replica that can't read its disk, or has not yet: it says nothing and hears nothing.
const Halted = "halted"

// States worth reaching.
const (
	MarkFenced   = "message of an older epoch rejected"
	MarkConflict = "entries that were never acknowledged deleted"
)

// Env is the part of [sim.Env] that a replica uses.
type Env interface {
	wal.Env
	oplog.Sender
	ID() sim.NodeID
	Nodes() int
	Now() sim.Time
	Boots() int
	SetTimer(t sim.TimerID, d time.Duration)
	Reply(to sim.Caller, payload []byte)
	Option(name sim.OptionName) string
	Bug(name sim.BugName) bool
	Sometimes(mark string)
	Fatal(reason string)
}

// Replica is the part of a node that is not its protocol's, which embeds it. [New] makes one.
type Replica struct {
	Env Env

	Role  string
	Epoch oplog.Epoch // in which it acts; on disk before anyone hears of it: see [Replica.Enter]
	Log   oplog.Store
	Out   oplog.Outbox

	Commit  oplog.Index
	Machine kv.Machine // of the entries up to Commit

	numbers int
	pending []call // in order of index
}

// New returns a replica that is to read its disk: [Replica.Recover]. The protocol keeps so many numbers there, in addition to the epoch.
func New(env Env, files wal.Options, numbers int) Replica {
	log := oplog.NewStore(env, files, 8*(1+numbers), func() { env.SetTimer(DiskTimer, diskRetry) })
	return Replica{Env: env, Role: Halted, Log: log, Machine: kv.NewMachine(), numbers: numbers}
}

// NewVolatile returns a replica that has no disk: it has nothing to recover, and forgets all in a crash.
func NewVolatile(env Env) Replica {
	return Replica{Env: env, Role: Halted, Log: oplog.NewVolatile(), Machine: kv.NewMachine()}
}

// Recover reads the disk, and returns the numbers that it holds. It is false if the disk refuses, and is then to be asked again at [DiskTimer]; and if it is
// damaged, after which the replica stays halted.
func (r *Replica) Recover() (numbers []uint64, ok bool) {
	copies, err := r.Log.Disk.Copies()
	var found oplog.Loaded
	if err == nil {
		found, err = r.Log.Load(copies)
	}
	switch {
	case errors.Is(err, wal.ErrDamaged):
		r.Env.Report(oplog.Halted{Reason: err.Error()})
		return nil, false
	case err != nil:
		r.Env.SetTimer(DiskTimer, diskRetry)
		return nil, false
	}
	r.Epoch = oplog.Epoch(binary.LittleEndian.Uint64(found.Meta))
	for i := range r.numbers {
		numbers = append(numbers, binary.LittleEndian.Uint64(found.Meta[8*(1+i):]))
	}
	r.Env.Report(oplog.Recovered{Epoch: r.Epoch, Last: r.Log.Last()})
	return numbers, true
}

// Retry handles [DiskTimer]: it writes again what the disk refused, or reads it again, and then returns what [Replica.Recover] does.
func (r *Replica) Retry() (numbers []uint64, ok bool) {
	if r.Log.Disk.Broken() {
		r.Log.Disk.Rewrite()
		return nil, false
	}
	return r.Recover()
}

// Running reports whether the disk was read.
func (r *Replica) Running() bool { return r.Role != Halted }

// Enter moves to a newer epoch.
func (r *Replica) Enter(epoch oplog.Epoch) {
	r.Epoch = epoch
	r.Log.ChangeMeta()
}

// Message is what a replica sends.
type Message interface {
	// Append appends its encoding to b.
	Append(b []byte) []byte
}

// Send sends a message once the epoch and the numbers are on disk.
func (r *Replica) Send(to sim.NodeID, m Message) {
	r.Out.Hold(m.Append(r.Out.Room()), to, r.Epoch)
}

// SendAck sends a message that says that this replica has the log up to an entry, once that is on disk, and unless a newer epoch has begun by then.
func (r *Replica) SendAck(to sim.NodeID, m Message, match oplog.Index) {
	r.Out.HoldAck(m.Append(r.Out.Room()), to, r.Epoch, match)
}

// Finish ends a handler: what changed goes to the disk, with the protocol's numbers as they are now, and what may leave leaves.
func (r *Replica) Finish(numbers ...uint64) {
	if !r.Running() {
		return
	}
	meta := binary.LittleEndian.AppendUint64(make([]byte, 0, 32), uint64(r.Epoch))
	for _, n := range numbers {
		meta = binary.LittleEndian.AppendUint64(meta, n)
	}
	r.Log.Write(meta)
	r.Out.Release(r.Env, &r.Log)
}

// AppliedUpTo implements [oplog.Applier].
func (r *Replica) AppliedUpTo() (node sim.NodeID, index oplog.Index, ok bool) {
	return r.Env.ID(), r.Commit, r.Running()
}

// HashUpTo implements [oplog.Applier].
func (r *Replica) HashUpTo(index oplog.Index) uint64 { return r.Log.Chain(index) }

// Describe implements [sim.Describer].
func (r *Replica) Describe() sim.State {
	return sim.State{Role: r.Role, Epoch: uint64(r.Epoch), Detail: []sim.Field{
		{Name: "last", Value: fmt.Sprintf("%d@e%d", r.Log.Last(), r.Log.LastEpoch())},
		{Name: "durable", Value: strconv.FormatUint(uint64(r.Log.Stable()), 10)},
		{Name: "commit", Value: strconv.FormatUint(uint64(r.Commit), 10)},
	}}
}
