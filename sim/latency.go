package sim

import (
	"fmt"
	"slices"
	"time"

	"simrun/history/nearest"
	"simrun/sim/fault"
	"simrun/sim/network"
)

// Latency is a distribution of delays as a case says it: see [network.Delay].
type Latency struct {
	Dist Dist     `json:"dist"`
	Min  Duration `json:"min"`
	Max  Duration `json:"max,omitempty"`
}

// Dist is the shape of a distribution of delays.
type Dist = fault.Dist

const (
	Constant    = fault.Constant    // always Min
	Uniform     = fault.Uniform     // from Min to Max, all alike
	Exponential = fault.Exponential // Min and an exponential delay with a mean of a fifth of the span, cut at Max
	LongTailed  = fault.LongTailed  // two modes: uniform in the first tenth of the span, and for one message in twenty uniform in the last half
)

// delay is the distribution to draw from.
func (l Latency) delay() network.Delay {
	return network.Delay{Dist: l.Dist, Min: time.Duration(l.Min), Max: time.Duration(l.Max)}
}

// valid says what is wrong with l, or returns nil.
func (l *Latency) valid(what string) error {
	known := make([]string, len(fault.Dists))
	for i, d := range fault.Dists {
		known[i] = string(d)
	}
	switch {
	case !slices.Contains(known, string(l.Dist)):
		return nearest.Unknown("distribution of "+what, string(l.Dist), known)
	case l.Min < 0 || l.Min > MaxDuration || l.Max > MaxDuration:
		return fmt.Errorf("%s from %v to %v: expected 0 to %v", what, l.Min, l.Max, MaxDuration)
	case l.Dist != Constant && l.Max < l.Min:
		return fmt.Errorf("%s: max %v is below min %v", what, l.Max, l.Min)
	}
	return nil
}
