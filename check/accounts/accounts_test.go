package accounts

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// written makes a history from lines: process, name, or name@key, argument, and a result, "?" or
// "fails". The operations follow each other.
func written(t *testing.T, text string) []history.Event {
	var events []history.Event
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		in, err := history.ParseValue(fields[2])
		if err != nil {
			t.Fatal(err)
		}
		n := history.Time(len(events))
		e := history.Event{Index: len(events), Time: n, Process: history.Process(fields[0][0] - '0'), Type: history.Invoke, Value: in}
		e.F, e.Key, _ = strings.Cut(fields[1], "@")
		events = append(events, e)
		e.Index, e.Time, e.Type, e.Node = e.Index+1, n+1, history.OK, "n"+fields[0]
		switch {
		case len(fields) < 4:
		case fields[3] == "fails":
			e.Type = history.Fail
		case fields[3] == "?":
			e.Type = history.Info
		default:
			if e.Value, err = history.ParseValue(fields[3]); err != nil {
				t.Fatal(err)
			}
		}
		events = append(events, e)
	}
	return events
}

func TestAccounts(t *testing.T) {
	for _, c := range []struct {
		name, history string
		want          check.Outcome
		reason        string
		figures       string // those that are not zero
	}{
		{"total-queue", "0 enqueue 1\n1 drain null [1]", check.Valid, "", "enqueued 1, taken 1"},
		{"total-queue", "0 enqueue 1\n0 enqueue 2\n1 dequeue null 2\n1 drain null []", check.Violation, "1 was enqueued by process 0 at event 1, and never taken, though the queue was found empty later", "enqueued 2, taken 1, lost 1"},
		{"total-queue", "0 enqueue 1\n1 dequeue null null", check.Violation, "1 was enqueued by process 0 at event 1, and never taken, though the queue was found empty later", "enqueued 1, lost 1"},
		{"total-queue", "1 drain null []\n0 enqueue 1", check.Unknown, "1 was never taken, and nothing drained the queue after that", "enqueued 1, left 1"},
		{"total-queue", "0 enqueue 1\n1 dequeue null ?\n2 drain null []", check.Unknown, "1 was never taken, but operations with an unknown result may have taken it", "enqueued 1, lost 1"},
		{"total-queue", "0 enqueue 1\n0 enqueue 2\n1 dequeue null ?\n2 drain null []", check.Violation, "1 was enqueued by process 0 at event 1, and never taken, though the queue was found empty later; 2 are lost, and 1 dequeue with an unknown result can have taken one each", "enqueued 2, lost 2"},
		{"total-queue", "0 enqueue 1\n1 dequeue null fails\n2 drain null [1]", check.Valid, "", "enqueued 1, taken 1"},
		{"total-queue", "0 enqueue 1 fails\n1 dequeue null 1", check.Violation, "1 was taken by process 1 at event 3, but nobody had enqueued it: the enqueue by process 0 at event 1 failed", "taken 1, unexpected 1"},
		{"total-queue", "0 dequeue null 7", check.Violation, "7 was taken by process 0 at event 1, but nobody had enqueued it", "taken 1, unexpected 1"},
		{"total-queue", "0 enqueue 1 ?\n1 dequeue null 1", check.Valid, "", "taken 1, recovered 1"},
		{"total-queue", "0 enqueue 1\n1 dequeue null 1\n1 dequeue null 1", check.Valid, "", "enqueued 1, taken 2, duplicated 1"},
		{"total-queue", "0 enqueue 1\n0 enqueue 1\n1 dequeue null 1\n1 dequeue null null", check.Violation, "1 was enqueued by process 0 at event 1, and never taken, though the queue was found empty later", "enqueued 2, taken 1, lost 1"},
		{"total-queue", "", check.Unknown, "nothing to decide: no operation completed", ""},
		{"set-full", "0 add 1\n1 read null [1]", check.Valid, "", "acknowledged 1, stable 1, stable after 1"},
		{"set-full", "0 add 1\n1 read null []\n1 read null [1]", check.Valid, "", "acknowledged 1, stable 1, stale 1, stable after 1"},
		{"set-full", "0 add 1\n1 read null [1]\n1 read null []", check.Violation, "1 was added by process 0 at event 1, and is missing in the read by process 1 at event 5", "acknowledged 1, lost 1, lost after 1"},
		{"set-full", "0 add 1 ?\n1 read null [1]\n1 read null []", check.Violation, "1 was seen by process 1 at event 3, and is missing in the read by process 1 at event 5", "lost 1, lost after 1"},
		{"set-full", "0 add 1 ?\n1 read null []", check.Valid, "", "never read 1"},
		{"set-full", "1 read null []\n0 add 1", check.Unknown, "no read saw any of the elements", "acknowledged 1, never read 1"},
		{"set-full", "0 add 1\n1 read null [1,1]", check.Violation, "1 is there twice in the read by process 1 at event 3", "acknowledged 1, stable 1, twice 1, stable after 1"},
		{"set-full", "0 add 1 fails\n0 add 2\n1 read null [1,2]", check.Violation, "1 was read by process 1 at event 5, but its add failed", "acknowledged 1, stable 1, unexpected 1, stable after 1"},
		{"set-full", "0 read null [7]", check.Violation, "7 was read by process 0 at event 1, but nobody added it", "unexpected 1"},
		{"bank-total", `0 read null {"a":5,"b":5}` + "\n" + `1 read null {"a":4,"b":6}`, check.Valid, "", "reads 2"},
		{"bank-total", `0 read null {"a":5,"b":5}` + "\n" + `1 read null {"a":4,"b":5}`, check.Violation, "the accounts add up to 9 in the read by process 1 at event 3, and to 10 in that by process 0 at event 1", "reads 2, wrong total 1"},
		{"bank-total", `0 read null {"a":-1,"b":5}`, check.Violation, "account a has -1 in the read by process 0 at event 1", "reads 1, negative 1"},
		{"bank-total", `0 read null {"a":1,"b":5}` + "\n" + `1 read null {"a":1}`, check.Violation, "the read by process 1 at event 3 has other accounts than that by process 0 at event 1", "reads 2, other accounts 1"},
		{"bank-total", `0 read null {"a":5}` + "\n" + `1 transfer {"from":"a","to":"b","amount":1}` + "\n" + `1 read null {"a":4}`, check.Unknown, "the sum changes, but a transfer by process 1 at event 3 is between an account that reads see and one that they don't", "reads 2, wrong total 1"},
		{"bank-accounts", `0 read null {"a":5,"b":5}` + "\n" + `1 read null {"a":4,"b":5}`, check.Valid, "", "reads 2, wrong total 1"},
		{"bank-accounts", `0 read null {"a":-1,"b":5}`, check.Violation, "account a has -1 in the read by process 0 at event 1", "reads 1, negative 1"},
		{"bank-total", `1 transfer {"from":"a","to":"b","amount":1}`, check.Unknown, "nothing to decide: no read completed", ""},
		{"broadcast", "0 broadcast 1\n1 read null []\n1 final null [1]\n2 final null [1]", check.Valid, "", "acknowledged 1, final reads 2"},
		{"broadcast", "0 broadcast 1\n1 final null [1]\n2 final null []", check.Violation, "1 was acknowledged to process 0 at event 1, and is missing in the final read by process 2 at event 5", "acknowledged 1, final reads 2"},
		{"broadcast", "0 broadcast 1 ?\n1 final null [1]\n2 final null []", check.Violation, "the replicas differ: the final read by process 1 at event 3 is [1], and that by process 2 at event 5 is []", "final reads 2"},
		{"broadcast", "1 read null [2]\n0 broadcast 2\n1 final null [2]", check.Violation, "2 is in the read by process 1 at event 1, and nobody had added it", "acknowledged 1, final reads 1"},
		{"broadcast", "0 broadcast 2 fails\n1 final null [2]", check.Violation, "2 is in the final read by process 1 at event 3, and nobody had added it", "final reads 1"},
		{"broadcast", "0 broadcast 2\n1 read null [2]", check.Unknown, "no final read completed", "acknowledged 1"},
		{"broadcast", "0 broadcast 1\n0 broadcast 2\n1 final null [1,2]\n2 final null [2,1]", check.Valid, "", "acknowledged 2, final reads 2"},
		{"broadcast", "0 broadcast 1 ?\n1 final null []\n2 final null null", check.Valid, "", "final reads 2"},
		{"broadcast", "1 final null []\n0 broadcast 2\n2 final null [2]", check.Unknown, "the broadcast by process 0 at event 3 ended after a final read had begun", ""},
		{"lww-map", "0 put@k 1 [9,2]\n2 final null {\"k\":1,\"l\":3}", check.Violation, "the final read by process 2 at event 3 has l = 3, and nobody had put that", "puts 1, final reads 1"},
		{"g-set", "0 add 1\n1 final null [1,1]", check.Violation, "1 is there twice in the final read by process 1 at event 3", "acknowledged 1, final reads 1"},
		{"g-counter", "0 add 3\n0 add 4 ?\n2 read null 7\n1 final null 3", check.Valid, "", "additions 1, unknown additions 1, final reads 1"},
		{"g-counter", "0 add 3\n0 add 4 ?\n1 final null 7", check.Valid, "", "additions 1, unknown additions 1, final reads 1"},
		{"g-counter", "0 add 3\n0 add 4 ?\n1 final null 5", check.Violation, "the final read by process 1 at event 5 is 5, and what was acknowledged adds up to 3; no choice of the additions with an unknown result makes up for the difference", "additions 1, unknown additions 1, final reads 1"},
		{"g-counter", "0 add 3\n1 read null 4\n0 add 1\n1 final null 4", check.Violation, "the read by process 1 at event 3 is 4, and what had been added by then is between 0 and 3", "additions 2, final reads 1"},
		{"g-counter", "0 add 3\n1 final null 3\n2 final null 0", check.Violation, "the final read by process 2 at event 5 is 0, and what was acknowledged adds up to 3", "additions 1, final reads 2"},
		{"pn-counter", "0 add -3 ?\n2 add 4\n3 add 5 ?\n1 final null 6", check.Valid, "", "additions 1, unknown additions 2, final reads 1"},
		{"pn-counter", "0 add -3 ?\n2 add 4\n3 add 5 ?\n1 final null 7", check.Violation, "the final read by process 1 at event 7 is 7, and what was acknowledged adds up to 4; no choice of the additions with an unknown result makes up for the difference", "additions 1, unknown additions 2, final reads 1"},
		{"pn-counter", "0 add 1099511627776 ?\n1 final null 5", check.Unknown, "the additions with an unknown result are too large to tell which sums they have", "unknown additions 1, final reads 1"},
		{"or-set", "0 add 1\n1 remove 1\n0 add 1\n2 final null [1]", check.Valid, "", "acknowledged 1, final reads 1"},
		{"or-set", "0 add 1\n1 remove 1\n0 add 1\n2 final null []", check.Violation, "1 was acknowledged to process 0 at event 5, and is missing in the final read by process 2 at event 7", "acknowledged 1, final reads 1"},
		{"or-set", "0 add 1\n1 remove 1 ?\n0 add 1\n2 final null []", check.Valid, "", "acknowledged 1, final reads 1"},
		{"or-set", "0 add 1\n0 remove 1\n2 final null []", check.Valid, "", "acknowledged 1, final reads 1"},
		{"or-set", "0 add 1\n0 remove 1\n2 final null [1]", check.Violation, "1 is in the final read by process 2 at event 5, though each replica that acknowledged it removed it later", "acknowledged 1, final reads 1"},
		{"or-set", "0 add 1\n1 remove 1\n2 final null [1]", check.Valid, "", "acknowledged 1, final reads 1"},
		{"or-set", "1 add 1 ?\n0 add 1\n0 remove 1\n2 final null [1]", check.Valid, "", "acknowledged 1, final reads 1"},
		{"kafka", "0 send@k 7 0\n1 send@k 8 1\n2 poll null [[\"k\",0,7],[\"k\",1,8]]\n2 commit null {\"k\":2}\n3 committed null {\"k\":2}\n3 final null [[\"k\",0,7],[\"k\",1,8]]", check.Valid, "", "acknowledged 2, polled 2, final reads 1"},
		{"client-order", "0 append [1,2]\n1 append [3,4]\n1 read null [1,2,3,4]\n1 final null [1,2,3,4]", check.Valid, "", "acknowledged 4, reads 2, final reads 1"},
		{"client-order", "0 append [1,2] ?\n1 read null []\n2 append [3]\n2 final null [1,3]", check.Valid, "", "acknowledged 1, reads 2, final reads 1"},
		{"client-order", "0 append [1,2] ?\n1 final null [2]", check.Violation, "2 is there without 1, which process 0 sent before it", "reads 1, final reads 1"},
		{"client-order", "0 append [1,2]\n1 final null [2,1]", check.Violation, "2 is before 1, which process 0 at event 1 sent before it", "acknowledged 2, reads 1, final reads 1"},
		{"client-order", "0 append [1]\n1 append [2]\n2 final null [2,1]", check.Violation, "2, appended by process 1 at event 3, is before 1, which had been appended by process 0 at event 1 when that began", "acknowledged 2, reads 1, final reads 1"},
		{"client-order", "0 append [1]\n1 append [2] ?\n2 read null [1,2]\n3 final null [2,1]", check.Violation, "the final read by process 3 at event 7 is [2,1], and that by process 2 at event 5 is [1,2]: neither begins with the other", "acknowledged 1, reads 2, final reads 1"},
		{"client-order", "0 append [1,2]\n1 read null [1,2]\n1 read null [1]\n1 final null [1,2]", check.Violation, "the read by process 1 at event 5 has 1 value, and it had read 2 before", "acknowledged 2, reads 3, final reads 1"},
		{"client-order", "0 append [1,2]\n0 read null [1]\n1 final null [1,2]", check.Violation, "the read by process 0 at event 3 lacks 2, which it had appended", "acknowledged 2, reads 2, final reads 1"},
		{"client-order", "0 append [1,2]\n1 final null [1]", check.Violation, "2 was acknowledged to process 0 at event 1, and is missing in the final read by process 1 at event 3", "acknowledged 2, reads 1, final reads 1"},
		{"client-order", "0 append [1,2]\n1 read null [1,2]\n2 final null [1]", check.Violation, "2 was acknowledged to process 0 at event 1, and is missing in the final read by process 2 at event 5", "acknowledged 2, reads 2, final reads 1"},
		{"client-order", "0 append [1] fails\n1 final null [1]", check.Violation, "1 is in the final read by process 1 at event 3, and nobody had sent it", "reads 1, final reads 1"},
		{"client-order", "0 append [1]\n1 final null [1,1]", check.Violation, "1 is there twice in the final read by process 1 at event 3", "acknowledged 1, reads 1, final reads 1"},
		{"client-order", "0 append [1]\n0 append [2]\n1 read null [2]", check.Violation, "2, appended by process 0 at event 3, is there without 1, which had been appended by process 0 at event 1 when that began", "acknowledged 2, reads 1"},
		{"client-order", "0 append [1]\n0 read null []", check.Violation, "the read by process 0 at event 3 lacks 1, which it had appended", "acknowledged 1, reads 1"},
		{"client-order", "0 append [1,2] fails\n0 append [2,1]\n1 final null [2,1]", check.Valid, "", "acknowledged 2, reads 1, final reads 1"},
		{"client-order", "0 append [1]\n1 append [1]\n1 final null [1,1]", check.Unknown, "1 was sent twice, by process 0 at event 1 and by process 1 at event 3, and this question needs values that differ", "acknowledged 2, reads 1, final reads 1"},
		{"client-order", "0 append [1]\n1 append [1]\n1 final null [1,1]\n2 final null [1]", check.Violation, "the replicas differ: the final read by process 1 at event 5 is [1,1], and that by process 2 at event 7 is [1]", "acknowledged 2, reads 2, final reads 2"},
		{"client-order", "0 append [1]\n1 read null [1]", check.Unknown, "no final read completed", "acknowledged 1, reads 1"},
		{"double-barrier", "0 enter 1 1\n0 leave null [1,\"all-left\"]\n1 enter 1 2", check.Valid, "", "entered 2, left 1"},
		{"double-barrier", "0 enter 2 1\n1 enter 2 1", check.Violation, "process 0 at event 1 entered round 1 when 1 of 2 had come", "entered 2"},
		{"double-barrier", "0 enter 2 fails\n1 enter 2 1", check.Violation, "process 1 at event 3 entered round 1 when 1 of 2 had come", "entered 1"},
		{"double-barrier", "0 enter 2 ?\n1 enter 2 1", check.Valid, "", "entered 1"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n1 leave null [1,\"all-left\"]\n0 leave null [1,\"all-left\"]", check.Violation, "process 1 at event 5 left round 1 while process 0 was inside round 1: it had entered at event 1, and began to leave at event 6", "entered 2, left 2"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n1 leave null [1,\"others-remain\"]\n0 leave null [1,\"all-left\"]", check.Valid, "", "entered 2, left 2"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n1 leave null [1,\"all-left\"]\n0 leave null [1,\"session-ended\"]", check.Valid, "", "entered 2, left 2, gone 1"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n1 leave null [1,\"all-left\"]", check.Valid, "", "entered 2, left 1"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 2\n0 leave null [1,\"all-left\"]", check.Violation, "process 1 at event 3 entered round 2 while process 0 was inside round 1: it had entered at event 1, and began to leave at event 4", "entered 2, left 1"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n1 leave null [1,\"session-ended\"]\n0 leave null [1,\"all-left\"]", check.Valid, "", "entered 2, left 2, gone 1"},
		{"double-barrier", "0 enter 1 1\n0 enter 1 2\n0 leave null [1,\"all-left\"]", check.Valid, "", "entered 2, left 1"},
		{"double-barrier", "0 enter 1 1\n1 enter 1 1\n0 enter 1 2\n1 leave null [1,\"others-remain\"]\n0 leave null [1,\"all-left\"]", check.Violation, "process 0 at event 5 entered round 2 while process 1 was inside round 1: it had entered at event 3, and began to leave at event 6", "entered 3, left 2"},
		{"discovery", "0 register@c-1 null ?\n1 lookup null {\"c-1-1\":5}\n2 register@c-1 null [\"c-1-1\",5]\n2 final@c-1 null [\"c-1-1\",{\"c-1-1\":5}]", check.Valid, "", "registrations 1, lookups 2"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n1 lookup null {\"c1-1\":5}\n0 register@c1 null [\"c1-1\",5]\n0 deregister@c1 null null\n1 lookup null {}\n0 register@c1 null [\"c1-1\",9]\n0 final@c1 null [\"c1-1\",{\"c1-1\":9}]", check.Valid, "", "registrations 2, lookups 3"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n1 lookup null {}\n0 register@c1 null [\"c1-1\",5]", check.Violation, "the lookup by process 1 at event 3 did not find c1-1 with token 5, which was registered before and after it", "registrations 1, lookups 1"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n1 lookup null {}\n0 register@c1 null [\"c1-1\",8]\n1 lookup null {\"c1-1\":8}", check.Valid, "", "registrations 2, lookups 2"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n0 register@c1 null [\"c1-1\",8]\n1 lookup null {\"c1-1\":5}", check.Violation, "the lookup by process 1 at event 5 found c1-1 with token 5, which process 0 at event 3 had replaced", "registrations 2, lookups 1"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n0 deregister@c1 null null\n1 lookup null {\"c1-1\":5}", check.Violation, "the lookup by process 1 at event 5 found c1-1 with token 5, which process 0 at event 3 had deregistered", "registrations 1, lookups 1"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n0 deregister@c1 null ?\n1 lookup null {\"c1-1\":5}\n1 lookup null {}\n1 lookup null {\"c1-1\":5}", check.Violation, "the lookup by process 1 at event 9 found c1-1 with token 5, which the lookup by process 1 at event 7 had not found any more", "registrations 1, lookups 3"},
		{"discovery", "1 lookup null {\"c1-1\":5}\n0 register@c1 null [\"c1-1\",5]", check.Violation, "the lookup by process 1 at event 1 found c1-1 with token 5, before it was registered", "registrations 1, lookups 1"},
		{"discovery", "0 register@c1 null fails\n1 lookup null {\"c1-1\":5}", check.Violation, "the lookup by process 1 at event 3 found c1-1 with token 5, which nobody had registered", "lookups 1"},
		{"discovery", "0 register@c1 null ?\n1 lookup null {\"c1-1\":5}", check.Valid, "", "lookups 1"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n0 final@c1 null [\"c1-1\",{}]", check.Violation, "the final lookup by process 0 at event 3 did not find c1-1, which was registered", "registrations 1, lookups 1"},
		{"discovery", "0 register@c1 null [\"c1-1\",5]\n0 register@c1 null [\"c1-2\",8]\n0 final@c1 null [\"c1-2\",{\"c1-1\":5,\"c1-2\":8}]", check.Violation, "the final lookup by process 0 at event 5 found c1-1 with token 5, and c1 is c1-2 now", "registrations 2, lookups 1"},
		{"configuration", "0 update [1,2] 1\n1 read null [0,[]]\n1 read null [1,[1,2]]\n1 final null [1,[1,2]]", check.Valid, "", "acknowledged 1, reads 3, final reads 1"},
		{"configuration", "0 update [1,2] 1\n0 update [3,4] ?\n1 read null [2,[3,4]]\n1 final null [2,[3,4]]", check.Valid, "", "acknowledged 1, reads 2, final reads 1"},
		{"configuration", "0 update [1,2] 1\n0 update [3,4] 2\n1 read null [2,[3,2]]\n1 final null [2,[3,4]]", check.Violation, "the read by process 1 at event 5 has the values [3,2] as version 2, which nobody had written together", "acknowledged 2, reads 2, final reads 1"},
		{"configuration", "0 update [1,2] 1\n0 update [3,4] 2\n1 read null [2,[1,2]]\n1 final null [2,[3,4]]", check.Violation, "version 2 is [3,4] in the update by process 0 at event 3, and [1,2] in the read by process 1 at event 5", "acknowledged 2, reads 2, final reads 1"},
		{"configuration", "0 update [1,2] 1\n0 update [3,4] 2\n1 read null [2,[3,4]]\n1 read null [1,[1,2]]\n1 final null [2,[3,4]]", check.Violation, "the read by process 1 at event 7 has version 1, and it had 2 before", "acknowledged 2, reads 3, final reads 1"},
		{"configuration", "0 update [1,2] 1\n0 update [3,4] 2\n1 final null [1,[1,2]]", check.Violation, "the final read by process 1 at event 5 has version 1, and version 2 was acknowledged to process 0 at event 3", "acknowledged 2, reads 1, final reads 1"},
		{"configuration", "0 update [1,2] fails\n1 final null [1,[1,2]]", check.Violation, "the final read by process 1 at event 3 has the values [1,2] as version 1, which nobody had written together", "reads 1, final reads 1"},
		{"configuration", "0 update [1,2] ?\n1 final null [1,[1,2]]\n2 final null [0,[]]", check.Violation, "the replicas differ: the final read by process 1 at event 3 is [1,[1,2]], and that by process 2 at event 5 is [0,[]]", "reads 2, final reads 2"},
		{"kafka", "0 send@k 7 0\n1 send@k 8 ?\n2 poll null [[\"k\",1,8]]\n3 final null [[\"k\",1,8]]", check.Violation, "7 at offset 0 of k was acknowledged to process 0 at event 1, and is missing in the final read by process 3 at event 7", "acknowledged 1, polled 1, final reads 1"},
		{"kafka", "0 send@k 7 0\n1 send@k 8 0\n3 final null [[\"k\",0,8]]", check.Violation, "offset 0 of k holds 8 in the send by process 1 at event 3, and another operation had 7 there", "acknowledged 2, final reads 1"},
		{"kafka", "0 send@k 7 0\n2 poll null [[\"k\",0,7],[\"k\",1,7]]", check.Violation, "7 is at offset 1 of k in the poll by process 2 at event 3, and at offset 0 of k too", "acknowledged 1, polled 2"},
		{"kafka", "2 poll null [[\"k\",0,7]]\n0 send@k 7 0", check.Violation, "7 is at offset 0 of k in the poll by process 2 at event 1, and nobody had sent it", "acknowledged 1, polled 1"},
		{"kafka", "0 send@k 7 0\n0 send@k 8 2\n2 poll null [[\"k\",2,8],[\"k\",0,7]]", check.Violation, "the poll by process 2 at event 5 has offset 0 of k after 2", "acknowledged 2, polled 2"},
		{"kafka", "0 send@k 7 0\n0 send@k 8 1\n0 send@k 9 2\n2 poll null [[\"k\",0,7],[\"k\",2,9]]", check.Violation, "the poll by process 2 at event 7 goes from offset 0 of k to 2, and leaves out 1", "acknowledged 3, polled 2"},
		{"kafka", "0 send@k 7 0\n2 poll null ?\n3 commit null {\"k\":1}\n3 final null [[\"k\",0,7]]", check.Violation, "offset 1 of k was committed by process 3 at event 5, and nobody had processed 7 at offset 0", "acknowledged 1, final reads 1"},
		{"kafka", "0 send@k 7 0\n2 poll null [[\"k\",0,7]]\n2 commit null {\"k\":1}\n3 commit null {\"k\":0}\n3 final null [[\"k\",0,7]]", check.Violation, "the committed offset of k went back: it was 1 for process 2 at event 5, and then 0 for process 3 at event 7", "acknowledged 1, polled 1, final reads 1"},
		{"kafka", "0 send@k 7 0\n2 poll null [[\"k\",0,7]]\n1 send@k 7 1\n2 poll null [[\"k\",1,7]]\n3 final null [[\"k\",0,7],[\"k\",1,7]]", check.Valid, "", "acknowledged 2, polled 2, final reads 1"},
		{"kafka", "0 send@k 7 0\n1 send@k 7 1\n3 final null [[\"k\",0,7]]", check.Violation, "7 at offset 1 of k was acknowledged to process 1 at event 3, and is missing in the final read by process 3 at event 5", "acknowledged 2, final reads 1"},
		{"lww-map", "0 put@k 1 [9,2]\n1 put@k 2 [10,1]\n2 final null {\"k\":2}", check.Valid, "", "puts 2, final reads 1"},
		{"lww-map", "0 put@k 1 [9,2]\n1 put@k 2 [9,1]\n2 final null {\"k\":2}", check.Violation, "the final read by process 2 at event 5 has k = 2, and 1, which was acknowledged to process 0 at event 1, has the greatest timestamp [9,2]", "puts 2, final reads 1"},
		{"lww-map", "0 put@k 1 [9,2]\n1 put@k 2 [9,2]\n2 final null {\"k\":2}", check.Violation, "the puts to k by process 0 at event 1 and by process 1 at event 3 got the same timestamp [9,2]", "puts 2, final reads 1"},
		{"lww-map", "0 put@k 1 [9,2]\n1 put@k 2 ?\n2 final null {\"k\":2}", check.Valid, "", "puts 2, final reads 1"},
		{"lww-map", "0 put@k 1 ?\n1 get@k null 2\n2 final null {}", check.Violation, "the get by process 1 at event 3 has k = 2, and nobody had put that", "puts 1, final reads 1"},
	} {
		checker, _ := ByName(c.name)
		r, err := checker.Check(written(t, c.history), check.Options{Untimed: true})
		if err != nil {
			t.Errorf("%s\n%s: %v", c.name, c.history, err)
			continue
		}
		var figures []string
		for _, f := range r.Figures {
			if f.Count > 0 {
				figures = append(figures, f.Name+" "+string(rune('0'+f.Count)))
			}
		}
		if got := strings.Join(figures, ", "); r.Outcome != c.want || r.Reason != c.reason || got != c.figures {
			t.Errorf("%s\n%s\n%v, %s\n%s\nwant %v, %s\n%s", c.name, c.history, r.Outcome, r.Reason, got, c.want, c.reason, c.figures)
		}
		if (r.Outcome == check.Violation) != (len(r.Core) > 0) {
			t.Errorf("%s\n%s: the core is %v", c.name, c.history, r.Core)
		}
	}
}

// Final reads may differ while an update still runs, with or without an end in the history.
func TestFinalReadsOfARunningUpdate(t *testing.T) {
	for _, c := range []struct {
		info int // the place of the event that ends the update; 0: there is none
		want check.Outcome
		why  string
	}{
		{0, check.Unknown, "the replicas differ: the final read by process 1 at event 2 is [], and that by process 2 at event 4 is [1]; but the add by process 0 was still running when the final reads began"},
		{1, check.Violation, "the replicas differ: the final read by process 1 at event 3 is [], and that by process 2 at event 5 is [1]"},
		{3, check.Unknown, "the replicas differ: the final read by process 1 at event 2 is [], and that by process 2 at event 5 is [1]; but the add by process 0 was still running when the final reads began"},
	} {
		events := written(t, "0 add 1 ?\n1 final null []\n2 final null [1]")
		info := events[1]
		events = slices.Delete(events, 1, 2)
		if c.info > 0 {
			events = slices.Insert(events, c.info, info)
		}
		for i := range events {
			events[i].Index, events[i].Time = i, history.Time(i)
		}
		if r, err := GSet.Check(events, check.Options{Untimed: true}); err != nil || r.Outcome != c.want || r.Reason != c.why {
			t.Errorf("the update ends at %d: %v, %s (%v), want %v, %s", c.info, r.Outcome, r.Reason, err, c.want, c.why)
		}
	}
	if r, _ := GSet.Check(written(t, "1 final null []\n0 add 1 ?\n2 final null [1]"), check.Options{Untimed: true}); r.Outcome != check.Unknown || r.Reason != "the add by process 0 began after a final read had begun" {
		t.Errorf("%v, %s", r.Outcome, r.Reason)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, history, want string }{
		{"total-queue", "0 enqueue 1\n0 push 1", `event 2: total-queue: unknown operation "push"; available: dequeue, drain, enqueue`},
		{"total-queue", "0 drain null 7", "event 1: total-queue: drain result: expected a list of values, got 7"},
		{"broadcast", "0 final null 7", "event 1: broadcast: final result: expected a list, got 7"},
		{"g-counter", "0 add -7", "event 1: g-counter: add argument: expected an integer from 0 to 1099511627776, got -7"},
		{"pn-counter", "0 add null", "event 1: pn-counter: add argument: expected an integer from -1099511627776 to 1099511627776, got null"},
		{"lww-map", "0 put@k 1 7", "event 1: lww-map: put result: expected a timestamp: a list of integers, got 7"},
		{"kafka", "0 send@k 7 true", "event 1: kafka: send result: expected an offset, got true"},
		{"kafka", "0 poll null [[1,2]]", "event 1: kafka: poll result: expected a list of [key, offset, value], got [[1,2]]"},
		{"client-order", "0 append 1", "event 1: client-order: append argument: expected a list of values, got 1"},
		{"double-barrier", "0 enter 0", "event 1: double-barrier: enter argument: expected how many must come, got 0"},
		{"double-barrier", "0 leave null [1,2]", "event 1: double-barrier: leave result: expected [round, how], got [1,2]"},
		{"discovery", "0 register@c1 null 5", "event 1: discovery: register result: expected [name, token], got 5"},
		{"discovery", "0 final@c1 null {}", "event 1: discovery: final result: expected [name, {name: token}], got {}"},
		{"discovery", "0 lookup null []", "event 1: discovery: lookup result: expected {name: token}, got []"},
		{"configuration", "0 read null [1]", "event 1: configuration: read result: expected [version, values], got [1]"},
		{"configuration", "0 update 1", "event 1: configuration: update argument: expected a list of values, got 1"},
		{"lww-map", "0 final null []", "event 1: lww-map: final result: expected an object, got []"},
		{"set-full", "0 read null 7", "event 1: set-full: read result: expected a list, got 7"},
		{"bank-total", `0 read null {"a":"x"}`, `event 1: bank-total: account a: expected an integer of at most 1099511627776, got "x"`},
	} {
		checker, _ := ByName(c.name)
		if _, err := checker.Check(written(t, c.history), check.Options{}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.history, err, c.want)
		}
	}
}

// service is a queue or a set of real elements, with a planted fault.
type service struct {
	rng      *rand.Rand
	elements []history.Value
	events   []history.Event
	lost     int
}

// run lets clients call it; f decides what a call does at its one instant.
func (s *service) run(n int, call func(client int) (f string, in history.Value), do func(f string, in history.Value) history.Value) {
	type open struct {
		f      string
		in     history.Value
		out    history.Value
		effect bool
	}
	pending := make(map[int]*open)
	for calls := 0; calls < n || len(pending) > 0; {
		c := s.rng.IntN(3)
		o := pending[c]
		e := history.Event{Index: len(s.events), Time: history.Time(len(s.events)), Process: history.Process(c)}
		switch {
		case o == nil && calls < n:
			calls++
			o = &open{}
			o.f, o.in = call(c)
			pending[c] = o
			e.Type, e.F, e.Value = history.Invoke, o.f, o.in
		case o == nil:
			continue
		case !o.effect:
			o.out, o.effect = do(o.f, o.in), true
			continue
		default:
			e.Type, e.F, e.Value = history.OK, o.f, o.out
			delete(pending, c)
		}
		s.events = append(s.events, e)
	}
}

// A queue that keeps what it gets is valid once it is drained; one that loses an element is not.
func TestQueueService(t *testing.T) {
	for _, lose := range []bool{false, true} {
		found := 0
		for seed := range uint64(soak.N(300, 20_000)) {
			s := &service{rng: rand.New(rand.NewPCG(seed, 1))}
			n := int64(0)
			call := func(int) (string, history.Value) {
				if s.rng.IntN(2) == 0 {
					n++
					return "enqueue", history.Int(n)
				}
				return "dequeue", history.Null
			}
			do := func(f string, in history.Value) history.Value {
				switch {
				case f == "enqueue" && lose && s.rng.IntN(8) == 0:
					s.lost++
				case f == "enqueue":
					s.elements = append(s.elements, in)
				case f == "drain":
					all := history.List(s.elements...)
					s.elements = nil
					return all
				case len(s.elements) > 0:
					i := s.rng.IntN(len(s.elements)) // in any order
					v := s.elements[i]
					s.elements = append(s.elements[:i], s.elements[i+1:]...)
					return v
				default:
					return history.Null
				}
				return in
			}
			s.run(20, call, do)
			s.run(1, func(int) (string, history.Value) { return "drain", history.Null }, do)
			r, err := TotalQueue.Check(s.events, check.Options{})
			switch {
			case err != nil:
				t.Fatal(err)
			case s.lost == 0 && r.Outcome != check.Valid || s.lost > 0 && r.Outcome != check.Violation || r.Figures[2].Count != s.lost:
				t.Fatalf("seed %d: %d lost, %v, %s, %+v", seed, s.lost, r.Outcome, r.Reason, r.Figures)
			case s.lost > 0:
				found++
			}
		}
		if lose && found < 100 {
			t.Errorf("only %d histories lost something", found)
		}
	}
}

// The figures of a set are those of a dumb count, read by read and element by element.
func TestSetService(t *testing.T) {
	lost, stale := 0, 0
	for seed := range uint64(soak.N(500, 20_000)) {
		s := &service{rng: rand.New(rand.NewPCG(seed, 2))}
		n := int64(0)
		call := func(int) (string, history.Value) {
			if s.rng.IntN(3) == 0 {
				n++
				return "add", history.Int(n)
			}
			return "read", history.Null
		}
		s.run(16, call, func(f string, in history.Value) history.Value {
			if f == "add" {
				s.elements = append(s.elements, in)
				return in
			}
			if s.rng.IntN(10) == 0 && len(s.elements) > 0 { // forgotten
				s.elements = s.elements[1:]
			}
			from := 0
			if s.rng.IntN(4) == 0 && len(s.elements) > 0 { // a stale replica
				from = s.rng.IntN(len(s.elements))
			}
			return history.List(s.elements[:len(s.elements)-from]...)
		})
		r, err := SetFull.Check(s.events, check.Options{AllowEmpty: true})
		if err != nil {
			t.Fatal(err)
		}
		ops, _ := history.Pair(s.events)
		want := dumbSet(ops)
		for i, name := range []string{"acknowledged", "stable", "lost", "never read", "stale"} {
			if got := r.Figures[i].Count; got != want[name] {
				t.Fatalf("seed %d: %s is %d, want %d", seed, name, got, want[name])
			}
		}
		lost, stale = lost+want["lost"], stale+want["stale"]
		if (want["lost"] > 0) != (r.Outcome == check.Violation) {
			t.Fatalf("seed %d: %v with %d lost", seed, r.Outcome, want["lost"])
		}
	}
	if lost < 50 || stale < 50 {
		t.Errorf("%d lost and %d stale elements prove little", lost, stale)
	}
}

// dumbSet asks every read about every element.
func dumbSet(ops []history.Operation) map[string]int {
	count := make(map[string]int)
	for _, add := range ops {
		if add.F != "add" {
			continue
		}
		known, present, absent := add.Complete, -1, -1
		count["acknowledged"]++
		for _, read := range ops {
			if read.F != "read" || read.Complete < add.Invoke {
				continue
			}
			list, _ := read.Output.AsList()
			saw := false
			for _, v := range list {
				saw = saw || v == add.Input
			}
			if saw {
				known, present = min(known, read.Complete), max(present, read.Invoke)
			} else {
				absent = max(absent, read.Invoke)
			}
		}
		switch {
		case present > absent:
			count["stable"]++
			if absent > known {
				count["stale"]++
			}
		case absent > known:
			count["lost"]++
		default:
			count["never read"]++
		}
	}
	return count
}
