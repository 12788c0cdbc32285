package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"simrun/history/nearest"
	"simrun/sim/fault"
)

// Bounds of a case. They keep what is multiplied or tabulated small; no run that a
// person wants comes near.
const (
	MaxNodes    = fault.MaxNodes
	MaxClients  = 10_000
	MaxDuration = Duration(24 * time.Hour) // of each phase, and of each latency
	MaxEvents   = 10_000_000_000
	MaxFaults   = fault.MaxPlan // each may become fault.MaxSteps
)

// WithDefaults fills in what the case leaves out and no system has a say in.
func (c Case) WithDefaults() Case {
	put(&c.Version, Version)
	put(&c.Nodes, 5)
	put(&c.Clients, 4)
	put(&c.Duration, Duration(10*time.Second))
	put(&c.Network.Latency, Latency{Uniform, Duration(time.Millisecond), Duration(5 * time.Millisecond)})
	put(&c.Disk.Sync, Latency{Uniform, Duration(200 * time.Microsecond), Duration(2 * time.Millisecond)})
	put(&c.Recovery.Within, Duration(10*time.Second))
	put(&c.Limits.Events, 10_000_000)
	return c
}

func put[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

// Complete fills in what the case leaves out, with what the system wants there, and
// says in one sentence what is wrong with it, if anything is.
func (s *System) Complete(c Case) (Case, error) {
	if s.Boot == nil || s.Client == nil {
		return c, fmt.Errorf("the system %q has no Boot or no Client", s.Name)
	}
	put(&c.Nodes, s.Nodes)
	c = c.WithDefaults()
	put(&c.Model, s.Name)
	if c.Model != s.Name {
		return c, fmt.Errorf("the case is for model %q, not for %q", c.Model, s.Name)
	}
	if err := s.sameProgram(&c); err != nil {
		return c, err
	}
	if len(s.Workloads) > 0 {
		put(&c.Workload.Name, s.Workloads[0].Name)
	}
	kind := s.workload(c.Workload.Name)
	if kind == nil {
		return c, nearest.Unknown("workload of "+s.Name, c.Workload.Name, s.workloadNames())
	}
	put(&c.Workload.Rate, kind.Rate)
	put(&c.Workload.Keys, kind.Keys)
	var err error
	if c.Workload.Mix, err = mergeMix(kind, c.Workload.Mix); err != nil {
		return c, err
	}
	for _, check := range []func(*System, *Case) error{bounds, options, environment, faults, overridden, buggified, phases, scheduled} {
		if err := check(s, &c); err != nil {
			return c, err
		}
	}
	return c, nil
}

// sameProgram takes the program of the system into a case that names none, and refuses a case of another program.
func (s *System) sameProgram(c *Case) error {
	switch have, want := s.Program, c.Program; {
	case have == nil && want == nil:
	case want == nil:
		c.Program = have
	case have == nil:
		return fmt.Errorf("the case is for the program %s, and model %s runs none", want.Path, s.Name)
	case have.Native != want.Native:
		return fmt.Errorf("the case is for %s, and this is %s", want.kind(), have.kind())
	case have.Native && have.Path != want.Path:
		return fmt.Errorf("the case is for the command %s, and this is %s", want.Path, have.Path)
	case have.SHA256 != want.SHA256:
		return fmt.Errorf("the case is for %s, and this is %s: another build may do something else, so run the case with the program that it was made with", want, have)
	case !slices.Equal(have.Args, want.Args) || !slices.Equal(have.Env, want.Env):
		return fmt.Errorf("the case is for %s with arguments %q and environment %q, not for %q and %q", want, want.Args, want.Env, have.Args, have.Env)
	}
	return nil
}

// kind says what a program is, for people.
func (p *Program) kind() string {
	if p.Native {
		return "the command " + p.Path + ", run natively"
	}
	return "the module " + p.String()
}

func (s *System) workload(name string) *WorkloadKind {
	for i := range s.Workloads {
		if s.Workloads[i].Name == name {
			return &s.Workloads[i]
		}
	}
	return nil
}

func (s *System) workloadNames() []string {
	names := make([]string, len(s.Workloads))
	for i := range s.Workloads {
		names[i] = s.Workloads[i].Name
	}
	return names
}

// mergeMix puts the weights of a case over those of the workload.
func mergeMix(kind *WorkloadKind, over []Weight) ([]Weight, error) {
	if len(kind.Mix) == 0 && len(over) == 0 {
		return nil, nil
	}
	mix := append([]Weight(nil), kind.Mix...)
	names := make([]string, len(mix))
	at := map[string]int{}
	for i, m := range mix {
		names[i], at[m.F] = m.F, i
	}
	for _, m := range over {
		i, ok := at[m.F]
		if !ok {
			return nil, nearest.Unknown("operation of workload "+kind.Name, m.F, names)
		}
		mix[i].Weight = m.Weight
	}
	total := 0
	for _, m := range mix {
		if m.Weight < 0 || m.Weight > 1_000_000 {
			return nil, fmt.Errorf("weight %d of operation %s: expected 0 to 1000000", m.Weight, m.F)
		}
		total += m.Weight
	}
	if total == 0 {
		return nil, fmt.Errorf("workload %s: all weights are 0", kind.Name)
	}
	return mix, nil
}

// bounds checks the numbers of a case.
func bounds(s *System, c *Case) error {
	fewest := max(1, s.MinNodes)
	switch {
	case c.Version > Version:
		return fmt.Errorf("the case has format version %d, and this simrun reads up to version %d: use a newer simrun", c.Version, Version)
	case c.Version < 1:
		return fmt.Errorf("version %d: expected 1 to %d", c.Version, Version)
	case c.Nodes < fewest || c.Nodes > MaxNodes:
		return fmt.Errorf("%s needs %d to %d nodes, not %d", c.Model, fewest, MaxNodes, c.Nodes)
	case c.Clients < 1 || c.Clients > MaxClients:
		return fmt.Errorf("%d clients: expected 1 to %d", c.Clients, MaxClients)
	case c.Duration < 0 || c.Duration > MaxDuration:
		return fmt.Errorf("duration %v: expected at most %v", c.Duration, MaxDuration)
	case c.Recovery.Within < 0 || c.Recovery.Within > MaxDuration:
		return fmt.Errorf("recovery within %v: expected at most %v", c.Recovery.Within, MaxDuration)
	case c.Workload.Ops < 0:
		return fmt.Errorf("%d operations: expected 0 or more", c.Workload.Ops)
	case c.Workload.Rate < 0 || c.Workload.Rate > 1_000_000:
		return fmt.Errorf("rate %d: expected 0 to 1000000 operations per second", c.Workload.Rate)
	case c.Workload.Keys < 0:
		return fmt.Errorf("%d keys: expected 0 or more", c.Workload.Keys)
	case c.Limits.Events > MaxEvents:
		return fmt.Errorf("limit of %d events: expected at most %d", c.Limits.Events, uint64(MaxEvents))
	case len(c.Faults) > MaxFaults:
		return fmt.Errorf("%d faults: expected at most %d", len(c.Faults), MaxFaults)
	}
	return nil
}

// options checks the names that a case uses of its model.
func options(s *System, c *Case) error {
	for _, name := range sortedKeys(c.Options) {
		o := s.optionDecl(name)
		if o == nil {
			names := make([]OptionName, len(s.Options))
			for i := range s.Options {
				names[i] = s.Options[i].Name
			}
			return nearest.Unknown("option of "+s.Name, name, names)
		}
		if v := c.Options[name]; len(o.Values) > 0 && !slices.Contains(o.Values, v) {
			return nearest.Unknown(fmt.Sprintf("value of option %s of %s", name, s.Name), v, o.Values)
		}
	}
	for _, name := range c.Bugs {
		if !slices.Contains(s.Bugs, name) {
			return nearest.Unknown("bug of "+s.Name, name, s.Bugs)
		}
	}
	return nil
}

// optionDecl returns the declaration of an option; nil if there is none.
func (s *System) optionDecl(name OptionName) *OptionDecl {
	for i := range s.Options {
		if s.Options[i].Name == name {
			return &s.Options[i]
		}
	}
	return nil
}

// environment checks the network and the disks of a case.
func environment(_ *System, c *Case) error {
	n := &c.Network
	if err := n.Latency.valid("latency"); err != nil {
		return err
	}
	if err := c.Disk.Sync.valid("sync time"); err != nil {
		return err
	}
	if n.Client > MaxDuration {
		return fmt.Errorf("client latency %v: expected at most %v", n.Client, MaxDuration)
	}
	if n.Client < 0 || n.Bandwidth < 0 || n.Queue < 0 {
		return fmt.Errorf("network: client latency, bandwidth and queue cannot be negative")
	}
	for _, r := range []Ratio{n.Loss, n.Duplicate} {
		if r.Num < 0 || r.Num > r.Den || r.Den > 1<<32 {
			return fmt.Errorf("probability %v: expected one like 1/100, or 0", r)
		}
	}
	if err := n.Requests.valid(); err != nil {
		return err
	}
	return n.routes(c.Nodes)
}

// routes checks that regions and routes name nodes of the case.
func (n *Network) routes(nodes int) error {
	names := make([]string, 0, nodes+len(n.Regions))
	for i := range nodes {
		names = append(names, NodeID(i+1).String())
	}
	for _, r := range n.Regions {
		for _, id := range r.Nodes {
			if id < 1 || int(id) > nodes {
				return fmt.Errorf("region %s: %v is not one of the %d servers", r.Name, id, nodes)
			}
		}
		names = append(names, r.Name)
	}
	for i := range n.Routes {
		r := &n.Routes[i]
		for _, end := range r.Between {
			if !slices.Contains(names, end) {
				return nearest.Unknown("region or node", end, names)
			}
		}
		if err := r.Latency.valid("latency between " + r.Between[0] + " and " + r.Between[1]); err != nil {
			return err
		}
	}
	return nil
}

// faults checks the plan.
func faults(s *System, c *Case) error {
	profile := s.Profile
	profile.Native = c.Live()
	for _, f := range c.Faults {
		if f.Kind == fault.None {
			continue
		}
		if err := profile.Check(f); err != nil {
			return err
		}
		if id := beyond(string(f.Target), c.Nodes); id != "" {
			return fmt.Errorf("fault %q names %s, and the servers are n1 to n%d", f, id, c.Nodes)
		}
		if f.At >= time.Duration(c.Duration) {
			return fmt.Errorf("fault %q begins after the fault phase, which lasts %v", f, c.Duration)
		}
	}
	return nil
}

// beyond returns the first node that a target names and the case does not have.
func beyond(target string, nodes int) string {
	for _, word := range strings.FieldsFunc(target, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if n, ok := strings.CutPrefix(word, "n"); ok {
			if i, err := strconv.Atoi(n); err == nil && i > nodes {
				return word
			}
		}
	}
	return ""
}

// overridden checks what the case replaces or leaves out.
func overridden(_ *System, c *Case) error {
	_, err := newOverrides(c)
	return err
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
