package main

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/specs"
	"simrun/models"
	"simrun/sim/nemesis"
)

// unknownName is the answer to a wrong name: the right ones, and the nearest.
func unknownName(what, got string, names []string) error {
	list := strings.Join(names, ", ")
	if near := nearest(got, names); near != "" {
		return fmt.Errorf("there is no %s %q; did you mean %s? There are: %s", what, got, near, list)
	}
	return fmt.Errorf("there is no %s %q; there are: %s", what, got, list)
}

// oneOf refuses a name that is not in the list.
func oneOf(what, got string, names []string) error {
	if slices.Contains(names, got) {
		return nil
	}
	return unknownName(what, got, names)
}

// nearest returns the name that got was most likely meant to be; "" if none is close.
func nearest(got string, names []string) string {
	best, limit := "", len([]rune(got))/2+1
	for _, name := range names {
		if strings.HasPrefix(name, got) && got != "" {
			return name
		}
		if d := distance([]rune(strings.ToLower(got)), []rune(name)); d < limit {
			best, limit = name, d
		}
	}
	return best
}

// distance is how many letters must be inserted, dropped or replaced to make b of a (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replace := diagonal
			if x != y {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func join[T ~string](list []T) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(n)
	}
	return strings.Join(names, ", ")
}

func modelNames() []string {
	var names []string
	for _, m := range models.All() {
		names = append(names, m.System.Name)
	}
	return names
}

func modelNamed(name string) (models.Model, error) {
	if err := oneOf("model", name, modelNames()); err != nil {
		return models.Model{}, err
	}
	return models.ByName(name)
}

func bugNames(model string) []string {
	var names []string
	for _, m := range models.All() {
		if m.System.Name == model {
			for _, b := range m.Bugs {
				names = append(names, b.Name)
			}
		}
	}
	return names
}

func workloadNames(model string) []string {
	var names []string
	for _, m := range models.All() {
		if m.System.Name == model {
			for _, w := range m.System.Workloads {
				names = append(names, w.Name)
			}
		}
	}
	return names
}

func specNames() []string {
	names := make([]string, len(specs.All))
	for i, s := range specs.All {
		names[i] = s.Name()
	}
	return names
}

func engineNames() []string {
	var names []string
	for _, e := range check.Engines() {
		names = append(names, e.Name)
	}
	return names
}

func nemesisNames() []string {
	var names []string
	for n := range nemesis.All() {
		names = append(names, n)
	}
	return names
}
