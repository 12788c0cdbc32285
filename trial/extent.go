package trial

import (
	"fmt"

	"simrun/history"
	"simrun/internal/count"
)

// Ops counts the operations of a history by what became of them.
type Ops struct {
	OK   int `json:"ok"`
	Fail int `json:"fail"`
	Info int `json:"info"`
}

// Total is the number of operations.
func (o Ops) Total() int { return o.OK + o.Fail + o.Info }

// CountOps counts the operations of a history.
func CountOps(events []history.Event) Ops { return ExtentOf(events).Ops }

// An Extent counts what a history holds, event by event. The zero value has counted nothing.
type Extent struct {
	Ops
	Names  map[string]int // operations by name
	Events int
	Until  history.Time // of the last event
}

// ExtentOf counts what a history holds.
func ExtentOf(events []history.Event) *Extent {
	t := new(Extent)
	for i := range events {
		t.Add(&events[i])
	}
	return t
}

// Add counts the next event.
func (t *Extent) Add(e *history.Event) {
	t.Events++
	t.Until = e.Time
	if e.Process == history.Nemesis {
		return
	}
	switch e.Type {
	case history.Invoke:
		if t.Names == nil {
			t.Names = make(map[string]int)
		}
		t.Names[e.F]++
		t.Info++ // until it completes
	case history.OK:
		t.OK++
		t.Info--
	case history.Fail:
		t.Fail++
		t.Info--
	}
}

// String counts operations by name and by outcome: "read 1,210, write 604 (1,700 ok, 20 failed, 94 open)".
func (t *Extent) String() string {
	if t.Total() == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%s ok, %s failed, %s open)", count.Names(t.Names), count.Grouped(t.OK), count.Grouped(t.Fail), count.Grouped(t.Info))
}
