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

// An engine decides by a rule, a search, or the one where the other can't.
type engine struct {
	name    string
	summary string // empty: for tests
	rules   bool
	search  decide
}

// decide is a search's work: to answer a problem within a budget of steps.
type decide func(p *problem, budget int64) answer

// An answer is what an engine says of a part.
type answer struct {
	outcome Outcome
	engine  string
	order   []int32   // if valid: an order of linearization; of a search: positions in its problem
	end     int       // if a violation: of a search, an event before which it was not inevitable, or -1; then, the event at which it was
	core    *ruleCore // if a rule found a violation
	steps   int64
	got     int    // if unknown: the last event up to which there was an order, or -1
	why     string // why a rule can't decide
}

var engines = []engine{
	{"auto", "the cheapest that is exact for what it sees: rule, else window", true, runWindow},
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

// Stages of auto: most parts are decided in the first. What stops the windowed
// search, many orders that all stay possible, may not stop porcupine, which
// follows one; if both give up, the windowed search has the rest of the budget.
const (
	firstStage  = 500_000
	secondStage = 1_000_000
)

func (e *engine) stages(budget int64) []stage {
	if !e.rules {
		return []stage{{e.name, e.search, min(budget, firstStage)}, {e.name, e.search, budget}}
	}
	return []stage{
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

// enginesUsed names the engines that decided the parts of a history.
func enginesUsed(used map[string]bool, otherwise string) string {
	if len(used) == 0 {
		return otherwise
	}
	return strings.Join(slices.Sorted(maps.Keys(used)), "+")
}
