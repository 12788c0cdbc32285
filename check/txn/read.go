package txn

import (
	"fmt"
	"slices"
	"strings"

	"simrun/history"
	"simrun/internal/brief"
)

// record is a history of transactions as numbers.
type record struct {
	ops    []history.Operation
	txs    []tx
	mops   []mop
	writes []write
	keys   []key

	keyNames, values names
	keyOf            map[int64]int32

	ambiguous string // why the history can't be decided: two writes of one value
	odd       []oddRead
}

// tx is a transaction: number i is the i-th operation of the history.
type tx struct {
	from, to  int32 // in mops
	outcome   history.Type
	committed bool // certainly: it says so, or somebody saw what it wrote
}

// mop is a micro-operation.
type mop struct {
	key  int32
	kind byte // 'r', 'a' or 'w'

	// n is the number of the write, or what a read saw: of a list, how many elements of the key's order; of a register, the number of the
	// write; initial or nonsense; less than that for a list that does not fit into the order: nonsense-n is its number in odd, from 1.
	n   int32
	own int32 // of a read: the latest write of its own transaction to the key before it, or nonsense
}

// What a read of a register saw if it was no write; nonsense also for a list that does not fit into the order of its key.
const (
	initial  = -1
	nonsense = -2
)

type write struct {
	tx, key int32
	value   int64
	place   int32 // in the key's order, from 1; 0: nobody saw it
	before  int32 // the write of its transaction to the key before it, or nonsense
	final   bool  // the last write of its transaction to the key
	read    bool  // of a register
}

// key is an object.
type key struct {
	name  int64
	lists bool
	regs  bool

	order []int32 // of a list: its writes in the order of the longest read; nonsense for an element that nobody wrote
	text  string  // the longest read without its last bracket
	ends  []int32 // by element: where it ends in text
	by    int32   // who read it

	sure   []int32  // of a list with reads that fit no order: the longest list of what certainly committed, if that is not in order
	sureBy *oddRead // who read it

	lastTx, last int32 // while the history is read: the latest transaction that wrote it, and its latest write
	index        index // of its writes
}

// An oddRead is a read of a list that does not fit into the order of its key.
type oddRead struct {
	tx, key int32
	text    string
	writes  []int32
}

// read takes the transactions out of operations. The error names the event.
func read(ops []history.Operation) (*record, error) {
	h := &record{ops: ops, txs: make([]tx, len(ops)), mops: make([]mop, 0, 4*len(ops)), writes: make([]write, 0, 2*len(ops)), keyOf: map[int64]int32{}}
	for i := range ops {
		h.txs[i] = tx{from: int32(len(h.mops)), outcome: ops[i].Outcome, committed: ops[i].Outcome == history.OK}
		if err := h.take(int32(i)); err != nil {
			return nil, h.refuse(i, err)
		}
		h.txs[i].to = int32(len(h.mops))
	}
	for i := range ops {
		if ops[i].Outcome != history.OK {
			continue
		}
		text := h.textOf(i)
		for at := h.txs[i].from; at < h.txs[i].to; at++ {
			if m := &h.mops[at]; m.kind == 'r' {
				s := scanner{text: text, at: int(m.n)}
				if err := h.see(int32(i), m, s.value()); err != nil {
					return nil, h.refuse(i, err)
				}
			}
		}
	}
	h.place()
	return h, nil
}

// take takes the micro-operations of a transaction: with what its reads saw, if that is known.
func (h *record) take(i int32) error {
	text := h.textOf(int(i))
	if h.ops[i].Outcome != history.OK {
		return steps(text, func(s step) error { return h.add(i, s) })
	}
	asked := &scanner{text: h.ops[i].Input.String()}
	known := asked.next('[') // else there was no invocation that said what it would do
	first := true
	err := steps(text, func(s step) error {
		if known {
			if was, ok := asked.step(first); !ok || was.kind != s.kind || was.key != s.key || s.kind != 'r' && was.value != s.value {
				return errShape(asked.text, text)
			}
			first = false
		}
		return h.add(i, s)
	})
	if err == nil && known && !asked.next(']') {
		return errShape(asked.text, text)
	}
	return err
}

