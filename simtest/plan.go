package simtest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"simrun/sim/fault"
)

// slots is how many faults a drawn plan holds at most. A fixed number of slots, each
// of which may be empty, shrinks further than a slice of drawn length: an
// empty slot moves no other.
const slots = 12

// longest bounds how long a drawn fault lasts.
const longest = 3 * time.Second

// Faults draws plans for a cluster of n nodes and a fault phase of the given length: nothing but
// integers, absolute times, and "none" first among the kinds, so that rapid shrinks
// a plan to the few faults that a failure needs, at round times.
func Faults(n int, length time.Duration) *rapid.Generator[[]fault.Fault] {
	if n < 1 || n > fault.MaxNodes {
		panic(fmt.Sprintf("simtest.Faults: %d nodes, and a cluster has 1 to %d", n, fault.MaxNodes))
	}
	return rapid.Custom(func(t *rapid.T) []fault.Fault {
		var plan []fault.Fault
		for i := range slots {
			slot := fmt.Sprintf("fault %d", i+1)
			kind := rapid.IntRange(0, len(kinds)-1).Draw(t, slot)
			at := rapid.IntRange(0, int(length/time.Millisecond)-1).Draw(t, "at")
			lasts := rapid.IntRange(1, int(longest/time.Millisecond)).Draw(t, "for")
			node := fault.Node(rapid.IntRange(1, n).Draw(t, "node"))
			peer := fault.Node(rapid.IntRange(1, n).Draw(t, "peer"))
			f := kinds[kind](node, peer)
			if f.Kind == fault.None {
				continue
			}
			f.At, f.For = time.Duration(at)*time.Millisecond, time.Duration(lasts)*time.Millisecond
			plan = append(plan, f)
		}
		return plan
	})
}

// kinds are what a slot may hold, the simplest first.
var kinds = []func(node, peer fault.Node) fault.Fault{
	func(_, _ fault.Node) fault.Fault { return fault.Fault{} },
	func(a, _ fault.Node) fault.Fault { return fault.Fault{Kind: fault.Crash, Target: nodes(a)} },
	func(a, _ fault.Node) fault.Fault { return fault.Fault{Kind: fault.Isolate, Target: nodes(a)} },
	func(a, b fault.Node) fault.Fault { return fault.Fault{Kind: fault.Isolate, Target: nodes(a, b)} },
	func(a, _ fault.Node) fault.Fault { return fault.Fault{Kind: fault.Pause, Target: nodes(a)} },
	func(a, b fault.Node) fault.Fault {
		if a == b {
			return fault.Fault{}
		}
		return fault.Fault{Kind: fault.Cut, Target: fault.Target(a.String() + " > " + b.String())}
	},
	func(_, _ fault.Node) fault.Fault {
		return fault.Fault{Kind: fault.Loss, Ratio: fault.Ratio{Num: 1, Den: 10}}
	},
	func(_, _ fault.Node) fault.Fault {
		return fault.Fault{Kind: fault.Duplicate, Ratio: fault.Ratio{Num: 1, Den: 5}}
	},
	func(_, _ fault.Node) fault.Fault {
		return fault.Fault{Kind: fault.Reorder, Ratio: fault.Ratio{Num: 1, Den: 5}, By: 100 * time.Millisecond}
	},
}

func nodes(list ...fault.Node) fault.Target { return fault.Target(fault.SetOf(list...).String()) }
