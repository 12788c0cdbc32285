package search

import (
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/digest"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// A feature is something that a run reached, as a hash: a state of the cluster as a whole, one fact after another, a mark.
type feature uint64

// probe watches a run for its features. It is a monitor that never finds anything wrong, and it changes nothing.
type probe struct {
	nodes  []sim.Node // by number, in their latest life
	kinds  map[reflect.Type]uint64
	last   []uint64 // by node: the kind of its last fact
	latest uint64   // kind of the last fact of any node
	at     sim.NodeID
	pairs  map[uint64]uint32 // pairs of facts, and how often
	states map[feature]bool
	looks  int
}

// maxLooks bounds how often the state of the cluster is looked at in a run, since descriptions cost more than facts.
const maxLooks = 150

// watched returns a model whose runs are watched by a probe.
func watched(m models.Model) (models.Model, *probe) {
	p := &probe{kinds: map[reflect.Type]uint64{}, pairs: map[uint64]uint32{}, states: map[feature]bool{}}
	boot, monitors := m.Boot, m.Monitors
	m.Boot = func(env *sim.Env) sim.Node {
		n := boot(env)
		p.booted(env.ID(), n)
		return n
	}
	m.Monitors = func(c *sim.Case) []sim.Monitor {
		var list []sim.Monitor
		if monitors != nil {
			list = monitors(c)
		}
		return append(list, p)
	}
	return m, p
}

// Name implements [sim.Monitor].
func (p *probe) Name() string { return "search" }

func (p *probe) booted(id sim.NodeID, n sim.Node) {
	for len(p.nodes) <= int(id) {
		p.nodes, p.last = append(p.nodes, nil), append(p.last, 0)
	}
	p.nodes[id] = n
	p.fact(id, bootKind)
	p.look()
}

var bootKind = uint64(rng.Of("boot"))

// Observe implements [sim.Monitor].
func (p *probe) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	id := at.Node
	t := reflect.TypeOf(f)
	k, known := p.kinds[t]
	if !known {
		k = uint64(rng.Of(t.String()))
		p.kinds[t] = k
	}
	if int(id) < len(p.last) {
		p.fact(id, k)
		if e, ok := f.(sim.Trigger); ok && rare(e.Trigger()) {
			p.look()
		}
	}
	return nil
}

// rare reports whether an event is one after which the state of the cluster is worth a look: not those of every operation.
func rare(e fault.Event) bool {
	return e != "commit" && e != "apply" && e != "stored" && e != "accepted"
}

// fact enters the pairs that a fact makes: with the one before it at the same node, and with the latest at another.
func (p *probe) fact(id sim.NodeID, k uint64) {
	p.pairs[uint64(digest.New(1).Word(p.last[id], k))]++
	if p.at != id {
		p.pairs[uint64(digest.New(2).Word(p.latest, k))]++
	}
	p.last[id], p.latest, p.at = k, k, id
}

// look enters the state of the cluster: what each node is, how its epoch and its numbers relate to the highest, in a few classes, whoever is
// who. A node that can't describe itself in the middle of a handler is left out.
func (p *probe) look() {
	if p.looks >= maxLooks {
		return
	}
	p.looks++
	var states []sim.State
	for _, n := range p.nodes {
		if s, ok := describe(n); ok {
			states = append(states, s)
		}
	}
	if len(states) == 0 {
		return
	}
	epoch, most := uint64(0), map[string]uint64{}
	for _, s := range states {
		epoch = max(epoch, s.Epoch)
		for _, d := range s.Detail {
			if n, ok := number(d.Value); ok {
				most[d.Name] = max(most[d.Name], n)
			}
		}
	}
	var each []uint64
	for _, s := range states {
		h := digest.New(3).String(s.Role).Word(behind(s.Epoch, epoch), 0)
		for _, d := range s.Detail {
			if n, ok := number(d.Value); ok {
				h = h.String(d.Name).Word(behind(n, most[d.Name]), 0)
			}
		}
		each = append(each, uint64(h))
	}
	slices.Sort(each)
	h := digest.New(4)
	for _, x := range slices.Compact(each) { // how many are alike does not matter
		h = h.Word(x, 0)
	}
	p.states[feature(h)] = true
}

// behind is how far a number is behind the highest, in classes: not at all, by one, by a few, by more.
func behind(n, most uint64) uint64 {
	switch d := most - n; {
	case d < 2:
		return d
	case d < 8:
		return 2
	}
	return 3
}

// describe asks a node for its description.
func describe(n sim.Node) (s sim.State, ok bool) {
	d, can := n.(sim.Describer)
	if !can {
		return s, false
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return d.Describe(), true
}

// number reads the number that a value begins with: 12 of "12@t3".
func number(text string) (uint64, bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(text)
	}
	n, err := strconv.ParseUint(text[:end], 10, 63)
	return n, err == nil
}

// features lists what the run reached, in order of their value. How often a pair or a mark came counts in powers of four.
func (p *probe) features(r *sim.Result) []feature {
	list := make([]feature, 0, len(p.pairs)+len(p.states)+len(r.Sometimes))
	for pair, n := range p.pairs {
		for times := range (bits.Len32(n) + 1) / 2 {
			list = append(list, feature(digest.New(5).Word(pair, uint64(times))))
		}
	}
	for s := range p.states {
		list = append(list, s)
	}
	for _, m := range r.Sometimes {
		for times := range (bits.Len64(m.Count) + 1) / 2 {
			list = append(list, feature(digest.New(6).String(m.Name).Word(uint64(times), 0)))
		}
	}
	slices.Sort(list)
	return list
}
