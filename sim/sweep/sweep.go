// Package sweep runs many seeds on all cores. Workers share nothing, and what
// comes out does not depend on how they were scheduled: reports are delivered in
// order of seed, and a sweep that stops early stops after the same seed each time.
package sweep

import (
	"context"

	"simrun/sim"
)

// Plan says what to sweep and how. R is what is kept of one seed.
type Plan[R any] struct {
	First, Last sim.Seed // inclusive
	// Shard of Shards, from 1: the seeds that this sweep takes, by seed modulo
	// Shards, so that a sweep which goes on later keeps its shard. Shards 0: all.
	Shard, Shards uint64
	Workers       int // goroutines; less than 1: one
	MaxFailures   int // stop after so many seeds that failed; 0: never

	// Run runs one seed. It is called by many goroutines at once.
	Run func(sim.Seed) R
	// Panicked turns a panic of Run into what is kept of the seed. It is called where the panic was recovered.
	Panicked func(seed sim.Seed, value any) R
	// Failed tells a report that counts as a failure. Nil: none does.
	Failed func(R) bool
	// Dropped tells a report of a seed that did not run to its end: it ends the sweep, which goes on with this seed. Nil: none does.
	Dropped func(R) bool
	// Enough is asked after each report that was given to Each, and ends the sweep. Nil: never.
	Enough func() bool
	// Each gets every report, in order of seed, from the goroutine that called [Sweep]. Nil: it is dropped.
	Each func(R)
}

// Summary is how far a sweep got.
type Summary struct {
	Done     uint64 // seeds that were run
	Failures int    // of Done
	// Next is the seed to go on with, if Complete is false: the sweep was
	// interrupted, or it reached MaxFailures, or there was Enough.
	Next     sim.Seed
	Complete bool
}

// window bounds how many seeds per worker may wait for a slow one before them.
const window = 64

// done is a report on its way back.
type done[R any] struct {
	seed   sim.Seed
	report R
}

// Sweep runs the seeds of p until all are done, p.MaxFailures is reached, or ctx
// is done; then it waits for the seeds that are under way.
func Sweep[R any](ctx context.Context, p Plan[R]) Summary {
	workers := max(p.Workers, 1)
	jobs, results := make(chan sim.Seed), make(chan done[R])
	for range workers {
		go func() {
			for seed := range jobs {
				results <- done[R]{seed, p.one(seed)}
			}
		}()
	}
	defer close(jobs)

	s := Summary{Complete: true}
	seeds := seedQueue{next: p.First, last: p.Last, shard: p.Shard, shards: max(p.Shards, 1)}
	seeds.settle()
	var order []sim.Seed        // under way or waiting, oldest first
	waiting := map[sim.Seed]R{} // done, but not the oldest
	underway, stopped, full := 0, false, false
	for {
		var send chan sim.Seed
		if !stopped && !seeds.empty && len(order) < workers*window {
			send = jobs
		}
		if send == nil && underway == 0 {
			break
		}
		select {
		case send <- seeds.next:
			order = append(order, seeds.next)
			underway++
			seeds.advance()
			continue
		case <-ctx.Done():
			ctx, stopped = context.Background(), true
			continue
		case d := <-results:
			underway--
			waiting[d.seed] = d.report
		}
		for len(order) > 0 && !full {
			r, ok := waiting[order[0]]
			if !ok {
				break
			}
			if p.Dropped != nil && p.Dropped(r) {
				full, stopped = true, true
				break
			}
			delete(waiting, order[0])
			order = order[1:]
			s.Done++
			if p.Each != nil {
				p.Each(r)
			}
			if p.Failed != nil && p.Failed(r) {
				s.Failures++
			}
			if p.MaxFailures > 0 && s.Failures >= p.MaxFailures || p.Enough != nil && p.Enough() {
				full, stopped = true, true
			}
		}
	}
	if len(order) > 0 {
		s.Complete, s.Next = false, order[0]
	} else if !seeds.empty {
		s.Complete, s.Next = false, seeds.next
	}
	return s
}

// one runs one seed, and turns a panic into a report.
func (p *Plan[R]) one(seed sim.Seed) (r R) {
	defer func() {
		if x := recover(); x != nil {
			r = p.Panicked(seed, x)
		}
	}()
	return p.Run(seed)
}

// seedQueue hands out the seeds of a shard in order.
type seedQueue struct {
	next, last    sim.Seed
	shard, shards uint64
	empty         bool
}

// settle moves on to the next seed of the shard, if the present one is not.
func (q *seedQueue) settle() {
	for !q.empty && q.shards > 1 && uint64(q.next)%q.shards != q.shard%q.shards {
		q.advanceOne()
	}
	q.empty = q.empty || q.next > q.last
}

func (q *seedQueue) advance() {
	q.advanceOne()
	q.settle()
}

func (q *seedQueue) advanceOne() {
	if q.next >= q.last {
		q.empty = true
		return
	}
	q.next++
}
