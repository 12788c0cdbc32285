package models

import (
	"slices"

	"simrun/sim"
	"simrun/sim/fault"
)

// Option is a choice that a case can make for a model. A node asks for it with [sim.Env.Option].
type Option struct {
	Name    sim.OptionName
	Summary string
	Values  []string // what it may be; the first is the default
	Weaker  []string // those of the values with which the model does not keep its guarantee

	// Claims is what the model claims to survive with a value, if that is not what its profile says. Within these claims it keeps its guarantee.
	Claims map[string]fault.Claims

	// Marks lists the states worth reaching that there are only with a value.
	Marks map[string][]string
}

// ProfileOf is the profile of the model with the options of a case: a name that is missing has its default.
func (m Model) ProfileOf(c *sim.Case) Profile {
	p := m.Profile
	p.Native = c.Live()
	for _, o := range m.Options {
		if claims, ok := o.Claims[c.Options[o.Name]]; ok {
			p.Claims = claims
		}
	}
	return p
}

// GivesUp lists the options of a case with which the model does not keep its guarantee: "consistency=lww".
func (m Model) GivesUp(c *sim.Case) []string {
	var list []string
	for _, o := range m.Options {
		if value := c.Options[o.Name]; slices.Contains(o.Weaker, value) {
			list = append(list, string(o.Name)+"="+value)
		}
	}
	return list
}

// MarksOf lists the states worth reaching with the options of a case.
func (m Model) MarksOf(c *sim.Case) []string {
	marks := slices.Clone(m.Marks)
	for _, o := range m.Options {
		marks = append(marks, o.Marks[c.Options[o.Name]]...)
	}
	return marks
}
