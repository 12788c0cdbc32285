package rules

// Cover returns a smallest set of open intervals (start[i], end[i]) that together
// cover every position in [from, to]. byStart lists the intervals to choose from,
// in order of start; together they must cover all these positions.
func Cover(from, to int32, byStart, start, end []int32) []int32 {
	var chosen []int32
	next, best := 0, None
	for p := from; p <= to; p = end[best] {
		for ; next < len(byStart) && start[byStart[next]] < p; next++ {
			if i := byStart[next]; best == None || end[i] > end[best] {
				best = i
			}
		}
		chosen = append(chosen, best)
	}
	return chosen
}
