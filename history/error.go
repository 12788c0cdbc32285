package history

import "fmt"

// Error says what is wrong with a history, and where.
type Error struct {
	File   string // as given to [Read]; empty for a history that is not from a file
	Line   int    // of the file, from 1; 0 if the history is not from a file
	Index  int    // of the event, from 0; -1 if the error is not about one event
	Reason string // one sentence, without a full stop

	// Resumes reports that a process went on after an info, which [Options.Lenient] allows.
	Resumes bool
}

// Error returns the place and the reason: "run.jsonl:17: process 3 …".
func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason)
	case e.File != "":
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	case e.Index >= 0:
		return fmt.Sprintf("event %d: %s", e.Index, e.Reason)
	}
	return e.Reason
}
