package raft

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

// rig drives a cluster by hand: nothing is delivered, synced or fired unless a test says so.
type rig struct {
	t        *testing.T
	servers  []*server  // by node
	envs     []*handEnv // by node
	wire     []envelope
	now      sim.Time
	monitors []sim.Monitor
	broken   []string // names of monitors that saw a violation, in order
	marks    map[string]bool
	hold     messageKind // settle leaves messages of this kind on the wire
}

type envelope struct {
	from, to sim.NodeID
	payload  []byte
}

// handEnv is the environment of one server of a rig.
type handEnv struct {
	r       *rig
	id      sim.NodeID
	boots   int
	options map[sim.OptionName]string
	bugs    []sim.BugName
	files   map[string]*handFile
	syncs   []handSync
	timers  map[sim.TimerID]time.Duration
	replies map[uint64]result // by call
	fatal   string
	refuse  error // what the disk answers
}

// handFile is a file: what was written, and how much of it survives a crash.
type handFile struct {
	data   []byte
	synced int
}

type handSync struct {
	file string
	id   sim.SyncID
}

func (e *handEnv) file(name string) *handFile {
	if e.files[name] == nil {
		e.files[name] = &handFile{}
	}
	return e.files[name]
}

func newRig(t *testing.T, nodes int, bugs ...sim.BugName) *rig {
	r := &rig{
		t: t, servers: make([]*server, nodes+1), envs: make([]*handEnv, nodes+1),
		monitors: monitors(nodes), marks: map[string]bool{},
	}
	for i := 1; i <= nodes; i++ {
		r.envs[i] = &handEnv{r: r, id: sim.NodeID(i), bugs: bugs, options: map[sim.OptionName]string{}, files: map[string]*handFile{}, replies: map[uint64]result{}}
		r.boot(sim.NodeID(i))
	}
	return r
}

func (r *rig) boot(id sim.NodeID) {
	e := r.envs[id]
	e.boots++
	e.timers = map[sim.TimerID]time.Duration{}
	for _, m := range r.monitors {
		if b, ok := m.(sim.Booter); ok {
			b.Booted(r.now, id)
		}
	}
	r.servers[id] = boot(e)
}

// crash loses what was not synced; the server stays down until it is booted.
func (r *rig) crash(id sim.NodeID) {
	e := r.envs[id]
	e.syncs = nil
	for _, name := range copies {
		f := e.file(name)
		f.data = f.data[:f.synced]
	}
	r.servers[id] = nil
	r.wire = slices.DeleteFunc(r.wire, func(m envelope) bool { return m.to == id })
}

func (r *rig) restart(id sim.NodeID) {
	r.crash(id)
	r.boot(id)
}

// withLog restarts a server with a disk that holds entries of these terms.
func (r *rig) withLog(id sim.NodeID, current Term, terms ...Term) {
	l := newEntryLog(0)
	for _, t := range terms {
		l.add(t, entryNoop, nil)
	}
	file, _ := appendFrame(nil, 0, 0, current, 0, 1, l.raw(1, l.last()))
	for _, name := range copies {
		r.envs[id].files[name] = &handFile{bytes.Clone(file), len(file)}
	}
	r.restart(id)
}

// sync completes the syncs of a server, one after the other.
func (r *rig) sync(id sim.NodeID) {
	e := r.envs[id]
	for len(e.syncs) > 0 {
		r.syncOne(id)
	}
}

// syncOne completes the oldest sync of a server, if there is one.
func (r *rig) syncOne(id sim.NodeID) {
	e := r.envs[id]
	if len(e.syncs) == 0 {
		return
	}
	s := e.syncs[0]
	e.syncs = e.syncs[1:]
	if e.refuse == nil {
		e.file(s.file).synced = int(s.id)
	}
	r.servers[id].Synced(s.id, e.refuse)
}

// settle syncs and delivers among these servers until nothing is left to do. Messages to
// others stay on the wire.
func (r *rig) settle(ids ...sim.NodeID) {
	in := func(id sim.NodeID) bool { return slices.Contains(ids, id) && r.servers[id] != nil }
	for busy := true; busy; {
		busy = false
		for _, id := range ids {
			if r.servers[id] != nil && len(r.envs[id].syncs) > 0 {
				r.sync(id)
				busy = true
			}
		}
		for i := 0; i < len(r.wire); i++ {
			if m := r.wire[i]; in(m.from) && in(m.to) && messageKind(m.payload[4]) != r.hold {
				r.wire = slices.Delete(r.wire, i, i+1)
				r.servers[m.to].Receive(m.from, m.payload)
				busy = true
				break
			}
		}
	}
}

// take removes and returns the messages of one kind from a server to another.
func (r *rig) take(kind messageKind, from, to sim.NodeID) []envelope {
	var taken []envelope
	r.wire = slices.DeleteFunc(r.wire, func(m envelope) bool {
		if m.from != from || m.to != to || messageKind(m.payload[4]) != kind {
			return false
		}
		taken = append(taken, m)
		return true
	})
	return taken
}

func (r *rig) deliver(ms ...envelope) {
	for _, m := range ms {
		r.servers[m.to].Receive(m.from, m.payload)
	}
}

func (r *rig) dropAll() { r.wire = nil }

// fire lets a timer of a server run out.
func (r *rig) fire(id sim.NodeID, t sim.TimerID) {
	r.now += sim.Time(electionMax)
	delete(r.envs[id].timers, t)
	r.servers[id].Timer(t)
}

