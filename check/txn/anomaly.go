package txn

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// Anomaly is something that happened and that some levels forbid.
type Anomaly struct {
	// Name is the field's: G0, G1a, G1b, G1c, G-single, G-nonadjacent, G2-item, the last five also with -process and -realtime; lost-update,
	// long-fork, fractured-read, causality; internal, future-read, dirty-update, duplicate-elements, incompatible-order, garbage-read; and
	// conflict, for transactions that no order of versions satisfies.
	Name         string
	Transactions []int    // as indices of their invocations in the history; of a cycle in its order
	Sentences    []string // what happened, step by step
	Edges        []Edge   // between them: of a cycle from each to the next, and from the last to the first; none where the anomaly is about no dependency
	Breaks       []Level  // the weakest levels that forbid it

	txs []int32
}

// Edge is a dependency between two transactions.
type Edge struct {
	From, To int    // as indices of their invocations in the history
	Kind     string // "ww", "wr", "rw", "process" or "realtime"
	Key      string
}

// String is the anomaly in one line; of a conflict how many cases its proof has, which are lines of their own.
func (a *Anomaly) String() string {
	if a.Name == "conflict" {
		return fmt.Sprintf("conflict: no order of versions explains what %s saw: each of %s ends in a cycle", count.Of(len(a.Transactions), "transaction"), count.Of(len(a.Sentences), "case"))
	}
	return a.Name + ": " + strings.Join(a.Sentences, "; ")
}

// simple looks for the anomalies that are not cycles. Of each name, key and level the first is kept.
func (h *record) simple(s *sayer) []*Anomaly {
	f := &simpleSearch{record: h, say: s, seen: map[string]bool{}, failedAt: make([]int32, len(h.keys))}
	for k := range h.keys {
		f.list(int32(k))
	}
	for i := range h.odd {
		f.oddRead(&h.odd[i])
	}
	for t := range h.txs {
		if h.txs[t].outcome == history.OK {
			f.transaction(int32(t))
		}
	}
	return f.found
}

type simpleSearch struct {
	*record
	say      *sayer
	found    []*Anomaly
	seen     map[string]bool
	failedAt []int32 // by key: the place of the first element in its order whose writer failed; 0: none
}

// addRead adds an anomaly of a read: of whom, and by whom.
func (f *simpleSearch) addRead(what string, k int32, sentence string, writer, reader int32) {
	before := len(f.found)
	if f.add(what, k, ReadCommitted, sentence, writer, reader); len(f.found) > before {
		f.found[before].Edges = []Edge{{f.ops[writer].Invoke, f.ops[reader].Invoke, kindNames[wr], f.say.key(k)}}
	}
}

func (f *simpleSearch) add(what string, k int32, breaks Level, sentence string, txs ...int32) {
	at := fmt.Sprint(what, " ", k, " ", breaks)
	if f.seen[at] {
		return
	}
	f.seen[at] = true
	txs = slices.Compact(txs)
	f.found = append(f.found, &Anomaly{Name: what, Transactions: f.invocations(txs), Sentences: []string{sentence}, Breaks: []Level{breaks}, txs: txs})
}

func (h *record) invocations(txs []int32) []int {
	all := make([]int, len(txs))
	for i, t := range txs {
		all[i] = h.ops[t].Invoke
	}
	return all
}

// list looks at the order of a list.
func (f *simpleSearch) list(number int32) {
	k := &f.keys[number]
	for at, n := range k.order {
		switch {
		case n == nonsense:
			f.garbage(k.by, number)
		case f.writes[n].place != int32(at)+1:
			f.add("duplicate-elements", number, ReadUncommitted, fmt.Sprintf("%s read %s from %s twice in one list, and it was appended once",
				f.say.who(k.by), f.say.value(n), f.say.key(number)), k.by, f.writes[n].tx)
		case f.writes[n].before != nonsense && !f.behind(n):
			breaks := ReadUncommitted
			if f.txs[f.writes[n].tx].outcome != history.OK {
				breaks = ReadCommitted
			}
			f.add("internal", number, breaks, fmt.Sprintf("%[1]s appended %[2]s to %[3]s before it appended %[4]s, and %[5]s read %[6]s, where %[2]s does not come before %[4]s",
				f.say.who(f.writes[n].tx), f.say.value(f.writes[n].before), f.say.key(number), f.say.value(n), f.say.who(k.by), f.say.list(k.order)), f.writes[n].tx, k.by)
		case f.txs[f.writes[n].tx].outcome == history.Fail:
			if f.failedAt[number] == 0 {
				f.failedAt[number] = int32(at) + 1
			}
		case f.failedAt[number] > 0:
			failed := k.order[f.failedAt[number]-1]
			f.add("dirty-update", number, ReadCommitted, fmt.Sprintf("%s appended %s to %s behind %s, which %s had appended before it failed",
				f.say.who(f.writes[n].tx), f.say.value(n), f.say.key(number), f.say.value(failed), f.say.who(f.writes[failed].tx)), f.writes[failed].tx, f.writes[n].tx)
		}
	}
}

