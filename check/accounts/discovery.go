package accounts

import (
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
// A register with the result of the one before says that the registration has been there all the time. One with another token and the same name replaces it. One with another name
// is a client that was started anew: the old registration ends at some time, at the latest when that client's final lookup ends. A name begins with that of its
// client and a dash.
//
// Violations are: a lookup that finds a registration before it began, after it had ended, or after a lookup that did not find it; one that nobody made; a lookup
// without a registration that was there before and after it; a final lookup without the client's registration, or with an old one of it.
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

// registration is one of an instance.
type registration struct {
	name   string
	token  history.Value
	client string
	begun  *history.Operation // the register
	alive  int                // when it began, the last operation that says that it is there
	ended  *history.Operation // that says that it is not there any more
	missed *history.Operation // the first lookup to end that did not find it, after it was there
}

// instances is what is known of a service.
type instances struct {
	l       *ledger
	r       Report
	all     []*registration
	by      map[instance]*registration
	unknown map[string]int // by client, when the first operation began that may have registered it with an unknown token
}

type instance struct {
	name  string
	token history.Value
}

func countInstances(l *ledger) Report {
	s := &instances{l: l, r: Report{Verdict: check.Verdict{Outcome: check.Valid}}, by: map[instance]*registration{}, unknown: map[string]int{}}
	s.register()
	var lookups []*history.Operation
	for i := range l.ops {
		if op := &l.ops[i]; (op.F == "lookup" || op.F == final) && op.Outcome == history.OK {
			lookups = append(lookups, op)
		}
	}
	slices.SortFunc(lookups, byComplete)
	for _, op := range lookups {
		s.found(op)
		s.missing(op)
		if op.F == final {
			s.final(op)
		}
	}
	s.r.Figures = []Figure{{Name: "registrations", Count: len(s.all)}, {Name: "lookups", Count: len(lookups)}}
	return s.r
}

// register follows each client through its registrations. Its operations follow each other.
func (s *instances) register() {
	current := map[string]*registration{}
	for i := range s.l.ops {
		op := &s.l.ops[i]
		switch now := current[op.Key]; {
		case op.F == final:
			s.unsure(op) // which registers the client if it is not
		case op.F != "register" && op.F != "deregister":
		case op.Outcome == history.Info:
			if op.F == "register" {
				s.unsure(op)
			}
			delete(current, op.Key)
		case op.Outcome == history.Fail:
		case op.F == "deregister":
			if now != nil {
				now.ended = op
			}
			delete(current, op.Key)
		default:
			name, token, _ := instanceOf(op.Output)
			if now != nil && now.name == name && now.token == token {
				now.alive = op.Invoke
				continue
			}
			if now != nil && now.name == name {
				now.ended = op
			}
			next := &registration{name: name, token: token, client: op.Key, begun: op}
			s.all, s.by[instance{name, token}], current[op.Key] = append(s.all, next), next, next
		}
	}
}

// unsure notes an operation that may have registered its client, with a token that the history does not tell.
func (s *instances) unsure(op *history.Operation) {
	if _, known := s.unknown[op.Key]; !known {
		s.unknown[op.Key] = op.Invoke
	}
}

// found judges what a lookup found.
func (s *instances) found(op *history.Operation) {
	_, all := lookedUp(op)
	for name, token := range all.Members() {
		r := s.by[instance{name, token}]
		client, _, _ := strings.Cut(name, "-")
		switch begun, unknown := s.unknown[client]; {
		case r == nil && unknown && begun < op.Complete:
		case r == nil:
			s.r.blame(fmt.Sprintf("the %s by %s found %s with token %s, which nobody registered", op.F, s.l.by(op), name, token), op.Invoke)
		case r.begun.Invoke > op.Complete:
			s.r.blame(fmt.Sprintf("the %s by %s found %s with token %s, before it was registered", op.F, s.l.by(op), name, token), op.Invoke, r.begun.Invoke)
		case r.ended != nil && r.ended.Complete < op.Invoke:
			s.r.blame(fmt.Sprintf("the %s by %s found %s with token %s, which had ended, as %s knew", op.F, s.l.by(op), name, token, s.l.by(r.ended)), op.Invoke, r.ended.Invoke)
		case r.missed != nil && r.missed.Complete < op.Invoke:
			s.r.blame(fmt.Sprintf("the %s by %s found %s with token %s, and one by %s before it did not", op.F, s.l.by(op), name, token, s.l.by(r.missed)), op.Invoke, r.missed.Invoke)
		}
	}
}

// missing judges what a lookup did not find.
func (s *instances) missing(op *history.Operation) {
	_, all := lookedUp(op)
	for _, r := range s.all {
		if token, there := all.Field(r.name); there && token == r.token || r.begun.Complete > op.Invoke {
			continue
		}
		if r.missed == nil {
			r.missed = op
		}
		if r.alive > op.Complete {
			s.r.blame(fmt.Sprintf("the %s by %s did not find %s with token %s, which was registered by %s, and still was later", op.F, s.l.by(op), r.name, r.token, s.l.by(r.begun)),
				op.Invoke, r.begun.Invoke)
		}
	}
}

// final judges whether a client finds itself, under its last name alone.
func (s *instances) final(op *history.Operation) {
	own, all := lookedUp(op)
	for name, token := range all.Members() {
		if client, _, _ := strings.Cut(name, "-"); client == op.Key && name != own {
			s.r.blame(fmt.Sprintf("the final lookup by %s found %s with token %s, and %s is %s now", s.l.by(op), name, token, op.Key, own), op.Invoke)
		}
	}
	if _, there := all.Field(own); !there {
		s.r.blame(fmt.Sprintf("the final lookup by %s did not find %s, which was registered", s.l.by(op), own), op.Invoke)
	}
}
