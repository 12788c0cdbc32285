package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simrun/history/nearest"
	"simrun/sim/fault"
)

// Schedule makes the order of events a choice of the case. Without picks, the event that is due first comes first, and of
// those of one time the first by kind, participant and number, whatever happened before: two runs that did the same things in
// another order go on alike. An event that is picked comes before all that are due earlier, which are then late: time never
// goes back. The faults of the plan begin where they are picked, and nowhere else.
//
// The zero value has no picks. [Watch] tells at each step what can be picked.
type Schedule struct {
	Picks []Pick `json:"picks,omitempty"` // in order of step, one of each at most
}

// Pick takes an event out of turn.
type Pick struct {
	// Step is how many events of the schedule came before, from 0.
	Step int `json:"step"`
	// Event is "fault 2", the second of the plan, or names an event that is pending, as [Moment.Name] does: "message n1>n2 150ms#0",
	// "request c1>n2 #3", "timer n2 0", "sync n1 150ms#0". "#4" is the fourth of what is pending. If it can't be picked at that step, what
	// is due first comes: so any pick may be left out.
	Event string `json:"event"`
}

// MaxPicks bounds the picks of a schedule.
const MaxPicks = 100_000

const faultPick, numberPick = "fault ", "#"

// pickWords are those that names of events begin with.
var pickWords = []string{"message", "copy", "request", "refusal", "reply", "timer", "alarm", "sync", "boot", "end", "fault"}

// number reads what follows a prefix of a pick; 0 if that is not a number from 1.
func (p *Pick) number(prefix string) int {
	text, ok := strings.CutPrefix(p.Event, prefix)
	n, err := strconv.ParseUint(text, 10, 31)
	if !ok || err != nil {
		return 0
	}
	return int(n)
}

// scheduled checks the schedule of a case.
func scheduled(_ *System, c *Case) error {
	if c.Schedule == nil {
		return nil
	}
	if c.Live() {
		return fmt.Errorf("%s runs natively, in real time, where events come when they come: a schedule can't choose their order", c.Program.Path)
	}
	if len(c.Schedule.Picks) > MaxPicks {
		return fmt.Errorf("%d picks: expected at most %d", len(c.Schedule.Picks), MaxPicks)
	}
	after := -1
	for i := range c.Schedule.Picks {
		p := &c.Schedule.Picks[i]
		switch n := p.number(faultPick); {
		case p.Step <= after:
			return fmt.Errorf("pick %q of step %d: expected a step after %d", p.Event, p.Step, after)
		case p.Event == "":
			return fmt.Errorf("pick of step %d: expected the name of an event, like timer n2 0 or fault 1", p.Step)
		case strings.HasPrefix(p.Event, faultPick) && len(c.Faults) == 0:
			return fmt.Errorf("pick %q: the plan has no faults", p.Event)
		case strings.HasPrefix(p.Event, faultPick) && (n < 1 || n > len(c.Faults)):
			return fmt.Errorf("pick %q: expected fault 1 to fault %d, of the plan", p.Event, len(c.Faults))
		case strings.HasPrefix(p.Event, numberPick) && p.number(numberPick) < 1:
			return fmt.Errorf("pick %q: expected a number from 1", p.Event)
		}
		if word, _, _ := strings.Cut(p.Event, " "); !strings.HasPrefix(word, numberPick) && !slices.Contains(pickWords, word) {
			return fmt.Errorf("pick of step %d: %w", p.Step, nearest.Unknown("event", word, pickWords))
		}
		after = p.Step
	}
	for _, f := range c.Faults {
		if f.Kind != fault.None && f.On != "" {
			return fmt.Errorf("fault %q waits for an event: in a case with a schedule, faults begin where they are picked", f)
		}
	}
	return nil
}
