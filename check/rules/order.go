package rules

// OrderBy returns the indices of keys in ascending order of key, and equal keys in
// order of index. Keys are in [0, limit) or are [Never], which comes last. It
// takes time and memory linear in len(keys) + limit.
func OrderBy(keys []int32, limit int) []int32 {
	first := make([]int32, limit+2)
	slot := func(key int32) int32 {
		if key == Never {
			return int32(limit)
		}
		return key
	}
	for _, k := range keys {
		first[slot(k)+1]++
	}
	for k := range limit + 1 {
		first[k+1] += first[k]
	}
	order := make([]int32, len(keys))
	for i, k := range keys {
		s := slot(k)
		order[first[s]] = int32(i)
		first[s]++
	}
	return order
}
