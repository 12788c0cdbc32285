package nemesis

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"simrun/history/nearest"
	"simrun/sim/disk"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Style is a way to compose a plan in which what happens belongs together: several hardships of one node, one short scene again and again. The
// swarm draws scenes that do not know of each other, and seldom has what needs several.
type Style struct {
	Name    string
	Summary string // one line

	plan func(*scene)
	fits func(*Cluster) bool // nil: always
}

// Styles lists the ways to compose.
func Styles() []Style {
	return []Style{
		{"dense", "scenes of the swarm's families, one right after the other", nil, nil},
		{"packed", "twice as many again, so that they overlap", nil, nil},
		{"victim", "one node has it all at once: its disk is slow, it hears late, it is cut off, and it or the leader crashes", (*scene).hardships, nil},
		{"rounds", "one short scene of one to three faults, again and again, each time with who it hits then", (*scene).rounds, nil},
		{"moments", "right after what the nodes report, whoever it happened to is cut off, crashes or stops, again and again", (*scene).moments,
			func(c *Cluster) bool { return len(c.Profile.Events) > 0 }},
		{"priorities", "each link has a delay of its own, by a random order of priorities that changes at a few points", (*scene).priorities, nil},
		{"calls", "single calls of one node's disk fail or are short, and it restarts later, or not at all", (*scene).calls,
			func(c *Cluster) bool { return c.Beyond || c.Profile.Claims.Errors > 0 || c.Profile.Claims.Damaged > 0 }},
		{"minority", "all goes well until a minority is lost for good or for long, and one more node comes and goes", (*scene).minority, nil},
	}
}

// Composes reports whether there is anything to draw in a style for a cluster.
func Composes(style string, c Cluster) bool {
	for _, s := range Styles() {
		if s.Name == style {
			return s.fits == nil || s.fits(&c)
		}
	}
	return false
}

var composing = rng.Of("nemesis style")

// Compose draws a plan in a style, an empty one if there is nothing to draw. Equal arguments give equal plans. It stays within the claims unless c.Beyond. The error names the
// right names.
func Compose(style string, c Cluster, seed uint64) (Plan, error) {
	all := Styles()
	i := slices.IndexFunc(all, func(s Style) bool { return s.Name == style })
	if i < 0 {
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return Plan{}, nearest.Unknown("style", style, names)
	}
	if c.Nodes < 1 || c.Nodes > fault.MaxNodes {
		return Plan{}, fmt.Errorf("nemesis: %d nodes: expected 1 to %d", c.Nodes, fault.MaxNodes)
	}
	if !Composes(style, c) {
		return Plan{}, nil
	}
	d := &dice{rng.Draw(seed, composing, uint64(i), 0)}
	if all[i].plan == nil {
		return Plan{Faults: Fit(c, dense(c, all[i].Name == "packed", d))}, nil
	}
	s := &scene{dice: d, c: &c, doomed: d.shuffled(c.Nodes), end: c.Duration}
	all[i].plan(s)
	return Plan{Faults: Fit(c, s.faults)}, nil
}

// Fit makes of any list of faults a plan for a cluster: in order of time, without those that begin after the fault phase, that the cluster can't have,
// or that go beyond the claims, unless c.Beyond. The list is used up.
func Fit(c Cluster, list []fault.Fault) []fault.Fault {
	list = slices.DeleteFunc(list, func(f fault.Fault) bool {
		return f.At < 0 || f.At >= c.Duration || c.Profile.Check(f) != nil
	})
	slices.SortStableFunc(list, func(a, b fault.Fault) int { return cmp.Compare(a.At, b.At) })
	if len(list) > maxPlan {
		list = list[:maxPlan]
	}
	return within(&c, list)
}

// maxPlan bounds a composed plan.
const maxPlan = 100

