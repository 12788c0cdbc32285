package accounts

import (
	"fmt"
	"slices"

	"simrun/history"
)

// ClientOrder asks whether a list that clients append to without waiting for answers has what each client sent in the order in which it sent it, and whether no client
// sees the list go back. Hunt, Konar, Junqueira and Reed ("ZooKeeper: Wait-free coordination for Internet-scale systems", USENIX ATC 2010, §2.3) call the first FIFO
// client order.
//
//	append [7, 8, 9]     sent one after the other, at once     read → [7, 8]     final → [7, 8, 9]
//
// Violations are: two reads of which neither begins with the other; a value without those that its client sent before it; values of an append before those of one that
// had ended when it began; a read of a process that is shorter than one that it did before, or lacks what it had appended; an acknowledged value that is missing in a
// final read. A read may be old otherwise. Of an append with an unknown result the first few values may be there.
var ClientOrder = Checker{
	Name:       "client-order",
	Summary:    "a list that clients append to without waiting: append [values], read → all, final → all; in the order in which each client sent them, and no read of a client goes back",
	operations: []string{"append", "read", final},
	accepts: func(op history.Operation) error {
		if op.F == "append" {
			_, ok := op.Input.AsList()
			return expected(ok, "append argument", "a list of values", op.Input)
		}
		return listed(op)
	},
	count: inTheEnd(countAppended),
}

// appended is what is known of a list.
type appended struct {
	e       *ending
	longest []history.Value // what any read saw
	reader  *history.Operation
	place   map[history.Value]int // in the longest
	lengths []int                 // of the final reads
}

func countAppended(e *ending) {
	a := &appended{e: e, place: map[history.Value]int{}}
	reads := e.reads()
	for _, op := range reads {
		a.see(op)
	}
	for _, op := range e.finals {
		n, _ := op.Output.Len()
		a.lengths = append(a.lengths, n)
	}
	for i, v := range a.longest {
		if _, twice := a.place[v]; twice {
			e.blame(fmt.Sprintf("%s is there twice in the %s by %s", quoted(v), reading(a.reader), e.l.by(a.reader)), a.reader.Invoke)
		}
		a.place[v] = i
	}
	acknowledged := a.sent()
	a.known()
	a.eachProcess()
	e.figure("acknowledged", acknowledged)
	e.figure("reads", len(reads))
	e.figure("final reads", len(e.finals))
}

// see compares a read with the longest one.
func (a *appended) see(op *history.Operation) {
	list, _ := op.Output.AsList()
	short, long, other := list, a.longest, a.reader
	if len(list) > len(a.longest) {
		short, long = a.longest, list
		a.longest, a.reader = list, op
	}
	if !slices.Equal(short, long[:len(short)]) {
		a.e.blame(fmt.Sprintf("the %s by %s is %s, and that by %s is %s: neither begins with the other", reading(op), a.e.l.by(op), quoted(op.Output),
			a.e.l.by(other), quoted(other.Output)), op.Invoke, other.Invoke)
	}
}

// sent looks at each append by itself and against those before it, and counts the values that were acknowledged.
func (a *appended) sent() (acknowledged int) {
	l := a.e.l
	var ended, inOrder []*history.Operation
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "append" {
			continue
		}
		a.whole(op)
		if op.Outcome == history.OK {
			values, _ := op.Input.AsList()
			acknowledged += len(values)
			ended = append(ended, op)
		}
		inOrder = append(inOrder, op)
	}
	slices.SortFunc(ended, byComplete)
	var last *history.Operation // of those that had ended, the one with the last value
	for _, op := range inOrder {
		for ; len(ended) > 0 && ended[0].Complete < op.Invoke; ended = ended[1:] {
			if last == nil || a.end(ended[0]) > a.end(last) {
				last = ended[0]
			}
		}
		if first, there := a.begin(op); last != nil && there && first < a.end(last) {
			a.e.blame(fmt.Sprintf("%s, appended by %s, is before %s, which had been appended by %s when that began", quoted(a.longest[first]), l.by(op),
				quoted(a.longest[a.end(last)]), l.by(last)), op.Invoke, last.Invoke)
		}
	}
	return acknowledged
}

