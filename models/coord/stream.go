package coord

import (
	"slices"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/rng"
)

const (
	streamKey = "log" // of the operations
	streamDir = "/log"
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
	latest, err := cl.read()
	if err == nil {
		err = m.follow(cl, latest.revision)
	}
	if err != nil {
		cl.c.Fail(err.Error())
		return
	}
	cl.c.OK(history.List(m.elements...))
	if m.reads++; cl.c.Rand(compactName, m.reads).N(8) == 0 {
		cl.commit(op{kind: opCompact, number: m.revision}) // whether it is done or not
	}
}

// append appends a value. If no answer comes, it looks whether the value is there, which is settled once a later command of the session is done.
func (m *mirror) append(cl *client, o sim.Op) {
	v, _ := o.Value.AsInt()
	_, uncertain, err := cl.commit(op{kind: opCreate, path: streamDir + "/e-", value: v, sequential: true})
	for tries := 0; err != nil && uncertain && tries < 5; tries++ {
		if _, _, failed := cl.commit(); failed != nil {
			continue
		}
		if a, failed := cl.read(list(streamDir)); failed == nil {
			uncertain = false
			if slices.ContainsFunc(a.items, func(i item) bool { return i.value == v }) {
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
			return errUnavailable
		}
		r, err := cl.ask(op{kind: opFollow, path: streamDir, number: m.revision, value: int64(until)})
		if err != nil || r.Status == session.NotLeader {
			cl.moveOn()
			continue
		}
		if cl.c.Rand(serverName, uint64(cl.c.Now())).N(3) == 0 {
			cl.moveOn() // resume elsewhere
		}
		if err := m.take(cl, answerOf(r)); err != nil {
			return err
		}
	}
	return nil
}

var serverName = rng.Of("resume elsewhere")

// take adds what a server told. If the changes have been compacted, the client reads the list anew.
func (m *mirror) take(cl *client, a answer) error {
	if a.refused == compacted {
		var err error
		if a, err = cl.read(list(streamDir)); err != nil {
			return err
		}
		m.elements = nil
	}
	for _, i := range a.items {
		m.elements = append(m.elements, history.Int(i.value))
	}
	m.revision = a.revision
	return nil
}