// dense fills a run with scenes of the swarm. What is lost for good is lost at the end, with calm afterwards: earlier, what follows would
// undo what it leads to.
func dense(c Cluster, packed bool, d *dice) []fault.Fault {
	c.Pace = d.between(paceHigh+2, 2*paceHigh)
	if packed {
		c.Pace *= 2
	}
	drawn := d.subset(&c)
	i := slices.IndexFunc(drawn, func(f Family) bool { return f.once })
	if i < 0 {
		return stage(&c, drawn, d)
	}
	lost := drawn[i]
	s := &scene{dice: d, c: &c, doomed: d.shuffled(c.Nodes), begin: c.Duration * time.Duration(d.between(4, 8)) / 10, end: c.Duration}
	before := c
	before.Duration = s.begin
	plan := stage(&before, slices.Delete(drawn, i, i+1), &dice{d.v.Next()})
	for i := range plan { // what lasts to the end of the phase ends before
		if f := &plan[i]; f.For == 0 && f.Kind.Lasts() && f.Kind.Family() != fault.Weather {
			f.For = max(time.Millisecond, s.begin-f.At)
		}
	}
	lost.scene(s)
	return append(s.faults, plan...)
}

// someone draws whom a composed scene hits: a node by name, or the leader.
func (s *scene) someone() fault.Target {
	if s.c.Profile.Leader != "" && s.percent(40) {
		return s.chief()
	}
	return fault.Target(s.doomed[s.n(len(s.doomed))].String())
}

// soon draws a time near another, before or after it.
func (s *scene) soon(at, apart time.Duration) time.Duration {
	return max(0, at+s.time(0, 2*apart)-apart)
}

// hardships lets one node suffer several things at once, a few times in a run.
func (s *scene) hardships() {
	times := s.between(1, 4)
	slot := s.c.Duration / time.Duration(times)
	for i := range times {
		v := fault.Target(s.doomed[s.n(len(s.doomed))].String())
		at := time.Duration(i)*slot + s.time(0, slot/3)
		length := s.time(100*time.Millisecond, max(200*time.Millisecond, slot*2/3))
		for range s.between(2, 4) {
			s.hardship(v, s.soon(at, length/4), length)
		}
		end := at + length
		switch s.n(3) { // and then
		case 0:
			s.add(s.shortCrash(v, s.soon(end, 50*time.Millisecond)))
		case 1:
			if s.c.Profile.Leader != "" {
				s.add(s.shortCrash(s.chief(), s.soon(end, 50*time.Millisecond)))
			}
		}
	}
}

func (s *scene) shortCrash(v fault.Target, at time.Duration) fault.Fault {
	f := fault.Fault{At: at, Kind: fault.Crash, Target: v, For: s.time(5*time.Millisecond, 400*time.Millisecond)}
	if (s.c.Profile.Claims.Torn || s.c.Beyond) && s.percent(40) {
		f.Keep = pick(s.dice, disk.KeepAll, disk.Prefix, disk.Torn, disk.Reordered)
	}
	return f
}

// hardship lets a node suffer one thing.
func (s *scene) hardship(v fault.Target, at, length time.Duration) {
	f := fault.Fault{At: at, Target: v, For: s.time(length/4, length)}
	switch s.n(10) {
	case 0:
		f.Kind, f.By = fault.SlowSync, s.time(5*time.Millisecond, 200*time.Millisecond)
	case 1:
		f.Kind = fault.StallSync
	case 2, 3:
		f.Kind, f.InFlight = fault.Isolate, s.percent(50)
	case 4:
		f.Kind, f.Target = fault.Cut, pick(s.dice, "rest > "+v, v+" > rest")
	case 5:
		f.Kind, f.Target, f.Dist, f.By = fault.Latency, pick(s.dice, "rest > "+v, v+" <> rest"), fault.Constant, s.time(30*time.Millisecond, 300*time.Millisecond)
		f.Max = f.By
	case 6:
		f.Kind, f.Target = fault.Clog, pick(s.dice, "rest > "+v, v+" > rest")
	case 7:
		f.Kind = fault.Pause
	case 8:
		f = s.shortCrash(v, at)
	case 9:
		f.Kind, f.Target, f.Rate = fault.Bandwidth, pick(s.dice, "rest > "+v, v+" > rest"), pick[int64](s.dice, 300, 1000, 4000)
	}
	s.add(f)
}

