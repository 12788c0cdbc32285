package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// explainLog returns why the culprit can't have got its offset, or can't have read what it did.
func explainLog(f *check.Finding) string {
	if f.Culprit.F == "append" {
		return explainOffset(f)
	}
	from, _ := f.Culprit.Input.AsInt()
	seen, _ := f.Culprit.Output.AsList()
	for _, op := range f.Others {
		at, told := op.Output.AsInt()
		k := at - from
		switch {
		case op.F != "append" || !told || !op.Before(f.Culprit) || k < 0:
		case len(seen) == 0:
			return fmt.Sprintf("%s had appended %v at offset %d by %s", f.Who(op), op.Input, at, f.By(op))
		case k < int64(len(seen)) && seen[k] != op.Input:
			return fmt.Sprintf("%s had appended %v at offset %d by %s, where it read %v", f.Who(op), op.Input, at, f.By(op), seen[k])
		}
	}
	for _, v := range seen {
		if s := nobody(f, fmt.Sprintf("appended %v", v), elementOp("append", v)); s != "" {
			return s
		}
	}
	for _, op := range f.Others {
		if s := differentRead(f, op, from, seen); s != "" {
			return s
		}
	}
	return ""
}

// explainOffset says that an offset was taken, or that too many or too few records can have been before it.
func explainOffset(f *check.Finding) string {
	at, told := f.Culprit.Output.AsInt()
	if !told {
		return ""
	}
	for _, op := range f.Others {
		other, ok := op.Output.AsInt()
		switch {
		case op.F != "append" || !ok:
		case other == at:
			return fmt.Sprintf("%s had got offset %d too, for %v by %s", f.Who(op), at, op.Input, f.By(op))
		case other > at && op.Before(f.Culprit):
			return fmt.Sprintf("%s had got offset %d already, for %v by %s", f.Who(op), other, op.Input, f.By(op))
		}
	}
	done, all := 0, 0
	for _, op := range might(f, func(op history.Operation) bool { return op.F == "append" }) {
		if all++; op.Before(f.Culprit) {
			done++
		}
	}
	switch {
	case at < int64(done):
		return count.Of(done, "record") + " had been appended before"
	case at > int64(all):
		return "no more than " + count.Of(all, "record") + " can have been appended before"
	}
	return ""
}

// differentRead says that another read of the core saw another record at an offset, or one where the culprit found the end.
func differentRead(f *check.Finding, op history.Operation, from int64, seen []history.Value) string {
	start, _ := op.Input.AsInt()
	list, ok := op.Output.AsList()
	if !ok || op.F != "read" {
		return ""
	}
	if len(seen) == 0 && start <= from && from < start+int64(len(list)) && op.Before(f.Culprit) {
		return fmt.Sprintf("%s had read %v at offset %d by %s", f.Who(op), list[from-start], from, f.By(op))
	}
	for i, v := range list {
		if k := start + int64(i) - from; k >= 0 && k < int64(len(seen)) && seen[k] != v {
			return fmt.Sprintf("%s had read %v at offset %d by %s, where it read %v", f.Who(op), v, start+int64(i), f.By(op), seen[k])
		}
	}
	return ""
}
