package check

import (
	"fmt"
	"strings"

	"simrun/history"
)

// explain says in a sentence what is wrong with a core.
func (ch *check) explain(c *core) string {
	var members []string
	for i, o := range c.ops {
		if c.fate[i] == kept {
			members = append(members, described(ch.spec, &ch.ops[o.op]))
		}
	}
	if len(members) == 1 {
		return members[0] + ", which no order of the operations explains"
	}
	return fmt.Sprintf("no order explains all of: %s", strings.Join(members, "; "))
}

// described says who did what and when.
func described(spec Spec, op *history.Operation) string {
	if op.Complete < 0 {
		return fmt.Sprintf("c%d %s from %v", op.Process, spec.describe(op), op.Call)
	}
	return fmt.Sprintf("c%d %s from %v to %v", op.Process, spec.describe(op), op.Call, op.Return)
}
