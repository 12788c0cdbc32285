package policy

import "time"

// Queue holds what waits for a worker: not more than so much, the first first, and nothing whose caller has given up. Without the last a queue that was
// long once may keep every worker busy with what nobody waits for. See Site Reliability Engineering, chapter 22, "Queue Management" and "Load Shedding and
// Graceful Degradation".
type Queue[T any] struct {
	Limit int

	waiting []waiting[T]
}

type waiting[T any] struct {
	what T
	by   Deadline
}

// Put adds a call; false if there is no room, and the caller is to be told at once.
func (q *Queue[T]) Put(what T, by Deadline) bool {
	if len(q.waiting) >= q.Limit {
		return false
	}
	q.waiting = append(q.waiting, waiting[T]{what, by})
	return true
}

// Shed drops the calls at the head of the queue whose callers have given up, and returns how many.
func (q *Queue[T]) Shed(now time.Duration) (dropped int) {
	for dropped < len(q.waiting) && q.waiting[dropped].by.Passed(now) {
		dropped++
	}
	q.waiting = q.waiting[dropped:]
	return dropped
}

// Take removes the call that has waited longest; false if none waits.
func (q *Queue[T]) Take() (what T, by Deadline, ok bool) {
	if len(q.waiting) == 0 {
		return what, by, false
	}
	w := q.waiting[0]
	q.waiting = q.waiting[1:]
	return w.what, w.by, true
}

// Len is how many calls wait.
func (q *Queue[T]) Len() int { return len(q.waiting) }
