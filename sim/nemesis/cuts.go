package nemesis

import (
	"time"

	"simrun/sim/fault"
)

// partition cuts the network in one of the shapes.
func (s *scene) partition() {
	f := fault.Fault{At: s.at(), Kind: fault.Partition, InFlight: s.percent(25)}
	f.For = s.length(f.At)
	switch i := s.n(12); {
	case i < len(fault.Shapes):
		f.Shape = fault.Shapes[i]
		if s.c.Profile.Leader != "" && s.percent(40) {
			f.Target = s.chief()
		}
	case i < 8:
		f.Shape = fault.Halves
	case i == 8 && s.c.Nodes > 1:
		f.Kind = fault.Cut
		ends := s.shuffled(s.c.Nodes)
		f.Target = fault.Target(ends[0].String() + pick(s.dice, " > ", " <> ") + ends[1].String())
	case i == 9:
		f.Kind, f.Target = fault.Isolate, "any"
	default:
		f.Target = "minority | rest"
	}
	s.add(f)
}

// chief is the node that matters most, as a target: the leader, and any node of a system that has none.
func (s *scene) chief() fault.Target {
	if s.c.Profile.Leader == "" {
		return "any"
	}
	return fault.Role(s.c.Profile.Leader)
}

// clog lets messages pile up.
func (s *scene) clog() {
	f := fault.Fault{At: s.at(), Kind: fault.Clog}
	f.For = min(s.length(f.At), time.Second)
	switch s.n(4) {
	case 0:
		f.Kind = fault.SwizzleClog
	case 1:
		f.Target = "any"
	case 2:
		f.Target = "any > all"
	case 3:
		if s.c.Profile.Leader != "" {
			f.Target = s.chief() + pick[fault.Target](s.dice, " > rest", " <> rest")
		}
	}
	s.add(f)
}

// weather is how the network is all the time.
func (s *scene) weather() {
	if s.percent(60) {
		f := fault.Fault{Kind: fault.Latency, Dist: pick(s.dice, fault.Uniform, fault.Uniform, fault.Exponential, fault.LongTailed)}
		f.By = pick(s.dice, 100*time.Microsecond, time.Millisecond, 5*time.Millisecond)
		f.Max = pick[time.Duration](s.dice, 5, 10, 20, 40, 80, 120) * time.Millisecond
		f.Max = max(f.Max, 2*f.By)
		s.add(f)
	}
	if s.percent(50) {
		s.add(fault.Fault{Kind: fault.Loss, Ratio: s.chance(100, 50, 20, 10)})
	}
	if s.percent(50) {
		s.add(fault.Fault{Kind: fault.Duplicate, Ratio: s.chance(20, 5, 2)})
	}
	if s.percent(50) {
		s.add(fault.Fault{Kind: fault.Reorder, Ratio: s.chance(20, 10, 5, 3), By: pick[time.Duration](s.dice, 5, 20, 60, 200) * time.Millisecond})
	}
	if s.c.Profile.Claims.Corrupted && s.percent(30) {
		s.add(fault.Fault{Kind: fault.Corrupt, Ratio: s.chance(1000, 200, 50)})
	}
}

// chance draws one in so many.
func (s *scene) chance(of ...int64) fault.Ratio {
	return fault.Ratio{Num: 1, Den: pick(s.dice, of...)}
}

// storm is weather that comes and goes.
func (s *scene) storm() {
	f := fault.Fault{At: s.at()}
	f.For = s.length(f.At)
	switch s.n(7) {
	case 0:
		f.Kind, f.Ratio = fault.Loss, s.chance(2, 3, 5)
	case 1:
		f.Kind, f.Ratio = fault.Duplicate, s.chance(1, 2, 3)
	case 2:
		f.Kind, f.Ratio, f.By = fault.Reorder, s.chance(1, 2, 3), s.time(10*time.Millisecond, 300*time.Millisecond)
	case 3:
		f.Kind, f.Dist, f.By, f.Max = fault.Latency, fault.Uniform, time.Millisecond, s.time(50*time.Millisecond, 300*time.Millisecond)
	case 4:
		f.Kind, f.Dist = fault.Latency, fault.Constant
		f.By = s.time(20*time.Millisecond, 150*time.Millisecond)
		f.Max = f.By
	case 5:
		f.Kind, f.Rate, f.Queue = fault.Bandwidth, pick[int64](s.dice, 4_000, 20_000, 100_000), pick(s.dice, 0, 20, 100)
	case 6:
		f.Kind, f.Ratio = fault.Loss, s.chance(1, 2)
		if s.c.Profile.Claims.Corrupted {
			f.Kind, f.Ratio = fault.Corrupt, s.chance(5, 20, 100)
		}
	}
	if s.percent(40) {
		f.Target = pick[fault.Target](s.dice, "any", "any > all", "all > any")
		if s.c.Profile.Leader != "" && s.percent(50) {
			f.Target = s.chief() + pick[fault.Target](s.dice, "", " > rest", " <> any")
		}
	}
	s.add(f)
}

// lost takes nodes away for good: at most as many as the system claims to miss.
func (s *scene) lost() {
	at := s.at()
	if s.c.Profile.Claims.Partial && s.percent(50) {
		s.add(fault.Fault{At: at, Kind: fault.Partition, For: fault.Forever, Shape: pick(s.dice, fault.Bridge, fault.QuorumLoss, fault.Chain)})
		return
	}
	f := fault.Fault{At: at, For: fault.Forever, Target: s.victim(s.c.Profile.Claims.Lost)}
	if s.c.Profile.Leader != "" && s.percent(35) {
		f.Target = s.chief()
	} else if s.percent(25) {
		f.Target = "any 2"
	}
	switch s.n(6) {
	case 0:
		f.Kind = fault.Isolate
	case 1, 2:
		f.Kind, f.Target = fault.Cut, "rest > "+f.Target
	case 3:
		f.Kind, f.Target = fault.Cut, f.Target+" > rest"
	default:
		f.Kind = fault.Crash
		if s.reports("vote") && s.percent(40) {
			s.moment(&f, "vote")
		}
	}
	s.add(f)
}
