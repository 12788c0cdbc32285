package all

import (
	"testing"
	"time"

	"simrun/sim/nemesis"
)

// Every nemesis has plans for every model, within its claims and beyond them, that can be written down and read back.
func TestEveryNemesisPlansForEveryModel(t *testing.T) {
	names := []string{nemesis.Swarm}
	for _, f := range nemesis.Families() {
		names = append(names, f.Name)
	}
	for _, m := range Models() {
		for _, name := range names {
			for seed := range uint64(100) {
				c := nemesis.Cluster{Nodes: max(m.Nodes, 5), Duration: 10 * time.Second, Profile: m.Profile, Beyond: seed%2 == 0}
				plan, err := nemesis.Draw(name, c, seed)
				if err != nil {
					t.Fatalf("%s of %s: %v", name, m.Name, err)
				}
				for _, f := range plan.Faults {
					if read, err := m.Profile.ParsePlan("plan", f.String()); err != nil || len(read) != 1 || read[0].String() != f.String() {
						t.Fatalf("%s of %s, seed %d: %q is read as %v, %v", name, m.Name, seed, f, read, err)
					}
				}
			}
		}
	}
}
