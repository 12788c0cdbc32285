package history

import (
	"fmt"

	"simrun/internal/brief"
)

// maxReason bounds the bytes of a reason in a message: names and keys of a file may have any length.
const maxReason = 250

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
	reason := brief.Middle(e.Reason, maxReason)
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, reason)
	case e.File != "":
		return fmt.Sprintf("%s: %s", e.File, reason)
	case e.Index >= 0:
		return fmt.Sprintf("event %d: %s", e.Index, reason)
	}
	return reason
}
