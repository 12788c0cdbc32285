package visual

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/gzip" // which takes a third of the time of the standard library's

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/trial"
)

// payloadVersion changes with the layout, so that a page never reads what it
// does not understand. The reader is report/data.ts.
const payloadVersion = 1

// head is the part of the payload that is small: JSON, followed by the columns
// of the operations and those of the records.
type head struct {
	Version    int      `json:"version"`
	Outcome    string   `json:"outcome"`
	End        int64    `json:"end"` // last time that anything happened
	Records    int      `json:"records"`
	Operations int      `json:"operations"`
	Kinds      []string `json:"kinds"`
	Nodes      []string `json:"nodes"`             // participants; number 0 is nobody
	Untimed    bool     `json:"untimed,omitempty"` // times are positions in the history
	Epoch      string   `json:"epoch"`             // what the epochs of states are called

	Processes map[history.Process]string `json:"processes,omitempty"` // those that have a name
	Checks    []headCheck                `json:"checks"`
	Named     []headNamed                `json:"named,omitempty"` // operations that sentences name
	Faults    []headFault                `json:"faults"`          // as they happened: one of the plan may take several steps
	Plan      int                        `json:"plan,omitempty"`  // faults that the case asked for
	Texts     []string                   `json:"texts"`
}

// headCheck is a [trial.Check] in the numbers of the payload.
type headCheck struct {
	Name       string `json:"name"`
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason"`
	Core       []int  `json:"core"`       // numbers of operations
	Optional   []int  `json:"optional"`   // likewise
	Inevitable int64  `json:"inevitable"` // a time, or -1
	Seen       int64  `json:"seen"`       // a time, or -1
	Record     int    `json:"record"`     // the record that says it was seen, or -1

	Evidence []headEvidence `json:"evidence,omitempty"`
}

// headNamed is a transaction that sentences name.
type headNamed struct {
	Operation int    `json:"operation"`
	Name      string `json:"name"` // "T5"
	Did       string `json:"did"`
}

// headEvidence is a [sim.Evidence] in the numbers of the payload.
type headEvidence struct {
	Time   int64    `json:"time"`
	Node   string   `json:"node"`
	Shows  string   `json:"shows"`
	Record int      `json:"record"` // that shows it, or -1
	After  []string `json:"after,omitempty"`
}

// payload packs what the diagram draws: gzip over the length of the head, the
// head, and the columns.
func payload(p *Page) ([]byte, error) {
	e := newEncoder(p)
	e.operations()
	e.records()
	h, err := json.Marshal(e.head())
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out) // no name, no time: equal input, equal bytes
	for _, part := range [][]byte{binary.AppendUvarint(nil, uint64(len(h))), h, e.columns} {
		if _, err := z.Write(part); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return out.Bytes(), nil
}

// encoder gathers the columns of one page and the tables that they point into.
type encoder struct {
	page    *Page
	texts   *texts
	columns []byte
	ops     []operation
	opAt    map[int]int // by index in the history, of invocation or completion: the operation
	nodes   *participants
	kinds   []string
	faults  []headFault
	end     int64
}

func newEncoder(p *Page) *encoder {
	return &encoder{page: p, texts: newTexts(), opAt: map[int]int{}, nodes: newParticipants(p.Trace)}
}

// flush appends finished columns in the order in which the page reads them.
func (e *encoder) flush(cs ...column) {
	for _, c := range cs {
		e.columns = append(e.columns, c...)
	}
}

func (e *encoder) head() head {
	h := head{
		Version: payloadVersion, Outcome: e.page.Outcome.String(), End: e.end, Operations: len(e.ops),
		Kinds: e.kinds, Nodes: e.nodes.names, Faults: e.faults, Plan: planned(e.page.Case), Texts: e.texts.list,
		Untimed: e.page.Untimed, Epoch: cmp.Or(e.page.Epoch, "epoch"), Processes: e.page.Names,
	}
	if e.page.Trace != nil {
		h.Records = len(e.page.Trace.Records)
	}
	for i := range e.page.Checks {
		h.Checks = append(h.Checks, e.check(&e.page.Checks[i]))
	}
	h.Named = e.named()
	return h
}

// named are the transactions that the anomalies of the page are about.
func (e *encoder) named() []headNamed {
	if e.page.Isolation == nil {
		return nil
	}
	var all []headNamed
	for _, t := range e.page.Isolation.Transactions {
		if op, ok := e.opAt[t.Event]; ok {
			all = append(all, headNamed{op, t.Name, t.Did})
		}
	}
	return all
}

// planned counts the faults of a case; 0 if there is none that can be read.
func planned(text []byte) (n int) {
	c, err := sim.ParseCase("", text)
	if err != nil {
		return 0
	}
	for _, f := range c.Faults {
		if f.Kind != fault.None {
			n++
		}
	}
	return n
}

func (e *encoder) check(c *trial.Check) headCheck {
	h := headCheck{Name: c.Name, Outcome: c.Outcome.String(), Reason: c.Reason, Inevitable: -1, Seen: -1, Record: -1}
	h.Core, h.Optional = e.numbers(c.Core), e.numbers(c.Optional)
	if c.Inevitable > 0 && c.Inevitable < len(e.page.History) {
		h.Inevitable = int64(e.page.History[c.Inevitable].Time)
	}
	if c.Seen != nil {
		h.Seen = int64(c.Seen.Time)
		h.Record = violationRecord(e.page.Trace, c.Seen)
	}
	for _, x := range c.Evidence {
		h.Evidence = append(h.Evidence, headEvidence{int64(x.Time), nameOf(x.Node), x.Shows, e.evidenceRecord(x), x.After})
	}
	return h
}

// evidenceRecord finds the record that shows a piece of evidence, or -1.
func (e *encoder) evidenceRecord(x sim.Evidence) int {
	if e.page.Trace == nil {
		return -1
	}
	return e.page.Trace.Record(x.Sighting, x.Shows)
}

// nameOf is the name of a node; "" of none.
func nameOf(n sim.NodeID) string {
	if n == 0 {
		return ""
	}
	return n.String()
}

// numbers are the operations that begin at places of the history.
func (e *encoder) numbers(invokes []int) []int {
	var ops []int
	for _, i := range invokes {
		if op, ok := e.opAt[i]; ok {
			ops = append(ops, op)
		}
	}
	return ops
}
