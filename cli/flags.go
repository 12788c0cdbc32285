package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history/nearest"
	"simrun/models"
	"simrun/models/maelstrom"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
	"simrun/visual/store"
)

// caseFlags say what runs: everything of a case but its seed.
type caseFlags struct {
	models               modelList
	program              programFlags
	model, workload      string
	options, bugs        []string
	nodes, clients       int
	ops, rate, keys      int
	mix                  string
	duration, recovery   string
	latency, latencyDist string
	loss, duplicate      string
	nemesis, plan        string
	beyond               bool
	buggify              string
}

// checkFlags say how a history is decided.
type checkFlags struct {
	spec, engine string
	names        func() []string // of what --spec takes; nil: the specifications
	budget       int64
	allowEmpty   bool
}

// outFlags say where results go, and how they are written.
type outFlags struct{ out, format string }

// addSubject adds what runs, and on how many nodes.
func (f *caseFlags) addSubject(a *app, cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&f.model, "model", a.models.first(), "`NAME` of the system: see simrun list models")
	complete(cmd, "model", func() []string { return a.models.names() })
	f.program.add(cmd)
	f.addSystem(a, cmd)
}

func (f *caseFlags) add(a *app, cmd *cobra.Command) {
	f.addSubject(a, cmd)
	fs := cmd.Flags()
	fs.IntVar(&f.ops, "ops", 0, "`NUMBER` of operations per client at most (default: as many as fit in the duration)")
	fs.StringVar(&f.duration, "duration", "10s", "virtual `TIME` in which faults happen")
	fs.StringVar(&f.recovery, "recovery", "10s", "virtual `TIME` within which each client must complete an operation after the faults; 0 judges safety alone")
	fs.StringVar(&f.nemesis, "nemesis", nemesis.Swarm, "`NAME` of what decides faults, or several joined by commas: see simrun list nemeses")
	fs.BoolVar(&f.beyond, "beyond", false, "let the nemesis go beyond what the model claims to survive")
	fs.StringVar(&f.buggify, "buggify", "", "`SITES` of the model's code that may fire: names joined by commas, or any, which lets each seed choose: see simrun list sites")
	fs.Lookup("buggify").NoOptDefVal = string(sim.EverySite)
	complete(cmd, "buggify", func() []string { return append(f.models.sites(f.model), string(sim.EverySite)) })
	fs.StringVar(&f.plan, "plan", "", "`FILE` with the faults, a line for each, instead of a nemesis")
	complete(cmd, "nemesis", nemesisNames)
	f.addNetwork(cmd)
}

// addSystem adds the flags that say what runs, but for the model.
func (f *caseFlags) addSystem(a *app, cmd *cobra.Command) {
	f.models = a.models
	fs := cmd.Flags()
	fs.StringVar(&f.workload, "workload", "", "`NAME` of what clients do: see simrun list workloads (default: the model's first)")
	fs.StringArrayVar(&f.bugs, "bug", nil, "`NAME` or ID of a known bug to switch on: see simrun list bugs (may be repeated)")
	fs.StringArrayVar(&f.options, "option", nil, "`NAME=VALUE` of an option of the model: see simrun list options (may be repeated)")
	fs.IntVar(&f.nodes, "nodes", 0, "`NUMBER` of servers (default: the model's)")
	fs.IntVar(&f.clients, "clients", 4, "`NUMBER` of clients")
	fs.IntVar(&f.rate, "rate", 0, "`NUMBER` of operations per client and virtual second at most (default: the workload's)")
	fs.IntVar(&f.keys, "keys", 0, "`NUMBER` of keys (default: the workload's)")
	fs.StringVar(&f.mix, "mix", "", "relative `WEIGHTS` of operations, like read=3,write=1")
	complete(cmd, "bug", func() []string { return f.models.bugs(f.model) })
	complete(cmd, "workload", func() []string { return f.models.workloads(f.model) })
}

