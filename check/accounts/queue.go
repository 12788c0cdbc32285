package accounts

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// TotalQueue asks whether what goes into a queue comes out, in any order.
//
//	enqueue 7     dequeue → 7: → null, it was empty     drain → [7, 8]: all that was left
//
// An element that was acknowledged is lost if it was never taken, though a drain, or a
// dequeue that found the queue empty, began after it was there. Operations with an unknown
// result may have taken elements. An element is unexpected if nobody enqueued it. One that
// is taken more often than it was enqueued is counted as duplicated, which is no violation:
// queues that deliver at least once do that.
var TotalQueue = Checker{
	Name:       "total-queue",
	Summary:    "what goes in comes out: enqueue, dequeue, drain → [values]; nothing lost, nothing from nowhere",
	operations: []string{"enqueue", "dequeue", "drain"},
	accepts: func(op history.Operation) error {
		switch {
		case op.F == "enqueue":
			return expected(!op.Input.IsNull(), "enqueue argument", "a value", op.Input)
		case op.F == "drain" && op.Outcome == history.OK:
			return expected(isList(op.Output), "drain result", "a list of values", op.Output)
		}
		return nil
	},
	count: countQueue,
}

// element is what is known of the elements of one value.
type element struct {
	value          history.Value
	attempted      int // enqueues that may have taken effect
	acknowledged   []int
	taken, takenBy int // how often; by which operation the last time
	failed         int // an enqueue that failed, or -1
}

// queueAccount is what is known of a queue.
type queueAccount struct {
	order     []*element
	by        map[history.Value]*element
	takers    int // dequeues with an unknown result
	drains    int // drains with an unknown result
	lastEmpty int // the latest invocation of an operation that left, or found, the queue empty; -1
}

func (q *queueAccount) of(v history.Value) *element {
	e := q.by[v]
	if e == nil {
		e = &element{value: v, failed: -1}
		q.by[v] = e
		q.order = append(q.order, e)
	}
	return e
}

func (q *queueAccount) take(v history.Value, op int) {
	e := q.of(v)
	e.taken, e.takenBy = e.taken+1, op
}

func openQueue(l *ledger) *queueAccount {
	q := &queueAccount{by: make(map[history.Value]*element), lastEmpty: -1}
	for i := range l.ops {
		switch op := &l.ops[i]; {
		case op.F == "enqueue":
			switch e := q.of(op.Input); op.Outcome {
			case history.OK:
				e.acknowledged = append(e.acknowledged, i)
				fallthrough
			case history.Info:
				e.attempted++
			default:
				e.failed = i
			}
		case op.Outcome == history.Fail:
		case op.F == "drain" && op.Outcome == history.Info:
			q.drains++
		case op.Outcome == history.Info:
			q.takers++
		case op.F == "drain":
			all, _ := op.Output.AsList()
			for _, v := range all {
				q.take(v, i)
			}
			q.lastEmpty = max(q.lastEmpty, op.Invoke)
		case op.Output.IsNull():
			q.lastEmpty = max(q.lastEmpty, op.Invoke)
		default:
			q.take(op.Output, i)
		}
	}
	return q
}

func countQueue(l *ledger) Report {
	q := openQueue(l)
	var unexpected, duplicated, recovered, lost, left []history.Value
	var r Report
	enqueued, taken := 0, 0
	for _, e := range q.order {
		enqueued, taken = enqueued+len(e.acknowledged), taken+e.taken
		switch {
		case e.taken > 0 && e.attempted == 0:
			unexpected = append(unexpected, e.value)
			if r.Reason == "" {
				r.Reason = fmt.Sprintf("%s was taken by %s, but nobody had enqueued it", quoted(e.value), l.by(&l.ops[e.takenBy]))
				r.Core = []int{l.ops[e.takenBy].Invoke}
				if e.failed >= 0 {
					r.Reason += fmt.Sprintf(": the enqueue by %s failed", l.by(&l.ops[e.failed]))
				}
			}
		case e.taken > e.attempted:
			duplicated = append(duplicated, e.value)
		case e.taken > len(e.acknowledged):
			recovered = append(recovered, e.value)
		}
		certain, other := q.missing(l, e)
		for range certain {
			lost = append(lost, e.value)
		}
		for range other {
			left = append(left, e.value)
		}
	}
	r.judge(q, l, lost, left)
	r.Figures = []Figure{
		{Name: "enqueued", Count: enqueued}, {Name: "taken", Count: taken}, figure("lost", lost), figure("left", left),
		figure("unexpected", unexpected), figure("duplicated", duplicated), figure("recovered", recovered),
	}
	return r
}

// missing counts the acknowledged elements of a value that were not taken: those that a
// drain or an empty dequeue should have found, and those that may still be there.
func (q *queueAccount) missing(l *ledger, e *element) (certain, other int) {
	missing := max(0, len(e.acknowledged)-e.taken)
	for _, i := range e.acknowledged {
		if l.ops[i].Complete < q.lastEmpty {
			certain++
		}
	}
	certain = min(max(0, certain-e.taken), missing)
	return certain, missing - certain
}

// judge sets the outcome.
func (r *Report) judge(q *queueAccount, l *ledger, lost, left []history.Value) {
	switch {
	case r.Reason != "":
		r.Outcome = check.Violation
	case len(lost) > q.takers && q.drains == 0:
		r.Outcome = check.Violation
		e := q.by[lost[0]]
		enqueue := &l.ops[e.acknowledged[0]]
		r.Core = []int{enqueue.Invoke}
		r.Reason = fmt.Sprintf("%s was enqueued by %s, and never taken, though the queue was found empty later", quoted(e.value), l.by(enqueue))
		if q.takers > 0 {
			r.Reason += fmt.Sprintf("; %d are lost, and %s with an unknown result can have taken one each", len(lost), count.Of(q.takers, "dequeue"))
		} else if len(lost) > 1 {
			r.Reason += fmt.Sprintf("; %d are lost", len(lost))
		}
	case len(lost) > 0:
		r.Outcome = check.Unknown
		r.Reason = neverTaken(lost) + ", but operations with an unknown result may have taken " + map[bool]string{true: "it", false: "them"}[len(lost) == 1]
	case len(left) > 0:
		r.Outcome = check.Unknown
		r.Reason = neverTaken(left) + ", and nothing drained the queue after that"
	default:
		r.Outcome = check.Valid
	}
}

// neverTaken is "7 was never taken" or "3 elements, such as 7, were never taken".
func neverTaken(all []history.Value) string {
	if len(all) == 1 {
		return quoted(all[0]) + " was never taken"
	}
	return fmt.Sprintf("%s, such as %s, were never taken", count.Of(len(all), "element"), quoted(all[0]))
}
