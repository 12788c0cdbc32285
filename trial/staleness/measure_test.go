package staleness

import (
	"context"
	"testing"

	"simrun/check/specs"
	"simrun/models/quorum"
	"simrun/sim"
	"simrun/trial"
)

func measured(t *testing.T, options map[sim.OptionName]string) Row {
	t.Helper()
	s := &trial.Setup{Model: quorum.Model(), Base: sim.Case{Options: options}, Nemesis: "swarm", Spec: specs.Register}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	n := 0
	row, err := Measure(context.Background(), s, "setting", 20, 2, func() { n++ })
	if err != nil || n != 20 || row.Seeds != 20 || row.Setting != "setting" {
		t.Fatalf("%d seeds of %+v, %v", n, row, err)
	}
	return row
}

// Atomic registers are never stale. Reads of one replica are, the more the less it is brought up to date.
func TestStaleness(t *testing.T) {
	lww := map[sim.OptionName]string{"consistency": "lww", "r": "1", "w": "1"}
	atomic, repaired := measured(t, nil), measured(t, lww)
	for _, o := range []sim.OptionName{"hints", "read-repair", "anti-entropy"} {
		lww[o] = "off"
	}
	left := measured(t, lww)
	if atomic.Reads < 2000 || atomic.Stale != 0 || atomic.Age != (Quantiles{}) {
		t.Errorf("atomic registers: %+v", atomic)
	}
	if repaired.Stale == 0 || left.Stale <= repaired.Stale || left.Age.P50 <= repaired.Age.P50 {
		t.Errorf("with repair %+v, without any %+v", repaired, left)
	}
	if repaired.Failed >= atomic.Failed {
		t.Errorf("one replica refuses %d operations of %d, a majority %d of %d", repaired.Failed, repaired.Ops, atomic.Failed, atomic.Ops)
	}
}

func TestQuantiles(t *testing.T) {
	var list []int64
	for i := range int64(200) {
		list = append(list, 200-i)
	}
	if got := quantiles(list); got != (Quantiles{100, 198, 200}) || quantiles(nil) != (Quantiles{}) {
		t.Errorf("%+v", got)
	}
}