// withOptions returns the flags with more options, which replace those of the same name.
func (f caseFlags) withOptions(more ...string) caseFlags {
	replaced := func(o string) bool {
		name, _, _ := strings.Cut(o, "=")
		return slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(m, name+"=") })
	}
	f.options = append(slices.DeleteFunc(slices.Clone(f.options), replaced), more...)
	return f
}

// addNetwork adds the flags of the network that no fault changes.
func (f *caseFlags) addNetwork(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.latency, "latency", "", "`TIME` that messages between nodes take: 5ms, or a range like 1ms-20ms")
	fs.StringVar(&f.latencyDist, "latency-dist", "", "`NAME` of the distribution of the latency: "+join(fault.Dists))
	fs.StringVar(&f.loss, "loss", "", "`PROBABILITY` that a message is lost: 1/100 or 1%")
	fs.StringVar(&f.duplicate, "duplicate", "", "`PROBABILITY` that a message arrives twice: 1/100 or 1%")
	complete(cmd, "latency-dist", func() []string { return strings.Split(join(fault.Dists), ", ") })
}

func (f *checkFlags) add(cmd *cobra.Command, defaultSpec string) {
	fs := cmd.Flags()
	fs.StringVar(&f.spec, "spec", "", "`NAME` of what the history is checked against: see simrun list specs (default: "+defaultSpec+")")
	fs.StringVar(&f.engine, "engine", "auto", "`NAME` of how it is decided: see simrun list engines")
	fs.Int64Var(&f.budget, "budget", 0, fmt.Sprintf("`STEPS` at most for each object (default %d)", check.DefaultBudget))
	fs.BoolVar(&f.allowEmpty, "allow-empty", false, "call a history valid in which no operation completed, instead of unknown")
	if f.names == nil {
		f.names = specNames
	}
	complete(cmd, "spec", f.names)
	complete(cmd, "engine", engineNames)
}

// resultFormats are the formats that results are printed in.
var resultFormats = []string{"text", "json", "junit", "github"}

func (f *outFlags) add(cmd *cobra.Command) {
	f.addFolder(cmd)
	cmd.Flags().StringVar(&f.format, "format", "text", "`NAME` of the format of the results: "+joinStrings(resultFormats))
	complete(cmd, "format", func() []string { return resultFormats })
}

func (f *outFlags) addFolder(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.out, "out", "store", "`FOLDER` that runs are stored in")
}

func complete(cmd *cobra.Command, flag string, names func() []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return names(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag was not added
	}
}

// check refuses an unknown format, and a store that can't be written, before anything runs.
func (f *outFlags) check() error {
	if err := oneOf("format of results", f.format, resultFormats); err != nil {
		return err
	}
	if f.out == "" {
		return errors.New("--out: expected the name of a folder")
	}
	return store.Store(f.out).Writable()
}

// parse returns the specification that was named, nil if none was, and the options of the check.
func (f *checkFlags) parse() (check.Spec, check.Options, error) {
	opts := check.Options{Engine: f.engine, Budget: f.budget, Second: check.SecondBudget, AllowEmpty: f.allowEmpty}
	if err := oneOf("engine", f.engine, engineNames()); err != nil {
		return nil, opts, err
	}
	if f.budget < 0 {
		return nil, opts, fmt.Errorf("--budget %d: expected a number of steps from 1, or 0 for the default", f.budget)
	}
	if f.spec == "" {
		return nil, opts, nil
	}
	if err := oneOf("specification", f.spec, specNames()); err != nil {
		return nil, opts, err
	}
	spec, err := specs.ByName(f.spec)
	return spec, opts, err
}

