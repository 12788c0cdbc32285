package check_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/internal/soak"
)

// What a specification says against an operation must be true, and be a contradiction: so
// it finds nothing to say of any operation of a history that has an order.
func TestExplanationsHoldInNoValidHistory(t *testing.T) {
	for n, a := range append(alphabets, distinct...) {
		t.Run(a.name(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(n), 11))
			m := &maker{rng: rng}
			sentences := 0
			for range soak.N(1_500, 150_000) {
				events := m.history(&a, 12)
				ops, err := history.Pair(events)
				if err != nil {
					t.Fatal(err)
				}
				said := check.Explained(a.spec, ops, func() bool { return rng.IntN(3) > 0 })
				sentences += len(said)
				if len(said) == 0 || !oracle(a.spec, events) {
					continue
				}
				for at, text := range said {
					t.Fatalf("a valid history: %+v\nsaid of event %d: %s\n%s", ops[at], ops[at].Complete, text, dump(events))
				}
			}
			if sentences < soak.N(150, 500) {
				t.Errorf("only %d sentences: the test says next to nothing", sentences)
			}
			t.Logf("%s: %d sentences", a.name(), sentences)
		})
	}
}

// The sentence is the one that a person would say.
func TestReasons(t *testing.T) {
	for _, c := range []struct {
		spec    check.Spec
		history string // one operation a line: process, what it did; "fails" and "?" in place of a result
		want    string
	}{
		{specs.Register, "0 read null 7", "process 0 read 7 from event 0 to 1, but nobody had written 7 by then"},
		{specs.Register, "0 write 7 fails\n1 read null 7", "process 1 read 7 from event 2 to 3, but nobody had written 7: the write by process 0 failed"},
		{specs.Register, "0 write 1\n1 write 2\n2 read null 1", "process 2 read 1 from event 4 to 5, but 2 had replaced 1 by event 3"},
		{specs.CASRegister, "0 write 1\n1 cas [2,3]", "process 1 cas [2,3] from event 2 to 3, but nobody had written 2 by then"},
		{specs.Queue, "0 enqueue 5\n0 enqueue 7\n1 dequeue null 7", "process 1 dequeued → 7 from event 4 to 5, but process 0 had enqueued 5 by event 1, before 7 was enqueued, and nobody had dequeued it"},
		{specs.Queue, "0 enqueue 5\n0 enqueue 7\n1 dequeue null null", "process 1 dequeued → empty from event 4 to 5, but process 0 had enqueued 5 by event 1, and nobody had dequeued it"},
		{specs.Queue, "0 enqueue 5\n1 dequeue null 5\n2 dequeue null 5", "process 2 dequeued → 5 from event 4 to 5, but process 1 had dequeued it already, by event 3, and it was enqueued once"},
		{specs.Queue, "0 enqueue 5 fails\n1 dequeue null 5", "process 1 dequeued → 5 from event 2 to 3, but nobody had enqueued 5: the enqueue by process 0 failed"},
		{specs.Queue, "0 enqueue 5\n0 enqueue 5\n1 dequeue null 5\n1 dequeue null 5\n1 dequeue null 5", "process 1 dequeued → 5 from event 8 to 9, but 5 was enqueued twice, and dequeued twice before"},
		{specs.Stack, "0 push 5\n0 push 7\n1 pop null 5", "process 1 popped → 5 from event 4 to 5, but process 0 had pushed 7 by event 3, after 5, and nobody had popped it"},
		{specs.PriorityQueue, "0 insert 7\n0 insert 5\n1 poll null 5", "process 1 polled → 5 from event 4 to 5, but process 0 had inserted 7 by event 1, which is greater than 5, and nobody had polled it"},
		{specs.Lock, "0 acquire null\n1 acquire null", "process 1 acquired from event 2 to 3, but process 0 held the lock: acquired by event 1, and not released since"},
		{specs.Lock, `0 acquire "a" 5` + "\n" + `0 release "a"` + "\n" + `1 acquire "b" 4`, `process 1 acquired "b" → 4 from event 4 to 5, but process 0 had got token 5 by event 1, and tokens must grow`},
		{specs.Lock, "0 release null", "process 0 released from event 0 to 1, but process 0 had not acquired the lock"},
		{specs.Lock, "0 acquire null\n0 release null\n0 release null", "process 0 released from event 4 to 5, but process 0 had acquired the lock once and released it once already"},
		{specs.Lock, "0 acquire null\n0 release null\n1 acquire null false", "process 1 acquired → false from event 4 to 5, but whoever had acquired the lock had released it before"},
		{specs.Lock, "0 acquire null\n0 release null false", "process 0 released → false from event 2 to 3, but process 0 had acquired the lock by event 1, and nobody had released it since"},
		{specs.Mutex, "0 acquire null\n1 acquire null", "process 1 acquired from event 2 to 3, but it was held: process 0 had acquired it by event 1, and nobody had released it since"},
		{specs.Mutex, "0 release null", "process 0 released from event 0 to 1, but nothing was held"},
		{specs.Mutex, "0 acquire null\n1 release null\n1 acquire null false", "process 1 acquired → false from event 4 to 5, but it was free"},
		{specs.Semaphore, "0 permits 3\n0 acquire 2\n1 acquire 2", "process 1 acquired 2 from event 4 to 5, but of 3 permits at least 2 were taken"},
		{specs.Semaphore, "0 permits 3\n1 acquire 4", "process 1 acquired 4 from event 2 to 3, but there are no more than 3 permits"},
		{specs.Semaphore, "0 permits 3\n0 acquire 2\n1 release 1\n1 release 2", "process 1 released 2 from event 6 to 7, but at most 1 were held"},
		{specs.Bank, `0 read null {"a":5,"b":5}` + "\n" + `0 transfer {"from":"a","to":"b","amount":1}` + "\n" + `1 read null {"a":4,"b":5}`, `process 1 read → {"a":4,"b":5} from event 4 to 5, but these add up to 9, and to 10 when process 0 read them, by event 1; transfers keep the sum`},
		{specs.Bank, `0 read null {"a":-1}`, `process 0 read → {"a":-1} from event 0 to 1, but account a has -1`},
		{specs.Set, "0 add 1\n1 read null []", "process 1 read → [] from event 2 to 3, but process 0 had added 1 by event 1, and it is missing"},
		{specs.Set, "0 add 1 fails\n1 read null [1]", "process 1 read → [1] from event 2 to 3, but 1 is there, and nobody had added it: the add by process 0 failed"},
		{specs.Set, "0 add 1\n0 remove 1\n1 read null [1]", "process 1 read → [1] from event 4 to 5, but process 0 had removed 1 by event 3, and it is there"},
		{specs.Set, "0 add 1\n1 read null [1,1]", "process 1 read → [1,1] from event 2 to 3, but 1 is there twice"},
		{specs.Set, "0 add 1\n1 contains 1 false", "process 1 contains 1 → false from event 2 to 3, but process 0 had added 1 by event 1"},
		{specs.Set, "0 contains 1 true", "process 0 contains 1 → true from event 0 to 1, but nobody had added 1 by then"},
		{specs.AppendList, "0 append 1\n0 append 2\n1 read null [2,1]", "process 1 read → [2,1] from event 4 to 5, but 2 comes before 1 in it, though process 0 had appended 1 before 2 was"},
		{specs.AppendList, "0 append 1\n1 read null [1,1]", "process 1 read → [1,1] from event 2 to 3, but 1 is there twice, and was appended once"},
		{specs.Counter, "0 add 3\n1 read null 2", "process 1 read → 2 from event 2 to 3, but the sum must be 3 at least: 1 addition completed before it"},
		{specs.Counter, "0 add 3\n1 add 2 ?\n2 read null 9", "process 2 read → 9 from event 4 to 5, but the sum can be 5 at most: 1 addition completed before it, and 1 more may have taken effect"},
		{specs.UniqueIDs, "0 generate null 7\n1 generate null 7", "process 1 generated → 7 from event 2 to 3, but process 0 had got 7 too, by event 1"},
		{specs.Log, `0 append "a" 0` + "\n" + `1 append "b" 0`, `process 1 appended "b" → 0 from event 2 to 3, but process 0 had got offset 0 too, for "a" by event 1`},
		{specs.Log, `0 append "a" 0` + "\n" + `1 read 0 []`, `process 1 read 0 → [] from event 2 to 3, but process 0 had appended "a" at offset 0 by event 1`},
		{specs.Log, `0 append "a" null` + "\n" + `1 read 0 ["b"]`, `process 1 read 0 → ["b"] from event 2 to 3, but nobody had appended "b" by then`},
		{specs.MultiRegister, `0 txn [["w","x",1]]` + "\n" + `1 txn [["r","x",null]] [["r","x",2]]`, `process 1 txn [["r","x",null]] → [["r","x",2]] from event 2 to 3, but 2 was read from x, which nobody had written there by then`},
		{specs.MultiRegister, `0 txn [["w","x",1]] fails` + "\n" + `1 txn [["r","x",null]] [["r","x",1]]`, `process 1 txn [["r","x",null]] → [["r","x",1]] from event 2 to 3, but 1 was read from x, which only the failed transaction of process 0 wrote (aborted read, G1a)`},
		{specs.MultiRegister, `0 txn [["w","x",1],["w","x",2]]` + "\n" + `1 txn [["r","x",null]] [["r","x",1]]`, `process 1 txn [["r","x",null]] → [["r","x",1]] from event 2 to 3, but 1 was read from x, and the transaction of process 0 that wrote it went on to write 2 there (intermediate read, G1b)`},
		{specs.MultiRegister, `0 txn [["w","x",1],["w","y",1]]` + "\n" + `1 txn [["r","x",null],["r","y",null]] [["r","x",1],["r","y",null]]`, `process 1 txn [["r","x",null],["r","y",null]] → [["r","x",1],["r","y",null]] from event 2 to 3, but process 0 had replaced null in y with 1 by event 1`},
		{specs.MultiRegister, `0 txn [["w","x",1],["w","y",1]] ?` + "\n" + `1 txn [["r","x",null],["r","y",null]] [["r","x",1],["r","y",null]]`, `process 1 txn [["r","x",null],["r","y",null]] → [["r","x",1],["r","y",null]] from event 2 to 3, but it saw x = 1 of the transaction of process 0, and not its y = 1`},
		{specs.MultiList, `0 txn [["append","x",1]]` + "\n" + `1 txn [["r","x",null]] [["r","x",null]]`, `process 1 txn [["r","x",null]] from event 2 to 3, but process 0 had appended 1 to x by event 1, which is missing in what was read from it`},
		{specs.MultiList, `0 txn [["append","x",1]]` + "\n" + `1 txn [["r","x",null]] [["r","x",[1,2]]]`, `process 1 txn [["r","x",null]] → [["r","x",[1,2]]] from event 2 to 3, but 2 was read from x, which nobody had appended to it by then`},
		{specs.MultiList, `0 txn [["append","x",1]] fails` + "\n" + `1 txn [["r","x",null]] [["r","x",[1]]]`, `process 1 txn [["r","x",null]] → [["r","x",[1]]] from event 2 to 3, but 1 was read from x, which only the failed transaction of process 0 appended (aborted read, G1a)`},
		{specs.MultiList, `0 txn [["append","x",1],["r","x",null]] [["append","x",1],["r","x",null]]`, `process 0 txn [["append","x",1],["r","x",null]] from event 0 to 1, but it had itself appended 1 to x, which is missing in what it read from it`},
		{specs.MultiRegister, `0 txn [["w","x",1],["r","x",null]] [["w","x",1],["r","x",2]]`, `process 0 txn [["w","x",1],["r","x",null]] → [["w","x",1],["r","x",2]] from event 0 to 1, but it had itself written 1 to x before it read 2`},
	} {
		v, err := check.Linearizable(c.spec, written(t, c.history), check.Options{Untimed: true})
		if err != nil || v.Outcome != check.Violation {
			t.Errorf("%s\n%s: %v, %v", c.spec.Name(), c.history, v.Outcome, err)
			continue
		}
		if v.Reason != c.want || !v.Minimal {
			t.Errorf("%s\n%s\nminimal %v, says %s\nwant %s", c.spec.Name(), c.history, v.Minimal, v.Reason, c.want)
		}
	}
}

// written makes a history of operations one after the other from its written form.
func written(t *testing.T, text string) []history.Event {
	var events []history.Event
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		value := func(i int) history.Value {
			if i >= len(fields) {
				return history.Null
			}
			v, err := history.ParseValue(fields[i])
			if err != nil {
				t.Fatalf("%q: %v", fields[i], err)
			}
			return v
		}
		e := history.Event{Index: len(events), Time: history.Time(len(events)), Process: history.Process(fields[0][0] - '0'), F: fields[1], Type: history.Invoke, Value: value(2)}
		events = append(events, e)
		e.Index, e.Time, e.Type = e.Index+1, e.Time+1, history.OK
		switch {
		case len(fields) > 3 && fields[3] == "fails":
			e.Type = history.Fail
		case len(fields) > 3 && fields[3] == "?":
			e.Type, e.Value = history.Info, history.Null
		case len(fields) > 3:
			e.Value = value(3)
		}
		events = append(events, e)
	}
	return events
}
