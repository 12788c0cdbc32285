package raft

// majority is the smallest number of servers of which any two sets intersect
// (§5.2: "receives votes from a majority of the servers").
func majority(servers int) int { return servers/2 + 1 }

// agreed returns the largest value that at least quorum of the values reach.
// With the match indexes of all servers and a majority as quorum it is the
// candidate for the commit index of Figure 2 ("If there exists an N such that
// … a majority of matchIndex[i] ≥ N"); with the read rounds that servers
// acknowledged it is the round up to which the leader knows it is still the leader.
//
// It orders values in place, by insertion: clusters are small.
func agreed(values []uint64, quorum int) uint64 {
	for i := 1; i < len(values); i++ {
		v := values[i]
		j := i
		for ; j > 0 && values[j-1] < v; j-- {
			values[j] = values[j-1]
		}
		values[j] = v
	}
	return values[quorum-1]
}

// mayCommit is the commit rule of Figure 2 and §5.4.2: "Raft never commits log
// entries from previous terms by counting replicas. Only log entries from the
// leader's current term are committed by counting replicas".
func mayCommit(candidate, committed Index, candidateTerm, currentTerm Term) bool {
	return candidate > committed && candidateTerm == currentTerm
}

// upToDate is the voting rule of §5.4.1: a log is at least as up-to-date as
// another if its last entry has the later term or, of equal terms, if it is
// at least as long.
func upToDate(lastTerm Term, last Index, thanTerm Term, than Index) bool {
	if lastTerm != thanTerm {
		return lastTerm > thanTerm
	}
	return last >= than
}
