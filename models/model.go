// Package models lists the systems under test that come with simrun, and judges
// their runs.
package models

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history/nearest"
	"simrun/models/declare"
	"simrun/models/raft"
	"simrun/sim"
)

// Model is a system together with what its clients are promised. A system of
// one's own needs no more than a value of this type: there is no registry.
type Model struct {
	System  sim.System
	Summary string
	Bugs    []declare.Bug
	Options []declare.Option

	// Spec returns the specification that a workload's history must satisfy.
	Spec func(workload string) check.Spec
}

// Name is the model's name, as in a case.
func (m Model) Name() string { return m.System.Name }

// All returns the models that come with simrun, in order of name.
func All() []Model {
	return []Model{
		{
			System:  raft.System(),
			Summary: "a key-value store replicated with Raft",
			Bugs:    raft.Bugs(),
			Options: raft.Options(),
			Spec:    raft.Spec,
		},
	}
}

// ByName returns the model of that name. The error lists the names there are and
// the nearest.
func ByName(name string) (Model, error) {
	all := All()
	names := make([]string, len(all))
	for i, m := range all {
		if m.Name() == name {
			return m, nil
		}
		names[i] = m.Name()
	}
	return Model{}, nearest.Unknown("model", name, names)
}

// Bug returns the bug of that name or ID (vote-not-persisted, B02). The error lists the names
// there are and the nearest.
func (m Model) Bug(name string) (declare.Bug, error) {
	names := make([]string, len(m.Bugs))
	for i, b := range m.Bugs {
		if b.Name == name || strings.EqualFold(b.ID, name) {
			return b, nil
		}
		names[i] = b.Name
	}
	return declare.Bug{}, nearest.Unknown("bug of "+m.Name(), name, names)
}

// CheckOptions returns an error if an option has a value that the model does not know. It names the
// option and its values. (Names of options are checked by the run itself.)
func (m Model) CheckOptions(options map[string]string) error {
	for _, o := range m.Options {
		v, set := options[o.Name]
		if set && !slices.Contains(o.Values, v) {
			return fmt.Errorf("option %s of %s: %w", o.Name, m.Name(), nearest.Unknown("value", v, o.Values))
		}
	}
	return nil
}
