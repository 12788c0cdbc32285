package accounts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simrun/history"
)

// gate is a double barrier of three clients.
type gate struct {
	rng    *rand.Rand
	there  map[int64]map[int]bool // who is registered, by round
	ready  map[int64]bool
	rounds [3]int64 // that the clients are in, or have left last
	inside [3]bool
}

// of are those who are registered in a round.
func (g *gate) of(round int64) map[int]bool {
	if g.there[round] == nil {
		g.there[round] = map[int]bool{}
	}
	return g.there[round]
}

// enter is how a client enters the next round.
func (g *gate) enter(c int) *call {
	round := g.rounds[c] + 1
	o := &call{e: history.Event{F: "enter", Value: history.Int(3)}}
	o.step = func() (history.Type, history.Value) {
		if g.ready[round] {
			if g.rounds[c] < round { // not a client of before
				g.rounds[c], g.inside[c] = round, true
			}
			return history.OK, history.Int(round)
		}
		g.of(round)[c] = true
		g.ready[round] = len(g.of(round)) == 3
		return history.Invoke, history.Null
	}
	o.cancel = func() bool {
		if !g.ready[round] {
			delete(g.of(round), c)
		}
		return !g.ready[round]
	}
	return o
}

// leave is how a client leaves its round.
func (g *gate) leave(c int) *call {
	round, waited, registered := g.rounds[c], 0, false
	g.inside[c] = false
	o := &call{e: history.Event{F: "leave"}}
	o.step = func() (history.Type, history.Value) {
		how := allLeft
		if waited++; waited == 1 {
			registered = g.of(round)[c]
			delete(g.of(round), c)
		}
		switch {
		case !registered && waited > 2:
			how = sessionEnded
		case len(g.of(round)) > 0 && waited < 6 || !registered:
			return history.Invoke, history.Null
		case len(g.of(round)) > 0:
			how = othersRemain
		}
		return history.OK, history.List(history.Int(round), history.String(how))
	}
	o.cancel = func() bool { return false }
	return o
}

// A barrier is judged as by a look at each pair of operations.
func TestBarrierOfClients(t *testing.T) {
	compare(t, DoubleBarrier, func(seed uint64) ([]history.Event, bool) {
		s := newClients(seed)
		g := &gate{rng: s.rng, there: map[int64]map[int]bool{}, ready: map[int64]bool{}}
		s.run(14, func(c int) *call {
			if i := s.rng.IntN(3); s.rng.IntN(6) == 0 {
				delete(g.of(g.rounds[i]+s.rng.Int64N(2)), i) // its session ends
			}
			if g.inside[c] {
				return g.leave(c)
			}
			return g.enter(c)
		}, nil)
		return s.plant(func(e *history.Event) {
			switch round, how, left := leaving(&history.Operation{Output: e.Value}); {
			case e.Type != history.OK:
			case !left:
				n, _ := e.Value.AsInt()
				e.Value = history.Int(n - 1 + s.rng.Int64N(3))
			default:
				if how != allLeft {
					how = []string{allLeft, othersRemain}[s.rng.IntN(2)]
				}
				e.Value = history.List(history.Int(round-s.rng.Int64N(2)), history.String(how))
			}
		})
	}, dumbBarrier)
}

func dumbBarrier(ops []history.Operation) bool {
	for i := range ops {
		op := &ops[i]
		round, how, _ := leaving(op)
		of := round // in which nobody else may be inside
		switch {
		case op.Outcome != history.OK || op.F == "leave" && how != allLeft:
			continue
		case op.F == "enter":
			round, _ := op.Output.AsInt()
			if n, _ := op.Input.AsInt(); dumbCome(ops, round, op.Complete) < n {
				return true
			}
			of = round - 1
		}
		if slices.ContainsFunc(ops, func(enter history.Operation) bool {
			return enter.Process != op.Process && dumbInside(ops, &enter, of, op.Complete)
		}) {
			return true
		}
	}
	return false
}

// dumbCome is how many clients may have come to a round by an event.
func dumbCome(ops []history.Operation, round int64, by int) (n int64) {
	var who []history.Process
	for i := range ops {
		op := &ops[i]
		if op.F != "enter" || op.Invoke > by {
			continue
		}
		if r, _ := op.Output.AsInt(); op.Outcome == history.Info || op.Outcome == history.OK && r == round && !slices.Contains(who, op.Process) {
			who = append(who, op.Process)
		}
	}
	return int64(len(who))
}