// whole blames an append of which a value is there, and one that was sent before it is not there, or later in the list.
func (a *appended) whole(op *history.Operation) {
	values, _ := op.Input.AsList()
	for i := 1; i < len(values); i++ {
		at, there := a.place[values[i]]
		before, sent := a.place[values[i-1]]
		switch {
		case there && !sent:
			a.e.blame(fmt.Sprintf("%s is there without %s, which %s sent before it", quoted(values[i]), quoted(values[i-1]), a.e.l.by(op)), op.Invoke, a.reader.Invoke)
		case there && before > at:
			a.e.blame(fmt.Sprintf("%s is before %s, which %s sent before it", quoted(values[i]), quoted(values[i-1]), a.e.l.by(op)), op.Invoke, a.reader.Invoke)
		}
	}
}

// begin is the position of the first value of an append; false if it is not there.
func (a *appended) begin(op *history.Operation) (int, bool) {
	values, _ := op.Input.AsList()
	if len(values) == 0 {
		return 0, false
	}
	at, there := a.place[values[0]]
	return at, there
}

// end is the position of the last value of an append, -1 if it is not there.
func (a *appended) end(op *history.Operation) int {
	values, _ := op.Input.AsList()
	if len(values) > 0 {
		if at, there := a.place[values[len(values)-1]]; there {
			return at
		}
	}
	return -1
}

// known blames values that nobody sent, and acknowledged values that a final read lacks.
func (a *appended) known() {
	l, senders := a.e.l, map[history.Value]*history.Operation{}
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "append" || op.Outcome == history.Fail {
			continue
		}
		values, _ := op.Input.AsList()
		for _, v := range values {
			senders[v] = op
			if op.Outcome == history.OK {
				a.wantFinally(v, op)
			}
		}
	}
	for _, read := range a.e.reads() {
		list, _ := read.Output.AsList()
		for _, v := range list {
			if op := senders[v]; op == nil || op.Invoke > read.Complete {
				a.e.blame(fmt.Sprintf("%s is in the %s by %s, and nobody had sent it", quoted(v), reading(read), l.by(read)), read.Invoke)
			}
		}
	}
}

// wantFinally blames final reads without a value that was acknowledged. All reads are beginnings of the longest, or are blamed for that.
func (a *appended) wantFinally(v history.Value, op *history.Operation) {
	at, there := a.place[v]
	for i, read := range a.e.finals {
		if !there || at >= a.lengths[i] {
			a.e.blame(fmt.Sprintf("%s was acknowledged to %s, and is missing in the final read by %s", quoted(v), a.e.l.by(op), a.e.l.by(read)), op.Invoke, read.Invoke)
		}
	}
}

// eachProcess blames a read that is behind what its process had read, or appended.
func (a *appended) eachProcess() {
	type seen struct {
		n  int
		by *history.Operation
	}
	latest := map[history.Process]seen{}
	for i := range a.e.l.ops { // the operations of a process follow each other
		op := &a.e.l.ops[i]
		if op.Outcome != history.OK {
			continue
		}
		n, before := a.end(op)+1, latest[op.Process]
		if op.F != "append" {
			n, _ = op.Output.Len()
			if before.by != nil && n < before.n {
				a.e.blame(fmt.Sprintf("the %s by %s has %d values, and it had %s %d values before", reading(op), a.e.l.by(op), n,
					map[bool]string{true: "appended the last of", false: "read"}[before.by.F == "append"], before.n), op.Invoke, before.by.Invoke)
			}
		}
		if n > before.n {
			latest[op.Process] = seen{n, op}
		}
	}
}
