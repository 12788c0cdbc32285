package sim

import "fmt"

// Run runs a case to its end. It is a pure function: equal systems and cases
// give equal results. The error says in one sentence what is wrong with the
// case; whatever goes wrong inside the cluster is a [Violation].
//
// A case whose program is native runs in real time, and is refused here: see [RunLive].
func Run(s System, c Case) (*Result, error) { return run(s, c, nil, false) }

// RunTraced is [Run] with a trace. The digest is the same.
func RunTraced(s System, c Case) (*Result, error) { return run(s, c, &Trace{}, false) }

// run runs a case, with a trace unless t is nil. A poisoned run overwrites what nodes must not keep.
func run(s System, c Case, t *Trace, poison bool) (*Result, error) {
	c, err := s.Complete(c)
	if err != nil {
		return nil, err
	}
	if c.Live() {
		return nil, fmt.Errorf("%s runs natively, in real time, where no two runs are the same", c.Program.Path)
	}
	w, err := newWorld(&s, c)
	if err != nil {
		return nil, err
	}
	w.trace, w.poison = t, poison
	w.run()
	return w.result(), nil
}
