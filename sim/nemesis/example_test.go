package nemesis_test

import (
	"fmt"
	"time"

	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

func ExampleDraw() {
	c := nemesis.Cluster{Nodes: 5, Duration: 10 * time.Second, Atlas: fault.Atlas{Leader: "leader"}, Pace: 3}
	p, err := nemesis.Draw("partition,pause", c, 7)
	fmt.Println(err)
	for _, f := range p.Faults {
		fmt.Println(f)
	}
	fmt.Println(p.Claim())
	// Output:
	// <nil>
	// at 29ms partition minority | rest for 523ms
	// at 4.087s pause any for 37ms
	// at 7.428s pause any for 1.151s
	// the faults stay within what the system claims to survive
}
