package txn

import (
	"math/rand/v2"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/internal/soak"
)

// TestSingleOperationsAreLinearizable decides reads and writes of registers twice: as operations of objects, and as transactions of one step. Of these
// strict serializability says the same as linearizability (Herlihy and Wing 1990, section 3.2).
func TestSingleOperationsAreLinearizable(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 100))
	outcomes := map[check.Outcome]int{}
	for i := range soak.N(3_000, 200_000) {
		single := singles(r)
		v, err := check.Linearizable(specs.Register, single, check.Options{AllowEmpty: true})
		if err != nil {
			t.Fatal(err)
		}
		isolation, err := Check(asTransactions(single), Options{Level: StrictSerializable, AllowEmpty: true})
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome != isolation.Outcome() {
			t.Fatalf("history %d: %v as operations, and %v as transactions (%s)\n%s", i, v.Outcome, isolation.Outcome(), isolation.Results[StrictSerializable].Reason, show(asTransactions(single)))
		}
		outcomes[v.Outcome]++
	}
	t.Logf("%d histories valid, %d violations", outcomes[check.Valid], outcomes[check.Violation])
	if outcomes[check.Valid] < 500 || outcomes[check.Violation] < 500 || len(outcomes) != 2 {
		t.Errorf("the histories are of one kind: %v", outcomes)
	}
}

// singles draws clients that read and write two registers; a read sees the latest value or one of the last few.
func singles(r *rand.Rand) []history.Event {
	var events []history.Event
	written := map[string][]history.Value{}
	processes := []history.Process{0, 1, 2}
	open := make([]*history.Event, len(processes))
	for n := 2 + r.IntN(12); n > 0 || open[0] != nil || open[1] != nil || open[2] != nil; {
		c := r.IntN(len(processes))
		e := history.Event{Index: len(events), Time: history.Time(len(events)), Process: processes[c]}
		switch begun := open[c]; {
		case begun != nil:
			e.F, e.Key, e.Value, e.Type = begun.F, begun.Key, begun.Value, history.OK
			switch all := written[e.Key]; {
			case r.IntN(8) == 0:
				e.Type = history.Info
				processes[c] += history.Process(len(processes))
			case e.F == "read" && r.IntN(12) == 0:
				e.Type = history.Fail
			case e.F == "read":
				if at := len(all) - 1 - r.IntN(3)*r.IntN(2); at >= 0 {
					e.Value = all[at]
				}
			case r.IntN(8) == 0:
				e.Type = history.Fail
			}
			open[c] = nil
		case n > 0:
			n--
			e.Type, e.F, e.Key = history.Invoke, "read", string(rune('x'+r.IntN(2)))
			if r.IntN(2) == 0 {
				e.F, e.Value = "write", history.Int(int64(len(events)))
				written[e.Key] = append(written[e.Key], e.Value)
			}
			begun := e
			open[c] = &begun
		default:
			continue
		}
		events = append(events, e)
	}
	return events
}

// asTransactions makes a transaction of each operation.
func asTransactions(single []history.Event) []history.Event {
	events := make([]history.Event, len(single))
	for i, e := range single {
		what := "r"
		if e.F == "write" {
			what = "w"
		}
		events[i] = e
		events[i].F, events[i].Key = "txn", ""
		events[i].Value = history.List(history.List(history.String(what), history.String(e.Key), e.Value))
	}
	return events
}
