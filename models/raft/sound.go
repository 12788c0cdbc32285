package raft

import "simrun/sim"

// Sound is an environment in which a server has none of its own bugs, for a model that is built on it and has others.
func Sound(env Environment) Environment { return sound{env} }

type sound struct{ Environment }

func (sound) Bug(sim.BugName) bool { return false }
