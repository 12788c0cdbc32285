package coord

import (
	"testing"

	"simrun/models/coord/api"
	"simrun/models/coord/recipe"
	"simrun/models/modeltest"
	"simrun/models/session"
	"simrun/sim"
)

// newServer returns a server whose machine holds what session 1 did, and asks it as client c1.
func newServer(t *testing.T, ops ...api.Op) (s *server, ask func(o api.Op) (api.Answer, bool)) {
	rig := modeltest.New(t, 1, func(env *modeltest.Env) sim.Node {
		s = boot(env)
		return s
	}, nil)
	s.machine.Apply(1, session.Register, nil)
	for _, o := range ops {
		do(s.machine, 1, o)
	}
	calls := uint64(0)
	return s, func(o api.Op) (api.Answer, bool) {
		calls++
		s.watch(sim.Caller{Client: -1, Call: calls}, o)
		s.notify()
		var r session.Result
		told := r.Decode(rig.Envs[1].Replies[calls])
		return api.AnswerOf(r), told
	}
}

// A watch names the revision that the client has seen: what changed since fires it at once, what did not lets it wait.
func TestWatchFiresOnce(t *testing.T) {
	s, ask := newServer(t, api.Put("/a", 1), api.Put("/b", 1), api.Put("/a", 2)) // revisions 2, 3, 4
	if _, fired := ask(api.Op{Kind: api.OpWatch, Path: "/a", Number: 3}); !fired {
		t.Error("the change at revision 4 fired no watch after 3")
	}
	if _, fired := ask(api.Op{Kind: api.OpWatch, Path: "/b", Number: 3}); fired {
		t.Error("a watch fired without a change")
	}
	do(s.machine, 1, api.Put("/c", 1))
	s.notify()
	if len(s.waiting) != 1 {
		t.Errorf("%d watches wait after a change of another node, want 1", len(s.waiting))
	}
	do(s.machine, 1, api.Remove("/b"))
	s.notify()
	if len(s.waiting) != 0 {
		t.Error("a watch waits though its node was deleted")
	}
}

// A stream gives each change once, in order, from the revision on that the client names; one from before what is compacted is refused.
func TestStreamResumes(t *testing.T) {
	element := func(v int64) api.Op {
		return api.Op{Kind: api.OpCreate, Path: recipe.StreamDir + "/e-", Value: v, Sequential: true}
	}
	s, ask := newServer(t, element(7), element(8), element(9)) // revisions 2, 3, 4
	if _, told := ask(api.Op{Kind: api.OpFollow, Path: recipe.StreamDir, Number: 2, Value: 5}); told {
		t.Error("the server told of a revision that it has not reached")
	}
	do(s.machine, 1, api.Op{Kind: api.OpCompact, Number: 3})
	s.notify()
	if len(s.waiting) != 0 {
		t.Error("the server has reached the revision, and does not tell")
	}
	do(s.machine, 1, api.Put("/other", 1))
	if a, _ := ask(api.Op{Kind: api.OpFollow, Path: recipe.StreamDir, Number: 2, Value: 5}); a.Refused != api.Compacted {
		t.Errorf("a stream from before what is compacted: %+v", a)
	}
	if a, _ := ask(api.Op{Kind: api.OpFollow, Path: recipe.StreamDir, Number: 3, Value: 5}); len(a.Items) != 1 || a.Items[0].Value != 9 || a.Revision != 6 {
		t.Errorf("a stream from the compacted revision on: %+v, want the element 9", a)
	}
}
