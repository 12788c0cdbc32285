package fault_test

import (
	"fmt"
	"time"

	"simrun/sim/fault"
)

func ExampleParsePlan() {
	plan, err := fault.ParsePlan("my.plan", `
# the leader goes right after it answered
on 3rd ack isolate leader for 2s
at 1200ms partition n1,n2|n3,n4,n5 for 800ms
`)
	fmt.Println(err)
	for _, f := range plan {
		fmt.Println(f)
	}

	profile := fault.Profile{Roles: []string{"leader", "follower"}}
	_, err = profile.ParsePlan("my.plan", "at 2s crash leeder")
	fmt.Println(err)
	// Output:
	// <nil>
	// on 3rd ack isolate leader for 2s
	// at 1.2s partition n1,n2 | n3,n4,n5 for 800ms
	// my.plan:1:13: expected a node (n1, …) or a role, found "leeder"; the nearest word is "leader"
}

func ExampleFault_Resolve() {
	f := fault.Fault{On: "ack", Kind: fault.Partition, Target: "leader,any | rest", For: time.Second}
	now := fault.View{Nodes: 5, Now: 1200 * time.Millisecond, Seed: 1, Role: func(n fault.Node) (string, uint64) {
		if n == 3 {
			return "leader", 7
		}
		return "follower", 7
	}}
	fmt.Println(f)
	for _, step := range f.Resolve(now) {
		fmt.Println(step)
	}
	// Output:
	// on ack partition leader,any | rest for 1s
	// at 1.2s partition n1,n3 | n2,n4,n5 for 1s
}

func ExampleClaims_Breaches() {
	claims := fault.Claims{Lost: fault.AMinority} // and the least, which every system claims
	plan, _ := fault.ParsePlan("", "at 1s crash n1,n2 forever\nat 2s crash n3 forever")
	for _, b := range claims.Breaches(plan, 5) {
		fmt.Printf("%v: %s\n", b.Fault, b.Why)
	}
	// Output:
	// at 2s crash n3 forever: 3 of 5 nodes are lost for good, and 2 may
}
