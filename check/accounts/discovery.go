package accounts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
)

// Discovery asks whether those who look up a service find the instances that are registered, and none that is not.
//
//	register c1 → ["c1-2", 40]     the name of the client's instance, and the token of its registration
//	deregister c1                  it has none any more
//	lookup → {"c1-2": 40, …}       all instances
//	final c1 → ["c1-2", {"c1-2": 40, …}]     the same, at the end, by a client that is registered, with its name
//
// A name is that of its client, a dash, and some text; no two registrations have the same token. A register with a result that a register had before says that the
// registration has been there all the time. One with another token and a name that the client had before replaces the registration of that name. One with another name is
// that of a client which was started anew: the old registration ends at some time, before that client's final lookup looks. A deregister ends the registration that the
// client's last register returned, unless one with an unknown result came between them. A register with an unknown result, and a final lookup, may register the client with
// any token, at any time from then on.
//
// Violations are: a lookup that finds a registration before it began, after it had ended, or after a lookup that did not find it any more; one that nobody made; a lookup without a registration that was there before and after it; a final lookup without the client's name, or with an old name of it.
var Discovery = Checker{
	Name:       "discovery",
	Summary:    "instances of a service: register → [name, token], deregister, lookup → {name: token}, final → [name, the same]; lookups find what is registered, and nothing else",
	operations: []string{"register", "deregister", "lookup", final},
	accepts: func(op history.Operation) error {
		switch {
		case op.Outcome != history.OK || op.F == "deregister":
			return nil
		case op.F == "register":
			_, _, ok := instanceOf(op.Output)
			return expected(ok, "register result", "[name, token]", op.Output)
		}
		own, all := lookedUp(&op)
		if op.F == final && own == "" {
			return expected(false, "final result", "[name, {name: token}]", op.Output)
		}
		return expected(strings.HasPrefix(all.String(), "{"), op.F+" result", "{name: token}", op.Output)
	},
	count: countInstances,
}

// lookedUp is what a lookup found, and, of a final one, the name of the client that looked.
func lookedUp(op *history.Operation) (own string, all history.Value) {
	if op.F != final {
		return "", op.Output
	}
	name, all, _ := op.Output.AsPair()
	own, _ = name.AsString()
	return own, all
}

func instanceOf(v history.Value) (name string, token history.Value, ok bool) {
	a, token, pair := v.AsPair()
	name, text := a.AsString()
	return name, token, pair && text
}

// instance is a registration, as a lookup shows it.
type instance struct {
	name  string
	token history.Value
}

// registration is what is known of an instance. Positions are those of events in the history.
type registration struct {
	instance
	begun *history.Operation // the register that returned it first; nil: none, a lookup found it
	there int                // the first end of an operation that says that it is there
	alive int                // the last beginning of a register that says that it is there; -1: none
	ended *history.Operation // that says that it is not there any more
	gone  *history.Operation // the first lookup to end that did not find it, after it was there

	sought bool // lookups look for it, or have
}

// instances is what is known of a service.
type instances struct {
	l       *ledger
	r       Report
	by      map[instance]*registration
	clients map[string]bool
	unknown map[string]int  // by client, when the first operation began that may have registered it with an unknown token
	waiting []*registration // that no lookup has looked for yet, by when they were there
	current []*registration // that the next lookups look for
}

func countInstances(l *ledger) Report {
	s := &instances{l: l, r: Report{Verdict: check.Verdict{Outcome: check.Valid}}, by: map[instance]*registration{}, clients: map[string]bool{}, unknown: map[string]int{}}
	s.register()
	registrations := len(s.by)
	slices.SortFunc(s.waiting, func(a, b *registration) int { return cmp.Compare(a.there, b.there) })
	var lookups []*history.Operation
	for i := range l.ops {
		if op := &l.ops[i]; (op.F == "lookup" || op.F == final) && op.Outcome == history.OK {
			lookups = append(lookups, op)
		}
	}
	slices.SortFunc(lookups, byComplete)
	for _, op := range lookups {
		own, all := lookedUp(op)
		found := map[string]history.Value{}
		for name, token := range all.Members() {
			found[name] = token
			s.found(op, instance{name, token})
			if op.F == final && name != own && s.clientOf(name) == op.Key {
				s.r.blame(fmt.Sprintf("the final lookup by %s found %s with token %s, and %s is %s now", l.by(op), name, token, op.Key, own), op.Invoke)
			}
		}
		s.missing(op, found)
		if _, there := found[own]; op.F == final && !there {
			s.r.blame(fmt.Sprintf("the final lookup by %s did not find %s, which was registered", l.by(op), own), op.Invoke)
		}
	}
	s.r.Figures = []Figure{{Name: "registrations", Count: registrations}, {Name: "lookups", Count: len(lookups)}}
	return s.r
}

