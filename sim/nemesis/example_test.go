package nemesis_test

import (
	"fmt"
	"time"

	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

func ExampleDraw() {
	c := nemesis.Cluster{Nodes: 5, Duration: 10 * time.Second, Profile: fault.Profile{Leader: "leader"}, Pace: 3}
	p, err := nemesis.Draw("partition,pause", c, 7)
	fmt.Println(err)
	for _, f := range p.Faults {
		fmt.Println(f)
	}
	fmt.Println(p.Claim())
	// Output:
	// <nil>
	// at 682ms partition majorities-ring for 1.534s
	// at 3.508s partition bridge for 541ms
	// at 7.39s partition halves for 21ms
	// the faults stay within what the system claims to survive
}
