package nemesis

import (
	"time"

	"simrun/sim/fault"
)

// reports says whether the system's nodes report an event.
func (s *scene) reports(e fault.Event) bool { return s.c.Profile.Reports(e) }

// moment makes a fault wait, from its time on, for one of the first few events of
// a name, if the system reports it: a fault hurts most right after.
func (s *scene) moment(f *fault.Fault, e fault.Event) {
	f.On = e
	if n := pick(s.dice, 1, 1, 2, 3, 5, 9); n > 1 {
		f.Nth = n
	}
}

// leader goes for the node that matters most.
func (s *scene) leader() {
	f := fault.Fault{At: s.at(), Target: s.chief()}
	f.For = s.length(f.At)
	switch s.n(11) {
	case 0, 1:
		f.Kind, f.InFlight = fault.Isolate, s.percent(30)
	case 2, 3:
		f.Kind = fault.Isolate
		s.moment(&f, "ack")
	case 4:
		s.atCommit(&f, fault.Crash)
	case 5:
		s.atCommit(&f, fault.Pause)
	case 6:
		f.Kind, f.Target = fault.Partition, f.Target+",any | rest"
	case 7:
		f.Kind, f.Target = fault.Cut, pick(s.dice, f.Target+" > rest", "rest > "+f.Target, f.Target+" <> any")
	case 8:
		f.Kind = fault.Crash
		s.moment(&f, "ack")
	case 9:
		s.turnover(f)
		return
	case 10:
		s.lateAnswers(f)
		return
	}
	s.add(f)
}

// atCommit hits a node as it commits, or, where that is not reported, as it syncs.
func (s *scene) atCommit(f *fault.Fault, k fault.Kind) {
	f.Kind, f.Target = k, "it"
	if s.reports("commit") {
		s.moment(f, "commit")
		return
	}
	s.moment(f, "sync")
}

// turnover cuts off one leader after the other: two or three in a row.
func (s *scene) turnover(f fault.Fault) {
	step := (s.end - f.At) / 4
	for range s.between(2, 3) {
		f.Kind = pick(s.dice, fault.Isolate, fault.Isolate, fault.Crash, fault.Pause)
		f.For = max(time.Millisecond, s.time(step/2, step*3/2))
		s.add(f)
		f.At += step
	}
}

// lateAnswers lets the leader hear the past: what the others tell it queues on a narrow
// link, and meanwhile they lose it and elect another.
func (s *scene) lateAnswers(f fault.Fault) {
	late := s.time(500*time.Millisecond, 1200*time.Millisecond)
	s.add(fault.Fault{At: f.At, Kind: fault.Bandwidth, Rate: pick[int64](s.dice, 300, 500, 1000), Target: "rest > " + s.chief(), For: 3 * late})
	f.At += late
	f.Kind, f.For = fault.Pause, late/2
	if s.percent(75) {
		f.Kind, f.Target, f.For = fault.Cut, f.Target+" > rest", 2*late
	}
	s.add(f)
}

// election makes the leader go, so that there is an election, and disturbs it.
func (s *scene) election() {
	at := s.at()
	gone := fault.Fault{At: at, Kind: pick(s.dice, fault.Isolate, fault.Pause, fault.Crash), Target: s.chief()}
	if s.percent(10) { // afterwards all wake at once, and all are candidates
		gone.Kind, gone.Target = fault.Pause, "all"
	}
	gone.For = min(max(400*time.Millisecond, s.length(at)), max(time.Millisecond, s.end-at))
	s.add(gone)
	switch s.n(6) {
	case 0, 1, 2:
		if s.percent(75) {
			s.splitVotes(at, gone.For)
		}
		s.flapVoters(at)
	case 3: // whoever was away is behind, and has the newest term
		s.add(fault.Fault{At: max(0, at-s.time(300*time.Millisecond, 800*time.Millisecond)), Kind: fault.Isolate, Target: "any", For: s.time(250*time.Millisecond, time.Second)})
	case 4:
		s.splitVotes(at, gone.For)
	case 5:
		if e := s.c.Profile.Elected; e != "" {
			f := fault.Fault{At: at, Kind: pick(s.dice, fault.Crash, fault.Isolate, fault.Pause), Target: "it", For: s.time(time.Millisecond, 300*time.Millisecond)}
			s.moment(&f, e)
			s.add(f)
		}
	}
}

// splitVotes makes messages take so long that several nodes become candidates before
// they hear of each other, and copies of votes arrive.
func (s *scene) splitVotes(at, length time.Duration) {
	s.add(fault.Fault{At: at, Kind: fault.Latency, Dist: fault.Uniform, By: time.Millisecond, Max: s.time(40*time.Millisecond, 200*time.Millisecond), For: length})
	if s.percent(60) {
		s.add(fault.Fault{At: at, Kind: fault.Duplicate, Ratio: s.chance(1, 2, 4), For: length})
	}
}

// flapVoters crashes nodes for a moment, so that they are back within the term
// in which they voted.
func (s *scene) flapVoters(at time.Duration) {
	if !s.reports("vote") || s.percent(30) {
		s.add(fault.Fault{At: at, Kind: fault.CrashLoop, Target: pick[fault.Target](s.dice, "any", "any 2", "all"), Every: s.time(8*time.Millisecond, 60*time.Millisecond), For: s.time(300*time.Millisecond, 900*time.Millisecond)})
		return
	}
	for i := range s.between(2, 4) {
		f := fault.Fault{At: at, On: "vote", Nth: 2*i + s.between(1, 2), Kind: fault.Crash, Target: "it", For: s.time(time.Millisecond, 8*time.Millisecond)}
		if f.Nth == 1 {
			f.Nth = 0
		}
		s.add(f)
	}
}
