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
	// at 422ms pause any for 523ms
	// at 3.829s partition majorities-ring around leader for 46ms
	// at 7.477s partition halves for 536ms
	// the faults stay within what the system claims to survive
}
