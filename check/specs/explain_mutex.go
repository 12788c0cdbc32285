package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// explainPermits returns why the culprit can't have got its permits, or returned them, or
// must have got them: whatever the order, too many or too few were taken.
func explainPermits(f *check.Finding) string {
	c, n := f.Culprit, permitsOf(f.Culprit)
	total, most, least := int64(1), int64(0), int64(0) // permits; taken at most and at least
	var acquired, released int64                       // certainly by the time the culprit began, of those that matter to the sentence
	var last *history.Operation                        // the last acquisition that had completed
	for _, op := range f.Earlier() {
		k := permitsOf(op)
		switch done := op.Before(c); {
		case op.F == setPermits:
			total = k
		case refused(op) || op.Outcome == history.Fail:
		case op.F == "acquire":
			most += k
			if done {
				least, acquired, last = least+k, acquired+k, &op
			}
		default:
			least -= k
			if done {
				most, released = most-k, released+k
			}
		}
	}
	switch {
	case c.F == "acquire" && !refused(c) && n > total:
		return fmt.Sprintf("there are only %d permits", total)
	case c.F == "acquire" && !refused(c) && least+n > total && total == 1:
		s := fmt.Sprintf("it was held: %s had acquired it by %s", f.Who(*last), f.By(*last))
		if acquired == least {
			return s + notReleased(released)
		}
		return s + fmt.Sprintf(", and of %s at most %d had been released", times(int(acquired)), acquired-least)
	case c.F == "acquire" && !refused(c) && least+n > total:
		return fmt.Sprintf("of %d permits at least %d were taken", total, least)
	case c.F == "acquire" && refused(c) && most+n <= total:
		return fmt.Sprintf("of %d permits at most %d were taken", total, most)
	case c.F == "release" && !refused(c) && most < n && most <= 0:
		return "nothing was held"
	case c.F == "release" && !refused(c) && most < n:
		return fmt.Sprintf("at most %d were held", most)
	case c.F == "release" && refused(c) && least >= n:
		return fmt.Sprintf("at least %d were held", least)
	}
	return ""
}

// notReleased says what happened since, if all acquisitions are still held.
func notReleased(released int64) string {
	if released == 0 {
		return ", and nobody had released it"
	}
	return ", and it had not been released since"
}
