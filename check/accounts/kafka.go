package accounts

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"simrun/history"
)

// Kafka asks of the logs of a partitioned log, and of the offsets that a group of consumers commits, what Maelstrom's workload kafka asks, and Jepsen's tests of
// Kafka-like queues.
//
//	send k 7 → 3                     the value, and its offset in the log of key k
//	poll → [["k", 3, 7], …]          what a consumer got next, and has processed
//	assign → {"k": 4}                where this process polls from now on, as it was committed
//	commit → {"k": 4}                all before offset 4 is processed: where the next consumer begins
//	committed → {"k": 4}             what is committed
//	final → [["k", 0, 5], …]         all logs, at the end
//
// Violations are: an offset with two values, a value with more offsets than sends, a value that nobody sent; an acknowledged value that is missing in a final read; a poll that goes
// back or leaves out an offset that is known; a commit past a value that no poll that had ended by then returned; a committed offset that goes
// back. After a process was assigned, its polls of a key neither go back nor leave out an offset that is known, from poll to poll, until it is assigned
// anew; and no offset that it is assigned is past all that had been polled. A value that is polled twice is none: consumers process at least once. A poll with an unknown result got, and processed, nothing.
var Kafka = Checker{
	Name:       "kafka",
	Summary:    "partitioned logs and a group of consumers: send → offset, poll, assign, commit, committed, final; nothing lost, skipped or reordered, and offsets don't go back",
	operations: []string{"send", "poll", "assign", "commit", "committed", final},
	accepts: func(op history.Operation) error {
		if op.Outcome != history.OK {
			return nil
		}
		switch op.F {
		case "send":
			_, ok := op.Output.AsInt()
			return expected(ok, "send result", "an offset", op.Output)
		case "poll", final:
			_, ok := recordsOf(op.Output)
			return expected(ok, op.F+" result", "a list of [key, offset, value]", op.Output)
		}
		for _, next := range op.Output.Members() {
			if _, ok := next.AsInt(); !ok {
				return expected(false, op.F+" result", "{key: offset}", op.Output)
			}
		}
		return nil
	},
	count: inTheEnd(countLogs),
}

// record is a value in the log of a key.
type record struct {
	key    string
	offset int64
	value  history.Value
}

func recordsOf(v history.Value) (records []record, ok bool) {
	list, ok := v.AsList()
	for _, e := range list {
		parts, _ := e.AsList()
		if len(parts) != 3 {
			return nil, false
		}
		key, isKey := parts[0].AsString()
		offset, isOffset := parts[1].AsInt()
		records, ok = append(records, record{key, offset, parts[2]}), ok && isKey && isOffset
	}
	return records, ok || v.IsNull()
}

// place is an offset in the log of a key.
type place struct {
	key    string
	offset int64
}

func (p place) String() string { return fmt.Sprintf("offset %d of %s", p.offset, p.key) }

// logs are what is known of the logs of all keys.
type logs struct {
	e      *ending
	values map[place]history.Value
	places map[sent]place              // the last that is known
	sends  map[sent]*history.Operation // the first that may have taken effect
	often  map[sent]int                // how many offsets a value may be at, as it was sent so often; less those that are known
	known  map[string][]int64          // offsets by key, in ascending order
	polled map[place]int               // the first end of a poll that returned it
}

type sent struct {
	key   string
	value history.Value
}

// openLogs collects what is known of the logs, and counts the values that were acknowledged.
func openLogs(e *ending) (l *logs, acknowledged int) {
	l = &logs{e: e, values: map[place]history.Value{}, places: map[sent]place{}, sends: map[sent]*history.Operation{}, often: map[sent]int{},
		known: map[string][]int64{}, polled: map[place]int{}}
	acknowledged = l.collect()
	for _, key := range slices.Sorted(maps.Keys(l.known)) {
		slices.Sort(l.known[key])
	}
	return l, acknowledged
}

func countLogs(e *ending) {
	l, acknowledged := openLogs(e)
	for i := range e.l.ops {
		op := &e.l.ops[i]
		switch {
		case op.Outcome != history.OK:
		case op.F == "poll":
			l.gaps(op)
		case op.F == final:
			l.missing(op)
		}
	}
	l.external()
	l.ahead()
	l.processed()
	l.committed()
	e.figure("acknowledged", acknowledged)
	e.figure("polled", len(l.polled))
	e.figure("final reads", len(e.finals))
}

// collect notes where values are, and counts those that were acknowledged.
func (l *logs) collect() (acknowledged int) {
	ops := l.e.l.ops
	for i := range ops {
		if op := &ops[i]; op.F == "send" && op.Outcome != history.Fail {
			what := sent{op.Key, op.Input}
			if l.sends[what] == nil {
				l.sends[what] = op
			}
			l.often[what]++
		}
	}
	for i := range ops {
		op := &ops[i]
		switch {
		case op.Outcome != history.OK:
		case op.F == "send":
			acknowledged++
			offset, _ := op.Output.AsInt()
			l.at(op, record{op.Key, offset, op.Input})
		case op.F == "poll" || op.F == final:
			records, _ := recordsOf(op.Output)
			for _, r := range records {
				l.at(op, r)
				where := place{r.key, r.offset}
				if first, known := l.polled[where]; op.F == "poll" && (!known || op.Complete < first) {
					l.polled[where] = op.Complete
				}
			}
		}
	}
	return acknowledged
}

