package accounts

import (
	"fmt"
	"slices"

	"simrun/history"
	"simrun/internal/count"
)

// ClientOrder asks whether a list that clients append to without waiting for answers has what each client sent in the order in which it sent it, and whether no client
// sees the list go back. Hunt, Konar, Junqueira and Reed ("ZooKeeper: Wait-free coordination for Internet-scale systems", USENIX ATC 2010, §2.3) call the first FIFO
// client order.
//
//	append [7, 8, 9]     sent one after the other, at once     read → [7, 8]     final → [7, 8, 9]
//
// Violations are: two reads of which neither begins with the other; a value that is there twice, or that nobody had sent; a value without those that its client sent
// before it, or before them; values of an append without those of one that had ended when it began, or before them; a read of a process that is shorter than one that it
// did before, or lacks what it had appended; an acknowledged value that is missing in a final read. A read may be old otherwise. Of an append with an unknown result the
// first few values may be there. Values differ: where two appends that did not fail share one, nothing but the final reads is judged.
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
	short   *history.Operation    // the shortest final read
	senders map[history.Value]*history.Operation
}

func countAppended(e *ending) {
	a := &appended{e: e, place: map[history.Value]int{}, senders: map[history.Value]*history.Operation{}}
	reads := e.reads()
	acknowledged, differ := a.sent()
	e.figure("acknowledged", acknowledged)
	e.figure("reads", len(reads))
	e.figure("final reads", len(e.finals))
	if !differ {
		return
	}
	for _, op := range reads {
		a.see(op)
	}
	for _, op := range e.finals {
		if a.short == nil || lengthOf(op) < lengthOf(a.short) {
			a.short = op
		}
	}
	for i, v := range a.longest {
		if _, twice := a.place[v]; twice {
			e.blame(fmt.Sprintf("%s is there twice in the %s by %s", quoted(v), reading(a.reader), e.l.by(a.reader)), a.reader.Invoke)
		}
		a.place[v] = i
	}
	a.inOrder()
	a.known(reads)
	a.eachProcess()
}

// lengthOf is how many values a read saw.
func lengthOf(read *history.Operation) int {
	n, _ := read.Output.Len()
	return n
}

// sent notes who sent what. It returns how many values were acknowledged, and whether all values differ.
func (a *appended) sent() (acknowledged int, differ bool) {
	differ = true
	for i := range a.e.l.ops {
		op := &a.e.l.ops[i]
		if op.F != "append" || op.Outcome == history.Fail {
			continue
		}
		values, _ := op.Input.AsList()
		if op.Outcome == history.OK {
			acknowledged += len(values)
		}
		for _, v := range values {
			if other := a.senders[v]; other != nil {
				a.e.ambiguous(v, other, op)
				differ = false
			}
			a.senders[v] = op
		}
	}
	return acknowledged, differ
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

// inOrder looks at each append by itself and against those before it.
func (a *appended) inOrder() {
	l := a.e.l
	var begun, ended []*history.Operation
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "append" || op.Outcome == history.Fail {
			continue
		}
		a.whole(op)
		if op.Outcome == history.OK {
			ended = append(ended, op)
		}
		begun = append(begun, op)
	}
	slices.SortFunc(ended, byComplete)
	var last *history.Operation // of those that had ended, the one that ends last in the list
	for _, op := range begun {
		for ; len(ended) > 0 && ended[0].Complete < op.Invoke; ended = ended[1:] {
			if last == nil || a.end(ended[0]) > a.end(last) {
				last = ended[0]
			}
		}
		first, there := a.begin(op)
		if last == nil || !there || first >= a.end(last) {
			continue
		}
		how := "before"
		if a.end(last) == len(a.longest) {
			how = "there without"
		}
		a.e.blame(fmt.Sprintf("%s, appended by %s, is %s %s, which had been appended by %s when that began", quoted(a.longest[first]), l.by(op), how,
			quoted(lastOf(last)), l.by(last)), op.Invoke, last.Invoke, a.reader.Invoke)
	}
}

// whole blames an append of which a value is there, and one that was sent before it is not there, or later in the list.
func (a *appended) whole(op *history.Operation) {
	values, _ := op.Input.AsList()
	for i := 1; i < len(values); i++ {
		at, there := a.place[values[i]]
		before, sent := a.place[values[i-1]]
		how := ""
		switch {
		case there && !sent:
			how = "there without"
		case there && before > at:
			how = "before"
		default:
			continue
		}
		a.e.blame(fmt.Sprintf("%s is %s %s, which %s sent before it", quoted(values[i]), how, quoted(values[i-1]), a.e.l.by(op)), op.Invoke, a.reader.Invoke)
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

// end is the position of the last value of an append: after all others if it is not there, -1 if the append has none.
func (a *appended) end(op *history.Operation) int {
	if n, _ := op.Input.Len(); n == 0 {
		return -1
	}
	if at, there := a.place[lastOf(op)]; there {
		return at
	}
	return len(a.longest)
}

// lastOf is the last value of an append that has some.
func lastOf(op *history.Operation) history.Value {
	values, _ := op.Input.AsList()
	return values[len(values)-1]
}

// known blames values that nobody had sent, and acknowledged values that a final read lacks. All reads are beginnings of the longest, or are blamed for that.
func (a *appended) known(reads []*history.Operation) {
	l, shortest := a.e.l, 0
	if a.short != nil {
		shortest = lengthOf(a.short)
	}
	for i := range l.ops {
		op := &l.ops[i]
		if op.F != "append" || op.Outcome != history.OK || a.short == nil {
			continue
		}
		values, _ := op.Input.AsList()
		for _, v := range values {
			if at, there := a.place[v]; !there || at >= shortest {
				a.e.blame(fmt.Sprintf("%s was acknowledged to %s, and is missing in the final read by %s", quoted(v), l.by(op), l.by(a.short)), op.Invoke, a.short.Invoke)
			}
		}
	}
	for _, read := range reads {
		list, _ := read.Output.AsList()
		for _, v := range list {
			if op := a.senders[v]; op == nil || op.Invoke > read.Complete {
				a.e.blame(fmt.Sprintf("%s is in the %s by %s, and nobody had sent it", quoted(v), reading(read), l.by(read)), read.Invoke)
			}
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
		n, before := 0, latest[op.Process]
		switch {
		case op.F == "append":
			n = a.end(op) + 1
		case lengthOf(op) >= before.n:
			n = lengthOf(op)
		case before.by.F == "append":
			a.e.blame(fmt.Sprintf("the %s by %s lacks %s, which it had appended", reading(op), a.e.l.by(op), quoted(lastOf(before.by))), op.Invoke, before.by.Invoke)
		default:
			a.e.blame(fmt.Sprintf("the %s by %s has %s, and it had read %d before", reading(op), a.e.l.by(op), count.Of(lengthOf(op), "value"), before.n), op.Invoke, before.by.Invoke)
		}
		if n > before.n {
			latest[op.Process] = seen{n, op}
		}
	}
}
