//tidy:as check

// Package maporder shows, or hides, the order of a map.
package maporder

import (
	"maps"
	"reflect"
	"slices"
	"sort"
)

func shown(m map[string]int, send func(string)) (all []string, last string, sum float64) {
	for k := range m {
		send(k) // want maporder
	}
	for k := range m {
		all = append(all, k) // want maporder
	}
	for k := range m {
		last = k // want maporder
	}
	for _, v := range m {
		sum += float64(v) // want maporder
	}
	inverse := map[int]string{}
	for k, v := range m {
		inverse[v] = k // want maporder
	}
	for k := range maps.Keys(m) {
		last += k // want maporder
	}
	all = slices.Collect(maps.Keys(m)) // want maporder
	reflect.ValueOf(m).MapKeys()       // want maporder
	func() {
		for k := range m {
			if len(k) > 3 {
				send(k) // want maporder
			}
		}
	}()
	return all, last, sum
}

func anyKey(m map[string]int) string {
	for k := range m {
		return k // want maporder
	}
	return ""
}

func generic[M map[K]V, K comparable, V any](m M, send func(K)) {
	for k := range m {
		send(k) // want maporder
	}
}

func hidden(m map[string]int) (all []string, other map[string]int, most, count int, found bool) {
	for k := range m {
		all = append(all, k)
	}
	sort.Strings(all)
	var long []string
	for k, v := range m {
		if v > 3 {
			long = append(long, k)
			continue
		}
		count++
	}
	slices.SortFunc(long, func(a, b string) int { return len(a) - len(b) })
	other = map[string]int{}
	for k, v := range m {
		twice := 2 * v
		twice = twice + 1
		other[k] = twice
		most = max(most, v)
		count += v
		if v == 7 {
			found = true
			break
		}
		delete(m, k)
	}
	for range m {
		count++
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, k)
	}
	return all, maps.Collect(maps.All(m)), most, count, found
}

func has(m map[string]int, want int) bool {
	for _, v := range m {
		if v == want {
			return true
		}
	}
	return false
}

var inVariable = func(m map[int]int, send func(int)) {
	for k := range m {
		send(k) // want maporder
	}
}