// behind reports whether what the transaction of a write appended just before it to the same list has its place before it.
func (f *simpleSearch) behind(n int32) bool {
	before := f.writes[f.writes[n].before].place
	return before > 0 && before < f.writes[n].place
}

func (f *simpleSearch) garbage(t, k int32) {
	f.add("garbage-read", k, ReadUncommitted, fmt.Sprintf("%s read from %s what nobody had written: %s", f.say.who(t), f.say.key(k), f.say.garbageOf(t, k)), t)
}

// oddRead looks at a read that does not fit into the order of its list. Under read-uncommitted elements may vanish again
// whose transactions did not commit, so without these the rest has to fit.
func (f *simpleSearch) oddRead(o *oddRead) {
	k := &f.keys[o.key]
	if slices.Contains(o.writes, nonsense) {
		f.garbage(o.tx, o.key)
		return
	}
	for i, w := range o.writes {
		if slices.Contains(o.writes[:i], w) {
			f.add("duplicate-elements", o.key, ReadUncommitted, fmt.Sprintf("%s read %s from %s twice in one list, and it was appended once",
				f.say.who(o.tx), f.say.value(w), f.say.key(o.key)), o.tx, f.writes[w].tx)
			return
		}
	}
	f.incompatible(o, ReadCommitted, k.by, f.say.list(k.order))
	a, b := f.surely(o.writes), f.sureOrder(o.key)
	switch n := min(len(a), len(b)); {
	case !slices.Equal(a[:n], b[:n]) && k.sure != nil:
		f.incompatible(o, ReadUncommitted, k.sureBy.tx, f.say.clip(k.sureBy.text))
	case !slices.Equal(a[:n], b[:n]):
		f.incompatible(o, ReadUncommitted, k.by, f.say.list(k.order))
	case len(a) > len(b):
		k.sure, k.sureBy = a, o
		f.ownOrder(o)
	}
	for _, w := range o.writes {
		if f.txs[f.writes[w].tx].outcome == history.Fail {
			f.aborted(o.tx, o.key, w)
		}
	}
}

func (f *simpleSearch) incompatible(o *oddRead, breaks Level, by int32, list string) {
	f.add("incompatible-order", o.key, breaks, fmt.Sprintf("%s read %s from %s and %s read %s, and no one order of appends gives both",
		f.say.who(o.tx), f.say.clip(o.text), f.say.key(o.key), f.say.who(by), list), o.tx, by)
}

// ownOrder looks for a transaction whose own appends are in another order in the longest list of what certainly committed.
func (f *simpleSearch) ownOrder(o *oddRead) {
	for at, n := range f.keys[o.key].sure {
		if before := f.writes[n].before; before != nonsense && !slices.Contains(f.keys[o.key].sure[:at], before) {
			f.add("internal", o.key, ReadUncommitted, fmt.Sprintf("%[1]s appended %[2]s to %[3]s before it appended %[4]s, and %[5]s read %[6]s, where %[2]s does not come before %[4]s",
				f.say.who(f.writes[n].tx), f.say.value(before), f.say.key(o.key), f.say.value(n), f.say.who(o.tx), f.say.clip(o.text)), f.writes[n].tx, o.tx)
		}
	}
}

// sureOrder returns the order of those appends to a list whose transactions say that they committed: that of the read which has most of them.
func (h *record) sureOrder(k int32) []int32 {
	if sure := h.keys[k].sure; sure != nil {
		return sure
	}
	return h.surely(h.keys[k].order)
}

