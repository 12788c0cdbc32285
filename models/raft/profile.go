package raft

import (
	"time"

	"simrun/sim/fault"
)

// Profile says what a model of these servers claims to survive, and what a plan of faults may wait for.
//
// A minority may be lost for good (§2), whatever was not synced may be lost in part, messages and disks may
// fail in every way that a checksum or an error tells, and clocks may do what they like, since
// safety "must not depend on timing" (§2) and liveness needs timers alone. The log
// is on each disk twice, so that damage to one place is repaired. Not claimed: disks that come back
// empty, and progress when only single links are lost for good.
func Profile() fault.Profile {
	return fault.Profile{
		Roles:   roleNames[:],
		Leader:  leader.String(),
		Elected: "elected",
		Settles: 2 * time.Second, // several elections, each of which may be split
		Answers: time.Second,
		Events: []fault.EventDecl{
			{Event: "vote", Summary: "a server gave its vote"},
			{Event: "elected", Summary: "a server became leader"},
			{Event: "deposed", Summary: "a server stopped being leader"},
			{Event: "commit", Summary: "a server advanced its commit index"},
			{Event: "apply", Summary: "a server applied an entry"},
		},
		Claims: fault.Claims{
			Lost:      fault.AMinority,
			Torn:      true,
			Damaged:   fault.OneNode,
			Missing:   fault.OneNode,
			Errors:    fault.Everybody,
			Corrupted: true,
			Skew:      fault.Forever,
			Drift:     100,
			Repeats:   true,
		},
	}
}

// Trigger names what a plan of faults may wait for.
func (f *factVoted) Trigger() fault.Event { return "vote" }

// Trigger names what a plan of faults may wait for.
func (f *factBecameLeader) Trigger() fault.Event { return "elected" }

// Trigger names what a plan of faults may wait for.
func (f *factSteppedDown) Trigger() fault.Event { return "deposed" }

// Trigger names what a plan of faults may wait for.
func (f *factCommitted) Trigger() fault.Event { return "commit" }

// Trigger names what a plan of faults may wait for.
func (f *factApplied) Trigger() fault.Event { return "apply" }
