package sim

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"time"

	"simrun/sim/disk"
)

// death unwinds the handler of a node that dies in the middle of it: by its own
// assertion or exit, or by a fault that waited for one of its disk operations.
type death struct {
	node   NodeID
	check  string // of an assertion; else ""
	detail string
	exit   bool          // by [Env.Exit]
	again  time.Duration // of an exit: until the next boot; 0: there is none
	step   int           // of the plan, if it is neither
}

// caught ends the handler that died, and lets the run go on; or ends the run, if the
// code of the model panicked.
func (w *world) caught() {
	r := recover()
	if r == nil {
		return
	}
	if c, carried := r.(carried); carried {
		if d, dies := c.value.(death); dies {
			r = d
		}
	}
	d, dies := r.(death)
	if !dies {
		w.panicked(w.acting, r)
		return
	}
	if w.inHand >= 0 {
		w.messages.give(int(w.inHand))
		w.inHand = -1
	}
	s := &w.servers[d.node]
	if d.check != "" {
		w.violate(d.check, d.node, d.detail)
		w.crash(s, disk.LoseAll, 0, d.detail)
		return
	}
	if d.exit {
		w.crash(s, disk.KeepAll, 0, d.detail)
		if d.again > 0 {
			s.bootCause = w.events
			w.at(w.now+Time(d.again), onBoot, int(s.id))
		}
		return
	}
	w.takeDown(s, d.step)
	w.scheduleEnd(d.step)
}

// clientDied ends a client's code: because the run is over, or because it panicked.
func (w *world) clientDied(c *Client) {
	r := recover()
	if _, stopped := r.(clientStopped); r == nil || stopped || !w.running {
		return
	}
	w.panicked(c.id, r)
}

// panicked ends the run with the violation that a panic of the model's code is.
func (w *world) panicked(who NodeID, r any) {
	c, ok := r.(carried)
	if !ok {
		c = carried{r, blame(r)}
	}
	w.violate("panic", who, fmt.Sprintf("%v, at %s", c.value, c.place))
	w.running = false
}

// carried is a panic that goes on on another stack than the one where it began.
type carried struct {
	value any
	place string
}

// CarryPanic returns what the recovered value r of a panic is to be raised again with, on the stack of the
// engine, so that the place where it began is not lost. Code that runs parts of a node on stacks of
// their own, as package blocking does, calls it in the deferred function that recovers.
func CarryPanic(r any) any {
	if _, already := r.(carried); already {
		return r
	}
	return carried{r, blame(r)}
}

// blame names the innermost place in the model's code on the stack of a panic, by file with its
// package and by function: "simrun/models/raft/storage.go:120, in (*storage).put"; and where in the engine
// it came up, if that is where and not on purpose.
func blame(r any) string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	panicking, inside := false, ""
	for {
		f, more := frames.Next()
		place := placeOf(f)
		switch {
		case f.Function == "runtime.gopanic":
			panicking, inside = true, ""
		case !panicking || strings.HasPrefix(f.Function, "runtime."):
		case !isEngine(f.Function):
			if inside == "" {
				return place
			}
			return place + ", inside the engine at " + inside
		case inside == "" && !strings.HasPrefix(fmt.Sprint(r), "sim: "):
			inside = place
		}
		if !more {
			return "the engine, at " + inside
		}
	}
}

// placeOf names a place in code in the same way on every machine, wherever the source lies.
func placeOf(f runtime.Frame) string {
	dir := ""
	function, _, _ := strings.Cut(f.Function, "[") // without type arguments, which may hold slashes
	if slash := strings.LastIndexByte(function, '/'); slash >= 0 {
		dir, function = function[:slash+1], function[slash+1:]
	}
	pkg, function, _ := strings.Cut(function, ".")
	return fmt.Sprintf("%s%s/%s:%d, in %s", dir, pkg, path.Base(f.File), f.Line, function)
}

// isEngine reports whether a function belongs to this package or to one of its leaves.
func isEngine(function string) bool {
	rest, ok := strings.CutPrefix(function, enginePath)
	if !ok {
		return false
	}
	for _, leaf := range []string{".", "/blocking.", "/clock.", "/digest.", "/disk.", "/fault.", "/network.", "/queue.", "/rng."} {
		if strings.HasPrefix(rest, leaf) {
			return true
		}
	}
	return false
}

const enginePath = "simrun/sim"

// violate records that a promise was broken; of each check the first time, since what follows
// is seldom news.
func (w *world) violate(check string, node NodeID, detail string, evidence ...Evidence) {
	for i := range w.violations {
		if w.violations[i].Check == check {
			return
		}
	}
	w.violations = append(w.violations, Violation{Check: check, Sighting: w.sighting(node), Detail: detail, Evidence: evidence})
	if w.trace != nil {
		w.record(Record{Kind: Violated, Node: node, Text: check + ": " + detail})
	}
}

// sighting is here and now.
func (w *world) sighting(node NodeID) Sighting { return Sighting{w.now, w.events, node} }