// maxRounds bounds the rounds of a plan.
const maxRounds = 24

// rounds plays a short scene again and again.
func (s *scene) rounds() {
	period := s.time(300*time.Millisecond, 2*time.Second)
	type part struct {
		after, length time.Duration
		kind          int
		v             fault.Target
	}
	parts := make([]part, s.between(1, 3))
	for i := range parts {
		parts[i] = part{after: s.time(0, period/2), length: s.time(period/5, period*4/5), kind: s.n(9), v: s.someone()}
	}
	begin, turn := s.time(300*time.Millisecond, 1500*time.Millisecond), s.percent(50)
	for n := 0; n < maxRounds && begin < s.c.Duration; n++ {
		for i, p := range parts {
			v := p.v
			if turn && i == 0 && v != s.chief() { // each time another
				v = fault.Target(s.doomed[n%len(s.doomed)].String())
			}
			f := fault.Fault{At: begin + p.after, Target: v, For: p.length}
			switch p.kind {
			case 0, 1:
				f.Kind = fault.Isolate
			case 2:
				f.Kind, f.InFlight = fault.Isolate, true
			case 3:
				f.Kind, f.Target = fault.Cut, v+" > rest"
			case 4:
				f.Kind, f.Target, f.Rate = fault.Bandwidth, "rest > "+v, 300
				f.For = min(3*p.length, s.c.Duration)
			case 5:
				f.Kind, f.For = fault.Crash, p.length/3
			case 6:
				f.Kind = fault.Pause
			case 7:
				f.Kind, f.Target = fault.Partition, s.halves(n)
			case 8:
				f.Kind, f.By = fault.Skew, s.jump()
				if f.By == 0 {
					continue
				}
			}
			s.add(f)
		}
		begin += period
	}
}

// halves is a partition into a minority and the rest, another each time.
func (s *scene) halves(n int) fault.Target {
	few := max(1, (s.c.Nodes-1)/2)
	var group fault.Set
	for i := range few {
		group |= fault.SetOf(s.doomed[(n*few+i)%len(s.doomed)])
	}
	return fault.Target(group.String() + " | rest")
}

// moments waits for what the nodes report.
func (s *scene) moments() {
	events := s.c.Profile.Events
	times := s.between(2, 16)
	one := events[s.n(len(events))].Event
	one2, what := s.percent(60), s.n(6)
	step := s.c.Duration / time.Duration(times+1)
	length := s.time(20*time.Millisecond, max(100*time.Millisecond, 2*step))
	for i := range times {
		f := fault.Fault{At: step/2 + time.Duration(i)*step, Target: "it", For: length}
		if !one2 {
			one, what = events[s.n(len(events))].Event, s.n(6)
			f.For = s.time(5*time.Millisecond, max(100*time.Millisecond, 2*step))
		}
		if s.moment(&f, one); s.percent(50) {
			f.Nth = 0
		}
		switch what {
		case 0, 1:
			f.Kind, f.InFlight = fault.Isolate, true
		case 2:
			f.Kind = fault.Isolate
		case 3:
			f = fault.Fault{At: f.At, On: f.On, Nth: f.Nth, Kind: fault.Crash, Target: "it", For: min(f.For, 400*time.Millisecond)}
		case 4:
			f.Kind = fault.Pause
		case 5:
			f.Kind, f.InFlight, f.Target = fault.Partition, s.percent(50), pick[fault.Target](s.dice, "it,any | rest", s.halves(i))
		}
		s.add(f)
	}
}

