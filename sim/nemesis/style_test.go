package nemesis_test

import (
	"testing"

	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

// Composed plans are within the claims and the fault phase, as text too, for clusters of any size and profile.
func TestComposedPlansAreWithinTheClaims(t *testing.T) {
	bare := cluster()
	bare.Profile = fault.Profile{Claims: fault.Claims{Synchronous: 100_000_000}}
	forgets := cluster()
	forgets.Profile.Claims = fault.Claims{Forgets: true}
	all := cluster()
	all.Profile.Claims.Errors, all.Profile.Claims.Damaged, all.Profile.Claims.Missing = fault.Everybody, fault.OneNode, fault.OneNode
	for _, style := range nemesis.Styles() {
		some := 0
		for _, c := range []nemesis.Cluster{cluster(), bare, forgets, all} {
			for _, n := range []int{1, 3, 5, 7} {
				c.Nodes = n
				for seed := range uint64(6) {
					p, err := nemesis.Compose(style.Name, c, seed)
					if err != nil {
						t.Fatal(err)
					}
					if b := c.Profile.Claims.Breaches(p.Faults, n); len(b) > 0 {
						t.Fatalf("%s, seed %d: %v: %s", style.Name, seed, b[0].Fault, b[0].Why)
					}
					last := p.Faults
					for i, f := range last {
						if _, err := f.MarshalText(); err != nil || f.At < 0 || f.At >= c.Duration || i > 0 && f.At < last[i-1].At {
							t.Fatalf("%s, seed %d: %v: %v", style.Name, seed, f, err)
						}
					}
					some += len(last)
				}
			}
		}
		if some == 0 {
			t.Errorf("%s composes nothing", style.Name)
		}
	}
}

func TestComposeNamesTheRightStyle(t *testing.T) {
	if _, err := nemesis.Compose("victm", cluster(), 1); err == nil || err.Error() == "" {
		t.Error("want an error")
	}
}
