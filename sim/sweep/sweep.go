// Package sweep runs many seeds on all cores. Workers share nothing, and what
// comes out does not depend on how they were scheduled: reports are delivered in
// order of seed, and a sweep that stops early stops after the same seed each time.
package sweep

import (
	"context"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/rng"
)

// Outcome is what became of one seed. A higher one outranks a lower one.
type Outcome uint8

const (
	Valid     Outcome = iota // every promise held
	Unknown                  // the check's budget was spent
	Violation                // a promise was broken
	Internal                 // simrun itself failed: a panic, or two runs of one case that differ
)

var outcomeNames = [...]string{"valid", "unknown", "violation", "internal error"}

// String returns "valid", "unknown", "violation" or "internal error".
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// Report is what a sweep keeps of one seed.
type Report struct {
	Seed      sim.Seed
	Outcome   Outcome
	Detail    string     // one sentence; empty if valid
	Events    uint64     // executed
	Simulated sim.Time   // virtual time at the end
	Marks     []sim.Mark // states worth reaching that were reached
	Verified  bool       // the seed was run twice, and the runs were compared
}

// Plan says what to sweep and how.
type Plan struct {
	First, Last sim.Seed // inclusive
	// Shard of Shards, from 1: the seeds that this sweep takes, by seed modulo
	// Shards, so that a sweep which goes on later keeps its shard. Shards 0: all.
	Shard, Shards uint64
	Workers       int    // goroutines; less than 1: one
	MaxFailures   int    // stop after so many seeds with a violation or an internal error; 0: never
	VerifyOneIn   uint64 // run every so-many-th seed twice, chosen by the seed; 0: none

	// Run runs one seed. It is called by many goroutines at once.
	Run func(sim.Seed) Report
	// Verify runs a seed again and says where that run differs from its first; "" if
	// nowhere. It is called by many goroutines at once.
	Verify func(sim.Seed) string
	// Each, if not nil, gets every report, in order of seed, from the goroutine that called [Sweep].
	Each func(Report)
}

// Summary is what a sweep brought forth.
type Summary struct {
	Done      uint64      // seeds that were run
	Counts    [4]uint64   // of Done, by Outcome
	Verified  uint64      // of Done, run twice
	Failures  []Report    // with a violation or an internal error, in order of seed
	Marks     []MarkCount // in order of name
	Events    uint64
	Simulated sim.Time
	// Next is the seed to go on with, if Complete is false: the sweep was
	// interrupted, or it reached MaxFailures.
	Next     sim.Seed
	Complete bool
}

// MarkCount says how often a state worth reaching was reached.
type MarkCount struct {
	Name  string `json:"name"`
	Seeds uint64 `json:"seeds"` // that reached it at least once
	Count uint64 `json:"count"` // over all seeds
}

// Worst returns the highest outcome of all seeds: an internal error outranks a
// violation, which outranks unknown.
func (s *Summary) Worst() Outcome {
	for o := Internal; o > Valid; o-- {
		if s.Counts[o] > 0 {
			return o
		}
	}
	return Valid
}

// verifyDraw chooses the seeds that are run twice.
var verifyDraw = rng.Of("verify")

// window bounds how many seeds per worker may wait for a slow one before them.
const window = 64

// Sweep runs the seeds of p until all are done, p.MaxFailures is reached, or ctx
// is done; then it waits for the seeds that are under way.
func Sweep(ctx context.Context, p Plan) Summary {
	workers := max(p.Workers, 1)
	jobs, done := make(chan sim.Seed), make(chan Report)
	for range workers {
		go func() {
			for seed := range jobs {
				done <- p.one(seed)
			}
		}()
	}
	defer close(jobs)

	s := Summary{Complete: true}
	marks := map[string]MarkCount{}
	seeds := seedQueue{next: p.First, last: p.Last, shard: p.Shard, shards: max(p.Shards, 1)}
	seeds.settle()
	var order []sim.Seed             // under way or waiting, oldest first
	waiting := map[sim.Seed]Report{} // done, but not the oldest
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
		case r := <-done:
			underway--
			waiting[r.Seed] = r
		}
		for len(order) > 0 && !full {
			r, ok := waiting[order[0]]
			if !ok {
				break
			}
			delete(waiting, order[0])
			order = order[1:]
			s.add(r, marks)
			if p.Each != nil {
				p.Each(r)
			}
			if p.MaxFailures > 0 && len(s.Failures) >= p.MaxFailures {
				full, stopped = true, true
			}
		}
	}
	if len(order) > 0 {
		s.Complete, s.Next = false, order[0]
	} else if !seeds.empty {
		s.Complete, s.Next = false, seeds.next
	}
	for _, m := range marks {
		s.Marks = append(s.Marks, m)
	}
	slices.SortFunc(s.Marks, func(a, b MarkCount) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return s
}

func (s *Summary) add(r Report, marks map[string]MarkCount) {
	s.Done++
	s.Counts[r.Outcome]++
	s.Events += r.Events
	s.Simulated += r.Simulated
	if r.Verified {
		s.Verified++
	}
	if r.Outcome >= Violation {
		s.Failures = append(s.Failures, r)
	}
	for _, m := range r.Marks {
		c := marks[m.Name]
		marks[m.Name] = MarkCount{m.Name, c.Seeds + 1, c.Count + m.Count}
	}
}

// one runs one seed, and turns a panic into a report.
func (p *Plan) one(seed sim.Seed) (r Report) {
	defer func() {
		if x := recover(); x != nil {
			r = Report{Seed: seed, Outcome: Internal, Detail: fmt.Sprintf("panic: %v", x)}
		}
	}()
	r = p.Run(seed)
	r.Seed = seed
	if p.VerifyOneIn > 0 && p.Verify != nil && rng.Draw(uint64(seed), verifyDraw, 0, 0).N(p.VerifyOneIn) == 0 {
		r.Verified = true
		if difference := p.Verify(seed); difference != "" {
			r.Outcome, r.Detail = Internal, difference
		}
	}
	return r
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
