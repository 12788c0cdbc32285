package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// explainPermits returns why the culprit can't have got its permits, or returned them, or
// must have got them: whatever the order, too many or too few were taken.
func explainPermits(f *check.Finding) string {
	c, n := f.Culprit, permitsOf(f.Culprit)
	total, most, least := int64(1), int64(0), int64(0) // permits; taken at most and at least
	released := -1                                     // the event by which all releases had ended
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
				least, last = least+k, &op
			}
		default:
			least, released = least-k, max(released, completed(op))
			if done {
				most -= k
			}
		}
	}
	switch {
	case c.F == "acquire" && !refused(c) && n > total:
		return "there are no more than " + count.Of(total, "permit")
	case c.F == "acquire" && !refused(c) && least+n > total && total == 1:
		s := fmt.Sprintf("it was held: %s had acquired it by %s", f.Who(*last), f.By(*last))
		if released < last.Invoke {
			s += ", and nobody had released it since"
		}
		return s
	case c.F == "acquire" && !refused(c) && least+n > total:
		return fmt.Sprintf("of %d permits at least %d were taken", total, least)
	case c.F == "acquire" && refused(c) && most+n <= total && total == 1:
		return "it was free"
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
