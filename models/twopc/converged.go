package twopc

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/blocking"
)

// stuckAfter is how often a shard may ask without an answer when all servers are well again.
const stuckAfter = 20

// Converged says who is still in doubt at the end of recovery, though it has asked again and again; "" if nobody is.
func Converged(nodes []sim.Node) string {
	for _, n := range nodes {
		s, ok := blocking.Exposed(n).(*server)
		if !ok {
			continue
		}
		for _, id := range inOrder(s.prepared) {
			if asked := s.prepared[id].asked; asked > stuckAfter {
				return fmt.Sprintf("a shard is in doubt about transaction %v and has asked %d times", id, asked)
			}
		}
	}
	return ""
}
