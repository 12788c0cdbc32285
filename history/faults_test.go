package history

import (
	"fmt"
	"strings"
	"testing"
)

// Each line is an event of the nemesis: time, name, value; or one of a client.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		want        []string
	}{
		{"simrun", `10 crash "at 10ns crash n1"
			20 crash "at 20ns crash n2"
			client
			30 "end crash" "at 10ns crash n1"
			40 pause "at 40ns pause n1 forever"`,
			[]string{"crash 0-3 at 10ns crash n1", "crash 1 moment at 20ns crash n2", "pause 4- at 40ns pause n1 forever"}},
		{"simrun, the same fault twice at once", `1 skew "at 1ns skew n1"
			2 skew "at 1ns skew n1"
			3 "end skew" "at 1ns skew n1"
			4 "end skew" "at 1ns skew n1"`,
			[]string{"skew 0-2 at 1ns skew n1", "skew 1-3 at 1ns skew n1"}},
		{"Jepsen's partitioner", `1 start null
			2 start "Cut off {n1 #{n2}}"
			3 stop null
			4 stop "fully connected"
			5 start null
			6 start "Cut off {n2 #{n1}}"`,
			[]string{"fault 0-2 fault: Cut off {n1 #{n2}}", "fault 4- fault: Cut off {n2 #{n1}}"}},
		{"Jepsen's combined nemesis", `1 start-partition "majority"
			2 start-partition ["isolated",{"n1":["n2"]}]
			3 kill "one"
			4 kill {"n1":"killed"}
			5 stop-partition null
			6 stop-partition "network-healed"
			7 start "all"
			8 start {"n1":"started"}
			9 pause ["n2"]
			10 pause {"n2":"paused"}
			11 resume null
			12 resume null
			13 bump-clock {"n1":5}
			14 bump-clock {"n1":5}`,
			[]string{`partition 0-4 partition ["isolated",{"n1":["n2"]}]`, `kill 2-6 kill {"n1":"killed"}`, `pause 8-10 pause {"n2":"paused"}`, `bump-clock 12..13 bump-clock {"n1":5}`}},
		{"a clock that is reset", "1 bump-clock null\n2 bump-clock null\n3 reset-clock null\n4 reset-clock null", []string{"bump-clock 0-2 bump-clock"}},
		{"one line a fault", "1 kill [\"n1\"]\n2 restart null\n3 partition 7\n4 kill null\n5 heal null", []string{`kill 0-1 kill ["n1"]`, "partition 2-4 partition 7", "kill 3 moment kill"}},
		{"a start that goes on", "1 start-partition 1\n2 kill null\n3 start-partition 1\n4 stop-partition null", []string{"partition 0-3 partition 1", "kill 1 moment kill"}},
		{"an end without a beginning", "1 stop null\n2 stop null\n3 \"end crash\" null", nil},
		{"an event of a client of the same name", "client\n1 kill null\nclient\n2 start null", []string{"kill 1-3 kill"}},
	} {
		var events []Event
		for line := range strings.Lines(c.lines) {
			line = strings.TrimSpace(line)
			e := Event{Process: Nemesis, Type: Info, F: "kill"}
			if line == "client" {
				e.Process = 1
			} else {
				at, rest, _ := strings.Cut(line, " ")
				fmt.Sscan(at, &e.Time)
				name, value, _ := strings.Cut(rest, " ")
				if strings.HasPrefix(rest, `"`) {
					name, value, _ = strings.Cut(rest[1:], `" `)
				}
				v, err := ParseValue(value)
				if err != nil {
					t.Fatalf("%s: %s: %v", c.name, value, err)
				}
				e.F, e.Value = name, v
			}
			events = append(events, e)
		}
		var got []string
		for _, f := range Faults(events) {
			span := fmt.Sprintf("%d-%d", f.Begin, f.End)
			switch {
			case !f.Lasts && f.Begin == f.End:
				span = fmt.Sprintf("%d moment", f.Begin)
			case !f.Lasts:
				span = fmt.Sprintf("%d..%d", f.Begin, f.End)
			case f.End < 0:
				span = fmt.Sprintf("%d-", f.Begin)
			}
			got = append(got, f.Kind+" "+span+" "+f.Text)
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
