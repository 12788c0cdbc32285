package trial

import (
	"cmp"
	"context"
	"math"
	"slices"

	"simrun/internal/survival"
	"simrun/sim"
)

// Search is what became of independent starts. They take the seeds in order, from 1: a start ends with the first seed that fails, or
// at the limit, and the next begins with the seed after it. So no two have a seed in common, and the first start ends where any search from 1 does.
type Search struct {
	By     string           `json:"by"`     // the nemesis, or "scenario" or "plan"
	Limit  uint64           `json:"limit"`  // of seeds that a start takes
	Starts []survival.Start `json:"starts"` // in order
	Cut    bool             `json:"cut"`    // the bound on events ended the last start, or left out further ones
	survival.Estimate

	First  sim.Seed `json:"first,omitempty"` // that fails
	Seeds  uint64   `json:"seeds"`           // that were run, of which Shown fail
	Shown  uint64   `json:"shown"`
	Events uint64   `json:"events"`
	Spent

	Checks   []CheckCount `json:"checks"`   // every check of the runs, in order of the judgement
	Together []Together   `json:"together"` // the most frequent first
	Twin     Twin         `json:"twin"`
}

// CheckCount says how many of the failing runs a check saw.
type CheckCount struct {
	Name  string `json:"name"`
	Seeds uint64 `json:"seeds"`
	Alone uint64 `json:"alone"` // of them: no other check did
}

// Together says how many of the failing runs these checks saw, and no other.
type Together struct {
	Checks []string `json:"checks"` // in order of their names
	Seeds  uint64   `json:"seeds"`
}

// searching is a search under way.
type searching struct {
	Search
	starts int    // to make
	bound  uint64 // on events; 0: none
	start  survival.Start
	failed [][]string // the checks that saw each failing run
}

// search makes starts until there are enough, or the bound on events is reached.
func (b *Bench) search(ctx context.Context, s *Setup, part string, limit uint64, starts int) (Search, error) {
	f := searching{Search: Search{Limit: limit, Starts: []survival.Start{}}, starts: starts, bound: b.Events}
	at, ended := b.began(part)
	err := b.sweep(ctx, s, part, 1, math.MaxInt64, func(r *Report) bool {
		more := f.add(r)
		at(f.thousandths())
		return more
	})
	f.Spent = ended()
	if err != nil {
		return f.Search, err
	}
	if f.start.Trials > 0 {
		f.end(true)
	}
	f.Estimate = survival.Of(f.Starts)
	f.Together = together(f.failed)
	f.Checks, err = f.checks(s)
	return f.Search, err
}

// add takes the next seed, and reports whether there is more to do.
func (f *searching) add(r *Report) bool {
	f.Seeds++
	f.Events += r.Events
	f.start.Trials++
	switch {
	case r.Failure():
		if f.Shown++; f.First == 0 {
			f.First = r.Seed
		}
		f.failed = append(f.failed, r.Failed)
		f.end(false)
	case f.start.Trials == f.Limit:
		f.end(true)
	}
	if len(f.Starts) == f.starts {
		return false
	}
	f.Cut = f.bound > 0 && f.Events >= f.bound
	return !f.Cut
}

func (f *searching) end(censored bool) {
	f.start.Censored = censored
	f.Starts, f.start = append(f.Starts, f.start), survival.Start{}
}

// thousandths says how much of the search is done, by its starts or by its events.
func (f *searching) thousandths() uint64 {
	done := uint64(len(f.Starts)) * 1000 / uint64(f.starts)
	if f.bound > 0 {
		done = max(done, f.Events*1000/f.bound)
	}
	return min(done, 1000)
}

// checks counts the failing runs that each check saw, in order of the judgement.
func (f *searching) checks(s *Setup) ([]CheckCount, error) {
	list := []CheckCount{}
	if f.Shown == 0 {
		return list, nil
	}
	run, err := s.Run(f.First, false)
	if err != nil {
		return nil, err
	}
	for _, c := range run.Checks {
		n := CheckCount{Name: c.Name}
		for _, saw := range f.failed {
			if slices.Contains(saw, c.Name) {
				n.Seeds++
				if len(saw) == 1 {
					n.Alone++
				}
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// together counts the sets of checks that saw failing runs.
func together(failed [][]string) []Together {
	list := []Together{}
	for _, saw := range failed {
		saw = slices.Sorted(slices.Values(saw))
		i := slices.IndexFunc(list, func(t Together) bool { return slices.Equal(t.Checks, saw) })
		if i < 0 {
			i = len(list)
			list = append(list, Together{Checks: saw})
		}
		list[i].Seeds++
	}
	slices.SortFunc(list, func(a, b Together) int {
		return cmp.Or(cmp.Compare(b.Seeds, a.Seeds), slices.Compare(a.Checks, b.Checks))
	})
	return list
}
