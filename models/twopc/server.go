// Package twopc is what databases share that spread transactions over servers: strict two-phase locking in each shard, and two-phase commit among them.
//
// Each server is the shard of some of the keys, and the coordinator of the transactions that clients give it. The coordinator sends each micro-operation to
// the shard of its key, which locks the key for the transaction. Then it asks all shards whether they could commit. A shard that votes yes has on its disk
// what it will write, and is in doubt from then on: it keeps its locks until it hears the outcome. If all vote yes, the coordinator writes its
// decision to its disk, and only then tells the client and the shards.
//
// Of a transaction that it knows nothing of, the coordinator says that it was aborted (presumed abort: Mohan, Lindsay and Obermarck, "Transaction Management in the
// R* Distributed Database Management System", TODS 1986). So it writes no record of those, and may forget a decision to commit once each shard has it on disk. A shard that
// has only read votes so, releases its locks, and needs no outcome. A shard in doubt asks the coordinator, and if that does not
// answer, the other shards that have to write (cooperative termination: Bernstein, Hadzilacos and Goodman, "Concurrency Control and Recovery in Database Systems", 1987, §7.4). One
// that has not voted notes that it will vote no; if all have voted yes, they wait for the coordinator.
//
// What shards say of their locks counts for one life only: a shard that has restarted since it answered votes no.
//
// With bounds on the errors of clocks ([Options.Epsilon]) transactions have timestamps, and those that only read need no locks: see clock.go.
package twopc

import (
	"time"

	"simrun/models/gateway"
	"simrun/models/journal"
	"simrun/models/locks"
	"simrun/models/txn"
	"simrun/models/versions"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// Options say what the servers of a model are like.
type Options struct {
	Files   wal.Options
	Epsilon time.Duration // how far a clock may be from the true time at most; 0: transactions have no timestamps
	Defects Defects
}

// Defects are the names of mistakes that a case can switch on; "" is one that the model does not have.
type Defects struct {
	UnsavedDecision sim.BugName // a coordinator tells its decision before its disk holds it
	EarlyRelease    sim.BugName // a shard lets others see what it will write when it votes yes
	ForgetsPrepared sim.BugName // a shard has forgotten after a restart what it voted yes to
	HastyAnswer     sim.BugName // a coordinator presumes abort of a transaction that it has not decided yet

	NoCommitWait    sim.BugName // a coordinator does not wait until its timestamp has passed
	UnsafeRead      sim.BugName // a shard answers a read at a timestamp at which a transaction may still commit
	CoordinatorTime sim.BugName // a coordinator takes its own clock for the timestamp, whatever the shards say
}

// The states worth reaching.
const (
	MarkWaited      = "an older transaction waited for a lock"
	MarkDied        = "a younger transaction died"
	MarkAsked       = "a shard in doubt asked the coordinator"
	MarkCooperated  = "a shard in doubt learned the outcome from another shard"
	MarkRecovered   = "a shard was in doubt after a restart"
	MarkRedelivered = "a coordinator told a decision again after a restart"
	MarkPresumed    = "a coordinator presumed abort"
	MarkUnsafe      = "a read at a timestamp waited for a transaction in doubt" // of servers with timestamps
	MarkNewLife     = "a shard voted no since it had restarted"
)

// Marks are those of every model.
func Marks() []string {
	return []string{MarkWaited, MarkDied, MarkAsked, MarkCooperated, MarkRecovered, MarkRedelivered, MarkPresumed, MarkNewLife, journal.MarkRefused}
}

// The roles of servers.
const (
	roleServer = "server"
	roleDoubt  = "in doubt"
	roleHalted = "halted"
)

// Roles are those that a server can have.
func Roles() []string { return []string{roleServer, roleDoubt, roleHalted} }

const (
	lockPatience  = 150 * time.Millisecond // of a transaction, for a lock
	callPatience  = 250 * time.Millisecond // of a coordinator, for an answer: more than the patience for a lock
	doubtPatience = 300 * time.Millisecond // of a shard, for the outcome, until it asks
	idlePatience  = time.Second            // of a shard, for the next micro-operation
	tryFor        = time.Second            // how long a coordinator begins a transaction anew
	maxTries      = 8
	retryPause    = 30 * time.Millisecond // at most, before it does
)

var pauseName = rng.Of("pause before the next attempt of a transaction")

// server is one server. What it recovers from its log comes first.
type server struct {
	Options
	data      map[txn.Key]versions.List
	prepared  map[ID]*vote     // to which it voted yes, and knows no outcome
	committed map[ID]Stamp     // with writes here
	refused   map[ID]bool      // to which it will vote no
	decided   map[ID]*decision // to commit, as coordinator, and not every shard has told that it knows

	log    *journal.Journal
	locks  locks.Table[txn.Key, owner]
	active map[ID]*work // that have locks here, and to which it has not voted yet
	over   map[ID]bool  // were aborted here, or have only read
	open   map[ID]bool  // whose coordinator it is, and which it has not decided
	count  uint64       // of its attempts
	floor  Stamp        // what prepares from now on has a greater timestamp
}

// owner is a transaction as it waits for locks: the older one wins.
type owner struct {
	age sim.Time
	id  ID
}

func older(a, b owner) bool {
	if a.age != b.age {
		return a.age < b.age
	}
	return a.id.compare(b.id) < 0
}

// Run returns the code of a server.
func Run(o Options) func(p *blocking.Proc) {
	return func(p *blocking.Proc) {
		s := &server{Options: o, active: map[ID]*work{}, over: map[ID]bool{}, open: map[ID]bool{}}
		p.Describe(s.state)
		p.Expose(s)
		var ok bool
		if s.log, ok = journal.Open(p, o.Files, s.begin, s.replay); !ok {
			return
		}
		s.resume(p)
		p.Go(s.sweep)
		for {
			m, _ := p.Receive(blocking.Forever)
			p.Go(func(p *blocking.Proc) { s.serve(p, m) })
		}
	}
}

// serve takes what clients and servers send.
func (s *server) serve(p *blocking.Proc, m blocking.Message) {
	if gateway.Serve(p, m, s.transact) {
		return
	}
	q, ok := decode(m.Payload)
	if !ok {
		return
	}
	switch q.kind {
	case kindDo:
		s.do(p, m.Caller, q)
	case kindPrepare:
		s.prepare(p, m.Caller, q)
	case kindDecide:
		s.hear(p, m, q)
	case kindAsk:
		s.answer(p, m.Caller, q)
	case kindPeek:
		s.peek(p, m.Caller, q)
	}
}

// bug reports whether a defect is switched on.
func (s *server) bug(p *blocking.Proc, name sim.BugName) bool { return name != "" && p.Bug(name) }

// state describes the server to people.
func (s *server) state() sim.State {
	state := sim.State{Role: roleServer}
	switch {
	case s.log == nil:
		state.Role = roleHalted
	case len(s.prepared) > 0:
		state.Role = roleDoubt
		for _, id := range inOrder(s.prepared) {
			state.Detail = append(state.Detail, sim.Field{Name: id.String(), Value: "in doubt"})
		}
	}
	return state
}
