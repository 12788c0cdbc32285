package raft

import (
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// leaseDrift is by how many parts in a thousand a clock may run fast or slow with leases: the bound that they rest on (dissertation §6.4.1). Clocks must not jump.
const leaseDrift = 100

// leaseTime is how long a lease lasts on the leader's clock, which may be as slow as is allowed while those of the others are as fast: "the leader would have to
// extend its lease for … election timeout / clock drift bound" (dissertation §6.4.1).
const leaseTime = electionMin * (1000 - leaseDrift) / (1000 + leaseDrift)

// lease is a time in which no other leader can be elected: a majority has heard this one since a round of reads began, and none of them votes
// within the shortest election timeout of hearing a leader.
type lease struct {
	began sim.Time // when the latest round began
	until sim.Time // 0: there is none
	given bool     // it was given up, for as long as this leader leads
}

// give gives the lease up for good: an election by leave of the leader may come late.
func (l *lease) give() { *l = lease{given: true} }

// leased reports whether reads go by the lease.
func (s *Server) leased() bool { return s.options.lease }

// renewLease begins a round of reads with a heartbeat, if the last one is over.
func (s *Server) renewLease() {
	if s.leased() && s.reads.confirmed == s.reads.round {
		s.nextRound()
		s.tallyRounds() // which ends it, if there is no other voter
	}
}

// extendLease takes the end of the latest round.
func (s *Server) extendLease() {
	if s.leased() && s.reads.confirmed == s.reads.round && !s.lease.given {
		s.lease.until = s.lease.began + sim.Time(leaseTime)
	}
}

// holdsLease reports whether the leader may answer a read from its state: no other leader can be elected yet, and it knows what is committed.
func (s *Server) holdsLease() bool {
	return s.leased() && s.commit >= s.termStart && s.env.Now() < s.lease.until
}

// bound reports whether a server must not vote because it may have made a lease possible. What it did before a restart it does not know, so that this
// counts as hearing one.
func (s *Server) bound() bool {
	return s.leased() && time.Duration(s.env.Now()-s.contact) < electionMin
}

// leaseClaims are those of Raft, but for clocks. Which option's claims hold is decided by one option alone, so that these must do for changing members as well.
func leaseClaims() fault.Claims {
	c := changing()
	c.Skew, c.Drift = 0, leaseDrift
	return c
}