// stand makes a server stand for election before these voters, itself among them, and
// once more if it has to learn their term first. It reports whether it won.
func (r *rig) stand(id sim.NodeID, voters ...sim.NodeID) bool {
	for range 2 {
		r.fire(id, timerElection)
		r.settle(voters...)
		if r.servers[id].role == leader {
			return true
		}
	}
	return false
}

// elect makes a server win an election before these voters, itself among them.
func (r *rig) elect(id sim.NodeID, voters ...sim.NodeID) {
	r.t.Helper()
	if !r.stand(id, voters...) {
		r.t.Fatalf("%s was not elected by %v: it is %s", id, voters, r.servers[id].role)
	}
}

// win elects a server whose AppendEntries don't arrive yet.
func (r *rig) win(id sim.NodeID, voters ...sim.NodeID) {
	r.t.Helper()
	r.hold = appendEntries
	r.elect(id, voters...)
	r.wire = slices.DeleteFunc(r.wire, func(m envelope) bool { return messageKind(m.payload[4]) != r.hold })
}

// ask sends a request to a server and returns the number of the call.
func (r *rig) ask(id sim.NodeID, request []byte) uint64 {
	n := uint64(len(r.envs[id].replies)+1) + uint64(id)<<32
	for _, taken := r.envs[id].replies[n]; taken; _, taken = r.envs[id].replies[n] {
		n++
	}
	r.envs[id].replies[n] = result{}
	r.servers[id].Request(sim.Caller{Client: -1, Call: n}, request)
	return n
}

func (r *rig) answer(id sim.NodeID, call uint64) result { return r.envs[id].replies[call] }

func (r *rig) terms(id sim.NodeID) []Term {
	s := r.servers[id]
	var ts []Term
	for i := Index(1); i <= s.log.last(); i++ {
		ts = append(ts, s.log.term(i))
	}
	return ts
}

func (r *rig) wantBroken(names ...string) {
	r.t.Helper()
	for _, n := range names {
		if !slices.Contains(r.broken, n) {
			r.t.Errorf("monitor %q is silent; violations: %q", n, r.broken)
		}
	}
	if len(names) == 0 && len(r.broken) > 0 {
		r.t.Errorf("violations %q, want none", r.broken)
	}
}

func requestOf(kind requestKind, body []byte) []byte {
	return sealRequest(append(make([]byte, requestHeader), body...), kind)
}

func writeRequest(session, seq uint64, key string, value int64) []byte {
	c := command{session: session, seq: seq, op: opWrite, value: value, key: []byte(key)}
	return requestOf(requestCommand, c.append(nil))
}

func (e *handEnv) ID() sim.NodeID { return e.id }
func (e *handEnv) Nodes() int     { return len(e.r.envs) - 1 }
func (e *handEnv) Now() sim.Time  { return e.r.now }
func (e *handEnv) Boots() int     { return e.boots }
func (e *handEnv) Send(to sim.NodeID, payload []byte) {
	e.r.wire = append(e.r.wire, envelope{e.id, to, bytes.Clone(payload)})
}

func (e *handEnv) Reply(to sim.Caller, payload []byte) {
	var res result
	if !res.decode(payload) {
		e.r.t.Fatalf("%s sent a reply that can't be read: %x", e.id, payload)
	}
	e.replies[to.Call] = res
}
func (e *handEnv) SetTimer(t sim.TimerID, d time.Duration) { e.timers[t] = d }
func (e *handEnv) StopTimer(t sim.TimerID)                 { delete(e.timers, t) }
func (e *handEnv) Read(name string) ([]byte, error)        { return e.file(name).data, e.refuse }
func (e *handEnv) WriteAt(name string, offset int, data []byte) error {
	if e.refuse == nil {
		f := e.file(name)
		for len(f.data) < offset+len(data) {
			f.data = append(f.data, 0)
		}
		copy(f.data[offset:], data)
	}
	return e.refuse
}

func (e *handEnv) Truncate(name string, size int) error {
	f := e.file(name)
	switch {
	case e.refuse != nil:
		return e.refuse
	case size >= len(f.data):
		return errors.New("no such bytes")
	}
	f.data = f.data[:size]
	return nil
}
func (e *handEnv) Sync(name string, id sim.SyncID) { e.syncs = append(e.syncs, handSync{name, id}) }
func (e *handEnv) Rand(what rng.Name, ordinal uint64) rng.Value {
	return rng.Draw(1, what, uint64(e.id), ordinal)
}
func (e *handEnv) Option(name sim.OptionName) string { return e.options[name] }
func (e *handEnv) Bug(name sim.BugName) bool         { return slices.Contains(e.bugs, name) }
func (e *handEnv) Sometimes(mark string)             { e.r.marks[mark] = true }
func (e *handEnv) Fatal(reason string)               { e.fatal = reason }
func (e *handEnv) Report(f sim.Fact) {
	for _, m := range e.r.monitors {
		if v := m.Observe(e.r.now, e.id, f); v != "" {
			e.r.broken = append(e.r.broken, m.Name())
			e.r.t.Logf("%s: %s", m.Name(), v)
		}
	}
	if s := f.String(); s == "" {
		e.r.t.Errorf("fact %T has no words", f)
	}
}

var errDisk = errors.New("input/output error")

func ids(n int) []sim.NodeID {
	out := make([]sim.NodeID, n)
	for i := range out {
		out[i] = sim.NodeID(i + 1)
	}
	return out
}

func (r *rig) String() string {
	var b bytes.Buffer
	for _, s := range r.servers[1:] {
		if s != nil {
			fmt.Fprintf(&b, "%s %s t%d log %v commit %d\n", s.id, s.role, s.term, r.terms(s.id), s.commit)
		}
	}
	return b.String()
}
