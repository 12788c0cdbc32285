// Package cputime measures benchmarks by the time of cores that they use, which other processes of a busy machine change less than the time that passes.
package cputime

import "time"

// Metrics takes what was measured: a *testing.B, which programs that are no tests should not link.
type Metrics interface{ ReportMetric(n float64, unit string) }

// Meter measures one benchmark.
type Meter struct{ began time.Duration }

// Start begins to measure.
func Start() Meter { return Meter{Used()} }

// Report adds to a benchmark what each of its operations took of cores, and how many of them a core does in a second. It returns that time.
func (m Meter) Report(b Metrics, operations int, what string) time.Duration {
	used := Used() - m.began
	each := float64(used.Nanoseconds()) / float64(operations)
	b.ReportMetric(each/1e3, "cpu-µs/"+what)
	if used > 0 {
		b.ReportMetric(1e9/each, what+"s/core-s")
	}
	return time.Duration(each)
}