// at notes that an operation showed a record.
func (l *logs) at(op *history.Operation, r record) {
	where, what := place{r.key, r.offset}, sent{r.key, r.value}
	value, taken := l.values[where]
	switch send := l.sends[what]; {
	case send == nil || send.Invoke > op.Complete:
		l.e.blame(fmt.Sprintf("%s is at %v in the %s by %s, and nobody had sent it", quoted(r.value), where, reading(op), l.e.l.by(op)), op.Invoke)
	case taken && value != r.value:
		l.e.blame(fmt.Sprintf("%v holds %s in the %s by %s, and another operation had %s there", where, quoted(r.value), reading(op), l.e.l.by(op), quoted(value)), op.Invoke)
	case !taken && l.often[what] == 0:
		l.e.blame(fmt.Sprintf("%s is at %v in the %s by %s, and at %v too", quoted(r.value), where, reading(op), l.e.l.by(op), l.places[what]), op.Invoke)
	}
	if !taken {
		l.values[where] = r.value
		l.known[r.key] = append(l.known[r.key], r.offset)
		l.places[what] = where
		l.often[what]--
	}
}

// gaps blames a poll that goes back, or leaves out an offset that is known.
func (l *logs) gaps(op *history.Operation) {
	records, _ := recordsOf(op.Output)
	last := map[string]int64{}
	for _, r := range records {
		before, again := last[r.key]
		last[r.key] = r.offset
		if !again {
			continue
		}
		if r.offset <= before {
			l.e.blame(fmt.Sprintf("the poll by %s has offset %d of %s after %d", l.e.l.by(op), r.offset, r.key, before), op.Invoke)
			continue
		}
		if i, _ := slices.BinarySearch(l.known[r.key], before+1); l.known[r.key][i] != r.offset {
			l.e.blame(fmt.Sprintf("the poll by %s goes from offset %d of %s to %d, and leaves out %d", l.e.l.by(op), before, r.key, r.offset, l.known[r.key][i]), op.Invoke)
		}
	}
}

// missing blames a final read without a value that was acknowledged.
func (l *logs) missing(op *history.Operation) {
	records, _ := recordsOf(op.Output)
	there := map[place]bool{}
	for _, r := range records {
		there[place{r.key, r.offset}] = true
	}
	for i := range l.e.l.ops {
		send := &l.e.l.ops[i]
		if send.F != "send" || send.Outcome != history.OK {
			continue
		}
		if offset, _ := send.Output.AsInt(); !there[place{send.Key, offset}] {
			l.e.blame(fmt.Sprintf("%s at offset %s of %s was acknowledged to %s, and is missing in the final read by %s",
				quoted(send.Input), send.Output, send.Key, l.e.l.by(send), l.e.l.by(op)), send.Invoke, op.Invoke)
		}
	}
}

// processed blames commits past a value that no poll that had ended by then returned: the next consumer begins after it.
func (l *logs) processed() {
	late := map[string][]int{} // by key, for each known offset: when it and all before it had been polled
	for key, offsets := range l.known {
		all := 0
		for _, offset := range offsets {
			end, polled := l.polled[place{key, offset}]
			if !polled {
				end = math.MaxInt
			}
			all = max(all, end)
			late[key] = append(late[key], all)
		}
	}
	for i := range l.e.l.ops {
		op := &l.e.l.ops[i]
		if op.F != "commit" || op.Outcome != history.OK {
			continue
		}
		for key, v := range op.Output.Members() {
			next, _ := v.AsInt()
			before, _ := slices.BinarySearch(l.known[key], next)
			if before == 0 || late[key][before-1] < op.Complete {
				continue
			}
			first, _ := slices.BinarySearch(late[key], op.Complete)
			offset := l.known[key][first]
			l.e.blame(fmt.Sprintf("offset %d of %s was committed by %s, and nobody had processed %s at offset %d", next, key, l.e.l.by(op), quoted(l.values[place{key, offset}]), offset), op.Invoke)
		}
	}
}

// committed blames a committed offset that is less than one that was known before the operation began.
func (l *logs) committed() {
	type commit struct {
		next int64
		op   *history.Operation
	}
	var ended []*history.Operation // commits, and readings of them, in the order in which they ended
	for i := range l.e.l.ops {
		if op := &l.e.l.ops[i]; (op.F == "commit" || op.F == "committed") && op.Outcome == history.OK {
			ended = append(ended, op)
		}
	}
	begun := slices.Clone(ended) // in the order in which they began
	slices.SortFunc(ended, byComplete)
	highest := map[string]commit{}
	for _, op := range begun {
		for ; len(ended) > 0 && ended[0].Complete < op.Invoke; ended = ended[1:] {
			for key, v := range ended[0].Output.Members() {
				if next, _ := v.AsInt(); highest[key].op == nil || next > highest[key].next {
					highest[key] = commit{next, ended[0]}
				}
			}
		}
		for key, v := range op.Output.Members() {
			if next, _ := v.AsInt(); highest[key].op != nil && next < highest[key].next {
				h := highest[key]
				l.e.blame(fmt.Sprintf("the committed offset of %s went back: it was %d for %s, and then %d for %s", key, h.next, l.e.l.by(h.op), next, l.e.l.by(op)), h.op.Invoke, op.Invoke)
			}
		}
	}
}
