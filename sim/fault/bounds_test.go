package fault

import (
	"runtime"
	"strings"
	"testing"
)

// A plan of a million lines is refused after the first few thousand, and a word of any
// length does not fill the screen.
func TestHostilePlans(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct{ name, plan, want string }{
		{"a million lines", strings.Repeat("at 1s crash n1\n", 1_000_000), "plan.txt:4001:1: a plan has at most 4000 faults"},
		{"a long word", "at 1s " + strings.Repeat("x", mib), "plan.txt:1:7: "},
		{"a long line", "at 1s crash n1 " + strings.Repeat("n1 ", mib), "plan.txt:1:"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ParsePlan("plan.txt", c.plan)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || len(err.Error()) > 300 {
			t.Errorf("%s: %.400v", c.name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 256*mib {
			t.Errorf("%s allocated %d MiB", c.name, took/mib)
		}
	}
}
