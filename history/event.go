// Package history holds what the clients of a system saw: operations, as
// Jepsen records them, in order of real time.
//
// A history is a slice of [Event]; its order is the order of real time, and it
// alone decides which operation came before which. [Pair] joins invocations
// with completions into [Operation] values, which is what the checker reads.
// [Validate] says what keeps events from being a history.
//
// [Read] reads histories in the formats that exist, and finds out by itself
// which one it is; [Write] writes them.
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

// Rounded is the time as a person reads it in a table: to the microsecond, or exact if it is so short that there is no
// real clock.
func (t Time) Rounded() string {
	if t != Never && t > Time(10*time.Microsecond) {
		return time.Duration(t).Round(time.Microsecond).String()
	}
	return t.String()
}

// Clock is the time as a person reads it in a sentence: to the millisecond, or finer if it is short.
func (t Time) Clock() string {
	if t != Never && t >= Time(10*time.Millisecond) {
		return fmt.Sprintf("%.3fs", time.Duration(t).Seconds())
	}
	return t.Rounded()
}

// Type tells what an event says of its operation. The words are Jepsen's.
type Type uint8

const (
	Invoke Type = iota // the client began the operation
	OK                 // it completed and took effect
	Fail               // it certainly did not and will not take effect
	Info               // it may or may not have taken effect, or may yet
)

var typeNames = [...]string{"invoke", "ok", "fail", "info"}

// String returns the name of t as it is in files.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type(%d)", uint8(t))
}

// Process is a single thread of client work. It has at most one open operation
// at a time; an info ends it, and its client goes on as a new process.
type Process int64

// Nemesis is the process of fault events: they are drawn, not checked.
const Nemesis Process = -1

// Event is one line of a history: an invocation or a completion.
type Event struct {
	Index   int     // position in the history, from 0
	Time    Time    // does not decrease along a history
	Process Process // who
	Type    Type    // invoke, ok, fail, info
	F       string  // name of the operation in the specification: read, write, cas, …
	Key     string  // which of several independent objects; empty if there is one
	Value   Value   // of an invocation the argument, of a completion the result; Jepsen may repeat the one as the other
	Node    string  // the server that was asked, if known
	Error   string  // why an operation failed or stayed open, if known
}