// clientOf is the client whose name an instance has: the longest name that fits, of those in the history.
func (s *instances) clientOf(name string) string {
	for i := strings.LastIndexByte(name, '-'); i >= 0; i = strings.LastIndexByte(name[:i], '-') {
		if s.clients[name[:i]] {
			return name[:i]
		}
	}
	return ""
}

// register follows each client through its registrations. Its operations follow each other.
func (s *instances) register() {
	type owned struct{ client, name string }
	latest := map[owned]*registration{}   // by name
	current := map[string]*registration{} // by client, that a deregister ends
	for i := range s.l.ops {
		op := &s.l.ops[i]
		s.clients[op.Key] = s.clients[op.Key] || op.F != "lookup"
		switch {
		case op.F == final:
			s.unsure(op) // which registers the client if it is not
		case op.F == "lookup" || op.Outcome == history.Fail:
		case op.F == "register" && op.Outcome == history.Info:
			s.unsure(op)
			delete(current, op.Key)
		case op.Outcome == history.Info:
		case op.F == "deregister":
			if now := current[op.Key]; now != nil && now.ended == nil {
				now.ended = op
			}
			delete(current, op.Key)
		default:
			next := s.registered(op)
			if old := latest[owned{op.Key, next.name}]; old != nil && old != next && old.ended == nil {
				old.ended = op
			}
			latest[owned{op.Key, next.name}], current[op.Key] = next, next
		}
	}
}

// registered is the registration that a register returned.
func (s *instances) registered(op *history.Operation) *registration {
	name, token, _ := instanceOf(op.Output)
	r := s.by[instance{name, token}]
	if r == nil {
		r = &registration{instance: instance{name, token}, begun: op, there: op.Complete}
		s.by[r.instance] = r
		s.waiting = append(s.waiting, r)
	}
	r.there, r.alive = min(r.there, op.Complete), op.Invoke
	return r
}

// unsure notes an operation that may have registered its client, with a token that the history does not tell.
func (s *instances) unsure(op *history.Operation) {
	if _, known := s.unknown[op.Key]; !known {
		s.unknown[op.Key] = op.Invoke
	}
}

// found judges what a lookup found. Lookups come in the order in which they ended.
func (s *instances) found(op *history.Operation, what instance) {
	r := s.by[what]
	begun, unknown := s.unknown[s.clientOf(what.name)]
	unknown = unknown && begun < op.Complete
	if r == nil && unknown {
		r = &registration{instance: what, there: op.Complete, alive: -1}
		s.by[what] = r
	}
	wrong, core := "", []int{op.Invoke}
	switch {
	case r == nil:
		wrong = ", which nobody had registered"
	case r.begun != nil && r.begun.Invoke > op.Complete && !unknown:
		wrong, core = ", before it was registered", append(core, r.begun.Invoke)
	case r.ended != nil && r.ended.Complete < op.Invoke:
		how := map[string]string{"register": "replaced", "deregister": "deregistered"}[r.ended.F]
		wrong, core = fmt.Sprintf(", which %s had %s", s.l.by(r.ended), how), append(core, r.ended.Invoke)
	case r.gone != nil && r.gone.Complete < op.Invoke:
		wrong, core = fmt.Sprintf(", which the %s by %s had not found any more", lookingUp(r.gone), s.l.by(r.gone)), append(core, r.gone.Invoke)
	}
	if wrong != "" {
		s.r.blame(fmt.Sprintf("the %s by %s found %s with token %s%s", lookingUp(op), s.l.by(op), what.name, what.token, wrong), core...)
	}
	if r != nil {
		r.there = min(r.there, op.Complete)
		s.lookFor(r)
	}
}

// lookFor has the next lookups look for a registration.
func (s *instances) lookFor(r *registration) {
	if !r.sought {
		r.sought = true
		s.current = append(s.current, r)
	}
}

// missing judges what a lookup did not find. What one has not found, no other has to look for.
func (s *instances) missing(op *history.Operation, found map[string]history.Value) {
	for ; len(s.waiting) > 0 && s.waiting[0].there < op.Complete; s.waiting = s.waiting[1:] {
		s.lookFor(s.waiting[0])
	}
	s.current = slices.DeleteFunc(s.current, func(r *registration) bool {
		if token, there := found[r.name]; there && token == r.token || r.there > op.Invoke {
			return false
		}
		r.gone = op
		if r.alive > op.Complete {
			s.r.blame(fmt.Sprintf("the %s by %s did not find %s with token %s, which was registered before and after it",
				lookingUp(op), s.l.by(op), r.name, r.token), op.Invoke, r.begun.Invoke)
		}
		return true
	})
}

// lookingUp is what a lookup is called.
func lookingUp(op *history.Operation) string {
	if op.F == final {
		return "final lookup"
	}
	return op.F
}