// parse returns the case that the flags describe, without seed and faults, and its model.
func (f *caseFlags) parse() (sim.Case, models.Model, error) {
	if err := f.takeProgram(); err != nil {
		return sim.Case{}, models.Model{}, err
	}
	c := sim.Case{Version: sim.Version, Model: f.model, Nodes: f.nodes, Clients: f.clients}
	m, err := f.models.named(f.model)
	if err != nil {
		return c, m, err
	}
	var wrongWorkload error
	for _, name := range f.bugs {
		bug, err := m.Bug(name) // by name or by ID
		if err != nil {
			return c, m, nearest.Unknown("bug of "+f.model, name, f.models.bugs(f.model))
		}
		if f.workload != "" && bug.Workload != "" && f.workload != bug.Workload {
			wrongWorkload = fmt.Errorf("--workload %s: bug %s shows with workload %s alone", f.workload, bug.Name, bug.Workload)
		}
		c.Bugs = append(c.Bugs, bug.Name)
	}
	if f.workload != "" {
		if err := oneOf("workload of "+f.model, f.workload, f.models.workloads(f.model)); err != nil {
			return c, m, err
		}
	}
	if wrongWorkload != nil {
		return c, m, wrongWorkload
	}
	for _, o := range f.options {
		name, value, ok := strings.Cut(o, "=")
		if !ok {
			return c, m, fmt.Errorf("--option %s: expected NAME=VALUE", o)
		}
		if earlier, twice := c.Options[sim.OptionName(name)]; twice {
			return c, m, fmt.Errorf("--option %s: option %s is %s already: say it once", o, name, earlier)
		}
		if c.Options == nil {
			c.Options = map[sim.OptionName]string{}
		}
		c.Options[sim.OptionName(name)] = value
	}
	for _, n := range []struct {
		flag     string
		n, least int
	}{{"nodes", f.nodes, 0}, {"clients", f.clients, 1}, {"ops", f.ops, 0}, {"rate", f.rate, 0}, {"keys", f.keys, 0}} {
		if n.n < n.least {
			return c, m, fmt.Errorf("--%s %d: expected a number from %d", n.flag, n.n, n.least)
		}
	}
	if fewest := max(1, m.MinNodes); f.nodes != 0 && (f.nodes < fewest || f.nodes > sim.MaxNodes) {
		return c, m, fmt.Errorf("--nodes %d: %s needs %d to %d nodes", f.nodes, m.Name, fewest, sim.MaxNodes)
	}
	c.Workload = sim.Workload{Name: f.workload, Ops: f.ops, Rate: f.rate, Keys: f.keys}
	m.Suit(&c)
	for site := range strings.SplitSeq(f.buggify, ",") {
		if f.buggify != "" {
			c.Buggify = append(c.Buggify, sim.SiteName(site))
		}
	}
	if c.Workload.Mix, err = parseMix(f.mix); err != nil {
		return c, m, err
	}
	if c.Duration, err = parseDuration("duration", f.duration); err != nil {
		return c, m, err
	}
	if c.Duration == 0 {
		return c, m, fmt.Errorf("--duration %s: expected a duration above 0", f.duration)
	}
	if c.Recovery.Within, err = parseDuration("recovery", f.recovery); err != nil {
		return c, m, err
	}
	c.Recovery.Skip = c.Recovery.Within == 0
	err = f.network(&c.Network)
	return c, m, err
}

// takeProgram makes the model of the program, if one is given, the only one that there is.
func (f *caseFlags) takeProgram() error {
	given, err := f.program.given()
	if err != nil || !given {
		return err
	}
	if f.model != f.models.first() {
		return fmt.Errorf("--model %s and --program %s: a program runs in place of a model: say one of them", f.model, f.program.path)
	}
	if f.workload == "" {
		return fmt.Errorf("--program %s: say what clients ask of it, with --workload: %s", f.program.path, joinStrings(modelList{maelstrom.Model(nil)}.workloads(maelstrom.Name)))
	}
	m, err := f.program.model(f.program.context())
	f.models, f.model = modelList{m}, m.Name
	return err
}

