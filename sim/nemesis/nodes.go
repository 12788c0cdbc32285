package nemesis

import (
	"cmp"
	"time"

	"simrun/sim/disk"
	"simrun/sim/fault"
)

// crash crashes nodes and lets them come back.
func (s *scene) crash() {
	f := fault.Fault{At: s.at(), Kind: fault.Crash}
	if s.percent(30) {
		f.Keep = disk.KeepAll
	}
	f.For = s.length(f.At)
	if s.onlyMinority() {
		s.forget(f)
		return
	}
	switch s.n(8) {
	case 0, 1, 2:
		f.Target = "any"
	case 3:
		f.Target = "any 2"
	case 4:
		f.Target = pick[fault.Target](s.dice, "minority", "majority")
	case 5:
		s.blackout(f)
		return
	case 6:
		f.Kind, f.Target = fault.CrashLoop, pick[fault.Target](s.dice, "any", "any 2")
		f.Every = s.time(10*time.Millisecond, 250*time.Millisecond)
		f.For = min(f.For, 30*f.Every)
	case 7:
		f.Target = "any"
		if s.c.Profile.Leader != "" {
			f.Target = s.chief()
		}
	}
	s.add(f)
}

// forget crashes a node that forgets all. Often it is back soon, while what it said before is still on the way, or what it was told.
func (s *scene) forget(f fault.Fault) {
	f.Target = s.victim(fault.AMinority)
	if s.percent(30) {
		f.Kind, f.Every = fault.CrashLoop, s.time(40*time.Millisecond, 250*time.Millisecond)
		f.For = min(f.For, 30*f.Every)
	} else if s.percent(60) {
		f.For = s.time(time.Millisecond, 50*time.Millisecond)
	}
	s.add(f)
	if other := fault.Target(s.shuffled(s.c.Nodes)[0].String()); other != f.Target && s.percent(60) {
		late := fault.Fault{At: max(0, f.At-s.time(time.Millisecond, 300*time.Millisecond)), Kind: fault.Clog, Target: f.Target + " > " + other}
		if s.percent(50) {
			late.Target = other + " > " + f.Target
		}
		late.For = f.At - late.At + f.For + s.time(time.Millisecond, 500*time.Millisecond)
		s.add(late)
	}
}

// onlyMinority reports whether the nodes that crash must be the same few all along, which are drawn once for a plan.
func (s *scene) onlyMinority() bool { return s.c.Profile.Claims.Forgets && !s.c.Beyond }

// blackout takes everything down at once, and back in any order.
func (s *scene) blackout(f fault.Fault) {
	f.For = s.time(5*time.Millisecond, 400*time.Millisecond)
	for _, n := range s.shuffled(s.c.Nodes) {
		f.Target = fault.Target(n.String())
		s.add(f)
		f.For += s.time(time.Millisecond, 150*time.Millisecond)
	}
}

// power crashes nodes at the worst moment for their disks.
func (s *scene) power() {
	f := fault.Fault{At: s.at(), Kind: fault.Crash, Target: "it"}
	f.For = pick(s.dice, s.time(time.Millisecond, 20*time.Millisecond), s.length(f.At))
	if s.c.Profile.Claims.Torn || s.c.Beyond {
		f.Keep = pick(s.dice, disk.LoseAll, disk.KeepAll, disk.Prefix, disk.Torn, disk.Reordered)
	}
	switch s.n(6) {
	case 0:
		s.moment(&f, "sync")
	case 1:
		s.moment(&f, "synced")
	case 2:
		s.moment(&f, "ack")
	case 3, 4: // the mains fail: what was acknowledged must be on the disks
		f.Target = pick[fault.Target](s.dice, "all", "majority", "it,any 2")
		s.moment(&f, "ack")
	case 5:
		f.Target, f.Op = "any", s.between(1, 3)
	}
	if s.onlyMinority() && (f.On == "sync" || f.On == "synced") { // which do not happen without a disk
		s.moment(&f, pick(s.dice, "ack", cmp.Or(s.c.Profile.Elected, "ack")))
	}
	s.add(f)
}

// pause stops nodes for a while, or makes them slow.
func (s *scene) pause() {
	f := fault.Fault{At: s.at(), Kind: fault.Pause, Target: pick[fault.Target](s.dice, "any", "any", "any 2", "minority", "all")}
	if s.c.Profile.Leader != "" && s.percent(35) {
		f.Target = s.chief()
	}
	f.For = s.length(f.At)
	if s.percent(20) {
		f.Kind, f.By = fault.Slow, s.time(500*time.Microsecond, 20*time.Millisecond)
	}
	s.add(f)
}

