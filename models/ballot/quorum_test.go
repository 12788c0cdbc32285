package ballot

import "testing"

// The quorums of the two phases meet, and those of a phase are no larger than need be for that.
func TestQuorumsMeet(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for size, second := range map[string]int{Majority: n/2 + 1, Small: max(1, n/2)} {
			if a, b := Quorums(n, size); a+b != n+1 || b != second {
				t.Errorf("%s of %d: %d and %d", size, n, a, b)
			}
		}
	}
}

func TestBallotsAreInOrder(t *testing.T) {
	if !(Of(1, 1) < Of(1, 2) && Of(1, 9) < Of(2, 1)) {
		t.Error("rounds come first, then nodes")
	}
	if b := Of(3, 2); b.Round() != 3 || b.Node() != 2 || b.String() != "3.n2" || Ballot(0).String() != "none" {
		t.Errorf("%v is round %d of %v", b, b.Round(), b.Node())
	}
}
