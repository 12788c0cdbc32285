package modeltest

import (
	"errors"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

// Env is the environment of one node of a rig.
type Env struct {
	Options map[sim.OptionName]string
	Timers  map[sim.TimerID]time.Duration // that are set
	Syncs   []Sync                        // under way, oldest first
	Replies map[uint64][]byte             // by call
	Fatals  []string
	Refuse  error // what the disk answers; nil: it works

	r     *Rig
	id    sim.NodeID
	boots int
	bugs  []sim.BugName
	files map[string]*File
	asked uint64
}

// File is a file: what was written, and how much of it survives a crash.
type File struct {
	Data   []byte
	Synced int
}

// Sync is a sync under way.
type Sync struct {
	File string
	ID   sim.SyncID
	size int // of the file when it began
}

// File returns a file, which is created if there is none.
func (e *Env) File(name string) *File {
	if e.files[name] == nil {
		e.files[name] = &File{}
	}
	return e.files[name]
}

// SetFile makes a file hold data, all of it durable.
func (e *Env) SetFile(name string, data []byte) { e.files[name] = &File{clone(data), len(data)} }

func (e *Env) ID() sim.NodeID { return e.id }
func (e *Env) Nodes() int     { return len(e.r.Envs) - 1 }
func (e *Env) Now() sim.Time  { return e.r.Now }
func (e *Env) Boots() int     { return e.boots }

func (e *Env) Send(to sim.NodeID, payload []byte) {
	e.r.Wire = append(e.r.Wire, Envelope{e.id, to, clone(payload)})
}

func (e *Env) Broadcast(payload []byte) {
	for i := 1; i < len(e.r.Envs); i++ {
		if to := sim.NodeID(i); to != e.id {
			e.Send(to, payload)
		}
	}
}

func (e *Env) Reply(to sim.Caller, payload []byte)     { e.Replies[to.Call] = clone(payload) }
func (e *Env) SetTimer(t sim.TimerID, d time.Duration) { e.Timers[t] = d }
func (e *Env) StopTimer(t sim.TimerID)                 { delete(e.Timers, t) }
func (e *Env) Option(name sim.OptionName) string       { return e.Options[name] }
func (e *Env) Buggify(sim.SiteName) bool               { return false }
func (e *Env) Bug(name sim.BugName) bool               { return slices.Contains(e.bugs, name) }
func (e *Env) Sometimes(mark string)                   { e.r.Marks[mark] = true }
func (e *Env) Fatal(reason string)                     { e.Fatals = append(e.Fatals, reason) }
func (e *Env) Read(name string) ([]byte, error)        { return e.File(name).Data, e.Refuse }
func (e *Env) Rand(what rng.Name, ordinal uint64) rng.Value {
	return rng.Draw(1, what, uint64(e.id), ordinal)
}

func (e *Env) WriteAt(name string, offset int, data []byte) error {
	if e.Refuse == nil {
		f := e.File(name)
		for len(f.Data) < offset+len(data) {
			f.Data = append(f.Data, 0)
		}
		copy(f.Data[offset:], data)
	}
	return e.Refuse
}

func (e *Env) Append(name string, data []byte) error {
	return e.WriteAt(name, len(e.File(name).Data), data)
}

func (e *Env) Truncate(name string, size int) error {
	f := e.File(name)
	switch {
	case e.Refuse != nil:
		return e.Refuse
	case size > len(f.Data):
		return errors.New("no such bytes")
	}
	f.Data = f.Data[:size]
	f.Synced = min(f.Synced, size)
	return nil
}

// Rename moves a file over another: what was durable of the one is durable of the other.
func (e *Env) Rename(from, to string) error {
	if e.Refuse == nil {
		e.files[to] = e.File(from)
		delete(e.files, from)
	}
	return e.Refuse
}

func (e *Env) Remove(name string) error {
	if e.Refuse == nil {
		delete(e.files, name)
	}
	return e.Refuse
}

func (e *Env) Sync(name string, id sim.SyncID) {
	e.Syncs = append(e.Syncs, Sync{name, id, len(e.File(name).Data)})
}

// Report shows a fact to the monitors of the rig.
func (e *Env) Report(f sim.Fact) {
	for _, m := range e.r.monitors {
		if b := m.Observe(e.r.sighting(e.id), f); b != nil {
			e.r.Broken = append(e.r.Broken, m.Name())
			e.r.T.Logf("%s: %s", m.Name(), b.Detail)
		}
	}
	if f.String() == "" {
		e.r.T.Errorf("fact %T has no words", f)
	}
}
