package recipe

import (
	"slices"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/coord/api"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	streamKey = "log" // of the operations
	StreamDir = "/log"
)

var compactName = rng.Of("compact")

// streams is the workload of watch streams: a list, whose elements are sequential nodes. A client knows the list by following its directory, so that it
// loses, repeats or reorders an element if the stream does.
func streams() models.Workload {
	return models.Workload{
		Name:    "stream",
		Spec:    specs.AppendList,
		Summary: "append to a list of nodes; read it from a mirror that follows the changes, which are compacted now and then",
		Rate:    6,
		Keys:    1,
		Mix:     []sim.Weight{{F: "append", Weight: 1}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			o := sim.Op{F: t.Pick(), Key: streamKey}
			if o.F == "append" {
				o.Value = history.Int(t.Unique())
			}
			return o
		},
	}
}

// mirror is what a client knows of the list.
type mirror struct {
	revision uint64 // up to which it is complete
	elements []history.Value
	reads    uint64
}

// do does an operation of the workload stream.
func (m *mirror) do(cl *client, o sim.Op) {
	if o.F == "append" {
		m.append(cl, o)
		return
	}
	latest, err := cl.Read()
	if err == nil {
		err = m.follow(cl, latest.Revision)
	}
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.c.OK(history.List(m.elements...))
	if m.reads++; cl.c.Rand(compactName, m.reads).N(8) == 0 {
		cl.Commit(api.Op{Kind: api.OpCompact, Number: m.revision}) // whether it is done or not
	}
}

// append appends a value. If no answer comes, it looks whether the value is there, which is settled once a later command of the session is done.
func (m *mirror) append(cl *client, o sim.Op) {
	v, _ := o.Value.AsInt()
	_, uncertain, err := cl.Commit(api.Op{Kind: api.OpCreate, Path: StreamDir + "/e-", Value: v, Sequential: true})
	for tries := 0; err != nil && uncertain && tries < 5; tries++ {
		if _, _, failed := cl.Commit(); failed != nil {
			continue
		}
		if a, failed := cl.Read(api.List(StreamDir)); failed == nil {
			uncertain = false
			if slices.ContainsFunc(a.Items, func(i api.Item) bool { return i.Value == v }) {
				err = nil
			}
		}
	}
	cl.ended(o, uncertain, err)
}

// follow brings the mirror up to a revision, from whatever server answers.
func (m *mirror) follow(cl *client, until uint64) error {
	for end := cl.c.Now() + sim.Time(time.Second); m.revision < until; {
		if cl.c.Now() > end {
			return api.ErrUnavailable
		}
		r, err := cl.Ask(api.Op{Kind: api.OpFollow, Path: StreamDir, Number: m.revision, Value: int64(until)})
		if err != nil || r.Status == session.NotLeader {
			cl.MoveOn()
			continue
		}
		if cl.c.Rand(serverName, uint64(cl.c.Now())).N(3) == 0 {
			cl.MoveOn() // resume elsewhere
		}
		if err := m.take(cl, api.AnswerOf(r)); err != nil {
			return err
		}
	}
	return nil
}

var serverName = rng.Of("resume elsewhere")

// take adds what a server told. If the changes have been compacted, the client reads the list anew.
func (m *mirror) take(cl *client, a api.Answer) error {
	if a.Refused == api.Compacted {
		var err error
		if a, err = cl.Read(api.List(StreamDir)); err != nil {
			return err
		}
		m.elements = nil
	}
	for _, i := range a.Items {
		m.elements = append(m.elements, history.Int(i.Value))
	}
	m.revision = a.Revision
	return nil
}
