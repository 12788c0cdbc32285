package check_test

import (
	"fmt"
	"runtime"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// decide measures one check with its certificate; want is the expected outcome.
func decide(b *testing.B, spec check.Spec, events []history.Event, engine string, want check.Outcome) {
	b.ReportAllocs()
	runtime.GC()
	for b.Loop() {
		v, err := check.Linearizable(spec, events, check.Options{Engine: engine})
		if err != nil || v.Outcome != want {
			b.Fatal(v.Outcome, v.Reason, err)
		}
	}
	b.ReportMetric(float64(len(events)/2)*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

// A million operations, with values added once.
func BenchmarkMillion(b *testing.B) {
	for _, l := range loads {
		for _, clients := range []int{5, 50, 500} {
			events := l.make(1_000_000, clients)
			b.Run(fmt.Sprintf("%s/clients=%d", l.spec.Name(), clients), func(b *testing.B) {
				decide(b, l.spec, events, "auto", check.Valid)
			})
		}
	}
}

// Five values, each written many times, so that a search must decide.
func BenchmarkAmbiguous(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		events := casLoad(n, 10)
		b.Run(fmt.Sprintf("cas-register/clients=10/ops=%d/window", n), func(b *testing.B) {
			decide(b, specs.CASRegister, events, "window", check.Valid)
		})
		if n <= 10_000 {
			b.Run(fmt.Sprintf("cas-register/clients=10/ops=%d/porcupine", n), func(b *testing.B) {
				decide(b, specs.CASRegister, events, "porcupine", check.Valid)
			})
		}
	}
}

// Few operations of many clients, on which porcupine gives up.
func BenchmarkManyClients(b *testing.B) {
	events := registerLoad(1_000, 20)
	b.Run("register/clients=20/ops=1000/auto", func(b *testing.B) {
		decide(b, specs.Register, events, "auto", check.Valid)
	})
}

func BenchmarkEtcd(b *testing.B) {
	all := jepsenHistories(b)
	for _, engine := range []string{"auto", "porcupine"} {
		b.Run("102 histories/"+engine, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range all {
					if _, err := check.Linearizable(specs.CASRegister, r.events, check.Options{Engine: engine}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
