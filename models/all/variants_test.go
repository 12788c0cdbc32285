package all

import (
	"fmt"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/models"
	"simrun/sim"
)

// The correct model is silent whatever its size, its options and its workload are.
func TestVariantsAreSilent(t *testing.T) {
	m, err := models.ByName(Models(), "raft")
	if err != nil {
		t.Fatal(err)
	}
	type variant struct {
		name   string
		change func(c *sim.Case)
	}
	variants := []variant{
		{"reads through the log", func(c *sim.Case) { c.Options = map[sim.OptionName]string{"reads": "log"} }},
		{"without pre-vote", func(c *sim.Case) { c.Options = map[sim.OptionName]string{"pre-vote": "off"} }},
		{"without check of the quorum", func(c *sim.Case) {
			c.Options = map[sim.OptionName]string{"check-quorum": "off"}
			c.Recovery.Skip = true // it is there for progress
		}},
		{"many clients", func(c *sim.Case) { c.Clients = 12 }},
	}
	for _, nodes := range []int{1, 2, 3, 4, 7} {
		variants = append(variants, variant{fmt.Sprintf("%d nodes", nodes), func(c *sim.Case) { c.Nodes = nodes }})
	}
	for _, w := range m.Workloads[1:] {
		variants = append(variants, variant{w.Name, func(c *sim.Case) { c.Workload = sim.Workload{Name: w.Name} }})
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= uint64(soak.N(10, 500)); seed++ {
				c := sim.Case{Model: m.Name, Seed: sim.Seed(seed)}
				v.change(&c)
				if _, j := judged(t, m, drawn(t, m, c)); j.Outcome != check.Valid {
					t.Errorf("seed %d: %v: %s", seed, j.Outcome, j.Summary)
				}
			}
		})
	}
}
