//go:build !unix

package native

import (
	"simrun/sim"
	"simrun/sim/program"
)

const supported = false

// There is no Program where these could be called.
func open(string) (sim.Outside, error) { panic("native: not a Unix system") }
func start(*Program, *sim.Env, program.Streams) (none program.Process) {
	panic("native: not a Unix system")
}
