package visual

import (
	"fmt"
	"testing"
)

func TestCuts(t *testing.T) {
	for _, c := range []struct{ line, sides, cut string }{
		{"at 1.2s partition n1,n2 | n3,n4,n5 for 800ms", "[[n1 n2] [n3 n4 n5]]", "[]"},
		{"at 1.2s isolate n4", "[[n1 n2 n3 n5] [n4]]", "[]"},
		{"at 1s partition n1 | n2,n3", "[[n1] [n2 n3]]", "[]"}, // n4 and n5 reach all
		{"at 1s cut n1 <> n2 and n2 <> n3", "[[n1 n3] [n2]]", "[]"},
		{"at 1s cut n1 <> n2 and n3 <> n4", "[]", "[{n1 cut off from n2} {n2 cut off from n1} {n3 cut off from n4} {n4 cut off from n3}]"},
		{"at 1s cut n1 > n2", "[]", "[{n1 unheard by n2} {n2 deaf to n1}]"},
		{"at 1s cut n1 > n2 and n1 <> n3", "[]", "[{n1 cut off from n3, unheard by n2} {n2 deaf to n1} {n3 cut off from n1}]"},
		{"at 1s crash n1 for 2s", "[]", "[]"},
		{"at 1s isolate leader", "[]", "[]"}, // not resolved: nobody knows who that was
		{"at 1s partition halves", "[]", "[]"},
		{"no line of a plan", "[]", "[]"},
		{"", "[]", "[]"},
	} {
		sides, cut := cutsOf(c.line, 5)
		if got := fmt.Sprint(sides); got != c.sides {
			t.Errorf("%q: sides %v, want %v", c.line, got, c.sides)
		}
		if got := fmt.Sprint(cut); got != c.cut {
			t.Errorf("%q: cut %v, want %v", c.line, got, c.cut)
		}
	}
}