// priorities orders the links, as PCT orders threads (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
// ASPLOS 2010; for messages Ozkan et al., OOPSLA 2018): what a link carries comes later than all of the links before it. At a few points one
// link goes to the end.
func (s *scene) priorities() {
	n := s.c.Nodes
	if n < 2 {
		return
	}
	var links []fault.Target
	for i := range n {
		for j := range n {
			if i != j {
				links = append(links, fault.Target(fault.Node(i+1).String()+" > "+fault.Node(j+1).String()))
			}
		}
	}
	unit := s.time(time.Millisecond, 12*time.Millisecond)
	for i := len(links) - 1; i > 0; i-- {
		j := s.n(i + 1)
		links[i], links[j] = links[j], links[i]
	}
	for i, l := range links {
		by := max(100*time.Microsecond, unit*time.Duration(i)/2)
		s.add(fault.Fault{Kind: fault.Latency, Dist: fault.Constant, By: by, Max: by, Target: l})
	}
	for range s.between(2, 8) {
		f := fault.Fault{At: s.time(0, s.c.Duration*3/4), Kind: fault.Latency, Dist: fault.Constant, Target: links[s.n(len(links))], By: unit * time.Duration(len(links)), For: s.time(100*time.Millisecond, 2*time.Second)}
		f.Max = f.By
		s.add(f)
	}
	for range s.n(3) {
		s.add(s.shortCrash(s.someone(), s.time(0, s.c.Duration*3/4)))
	}
}

// calls makes single calls of a disk fail.
func (s *scene) calls() {
	claims := s.c.Profile.Claims
	for range s.between(1, 4) {
		at := s.time(300*time.Millisecond, s.c.Duration*3/4)
		f := fault.Fault{At: at, Target: s.victim(claims.Errors), For: s.time(50*time.Millisecond, 2*time.Second)}
		switch s.n(6) {
		case 0, 1:
			f.Kind, f.Op, f.Access = fault.IOError, s.between(1, 20), pick[fault.Access](s.dice, "", "write", "sync", "rename", "truncate")
		case 2:
			f.Kind, f.Ratio, f.Access = fault.ShortIO, s.chance(1, 2, 5), pick[fault.Access](s.dice, "", "read", "write")
		case 3:
			f.Kind, f.Ratio = fault.IOError, s.chance(2, 3, 10)
		case 4:
			f.Kind, f.Target, f.For = pick(s.dice, fault.CutFile, fault.LoseFile), s.victim(claims.Missing), 0
		case 5:
			f.Kind, f.Target, f.For = pick(s.dice, fault.Rot, fault.Rot, fault.Misdirect), s.victim(claims.Damaged), 0
		}
		s.add(f)
		if s.percent(70) { // it reads what it has
			s.add(s.shortCrash(f.Target, min(s.c.Duration-1, at+s.time(0, max(f.For, 500*time.Millisecond)*3/2))))
		}
	}
	if s.percent(40) {
		s.add(s.shortCrash(s.someone(), s.time(0, s.c.Duration*3/4)))
	}
}

// minority loses nodes for good, as many as may be, in ways that the others can't tell.
func (s *scene) minority() {
	most := (s.c.Nodes - 1) / 2
	lasting := time.Duration(0)
	if s.c.Profile.Claims.Lost >= fault.AMinority {
		lasting = fault.Forever
	}
	at := s.time(200*time.Millisecond, s.c.Duration/2)
	for i := range s.between(1, max(1, most)) {
		v := fault.Target(s.doomed[i%len(s.doomed)].String())
		if i == 0 && s.c.Profile.Leader != "" && s.percent(50) {
			v = s.chief()
		}
		f := fault.Fault{At: s.soon(at, 300*time.Millisecond), Kind: fault.Crash, Target: v, For: lasting}
		switch s.n(5) {
		case 0, 1:
			f.Kind, f.Target = fault.Cut, pick(s.dice, "rest > "+v, "all > "+v, v+" > rest")
		case 2:
			f.Kind = pick(s.dice, fault.Isolate, fault.Pause, fault.StallSync)
		}
		s.add(f)
	}
	for range s.between(0, 3) { // one more comes and goes
		f := fault.Fault{At: s.soon(at, time.Second), Target: s.someone(), For: s.time(20*time.Millisecond, 800*time.Millisecond)}
		f.Kind = pick(s.dice, fault.Crash, fault.Pause, fault.Isolate)
		if e := s.c.Profile.Elected; e != "" && s.percent(40) {
			f.Target = "it"
			s.moment(&f, pick[fault.Event](s.dice, e, "ack"))
		}
		s.add(f)
	}
}