// errShape is the error for a completion that is not that of its invocation.
func errShape(asked, did string) error {
	return fmt.Errorf("txn: the transaction was invoked as %s and completed as %s; expected the same micro-operations, but for what its reads saw", brief.Middle(asked, 60), brief.Middle(did, 60))
}

// textOf returns the micro-operations of a transaction: with what its reads saw, if that is known.
func (h *record) textOf(i int) string {
	if h.ops[i].Outcome == history.OK {
		return h.ops[i].Output.String()
	}
	return h.ops[i].Input.String()
}

func (h *record) refuse(i int, err error) error {
	at := h.ops[i].Invoke
	if h.ops[i].Complete >= 0 {
		at = h.ops[i].Complete
	}
	return &history.Error{Index: at, Reason: err.Error()}
}

// add takes a micro-operation: of a read its key alone, since its value may be that of a later write.
func (h *record) add(i int32, s step) error {
	name := h.keyNames.id(s.key)
	k, ok := h.keyOf[name]
	if !ok {
		k = int32(len(h.keys))
		h.keyOf[name] = k
		h.keys = append(h.keys, key{name: name, lastTx: -1, by: -1})
	}
	at := &h.keys[k]
	if s.kind == 'r' {
		m := mop{key: k, kind: 'r', n: nonsense, own: nonsense}
		if h.txs[i].outcome == history.OK {
			m.n = int32(s.at) // until all writes are known
		}
		if at.lastTx == i {
			m.own = at.last
		}
		h.mops = append(h.mops, m)
		return nil
	}
	at.lists, at.regs = at.lists || s.kind == 'a', at.regs || s.kind == 'w'
	if at.lists && at.regs {
		return fmt.Errorf("txn: %s is appended to here and written elsewhere; expected one of them for each key", bare(s.key))
	}
	w := write{tx: i, key: k, value: h.values.id(s.value), before: nonsense, final: true}
	n := int32(len(h.writes))
	if at.lastTx == i {
		w.before = at.last
		h.writes[at.last].final = false
	}
	at.lastTx, at.last = i, n
	h.unique(w, n, s)
	h.writes = append(h.writes, w)
	h.mops = append(h.mops, mop{key: k, kind: s.kind, n: n, own: nonsense})
	return nil
}

// unique notes whose value it is. A failed transaction may have written what another writes again.
func (h *record) unique(w write, n int32, s step) {
	index := &h.keys[w.key].index
	before, twice := index.find(w.value)
	switch {
	case twice && h.txs[w.tx].outcome == history.Fail:
		return
	case twice && h.txs[h.writes[before].tx].outcome != history.Fail:
		if h.ambiguous == "" {
			h.ambiguous = fmt.Sprintf("%s and %s both write %s to %s, so a read does not say which of them it saw: every value has to be unique for its key",
				name(h.writes[before].tx), name(w.tx), bare(s.value), bare(s.key))
			if h.writes[before].tx == w.tx {
				h.ambiguous = fmt.Sprintf("%s writes %s to %s twice: every value has to be unique for its key", name(w.tx), bare(s.value), bare(s.key))
			}
		}
		return
	case s.value == "null" && s.kind == 'w' && h.ambiguous == "":
		h.ambiguous = fmt.Sprintf("%s writes null to %s, which is also what a read of nothing gives", name(w.tx), bare(s.key))
	}
	index.put(w.value, n)
}

