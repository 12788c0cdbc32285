package raft

import "simrun/sim/fault"

// Atlas says what the model claims to survive, and what a plan of faults may wait for.
//
// A minority may be lost for good (§2), whatever was not synced may be lost in part, messages and disks may
// fail in every way that a checksum or an error tells, and clocks may do what they like, since
// safety "must not depend on timing" (§2) and liveness needs timers alone. The log
// stands on each disk twice, so that damage to one place is repaired. Not claimed: disks that come back
// empty, and progress when only single links are lost for good.
func Atlas() fault.Atlas {
	return fault.Atlas{
		Leader: leader.String(),
		Events: []fault.Event{"vote", "elected", "deposed", "commit", "apply"},
		Claims: fault.Claims{
			Lost:      fault.AMinority,
			Torn:      true,
			Damaged:   fault.OneNode,
			Errors:    fault.Everybody,
			Corrupted: true,
			Skew:      fault.Forever,
			Drift:     100,
		},
	}
}

// Occasion names what a plan of faults may wait for.
func (f *Voted) Occasion() fault.Event { return "vote" }

// Occasion names what a plan of faults may wait for.
func (f *BecameLeader) Occasion() fault.Event { return "elected" }

// Occasion names what a plan of faults may wait for.
func (f *SteppedDown) Occasion() fault.Event { return "deposed" }

// Occasion names what a plan of faults may wait for.
func (f *Committed) Occasion() fault.Event { return "commit" }

// Occasion names what a plan of faults may wait for.
func (f *Applied) Occasion() fault.Event { return "apply" }