// dumbInside reports whether a client that entered a round was inside at an event: the next time that it left that round, it was registered, and had not begun to leave.
func dumbInside(ops []history.Operation, enter *history.Operation, round int64, at int) bool {
	if r, _ := enter.Output.AsInt(); enter.F != "enter" || enter.Outcome != history.OK || r != round || enter.Complete > at {
		return false
	}
	for i := range ops {
		if r, how, _ := leaving(&ops[i]); ops[i].F == "leave" && ops[i].Process == enter.Process && ops[i].Outcome == history.OK && r == round && enter.Before(ops[i]) {
			return how != sessionEnded && ops[i].Invoke > at
		}
	}
	return false
}

// directory is a service with instances of three clients. The name of one client begins with that of another.
type directory struct {
	rng    *rand.Rand
	all    map[string]int64 // tokens, by name
	token  int64
	starts [3]int
	own    [3]int64 // the token that a client has; 0: none, or it does not know
	adopts bool     // a client that finds its name registered keeps that registration
}

var directoryKeys = [3]string{"c", "c-1", "d"}

func (d *directory) name(c int) string { return fmt.Sprintf("%s-%d", directoryKeys[c], d.starts[c]) }

func (d *directory) instances() history.Value {
	all := map[string]history.Value{}
	for name, token := range d.all {
		all[name] = history.Int(token)
	}
	return history.Object(all)
}

// registerNow registers a name, if it is not.
func (d *directory) registerNow(name string, known int64) int64 {
	if token := d.all[name]; token == 0 || token != known && !d.adopts {
		d.token++
		d.all[name] = d.token
	}
	return d.all[name]
}

// call is an operation of a client.
func (d *directory) call(s *clients, c int) *call {
	o := &call{e: history.Event{Key: directoryKeys[c], F: []string{"register", "register", "deregister", "lookup", "lookup"}[d.rng.IntN(5)]}}
	if n := d.rng.IntN(8); o.e.F == "register" && (n == 0 || d.starts[c] == 0) {
		d.starts[c], d.own[c] = d.starts[c]+1, 0
	} else if n == 1 {
		d.own[c] = 0 // started anew, with the same name
	}
	name, life := d.name(c), s.lives[c]
	known := d.own[c]
	o.step = func() (history.Type, history.Value) {
		alive := life == s.lives[c]
		switch o.e.F {
		case "lookup":
			return history.OK, d.instances()
		case "register":
			token := d.registerNow(name, known)
			if alive {
				d.own[c] = token
			}
			return history.OK, history.List(history.String(name), history.Int(token))
		}
		if known == 0 {
			return history.Fail, history.Null
		}
		if d.all[name] == known {
			delete(d.all, name)
		}
		if alive {
			d.own[c] = 0
		}
		return history.OK, history.Null
	}
	return o
}

// A service is judged as by a look at each lookup, each pair of a lookup and a register, and each two lookups around one.
func TestDirectoryOfClients(t *testing.T) {
	compare(t, Discovery, func(seed uint64) ([]history.Event, bool) {
		s := newClients(seed)
		d := &directory{rng: s.rng, all: map[string]int64{}, adopts: seed%2 == 0}
		s.run(14, func(c int) *call {
			if i := s.rng.IntN(3); s.rng.IntN(8) == 0 {
				delete(d.all, fmt.Sprintf("%s-%d", directoryKeys[i], 1+s.rng.IntN(d.starts[i]+1))) // its session ends
			}
			return d.call(s, c)
		}, func(c int) *call {
			return &call{e: history.Event{F: final, Key: directoryKeys[c]}, step: func() (history.Type, history.Value) {
				for n := range d.starts[c] {
					delete(d.all, fmt.Sprintf("%s-%d", directoryKeys[c], n))
				}
				d.registerNow(d.name(c), d.own[c])
				return history.OK, history.List(history.String(d.name(c)), d.instances())
			}}
		})
		return s.plant(func(e *history.Event) { wrongInstances(s.rng, e) })
	}, func(ops []history.Operation) bool { return dumbDirectory(claimsOf(ops)) })
}