// see takes what a read of a committed transaction saw.
func (h *record) see(i int32, m *mop, value string) error {
	k := &h.keys[m.key]
	switch {
	case k.regs:
		m.n = h.seeRegister(m.key, value)
	case value == "null" || value == "[]":
		m.n = 0
	case value[0] != '[' && !k.lists:
		m.n = nonsense // nobody wrote it
		h.odd = append(h.odd, oddRead{i, m.key, value, []int32{nonsense}})
	case value[0] != '[':
		return fmt.Errorf("txn: %s is appended to, and was read as %s; expected a list", bare(h.keyNames.text(k.name)), bare(value))
	default:
		m.n = h.seeList(i, m.key, value)
	}
	return nil
}

func (h *record) seeRegister(k int32, value string) int32 {
	if value == "null" {
		return initial
	}
	n := h.writer(k, value)
	if n == nonsense {
		return nonsense
	}
	h.writes[n].read = true
	h.txs[h.writes[n].tx].committed = h.txs[h.writes[n].tx].outcome != history.Fail
	return n
}

// seeList returns how many elements of the key's order a read saw. Most reads are the beginning of the longest one so far, or
// go on from it, so that each element is looked up once.
func (h *record) seeList(i, number int32, value string) int32 {
	k := &h.keys[number]
	body := value[:len(value)-1]
	if len(body) <= len(k.text) {
		if strings.HasPrefix(k.text, body) && (len(body) == len(k.text) || k.text[len(body)] == ',') {
			at, _ := slices.BinarySearch(k.ends, int32(len(body)))
			return int32(at) + 1
		}
	} else if strings.HasPrefix(body, k.text) && (len(k.text) == 0 || body[len(k.text)] == ',') {
		s := scanner{text: value, at: max(len(k.text), 0) + 1}
		for s.at < len(value) {
			k.order = append(k.order, h.writer(number, s.value()))
			k.ends = append(k.ends, int32(s.at))
			s.at++
		}
		k.text, k.by = body, i
		return int32(len(k.order))
	}
	o := oddRead{tx: i, key: number, text: value}
	for s := (scanner{text: value, at: 1}); s.at < len(value); s.at++ {
		w := h.writer(number, s.value())
		o.writes = append(o.writes, w)
		if w >= 0 {
			h.txs[h.writes[w].tx].committed = h.txs[h.writes[w].tx].outcome != history.Fail
		}
	}
	h.odd = append(h.odd, o)
	return nonsense - int32(len(h.odd))
}

// writer returns the write of a value, or nonsense.
func (h *record) writer(k int32, value string) int32 {
	if n, ok := h.keys[k].index.find(h.values.id(value)); ok {
		return n
	}
	return nonsense
}

// place gives the writes of lists their places. What somebody saw was committed.
func (h *record) place() {
	for k := range h.keys {
		for at, n := range h.keys[k].order {
			if n < 0 {
				continue
			}
			w := &h.writes[n]
			if w.place == 0 {
				w.place = int32(at) + 1
			}
			h.txs[w.tx].committed = h.txs[w.tx].outcome != history.Fail
		}
	}
	for i := range h.keys {
		h.keys[i].text, h.keys[i].ends = "", nil
	}
}

// mopsOf returns the micro-operations of a transaction.
func (h *record) mopsOf(t int32) []mop { return h.mops[h.txs[t].from:h.txs[t].to] }

// external yields the reads of a transaction that saw the writes of others or nothing at all, with the write that each saw last; initial for
// none. Reads of what it wrote itself, and what makes no sense, are left out.
func (h *record) external(t int32, visit func(at int, k, version int32)) {
	for i, m := range h.mopsOf(t) {
		if m.kind != 'r' || m.n <= nonsense || m.own != nonsense && h.keys[m.key].regs {
			continue
		}
		if v := h.version(m); m.own == nonsense || v >= 0 && h.writes[v].tx != t {
			visit(i, m.key, v)
		}
	}
}

// version returns the write that a read saw last, initial or nonsense.
func (h *record) version(m mop) int32 {
	switch {
	case m.n <= nonsense:
		return nonsense
	case h.keys[m.key].regs:
		return m.n
	case m.n == 0:
		return initial
	}
	return h.keys[m.key].order[m.n-1]
}
