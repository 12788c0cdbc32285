// Package soak says how deep tests go. The normal run is quick; with the build tag
// soak (`make soak`) the same tests go through many more histories and seeds.
package soak

// N is the number of histories, seeds or rounds of a test: normal, or deep under `make soak`.
func N(normal, deep int) int {
	if Deep {
		return deep
	}
	return normal
}