func (f *caseFlags) network(n *sim.Network) (err error) {
	if f.latency != "" {
		lo, hi, ranged := strings.Cut(f.latency, "-")
		if n.Latency.Min, err = parseDuration("latency", lo); err != nil {
			return err
		}
		n.Latency.Max, n.Latency.Dist = n.Latency.Min, fault.Constant
		if ranged {
			n.Latency.Dist = fault.Uniform
			if n.Latency.Max, err = parseDuration("latency", hi); err != nil {
				return err
			}
		}
		if n.Latency.Max < n.Latency.Min {
			return fmt.Errorf("--latency %s: the longest is below the shortest", f.latency)
		}
	}
	if f.latencyDist != "" {
		if err := oneOf("distribution", f.latencyDist, strings.Split(join(fault.Dists), ", ")); err != nil {
			return err
		}
		if f.latency == "" {
			return fmt.Errorf("--latency-dist %s: say --latency too, like 1ms-20ms", f.latencyDist)
		}
		n.Latency.Dist = sim.Dist(f.latencyDist)
	}
	if n.Loss, err = parseRatio("loss", f.loss); err != nil {
		return err
	}
	n.Duplicate, err = parseRatio("duplicate", f.duplicate)
	return err
}

func parseDuration(flag, text string) (sim.Duration, error) {
	d, err := time.ParseDuration(text)
	if text == "0" {
		err = nil
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("--%s %q: expected a duration like 10s or 1.5ms", flag, text)
	}
	return sim.Duration(d), nil
}

// parseRatio reads a probability: 1/100, 1%, 0.5% or 0.
func parseRatio(flag, text string) (sim.Ratio, error) {
	wrong := fmt.Errorf("--%s %q: expected a probability like 1/100 or 1%%", flag, text)
	if text == "" {
		return sim.Ratio{}, nil
	}
	percent, isPercent := strings.CutSuffix(text, "%")
	if !isPercent {
		var r sim.Ratio
		if r.UnmarshalText([]byte(text)) != nil {
			return r, wrong
		}
		return r, nil
	}
	whole, decimals, _ := strings.Cut(percent, ".")
	n, err := strconv.ParseUint(whole+decimals, 10, 31)
	if err != nil || len(decimals) > 6 || whole == "" {
		return sim.Ratio{}, wrong
	}
	den := int64(100)
	for range decimals {
		den *= 10
	}
	if int64(n) > den {
		return sim.Ratio{}, wrong
	}
	if n == 0 {
		den = 0
	}
	return sim.Ratio{Num: int64(n), Den: den}, nil
}

// parseMix reads weights of operations: read=3,write=1.
func parseMix(text string) ([]sim.Weight, error) {
	if text == "" {
		return nil, nil
	}
	var mix []sim.Weight
	for part := range strings.SplitSeq(text, ",") {
		f, weight, ok := strings.Cut(part, "=")
		n, err := strconv.Atoi(weight)
		if !ok || f == "" || err != nil || n < 0 || n > math.MaxInt32 {
			return nil, fmt.Errorf("--mix %q: expected weights of operations like read=3,write=1", text)
		}
		mix = append(mix, sim.Weight{F: f, Weight: n})
	}
	return mix, nil
}

// A seedRange is what --seeds says.
type seedRange struct{ first, last sim.Seed }

// parseSeeds reads 1-1000, or one seed.
func parseSeeds(text string) (seedRange, error) {
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	a, err1 := sim.ParseSeed(first)
	b, err2 := sim.ParseSeed(last)
	if err1 != nil || err2 != nil || b < a {
		return seedRange{}, fmt.Errorf("--seeds %q: expected a range like 1-1000", text)
	}
	return seedRange{a, b}, nil
}

// parseShard reads 2/5.
func parseShard(text string) (shard, shards uint64, err error) {
	if text == "" {
		return 1, 1, nil
	}
	i, n, _ := strings.Cut(text, "/")
	shard, err1 := strconv.ParseUint(i, 10, 32)
	shards, err2 := strconv.ParseUint(n, 10, 32)
	if err1 != nil || err2 != nil || shard < 1 || shard > shards {
		return 0, 0, fmt.Errorf("--shard %q: expected one like 2/5, the second of five", text)
	}
	return shard, shards, nil
}
