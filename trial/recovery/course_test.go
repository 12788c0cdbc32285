package recovery_test

import (
	"testing"
	"time"

	"simrun/history"
	"simrun/trial/recovery"
)

const ms = history.Time(time.Millisecond)

// steady is a client that gets an answer every 10 ms, each 2 ms after its invocation, for 12 s, but where an operation is invoked in the gap: then nothing, or an
// event of the type.
func steady(from, to history.Time, end history.Type, why string) (events []history.Event) {
	for at := history.Time(0); at < 12_000*ms; at += 10 * ms {
		e := history.Event{Time: at, Process: 1, Type: history.Invoke, F: "read"}
		if at >= from && at < to {
			if end == history.Invoke {
				continue
			}
			events = append(events, e)
			e.Time, e.Type, e.Error = at+2*ms, end, why
			events = append(events, e)
			continue
		}
		events = append(events, e)
		e.Time, e.Type = at+2*ms, history.OK
		events = append(events, e)
	}
	return events
}

// What is measured of a history whose answers are known.
func TestCourse(t *testing.T) {
	for name, c := range map[string]struct {
		events []history.Event
		want   recovery.Course
	}{
		"nothing happens":       {steady(0, 0, history.Invoke, ""), recovery.Course{First: 2 * ms}},
		"silent for 300 ms":     {steady(4000*ms, 4300*ms, history.Invoke, ""), recovery.Course{First: 302 * ms, Back: 302 * ms, Missing: 30}},
		"fails for 300 ms":      {steady(4000*ms, 4300*ms, history.Fail, "no leader"), recovery.Course{First: 302 * ms, Back: 302 * ms, Missing: 30, Failed: 30}},
		"unknown for 300 ms":    {steady(4000*ms, 4300*ms, history.Info, "timeout"), recovery.Course{First: 302 * ms, Back: 302 * ms, Missing: 30, Failed: 30}},
		"mismatch for 300 ms":   {steady(4000*ms, 4300*ms, history.Fail, ""), recovery.Course{First: 2 * ms}},
		"silent later":          {steady(6000*ms, 6300*ms, history.Invoke, ""), recovery.Course{First: 2 * ms, Back: 2302 * ms, Missing: 30}},
		"shorter than 5 %":      {steady(4000*ms, 4050*ms, history.Invoke, ""), recovery.Course{First: 52 * ms, Missing: 5}},
		"for ever":              {steady(4000*ms, 12_000*ms, history.Invoke, ""), recovery.Course{First: recovery.Never, Back: recovery.Never, Missing: 600}},
		"for ever, with errors": {steady(4000*ms, 12_000*ms, history.Fail, "no"), recovery.Course{First: recovery.Never, Back: recovery.Never, Missing: 600, Failed: 500}},
		"a hiccup before too":   {both(), recovery.Course{First: 302 * ms, Missing: 0}},
	} {
		got := recovery.CourseOf(c.events)
		if got.First != c.want.First || got.Back != c.want.Back || got.Missing != c.want.Missing || got.Failed != c.want.Failed {
			t.Errorf("%s: first %v, back %v, missing %d, failed %d; want %+v", name, got.First, got.Back, got.Missing, got.Failed, c.want)
		}
		sum := 0
		for _, n := range got.Answers {
			sum += n
		}
		if all := 700 - c.want.Missing; name != "a hiccup before too" && (sum != all || got.Before != 300) {
			t.Errorf("%s: %d answers in the curve, want %d; %d before", name, sum, all, got.Before)
		}
	}
}

// both is silent for 300 ms before the onset and after it: what was normal before is normal after.
func both() (events []history.Event) {
	for _, e := range steady(4000*ms, 4300*ms, history.Invoke, "") {
		if e.Time < 2000*ms || e.Time >= 2300*ms {
			events = append(events, e)
		}
	}
	return events
}
