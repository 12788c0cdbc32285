package check

import (
	"fmt"
	"strings"
)

// Engine is a way to decide a history.
type Engine struct {
	Name    string // as in Options.Engine
	Summary string // one line for a person
}

// Engines lists the engines that Options can name.
func Engines() []Engine {
	return []Engine{
		{"auto", "the cheapest engine that is exact for what it sees"},
		{"window", "a search that holds only the configurations of the operations under way"},
		{"porcupine", "github.com/anishathalye/porcupine, the reference: a search with a cache over the whole history"},
	}
}

// decide is an engine's work: to answer a problem within a budget of steps.
type decide func(p *problem, budget int64) answer

// testEngines are further engines for tests.
var testEngines = map[string]decide{}

// engineNamed returns the name and work of an engine.
func engineNamed(name string) (string, decide, error) {
	switch name {
	case "", "auto", "window":
		return "window", runWindow, nil
	case "porcupine":
		return "porcupine", runPorcupine, nil
	}
	if run, ok := testEngines[name]; ok {
		return name, run, nil
	}
	var names []string
	for _, e := range Engines() {
		names = append(names, e.Name)
	}
	return "", nil, fmt.Errorf("there is no engine %q; there are %s", name, strings.Join(names, ", "))
}
