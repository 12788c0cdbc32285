package txn

import (
	"slices"
	"testing"
	"time"

	isolation "simrun/check/txn"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

func serializable(*sim.Case) isolation.Level { return isolation.StrictSerializable }

// turns calls visit with every turn of a small run.
func turns(w models.Workload, visit func(t *sim.Turn, op sim.Op)) {
	for ordinal := range 200 {
		for client := 1; client <= 5; client++ {
			t := &sim.Turn{Client: client, Ordinal: ordinal, Clients: 5, Keys: w.Keys, Mix: w.Mix, Seed: 7}
			visit(t, w.Next(t))
		}
	}
}

// Every operation is one that the client can run, of 1 to 8 micro-operations; no two write the same value; each workload reads and
// writes; and a key gets about as many writes as it should.
func TestWorkloads(t *testing.T) {
	for _, w := range Workloads(serializable) {
		kinds, lengths, values, writes := map[Kind]int{}, map[int]bool{}, map[int64]bool{}, map[Key]int{}
		turns(w, func(_ *sim.Turn, op sim.Op) {
			tx, ok := formOf(w.Name).parse(op)
			if !ok || len(tx) == 0 || len(tx) > MaxMops {
				t.Fatalf("%s: %v is not a transaction", w.Name, op)
			}
			lengths[len(tx)] = true
			for _, m := range tx {
				kinds[m.Kind]++
				if m.Writes() && m.Kind != Add {
					if writes[m.Key]++; values[m.Arg] {
						t.Fatalf("%s: %d is written twice", w.Name, m.Arg)
					}
					values[m.Arg] = true
				}
			}
		})
		if len(kinds) != 2 || kinds[Read] < 200 {
			t.Errorf("%s: micro-operations %v", w.Name, kinds)
		}
		if mixed := w.Name == listAppendName || w.Name == rwRegisterName; mixed && len(lengths) != MaxMops {
			t.Errorf("%s: lengths %v, want all up to %d", w.Name, lengths, MaxMops)
		}
		most := 0
		for _, n := range writes {
			most = max(most, n)
		}
		if most > 4*writesOfKey || w.Name == longForkName && most > 1 {
			t.Errorf("%s: a key is written %d times", w.Name, most)
		}
	}
}

// A turn decides by itself: asking in another order gives the same operation.
func TestTurnsAreIndependent(t *testing.T) {
	for _, w := range Workloads(serializable) {
		var all []sim.Op
		var at []sim.Turn
		turns(w, func(turn *sim.Turn, op sim.Op) { all, at = append(all, op), append(at, *turn) })
		for i := range slices.Backward(all) {
			if op := w.Next(&at[i]); op != all[i] {
				t.Fatalf("%s: turn %d gives %v, and gave %v", w.Name, i, op, all[i])
			}
		}
	}
}

// memory is a store of one transaction at a time.
type memory map[Key][]int64

func (s memory) do(t Txn) Outcome {
	t = t.Clone()
	now := map[Key][]int64{}
	for i := range t {
		k := t[i].Key
		held, changed := now[k]
		if !changed {
			held = s[k]
		}
		then, ok := t[i].Do(held)
		if !ok {
			return Abort("not enough money")
		}
		now[k] = then
	}
	for k, v := range now {
		s[k] = v
	}
	return Commit(t)
}

// The history of a correct store is valid in each workload, and that of a store which forgets what it has just written is not.
func TestHistories(t *testing.T) {
	for _, w := range Workloads(serializable) {
		for _, forgetful := range []bool{false, true} {
			events := runWith(t, w, func() func(Txn) Outcome {
				store := memory{}
				return func(tx Txn) Outcome {
					o := store.do(tx)
					if forgetful && o.Status == Committed {
						delete(store, tx[len(tx)-1].Key)
					}
					return o
				}
			})
			if kept, why := judge(t, w, events); kept == forgetful {
				t.Errorf("%s, forgetful %v: kept %v: %s", w.Name, forgetful, kept, why)
			}
		}
	}
}

// idle is a server that is asked nothing.
type idle struct{}

func (idle) Receive(sim.NodeID, []byte) {}
func (idle) Request(sim.Caller, []byte) {}

// runWith runs a workload whose clients share what begin returns.
func runWith(t *testing.T, w models.Workload, begin func() func(Txn) Outcome) []history.Event {
	do := begin()
	system := sim.System{
		Name: "memory", Boot: func(*sim.Env) sim.Node { return idle{} }, Client: func(c *sim.Client) { Run(c, do) },
		Workloads: []sim.WorkloadKind{{Name: w.Name, Rate: w.Rate, Keys: w.Keys, Mix: w.Mix, Next: w.Next}},
	}
	r, err := sim.Run(system, sim.Case{Seed: 3, Nodes: 1, Clients: 3, Duration: sim.Duration(2 * time.Second), Recovery: sim.Recovery{Skip: true}})
	if err != nil {
		t.Fatal(err)
	}
	return r.History
}

// What a client records: fail only if the transaction certainly has no effect.
func TestClientRecordsWhatIsCertain(t *testing.T) {
	reads, writes := Txn{{Kind: Read, Key: 1}}, Txn{{Kind: Write, Key: 1, Arg: 5}}
	for _, c := range []struct {
		name string
		t    Txn
		o    Outcome
		want history.Type
	}{
		{"committed", writes, Commit(writes), history.OK},
		{"aborted", writes, Abort("conflict"), history.Fail},
		{"lost write", writes, Lost("timeout"), history.Info},
		{"lost read", reads, Lost("timeout"), history.Fail},
		{"answer to something else", writes, Commit(reads), history.Info},
	} {
		w := models.Workload{Name: rwRegisterName, Rate: 1, Keys: 1, Next: func(*sim.Turn) sim.Op { return opOf(c.t) }}
		events := runWith(t, w, func() func(Txn) Outcome { return func(Txn) Outcome { return c.o } })
		if got := events[1].Type; got != c.want {
			t.Errorf("%s: recorded %v, want %v", c.name, got, c.want)
		}
	}
}

// What is encoded is read back.
func TestRoundTrip(t *testing.T) {
	all := Txn{{Kind: Read, Key: 1, Seen: []int64{1, -2}}, {Kind: Append, Key: 2, Arg: 3}, {Kind: Write, Key: -1, Arg: 1 << 40}, {Kind: Add, Key: 4, Arg: -5}, {Kind: Read, Key: 9}}
	for _, o := range []Outcome{Commit(all), Commit(nil), Abort("a conflict"), Lost("")} {
		got, ok := DecodeOutcome(o.Append(nil))
		if !ok || got.Status != o.Status || got.Reason != o.Reason || !SameMops(got.Did, o.Did) {
			t.Errorf("%+v became %+v, %v", o, got, ok)
		}
		for i := range got.Did {
			if !slices.Equal(got.Did[i].Seen, o.Did[i].Seen) {
				t.Errorf("%v saw %v", o.Did[i], got.Did[i].Seen)
			}
		}
	}
}
