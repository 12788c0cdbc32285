package raft

import (
	"fmt"
	"time"

	"simrun/models"
	"simrun/sim"
)

// timing is how long servers wait.
type timing struct {
	min, max  time.Duration // of an election timeout, which is drawn anew from between them each time
	heartbeat time.Duration
}

// usual is the timing of a server unless the case says another.
var usual = timing{electionMin, electionMax, heartbeatEvery}

const optionTiming sim.OptionName = "timing"

// figure16 are the election timeouts of §9.3, Figure 16, in milliseconds, with heartbeats twice in the shortest: "the leader was crashed
// uniformly randomly within its heartbeat interval, which was half of the minimum election timeout for all tests".
var figure16 = [][2]int{{150, 150}, {150, 151}, {150, 155}, {150, 175}, {150, 200}, {150, 300}, {100, 200}, {50, 100}, {25, 50}, {12, 24}}

// timings are the values of the option, and what they say.
func timings() (names []string, by map[string]timing) {
	const usually = "usual"
	names, by = []string{usually}, map[string]timing{usually: usual}
	for _, f := range figure16 {
		name := fmt.Sprintf("%d-%dms", f[0], f[1])
		names = append(names, name)
		low, high := time.Duration(f[0])*time.Millisecond, time.Duration(f[1])*time.Millisecond
		by[name] = timing{low, high, low / 2}
	}
	return names, by
}

// timingOption is there for measurements. With short timeouts, or timeouts that hardly differ, a cluster may be without a leader for long; and a
// leader's lease goes by the usual ones.
func timingOption() models.Option {
	names, _ := timings()
	return models.Option{
		Name: optionTiming, Values: names, Weaker: names[1:],
		Summary: "election timeouts, with heartbeats at half of the shortest (§9.3, Figure 16); usual: 150-300ms, heartbeats every 50ms",
	}
}

// readTiming is the timing of the case.
func readTiming(env Environment) timing {
	_, by := timings()
	if t, ok := by[env.Option(optionTiming)]; ok {
		return t
	}
	return usual
}
