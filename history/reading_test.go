package history

import (
	"slices"
	"strings"
	"testing"
)

// What was noticed is said once, with the first line and how often.
func TestNotes(t *testing.T) {
	event := func(rest string) string { return "{" + rest + ", :f :write, :value 1}\n" }
	for _, c := range []struct {
		name, text string
		lenient    bool
		want       []string
	}{
		{"nothing", event(":type :invoke, :process 0, :time 1") + event(":type :ok, :process 0, :time 2"), false, nil},
		{"times go backwards", event(":type :invoke, :process 0, :time 9") + event(":type :ok, :process 0, :time 3") + event(":type :invoke, :process 0, :time 1"), false,
			[]string{"time goes backwards at 2 lines, the first at line 2: the order of lines counts, and these events got the time of the one before"}},
		{"times are missing", event(":type :invoke, :process 0, :time 9") + event(":type :ok, :process 0"), false,
			[]string{"line 2 has no time, and got that of the event before"}},
		{"a process goes on", event(":type :invoke, :process 0") + event(":type :info, :process 0") + event(":type :invoke, :process 0") + event(":type :info, :process 0") + event(":type :invoke, :process 0"), true,
			[]string{"processes went on after an info at 2 lines, the first at line 3: from there on they count as new processes"}},
	} {
		r, err := ReadWith(strings.NewReader(c.text), "file", Options{Format: EDN, Lenient: c.lenient})
		if err != nil || !slices.Equal(r.Notes, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.name, r.Notes, err, c.want)
			continue
		}
		if err := Validate(r.Events); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Processes with names get numbers after those of the file, and never one of these.
func TestNamedProcesses(t *testing.T) {
	named := `{:type :invoke, :f :write, :value 1, :process "a"}` + "\n"
	numbered := func(n string) string { return `{:type :invoke, :f :write, :value 2, :process ` + n + "}\n" }
	r, err := ReadWith(strings.NewReader(named+numbered("7")), "file", Options{Format: EDN})
	if err != nil || r.Events[0].Process != 8 || r.Events[1].Process != 7 || r.Who(8) != "a" || r.Who(7) != "process 7" {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = ReadWith(strings.NewReader(named+numbered("4611686018427387903")), "file", Options{Format: EDN})
	if err != nil || r.Events[0].Process != 1<<62 {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = ReadWith(strings.NewReader(named+numbered("4611686018427387904")), "file", Options{Format: EDN})
	if err == nil || err.Error() != "file:2: process: expected a number below 4611686018427387904, got 4611686018427387904" {
		t.Errorf("%v", err)
	}
}
