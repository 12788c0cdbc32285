package raft

import "simrun/sim"

// Priorities of elections, in the manner of NuRaft: of the servers that could lead, the one with the lowest number should. Nobody asks for, or grants, the pre-vote of a server whose
// priority is below the one that it waits for; that falls with each election timeout in which no leader was heard, so that some server is good enough in the
// end. Votes themselves go by the log alone (§5.4.1): priorities delay elections, and decide nothing.

// priority of a server, from 1.
func (s *Server) priority(of sim.NodeID) int { return s.env.Nodes() + 1 - int(of) }

// waitForBest begins to wait for the server of the highest priority: there is a leader.
func (s *Server) waitForBest() { s.awaited = s.env.Nodes() }

// waitForLess makes do with the next priority: there was no leader for an election timeout.
func (s *Server) waitForLess() { s.awaited = max(s.awaited-1, 1) }

// goodEnough reports whether a server may be elected as far as priorities go.
func (s *Server) goodEnough(id sim.NodeID) bool {
	if !s.options.priority || s.priority(id) >= s.awaited {
		return true
	}
	s.env.Sometimes(markTooLow)
	return false
}

// preferred reports whether a voter takes a candidate for its priority alone: a defect.
func (s *Server) preferred(candidate sim.NodeID) bool {
	return s.env.Bug(bugPriorityBeforeLog) && s.priority(candidate) > s.priority(s.id)
}
