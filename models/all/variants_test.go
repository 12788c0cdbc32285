package all

import (
	"fmt"
	"slices"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
)

// variant is a way to run a model that is not the default.
type variant struct {
	name   string
	change func(c *sim.Case)
}

// variants are the sizes, workloads and options with which a model keeps its guarantee.
func variants(m models.Model) []variant {
	list := []variant{{"many clients", func(c *sim.Case) { c.Clients = 12 }}}
	for _, nodes := range []int{1, 2, 3, 4, 7} {
		if nodes < m.MinNodes {
			continue
		}
		list = append(list, variant{fmt.Sprintf("%d nodes", nodes), func(c *sim.Case) { c.Nodes = nodes }})
	}
	for _, w := range m.Workloads[1:] {
		list = append(list, variant{"workload " + w.Name, func(c *sim.Case) { c.Workload = sim.Workload{Name: w.Name} }})
	}
	for _, o := range m.Options {
		for _, value := range o.Values[1:] {
			if !slices.Contains(o.Weaker, value) {
				list = append(list, variant{fmt.Sprintf("%s=%s", o.Name, value), func(c *sim.Case) { c.Options = map[sim.OptionName]string{o.Name: value} }})
			}
		}
	}
	if m.Name == "raft" {
		list = append(list, variant{"check-quorum=off, safety alone", func(c *sim.Case) {
			c.Options = map[sim.OptionName]string{"check-quorum": "off"}
			c.Recovery.Skip = true
		}})
	}
	return list
}

// A correct model is silent whatever its size, its options and its workload are.
func TestVariantsAreSilent(t *testing.T) {
	for _, m := range Models() {
		t.Run(m.Name, func(t *testing.T) { testVariants(t, m) })
	}
}

func testVariants(t *testing.T, m models.Model) {
	for _, v := range variants(m) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= uint64(soak.N(2, 30)); seed++ {
				c := sim.Case{Model: m.Name, Seed: sim.Seed(seed)}
				v.change(&c)
				if _, j := judged(t, m, drawn(t, m, c)); j.Outcome != check.Valid {
					t.Errorf("seed %d: %v: %s", seed, j.Outcome, j.Summary)
				}
			}
		})
	}
}