// wrongInstances changes the name or token of a register, or leaves out an instance of a lookup, or adds one.
func wrongInstances(r *rand.Rand, e *history.Event) {
	name := fmt.Sprintf("%s-%d", directoryKeys[r.IntN(3)], 1+r.IntN(2))
	token := history.Int(1 + r.Int64N(6))
	own, all := lookedUp(&history.Operation{F: e.F, Output: e.Value})
	found := map[string]history.Value{}
	for name, token := range all.Members() {
		if r.IntN(4) > 0 {
			found[name] = token
		}
	}
	if r.IntN(3) == 0 {
		found[name] = token
	}
	switch {
	case e.F == "register":
		if r.IntN(2) == 0 {
			name, _, _ = instanceOf(e.Value)
		}
		e.Value = history.List(history.String(name), token)
	case e.F == "lookup":
		e.Value = history.Object(found)
	case e.F == final:
		if r.IntN(4) == 0 {
			own = name
		}
		e.Value = history.List(history.String(own), history.Object(found))
	}
}

// claim is an operation, and the registrations that are there if one believes it.
type claim struct {
	history.Operation
	says map[instance]bool
}

func (c *claim) isLookup() bool { return (c.F == "lookup" || c.F == final) && c.Outcome == history.OK }

func claimsOf(ops []history.Operation) (claims []claim) {
	for _, op := range ops {
		c := claim{op, map[instance]bool{}}
		if name, token, ok := instanceOf(op.Output); op.F == "register" && ok {
			c.says[instance{name, token}] = true
		} else if c.isLookup() {
			_, found := lookedUp(&op)
			for name, token := range found.Members() {
				c.says[instance{name, token}] = true
			}
		}
		claims = append(claims, c)
	}
	return claims
}

func dumbDirectory(ops []claim) bool {
	var every []instance
	for i := range ops {
		for what := range ops[i].says {
			if !slices.Contains(every, what) {
				every = append(every, what)
			}
		}
	}
	for i := range ops {
		look := &ops[i]
		if !look.isLookup() {
			continue
		}
		for _, what := range every {
			if look.says[what] && dumbNotThere(ops, look, what) || !look.says[what] && dumbMissing(ops, look, what) {
				return true
			}
		}
		own, all := lookedUp(&look.Operation)
		if _, there := all.Field(own); look.F == final && (!there || slices.ContainsFunc(every, func(what instance) bool {
			return look.says[what] && what.name != own && dumbClient(ops, what.name) == look.Key
		})) {
			return true
		}
	}
	return false
}

// dumbClient is the client with the longest name of those whose instance has a name.
func dumbClient(ops []claim, name string) (client string) {
	for i := range ops {
		if key := ops[i].Key; ops[i].F != "lookup" && strings.HasPrefix(name, key+"-") && len(key) > len(client) {
			client = key
		}
	}
	return client
}

// dumbMissing: an operation before a lookup says that a registration is there, and a register after it.
func dumbMissing(ops []claim, look *claim, what instance) bool {
	return slices.ContainsFunc(ops, func(a claim) bool { return a.says[what] && a.Before(look.Operation) }) &&
		slices.ContainsFunc(ops, func(b claim) bool { return b.F == "register" && b.says[what] && look.Before(b.Operation) })
}

// dumbNotThere: no register can have made a registration when the lookup ended; or it had ended, or another lookup did not find it any more, when the lookup began.
func dumbNotThere(ops []claim, look *claim, what instance) bool {
	client := dumbClient(ops, what.name)
	if !slices.ContainsFunc(ops, func(o claim) bool {
		unsure := o.Key == client && (o.F == final || o.F == "register" && o.Outcome == history.Info)
		return o.Invoke < look.Complete && (unsure || o.F == "register" && o.says[what])
	}) {
		return true
	}
	for i := range ops {
		op := &ops[i]
		if !op.Before(look.Operation) || op.Outcome != history.OK {
			continue
		}
		if op.isLookup() && !op.says[what] && slices.ContainsFunc(ops, func(a claim) bool { return a.says[what] && a.Before(op.Operation) }) {
			return true
		}
		if dumbEnds(ops[:i], op, what) {
			return true
		}
	}
	return false
}

// dumbEnds: a register with another token and the same name, or a deregister whose client's last register returned the registration.
func dumbEnds(before []claim, op *claim, what instance) bool {
	if op.F == "register" {
		name, token, _ := instanceOf(op.Output)
		return name == what.name && token != what.token && slices.ContainsFunc(before, func(a claim) bool { return a.F == "register" && a.Key == op.Key && a.says[what] })
	}
	for i := len(before) - 1; i >= 0 && op.F == "deregister"; i-- {
		if a := &before[i]; a.F == "register" && a.Key == op.Key && a.Outcome != history.Fail {
			return a.says[what]
		}
	}
	return false
}