// surely returns the writes whose transactions say that they committed.
func (h *record) surely(writes []int32) []int32 {
	return slices.DeleteFunc(slices.Clone(writes), func(n int32) bool { return n < 0 || h.txs[h.writes[n].tx].outcome != history.OK })
}

func (f *simpleSearch) aborted(t, k, w int32) {
	f.addRead("G1a", k, fmt.Sprintf("%s read %s from %s, which %s had written, and that failed (aborted read)",
		f.say.who(t), f.say.value(w), f.say.key(k), f.say.who(f.writes[w].tx)), f.writes[w].tx, t)
}

// transaction looks at the reads of a committed transaction.
func (f *simpleSearch) transaction(t int32) {
	list := f.mopsOf(t)
	for i, m := range list {
		switch {
		case m.kind != 'r':
			f.future(t, list[:i], m)
		case m.n < nonsense:
			f.oddOwn(t, list, i)
		case m.n == nonsense:
			if f.keys[m.key].regs {
				f.garbage(t, m.key)
			}
		case m.own != nonsense && !f.sees(m, m.own):
			f.add("internal", m.key, ReadUncommitted, fmt.Sprintf("%s wrote %s to %s itself and then read %s from it",
				f.say.who(t), f.say.value(m.own), f.say.key(m.key), f.say.seen(m)), t)
		default:
			f.read(t, m)
		}
	}
}

// oddOwn compares a list that does not fit into the order of its key with what its own transaction appends.
func (f *simpleSearch) oddOwn(t int32, list []mop, at int) {
	o := &f.odd[nonsense-list[at].n-1]
	for i, m := range list {
		if m.key != o.key || m.kind == 'r' {
			continue
		}
		switch seen := slices.Contains(o.writes, m.n); {
		case i < at && !seen:
			f.add("internal", m.key, ReadUncommitted, fmt.Sprintf("%s appended %s to %s itself and then read %s from it",
				f.say.who(t), f.say.value(m.n), f.say.key(m.key), f.say.clip(o.text)), t)
		case i > at && seen:
			f.add("future-read", m.key, ReadUncommitted, fmt.Sprintf("%s read %s from %s before it appended that itself", f.say.who(t), f.say.value(m.n), f.say.key(m.key)), t)
		}
	}
}

// sees reports whether a read saw a write: as its value, or as an element of its list.
func (h *record) sees(m mop, w int32) bool {
	if h.keys[m.key].regs {
		return m.n == w
	}
	return h.writes[w].place > 0 && h.writes[w].place <= m.n
}

// future looks for a read that saw what its own transaction writes later.
func (f *simpleSearch) future(t int32, before []mop, m mop) {
	for _, r := range before {
		if r.kind == 'r' && r.key == m.key && r.n > nonsense && f.sees(r, m.n) {
			f.add("future-read", m.key, ReadUncommitted, fmt.Sprintf("%s read %s from %s before it wrote that itself",
				f.say.who(t), f.say.value(m.n), f.say.key(m.key)), t)
		}
	}
}

// read looks at whom a read saw.
func (f *simpleSearch) read(t int32, m mop) {
	if at := f.failedAt[m.key]; at > 0 && m.n >= at {
		f.aborted(t, m.key, f.keys[m.key].order[at-1])
	}
	n := f.version(m)
	if n < 0 || f.writes[n].tx == t {
		return
	}
	w := &f.writes[n]
	if f.txs[w.tx].outcome == history.Fail {
		f.aborted(t, m.key, n)
	}
	if !w.final {
		f.addRead("G1b", m.key, fmt.Sprintf("%s read %s from %s, after which %s wrote it again (intermediate read)",
			f.say.who(t), f.say.value(n), f.say.key(m.key), f.say.who(w.tx)), w.tx, t)
	}
}

// worst returns the anomaly that a level forbids, or nil.
func worst(all []*Anomaly, l Level) *Anomaly {
	for _, a := range all {
		if slices.ContainsFunc(a.Breaks, l.Implies) {
			return a
		}
	}
	return nil
}

// violation is the result of a level that an anomaly breaks.
func violation(a *Anomaly) Result {
	return Result{Outcome: check.Violation, Reason: a.String(), Anomaly: a}
}
