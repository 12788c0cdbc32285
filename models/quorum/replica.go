package quorum

import (
	"encoding/binary"
	"maps"
	"slices"
	"strconv"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// replica is what the tasks of a node share.
type replica struct {
	versions map[string]version // the newest of each key, which the disk may not hold yet
	changes  uint64             // of versions
	durable  uint64             // changes that the disk holds
	saving   bool
	savers   []*blocking.Mailbox[bool] // tasks that wait for the end of a save

	writes uint64 // since the node booted
	hints  []hint
}

// run is the code of a node.
func run(p *blocking.Proc) {
	r := &replica{versions: map[string]version{}}
	p.Describe(r.state)
	r.load(p)
	if p.Option(optionConsistency) == "lww" && p.Option(optionHints) == "on" {
		r.loadHints(p)
		p.Go(r.handOver)
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { r.serve(p, m) })
	}
}

// serve answers a call.
func (r *replica) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	v, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindGet:
		p.Reply(m.Caller, r.get(v.key).append(nil, kindIs))
	case kind == kindPut:
		if r.put(p, v) {
			p.Reply(m.Caller, wire.Append(nil, kindDone, nil, 0, 0, 0, 0, 0))
		}
	case kind == kindRead || kind == kindWrite:
		if v, ok := r.operate(p, v, kind == kindWrite); ok {
			p.Reply(m.Caller, v.append(nil, kindIs))
		}
	}
}

// get returns the newest version of a key. The disk may not hold it yet: who reads it stores it at a majority before it answers.
func (r *replica) get(key string) version {
	if v, known := r.versions[key]; known {
		return v
	}
	return version{key: key}
}

// put stores a version unless there is a newer one, and reports whether the disk holds it, or the newer one.
func (r *replica) put(p *blocking.Proc, v version) bool {
	if v.tag.compare(r.get(v.key).tag) > 0 {
		r.versions[v.key] = v
		r.changes++
	}
	change := r.changes
	if p.Bug(bugAckBeforeSave) {
		p.Go(func(p *blocking.Proc) { r.save(p, change) })
	} else if !r.save(p, change) {
		return false
	}
	p.Report(acked{change})
	return true
}

// storeFile holds the number of changes and all versions.
const storeFile = "store"

// save makes the disk hold everything up to a change. Saves follow each other, and each takes along what came meanwhile.
func (r *replica) save(p *blocking.Proc, change uint64) bool {
	for r.durable < change {
		if r.saving {
			box := &blocking.Mailbox[bool]{}
			r.savers = append(r.savers, box)
			box.Get(p, blocking.Forever)
			continue
		}
		r.saving = true
		upTo := r.changes
		err := p.SaveFile(storeFile, r.encode())
		r.saving = false
		for _, box := range r.savers {
			box.Put(p, true)
		}
		r.savers = nil
		if err != nil {
			p.Sometimes(markRetried)
			p.Sleep(diskRetry)
			continue
		}
		r.durable = upTo
		p.Report(stored{upTo})
	}
	return true
}

func (r *replica) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, r.changes)
	for _, key := range slices.Sorted(maps.Keys(r.versions)) {
		b = wire.AppendRecord(b, r.versions[key].append(nil, kindPut))
	}
	return b
}

// load reads the disk; if it refuses, it tries again.
func (r *replica) load(p *blocking.Proc) {
	b := read(p, storeFile)
	if len(b) >= 8 {
		r.changes = binary.LittleEndian.Uint64(b)
		for record := range wire.Records(b[8:]) {
			if v, ok := decode(record, kindPut); ok {
				r.versions[v.key] = v
			}
		}
	}
	r.durable = r.changes
	p.Report(recovered{r.changes})
}

// read reads a file; if the disk refuses, it tries again.
func read(p *blocking.Proc, file string) []byte {
	for {
		if b, err := p.Read(file); err == nil {
			return b
		}
		p.Sleep(diskRetry)
	}
}

func (r *replica) state() sim.State {
	s := sim.State{Role: "replica", Epoch: r.changes, Detail: []sim.Field{{Name: "durable", Value: strconv.FormatUint(r.durable, 10)}}}
	for _, key := range slices.Sorted(maps.Keys(r.versions)) {
		s.Detail = append(s.Detail, sim.Field{Name: key, Value: strconv.FormatInt(r.versions[key].value, 10)})
	}
	if len(r.hints) > 0 {
		s.Detail = append(s.Detail, sim.Field{Name: "hints", Value: strconv.Itoa(len(r.hints))})
	}
	return s
}
