package trial

import (
	"regexp"
	"slices"
	"strings"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
)

// Cause is why a run fails, told apart from other failures by what is seen of it: the check that it breaks, and of which kind the
// contradiction is. It is what a failing case is shrunk by, and what the failing seeds of a sweep are grouped by.
type Cause struct {
	Check string   `json:"check"`    // the name of the check that failed first
	Kinds []string `json:"evidence"` // its kinds: the sentences of the check, with every name and number as a #

	spec check.Spec
	opts check.Options
}

// CauseOf is the cause of a run that fails; false of any other. It is judged by the specification (nil: that of the workload) and the
// options that the run was judged by.
func CauseOf(run *Run, spec check.Spec, opts check.Options) (Cause, bool) {
	failed := run.Judgement.Failed()
	if len(failed) == 0 {
		return Cause{}, false
	}
	opts.Second = 0
	if run.broke(failed[0].Name) {
		return Cause{Check: failed[0].Name, spec: spec, opts: opts}, true
	}
	return Cause{Check: failed[0].Name, Kinds: kindsOf(failed[0].Reason), spec: spec, opts: opts}, true
}

// In reports whether a run fails for the cause: it breaks the same check, and shows no other kind of evidence of that. Of a history that
// has no order, any evidence is the same: a smaller one may show it another way. So it is of transactions that show one anomaly.
func (c *Cause) In(m models.Model, r *sim.Result) bool {
	inside := slices.Contains(insideChecks(m, r), c.Check)
	for _, v := range r.Violations {
		if v.Check == c.Check && c.shows(v.Detail) {
			return true
		}
		inside = inside || v.Check == c.Check
	}
	if inside || c.Check == Progress {
		return false
	}
	j, err := Judge(m, r, c.spec, c.opts)
	if err != nil || j.Checks[0].Name != c.Check || j.Checks[0].Outcome != check.Violation {
		return false
	}
	return c.Check == Linearizability || j.broke(c.Check) || c.shows(j.Checks[0].Reason)
}

// broke reports whether a check is the anomaly of transactions that did not have their level.
func (j *Judgement) broke(name string) bool {
	return j.Isolation != nil && j.Checks[0].Outcome == check.Violation && j.Checks[0].Name == name
}

// shows reports whether a sentence has kinds of evidence that the cause has, and no others.
func (c *Cause) shows(sentence string) bool {
	for _, kind := range kindsOf(sentence) {
		if !slices.Contains(c.Kinds, kind) {
			return false
		}
	}
	return true
}

var (
	quotedText  = regexp.MustCompile(`"[^"]*"`)
	withDigits  = regexp.MustCompile(`[-+]?[\w.µ]*\d[\w.µ#/>]*|\bnull\b`)
	manyOfThem  = regexp.MustCompile(`#(?:(?:, | and |,)#)+`)
	waitingText = regexp.MustCompile(`waits for its \S+( of \S+)?`)
)

// kindsOf lists the kinds of what a sentence says: its parts without the names, the numbers and the times, each once and in order.
func kindsOf(sentence string) []string {
	var kinds []string
	for part := range strings.SplitSeq(sentence, "; ") {
		part = waitingText.ReplaceAllString(part, "waits for its answer")
		part = withDigits.ReplaceAllString(quotedText.ReplaceAllString(part, "#"), "#")
		part = manyOfThem.ReplaceAllString(part, "#")
		part = strings.TrimPrefix(part, "# after the faults healed, ")
		if !slices.Contains(kinds, part) {
			kinds = append(kinds, part)
		}
	}
	slices.Sort(kinds)
	return kinds
}
