package main

import (
	"slices"
	"strings"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history/nearest"
	"simrun/models"
	"simrun/sim/nemesis"
)

// oneOf refuses a name that is not in the list.
func oneOf(what, got string, names []string) error {
	if slices.Contains(names, got) {
		return nil
	}
	return nearest.Unknown(what, got, names)
}

// join lists names with commas.
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
