package specs

import (
	"cmp"
	"slices"

	"simrun/check"
	"simrun/history"
)

// contradictCounter finds why a counter can't have had the sum that the culprit saw:
// whatever else took effect, the additions that had completed make more, or less.
func contradictCounter(culprit history.Operation, before []history.Operation) []check.Member {
	sum, ok := culprit.Output.AsInt()
	if !ok || culprit.Outcome != history.OK || culprit.F == "add" && culprit.Output == culprit.Input {
		return nil
	}
	if own, _ := culprit.Input.AsInt(); culprit.F == "add" {
		sum -= own
	}
	if abs(sum) > maxSum {
		return nil
	}
	for _, sign := range []int64{1, -1} {
		if members := additions(sign, sign*sum, culprit, before); members != nil {
			f := map[int64]string{1: "at-most", -1: "at-least"}[sign]
			as := culprit
			as.F, as.Input, as.Output = f, history.Null, history.Int(sum)
			return append(members, check.Member{At: check.Culprit, As: as})
		}
	}
	return nil
}

// maxSum bounds each number that additions adds up, and their total.
const maxSum = 1 << 60

func abs(n int64) int64 { return max(n, -n) }

// additions returns the fewest additions before the culprit that make more than sum,
// together with all that subtract; not nil if there are any, even if none are needed.
// With sign -1 adding and subtracting change places.
func additions(sign, sum int64, culprit history.Operation, before []history.Operation) []check.Member {
	members := []check.Member{}
	var adding []int
	least, total := int64(0), int64(0) // what those that subtract make; all, without signs
	amount := func(i int) int64 {
		n, _ := before[i].Input.AsInt()
		return sign * n
	}
	for i, op := range before {
		if op.F != "add" {
			continue
		}
		n := amount(i)
		if abs(n) > maxSum || total+abs(n) > maxSum {
			return nil
		}
		total += abs(n)
		switch {
		case n < 0 && op.Before(culprit):
			members, least = append(members, certainly(before[i], i)), least+n
		case n < 0:
			members, least = append(members, possible(before, i)...), least+n
		case op.Before(culprit):
			adding = append(adding, i)
		}
	}
	slices.SortStableFunc(adding, func(a, b int) int { return cmp.Compare(amount(b), amount(a)) })
	for _, i := range adding {
		if least > sum {
			break
		}
		members, least = append(members, certainly(before[i], i)), least+amount(i)
	}
	if least <= sum {
		return nil
	}
	return members
}

// certainly is an addition that took effect, whatever sum it returned.
func certainly(op history.Operation, at int) check.Member {
	op.Output = history.Null
	return check.Member{At: at, As: op}
}