// clock makes clocks wrong, within what is claimed if anything is.
func (s *scene) clock() {
	f := fault.Fault{At: s.at(), Target: pick[fault.Target](s.dice, "any", "any", "minority", "all")}
	if s.c.Profile.Leader != "" && s.percent(35) {
		f.Target = s.chief()
	}
	f.For = s.length(f.At)
	switch s.n(4) {
	case 0, 1:
		f.Kind, f.By = fault.Skew, s.jump()
	case 2:
		f.Kind, f.Ratio = fault.Drift, s.drift()
	case 3:
		f.Kind, f.By, f.Every = fault.Strobe, s.jump(), s.time(time.Millisecond, 100*time.Millisecond)
	}
	if f.By == 0 && f.Ratio.Num == 0 {
		return
	}
	s.add(f)
}

// maxJump bounds a jump where any is claimed to do no harm.
const maxJump = 2 * time.Second

// jump draws how far a clock jumps; 0 if it must not.
func (s *scene) jump() time.Duration {
	most := min(s.c.Profile.Claims.Skew/2, maxJump)
	if s.c.Beyond {
		most = maxJump
	}
	if most < time.Microsecond {
		return 0
	}
	d := s.time(most/100, most)
	if s.percent(50) {
		return -d
	}
	return d
}

// drift draws a drift; none if there must be none.
func (s *scene) drift() fault.Ratio {
	most := int(s.c.Profile.Claims.Drift)
	if s.c.Beyond {
		most = 200
	}
	if most == 0 {
		return fault.Ratio{}
	}
	r := fault.Ratio{Num: int64(s.between(1, most)), Den: 1000}
	if s.percent(50) {
		r.Num = -r.Num
	}
	return r
}

// disk makes disks misbehave. What does damage hits the same few nodes all along,
// which are drawn once for a plan.
func (s *scene) disk() {
	claims := s.c.Profile.Claims
	f := fault.Fault{At: s.at(), Target: pick[fault.Target](s.dice, "any", "minority", "all")}
	f.For = s.length(f.At)
	switch i := s.n(8); {
	case i == 2 && (s.c.Beyond || claims.Errors > 0):
		f.Kind, f.Target, f.Ratio = fault.IOError, s.victim(claims.Errors), s.chance(1, 3, 20)
		s.oneCall(&f)
	case i == 3 && (s.c.Beyond || claims.Errors > 0):
		f.Kind, f.Target = fault.DiskFull, s.victim(claims.Errors)
	case i == 4 && (s.c.Beyond || claims.Damaged > 0):
		f.Kind, f.Target, f.For = fault.Rot, s.victim(claims.Damaged), 0
		if (s.c.Beyond || claims.Missing > 0) && s.percent(30) {
			f.Kind, f.Target = pick(s.dice, fault.CutFile, fault.LoseFile), s.victim(claims.Missing)
		}
	case i == 5 && (s.c.Beyond || claims.Damaged > 0):
		f.Kind, f.Target, f.For = fault.Misdirect, s.victim(claims.Damaged), 0
	case i == 6 && (s.c.Beyond || claims.Wiped > 0):
		f.Kind, f.Target, f.Keep = fault.Crash, s.victim(claims.Wiped), disk.Wiped
	case i == 7:
		f.Kind = fault.StallSync
	default:
		f.Kind, f.By = fault.SlowSync, s.time(2*time.Millisecond, 200*time.Millisecond)
	}
	s.add(f)
}

// oneCall makes of some errors that come by chance one of a call that is counted, and of others short calls.
func (s *scene) oneCall(f *fault.Fault) {
	if s.percent(50) {
		return
	}
	if s.percent(30) {
		f.Kind, f.Access = fault.ShortIO, pick[fault.Access](s.dice, "", "read", "write")
		return
	}
	f.Ratio, f.Op, f.Access = fault.Ratio{}, s.between(1, 12), pick[fault.Access](s.dice, "", "write", "sync", "sync", "read")
	if f.Access == "read" { // which nodes do when they boot
		f.Op = 1
		s.add(fault.Fault{At: f.At + 1, Kind: fault.Crash, Target: f.Target, For: s.time(time.Millisecond, 300*time.Millisecond)})
	}
}

// victim draws a node that takes lasting damage: among as many as are claimed.
func (s *scene) victim(most fault.Extent) fault.Target {
	few := most.Of(s.c.Nodes)
	if s.c.Beyond || few == 0 {
		few = s.c.Nodes
	}
	return fault.Target(s.doomed[s.n(few)].String())
}
