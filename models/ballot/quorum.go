package ballot

// Majority and Small are the values of an option for the sizes of quorums. With Small the second phase, which each value needs, does with fewer acceptors, and the
// first needs as many more.
const (
	Majority = "majority"
	Small    = "small"
)

// Quorums are how many of the acceptors each phase needs, of which there is at least one: any quorum of the first phase meets any of the second, which is enough (Howard, Malkhi and Spiegelman,
// "Flexible Paxos: Quorum Intersection Revisited", OPODIS 2016, §4). Two quorums of one phase need not meet.
func Quorums(acceptors int, size string) (first, second int) {
	second = acceptors/2 + 1
	if size == Small {
		second = max(1, acceptors/2)
	}
	return acceptors - second + 1, second
}
