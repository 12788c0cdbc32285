package specs

import (
	"fmt"
	"math"

	"simrun/check"
	"simrun/history"
)

// explain returns why an object can't have given its element to the culprit.
func (c container) explain(f *check.Finding) string {
	culprit := f.Culprit
	if culprit.F == c.add || culprit.Outcome != history.OK {
		return ""
	}
	v := culprit.Output
	adds := func(op history.Operation) bool { return op.F == c.add && op.Input == v }
	if v.IsNull() {
		return c.stillThere(f, nil)
	}
	if s := nobody(f, fmt.Sprintf("%s %v", check.Past(c.add), v), adds); s != "" {
		return s
	}
	adders := might(f, adds)
	var took []history.Operation
	for _, op := range might(f, func(op history.Operation) bool { return op.F == c.take && op.Output == v }) {
		if op.Complete < culprit.Complete && op.Outcome == history.OK {
			took = append(took, op)
		}
	}
	switch first := len(took) - 1; {
	case len(adders) == 1 && len(took) == 1 && (culprit.F == c.take || took[first].Before(culprit)):
		return fmt.Sprintf("%s had %s it already, by %s, and it was %s once", f.Who(took[first]), check.Past(c.take), f.By(took[first]), check.Past(c.add))
	case culprit.F == c.take && len(took) >= len(adders):
		return fmt.Sprintf("%v was %s %s, and %s %s before", v, check.Past(c.add), times(len(adders)), check.Past(c.take), times(len(took)))
	}
	return c.stillThere(f, adders)
}

// stillThere names an element that was certainly there, and that goes before the one
// that the culprit got; adders are the operations that may have added that one.
func (c container) stillThere(f *check.Finding, adders []history.Operation) string {
	before := might(f, func(history.Operation) bool { return true })
	all, anything := c.tally(before)
	given := &added{value: f.Culprit.Output, first: math.MaxInt, last: -1}
	for _, a := range all {
		if a.value == given.value {
			given = a
		}
	}
	named := make(map[history.Value]bool)
	for _, op := range f.Others {
		named[op.Input] = named[op.Input] || op.F == c.add
	}
	for _, a := range all {
		there := c.there(f.Culprit, before, given, a)
		if a == given || !named[a.value] || len(there) <= len(a.took)+len(anything) {
			continue
		}
		op := before[there[0]]
		s := fmt.Sprintf("%s had %s %v by %s%s, and ", f.Who(op), check.Past(c.add), a.value, f.By(op), c.rank(adders, given))
		if len(a.took)+len(anything) == 0 {
			return s + "nobody had " + check.Past(c.take) + " it"
		}
		return s + fmt.Sprintf("%v was still there: it was %s %s, and %s %s at most", a.value, check.Past(c.add), times(len(there)), check.Past(c.take), times(len(a.took)+len(anything)))
	}
	return ""
}

// rank says why the other element goes before the given one.
func (c container) rank(adders []history.Operation, given *added) string {
	switch {
	case given.value.IsNull() || len(adders) == 0:
		return ""
	case c.add == "insert":
		return fmt.Sprintf(", which is greater than %v", given.value)
	case c.order:
		return fmt.Sprintf(", after %v", given.value)
	}
	return fmt.Sprintf(", before %v was %s", given.value, check.Past(c.add))
}

// times is "once", "twice" or "3 times".
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
