package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestDraws(t *testing.T) {
	curves := read(strings.NewReader(`goos: linux
BenchmarkCheck/lists/1000-2         	       3	   5075354 ns/op	         4.998 cpu-µs/transaction	     18214 steps
BenchmarkCheck/lists/10000-2        	       3	 219807965 ns/op	         6.905 cpu-µs/transaction	    185352 steps
BenchmarkCheck/registers/1000       	       3	  15073498 ns/op	        15 cpu-µs/transaction	     16856 steps
PASS
`))
	if len(curves) != 2 || len(curves[0].points) != 2 || curves[1].points[0] != (point{1000, 0.015}) {
		t.Fatalf("read %v", curves)
	}
	var b bytes.Buffer
	draw(&b, curves)
	for _, part := range []string{`>lists</text>`, `class="curve c1" points="60.0,`, ">1,000,000<", ">0.001 s<", ">100 s<"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the chart has no %s: %s", part, &b)
		}
	}
}
