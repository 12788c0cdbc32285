package check

import (
	"maps"
	"slices"
	"strings"

	"simrun/history/nearest"
)

// Engine is a way to decide a history.
type Engine struct {
	Name    string // as in Options.Engine
	Summary string // one line for a person
}

// Engines lists the engines that Options can name.
func Engines() []Engine {
	var all []Engine
	for _, e := range engines {
		if e.summary != "" {
			all = append(all, Engine{e.name, e.summary})
		}
	}
	return all
}

// An engine decides by a rule, by a search, or by a search where the rule can't decide.
type engine struct {
	name    string
	summary string // empty: for tests
	rules   bool
	search  decide
}

// decide is a search: it decides a problem within a budget of steps.
type decide func(p *problem, budget int64) answer

// An answer is the result of an engine for a part.
type answer struct {
	outcome Outcome
	engine  string
	order   []int32   // if valid: an order of linearization, as positions in the history's operations; a search returns positions in its problem
	end     int       // if a violation: the event at which it became inevitable; a search returns an event before which it was not inevitable, or -1
	core    *ruleCore // if a rule found a violation
	steps   int64
	decided int64  // steps of the search that gave the answer, without those that gave up
	got     int    // if unknown: the last event up to which an order was found, or -1
	why     string // why a rule can't decide
}

var engines = []engine{
	{"auto", "the cheapest engine that is exact for the history: rule, else window", true, runWindow},
	{"rule", "a polynomial rule, where every value is added at most once", true, nil},
	{"window", "a search that holds only the configurations of the operations under way", false, runWindow},
	{"porcupine", "github.com/anishathalye/porcupine, the reference: a search with a cache over the whole history", false, runPorcupine},
}

// A stage is a search with a budget.
type stage struct {
	name   string
	run    decide
	budget int64
}

// Stages of auto: the first decides most parts. Many orders that all stay possible
// can stop the windowed search, but may not stop porcupine, which follows one order
// at a time; if both give up, the windowed search has the rest of the budget.
const (
	firstStage  = 500_000
	secondStage = 1_000_000
)

func (e *engine) stages(budget int64) []stage {
	switch {
	case e.rules:
	case e.name == "window":
		return []stage{{e.name, runDive, budget}, {e.name, e.search, min(budget, firstStage)}, {e.name, e.search, budget}}
	default:
		return []stage{{e.name, e.search, min(budget, firstStage)}, {e.name, e.search, budget}}
	}
	return []stage{
		{"window", runDive, budget},
		{"window", runWindow, min(budget, firstStage)},
		{"porcupine", runPorcupine, min(budget, secondStage)},
		{"window", runWindow, budget},
	}
}

func engineNamed(name string) (engine, error) {
	if name == "" {
		name = "auto"
	}
	var names []string
	for _, e := range engines {
		if e.name == name {
			return e, nil
		}
		names = append(names, e.name)
	}
	return engine{}, nearest.Unknown("engine", name, names)
}

// enginesUsed returns the names of the engines that decided the parts of a history.
func enginesUsed(used map[string]bool, otherwise string) string {
	if len(used) == 0 {
		return otherwise
	}
	return strings.Join(slices.Sorted(maps.Keys(used)), "+")
}
