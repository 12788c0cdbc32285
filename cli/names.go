package cli

import (
	"fmt"
	"os"
	"path/filepath"
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

// modelList is the models of this binary.
type modelList []models.Model

func (list modelList) names() []string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.Name
	}
	return names
}

// first is the model that runs if none is named: Raft, if this binary has it, else the first.
func (list modelList) first() string {
	for _, m := range list {
		if m.Name == "raft" {
			return m.Name
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].Name
}

func (list modelList) named(name string) (models.Model, error) { return models.ByName(list, name) }

func (list modelList) bugs(model string) []string {
	var names []string
	for _, m := range list {
		if m.Name == model {
			for _, b := range m.Bugs {
				names = append(names, string(b.Name))
			}
		}
	}
	return names
}

func (list modelList) workloads(model string) []string {
	var names []string
	for _, m := range list {
		if m.Name == model {
			for _, w := range m.Workloads {
				names = append(names, w.Name)
			}
		}
	}
	return names
}

func (list modelList) sites(model string) []string {
	var names []string
	for _, m := range list {
		if m.Name == model {
			for _, s := range m.Sites {
				names = append(names, string(s.Name))
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

// hasFolder refuses a file to write whose folder does not exist, before hours of work end there. "" is no file.
func hasFolder(flag, file string) error {
	dir := filepath.Dir(file)
	switch info, err := os.Stat(dir); {
	case file == "" || err == nil && info.IsDir():
		return nil
	case err == nil:
		return fmt.Errorf("--%s %s: %s is not a folder", flag, file, dir)
	default:
		return fmt.Errorf("--%s %s: there is no folder %s", flag, file, dir)
	}
}
