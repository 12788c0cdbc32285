//tidy:as sim

// Package float rounds.
package float

const third = 1.0 / 3

func chance(p float64, n int) bool {
	q := p * third             // want float
	r := float32(n)            // want float
	return n > 1e9 || q > 0 || // want float
		r > 1 // want float
}

func exact(num, den, draw uint64) bool { return draw%den < num }
