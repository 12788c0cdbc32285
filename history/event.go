// Package history holds the operations of a system as its clients saw them, in
// Jepsen's terms and in order of real time.
//
// A history is a slice of [Event]; its order is the order of real time, and it
// alone decides which operation came before which. [Pair] joins invocations
// with completions into [Operation] values, which is what the checker reads.
// [Validate] reports the first event that breaks the rules of a history.
//
// [Read] reads a history in any of the [Formats] and can detect which one it is;
// [Write] writes one.
package history

import (
	"fmt"
	"time"
)

// Time is a count of nanoseconds since the start of a run: virtual time in a
// simulation, relative real time in a recorded history. It is never negative.
type Time int64

// Never is later than every event: the return time of an operation that never
// completed.
const Never Time = 1<<63 - 1

// String formats t in seconds with millisecond resolution or finer: "1.204s".
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	return time.Duration(t).String()
}

// Rounded formats t for a table: rounded to the microsecond, or exact up to 10µs, since times that short do not come
// from a real clock.
func (t Time) Rounded() string {
	if t != Never && t > Time(10*time.Microsecond) {
		return time.Duration(t).Round(time.Microsecond).String()
	}
	return t.String()
}

// Clock formats t for a sentence: in seconds to the millisecond, and below 10ms as [Time.Rounded] does.
func (t Time) Clock() string {
	if t != Never && t >= Time(10*time.Millisecond) {
		return fmt.Sprintf("%.3fs", time.Duration(t).Seconds())
	}
	return t.Rounded()
}

// Type is the kind of an event: an invocation, or one of three kinds of completion. The names are Jepsen's.
type Type uint8

const (
	Invoke Type = iota // the client began the operation
	OK                 // it completed and took effect
	Fail               // it certainly did not and will not take effect
	Info               // it may or may not have taken effect, or may yet
)

var typeNames = [...]string{"invoke", "ok", "fail", "info"}

// String returns the name of t as files have it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

// Process is a single thread of client work. It has at most one open operation
// at a time. An info ends it, and its client continues as a new process.
type Process int64

// Nemesis is the process of fault events. Reports draw them; the checker ignores them.
const Nemesis Process = -1

// Event is one line of a history: an invocation or a completion.
type Event struct {
	Index   int     // position in the history, from 0
	Time    Time    // does not decrease along a history
	Process Process // who
	Type    Type    // invoke, ok, fail, info
	F       string  // name of the operation in the specification: read, write, cas, …
	Key     string  // which of several independent objects; empty if there is one
	Value   Value   // the argument of an invocation, the result of a completion; Jepsen may repeat the argument in a completion
	Node    string  // the server that was asked, if known
	Error   string  // why an operation failed or stayed open, if known
}
