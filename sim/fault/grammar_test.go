package fault_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/exp/ebnf"
	"pgregory.net/rapid"

	"simrun/sim/fault"
)

// grammar parses the grammar, and verifies that each production is there and is
// used.
func grammar(t interface{ Fatal(...any) }) ebnf.Grammar {
	g, err := ebnf.Parse("grammar", strings.NewReader(fault.Grammar()))
	if err != nil {
		t.Fatal(err)
	}
	if err := ebnf.Verify(g, "Plan"); err != nil {
		t.Fatal(err)
	}
	return g
}

// recognizer decides by the grammar alone whether words are a sentence: the second,
// dumb reader next to the parser.
type recognizer struct {
	g     ebnf.Grammar
	words []string
}

func lexical(name string) bool { return name[0] >= 'a' && name[0] <= 'z' }

// ends returns where a match of e that begins at word i can end.
func (r *recognizer) ends(e ebnf.Expression, i int) map[int]bool {
	one := func(ok bool) map[int]bool {
		if ok && i < len(r.words) {
			return map[int]bool{i + 1: true}
		}
		return nil
	}
	switch x := e.(type) {
	case nil:
		return map[int]bool{i: true}
	case *ebnf.Token:
		return one(i < len(r.words) && r.words[i] == x.String)
	case *ebnf.Name:
		if lexical(x.String) {
			return one(i < len(r.words) && matches(r.g, r.g[x.String].Expr, r.words[i]) && (x.String != "role" || !r.reserved(r.words[i])))
		}
		return r.ends(r.g[x.String].Expr, i)
	}
	return combine(e, i, r.ends)
}

// reserved reports what the comment on roles excludes, which the notation can't say.
func (r *recognizer) reserved(word string) bool {
	_, list, _ := strings.Cut(fault.Grammar(), "none of: ")
	list, _, _ = strings.Cut(list, "\n")
	return slices.Contains(strings.Fields(list), word) || matches(r.g, r.g["node"].Expr, word)
}

// combine matches what is made of parts.
func combine(e ebnf.Expression, i int, ends func(ebnf.Expression, int) map[int]bool) map[int]bool {
	at := map[int]bool{i: true}
	switch x := e.(type) {
	case *ebnf.Group:
		return ends(x.Body, i)
	case *ebnf.Option:
		for j := range ends(x.Body, i) {
			at[j] = true
		}
	case *ebnf.Repetition:
		for again := true; again; {
			again = false
			for j := range at {
				for k := range ends(x.Body, j) {
					if !at[k] {
						at[k], again = true, true
					}
				}
			}
		}
	case ebnf.Alternative:
		at = map[int]bool{}
		for _, a := range x {
			for j := range ends(a, i) {
				at[j] = true
			}
		}
	case ebnf.Sequence:
		for _, part := range x {
			after := map[int]bool{}
			for j := range at {
				for k := range ends(part, j) {
					after[k] = true
				}
			}
			at = after
		}
	default:
		panic("a kind of expression that the grammar did not have")
	}
	return at
}

// matches reports whether a whole word matches a lexical expression.
func matches(g ebnf.Grammar, e ebnf.Expression, word string) bool {
	var ends func(ebnf.Expression, int) map[int]bool
	ends = func(e ebnf.Expression, i int) map[int]bool {
		switch x := e.(type) {
		case *ebnf.Token:
			if strings.HasPrefix(word[i:], x.String) {
				return map[int]bool{i + len(x.String): true}
			}
			return nil
		case *ebnf.Range:
			c, n := utf8.DecodeRuneInString(word[i:])
			lo, _ := utf8.DecodeRuneInString(x.Begin.String)
			hi, _ := utf8.DecodeRuneInString(x.End.String)
			if n > 0 && c >= lo && c <= hi {
				return map[int]bool{i + n: true}
			}
			return nil
		case *ebnf.Name:
			return ends(g[x.String].Expr, i)
		}
		return combine(e, i, ends)
	}
	return ends(e, 0)[len(word)]
}

// split cuts a line into words by the rule that comes with the grammar.
func split(line string) []string {
	line = strings.ReplaceAll(line, "<>", " \x00 ")
	for _, mark := range []string{",", "|", ">"} {
		line = strings.ReplaceAll(line, mark, " "+mark+" ")
	}
	return strings.Fields(strings.ReplaceAll(line, "\x00", "<>"))
}

func accepts(g ebnf.Grammar, line string) bool {
	r := &recognizer{g, split(line)}
	return r.ends(g["Fault"].Expr, 0)[len(r.words)]
}

func TestGrammarAcceptsWhatIsPrinted(t *testing.T) {
	g := grammar(t)
	for _, l := range lines {
		in, _, _ := strings.Cut(l.in, "#")
		if !accepts(g, in) {
			t.Errorf("the grammar refuses %q", in)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := faults(t)
		if !accepts(g, f.String()) {
			t.Fatalf("the grammar refuses %q", f)
		}
	})
}

// beyondGrammar is what the parser says where a value is out of bounds that the grammar
// does not know.
var beyondGrammar = []string{
	"expected a probability", "expected a drift", "expected a duration above 0", "is below the shortest", "expected a node from n1",
	"expected a duration of at most", "expected a step", "expected a jump", "expected the number", "expected a number", "expected how many", "expected a bandwidth",
}

// TestParserAgreesWithGrammar changes lines at random: what the parser takes, the
// grammar takes; what the grammar takes, the parser takes but for bounds.
func TestParserAgreesWithGrammar(t *testing.T) {
	g := grammar(t)
	taken, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		words := split(faults(t).String())
		other := split(faults(t).String())
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			i := rapid.IntRange(0, len(words)-1).Draw(t, "at")
			j := rapid.IntRange(0, len(other)-1).Draw(t, "from")
			switch rapid.IntRange(0, 3).Draw(t, "change") {
			case 0:
				words = append(words[:i:i], words[i+1:]...)
			case 1:
				words = append(words[:i:i], append([]string{other[j]}, words[i:]...)...)
			case 2:
				words[i] = other[j]
			case 3:
				words = append(words[:i:i], other[j:]...)
			}
			if len(words) == 0 {
				return
			}
		}
		line := strings.Join(words, " ")
		f, err := fault.Parse(line)
		if err == nil {
			taken++
			if !accepts(g, line) {
				t.Fatalf("the parser takes %q, the grammar does not", line)
			}
			if back, err := fault.Parse(f.String()); err != nil || back != f {
				t.Fatalf("%q became %q, %v", line, f, err)
			}
			return
		}
		refused++
		if accepts(g, line) && !bounded(err.Error()) {
			t.Fatalf("the grammar takes %q, the parser says %v", line, err)
		}
	})
	if !testing.Short() && (taken < 10 || refused < 10) { // -short lets rapid draw a fifth
		t.Errorf("%d lines taken, %d refused: too few of one", taken, refused)
	}
}

func bounded(msg string) bool {
	for _, b := range beyondGrammar {
		if strings.Contains(msg, b) {
			return true
		}
	}
	return false
}

// TestSentencesOfTheGrammarAreRead walks the grammar at random.
func TestSentencesOfTheGrammarAreRead(t *testing.T) {
	g := grammar(t)
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		var b []string
		walk(t, g, g["Fault"].Expr, &b)
		line := strings.Join(b, " ")
		if _, err := fault.Parse(line); err == nil {
			read++
		} else if !bounded(err.Error()) {
			t.Fatalf("the parser refuses %q: %v", line, err)
		}
	})
	if !testing.Short() && read < 30 { // -short lets rapid draw a fifth
		t.Errorf("only %d sentences of the grammar were read", read)
	}
}

// words that lexical productions can give, within bounds.
var samples = map[string][]string{
	"node": {"n1", "n2", "n64"}, "number": {"1", "2", "17"}, "ordinal": {"1st", "2nd", "3rd", "11th"},
	"signed": {"+400ms", "-1s", "200ms"}, "duration": {"1.2s", "1m2s", "800ms", "1.5µs", ".5s"}, "ratio": {"1/100", "1/1"},
	"drift": {"+1/1000", "-1/500", "1/2"}, "rate": {"64kB/s", "1B/s", "2MB/s"}, "word": {"wal", "a/b.c", "x-1_y"}, "name": {"ack", "elected-again"}, "role": {"leader", "arbiter", "commit"},
}

func walk(t *rapid.T, g ebnf.Grammar, e ebnf.Expression, b *[]string) {
	switch x := e.(type) {
	case *ebnf.Token:
		*b = append(*b, x.String)
	case *ebnf.Name:
		if lexical(x.String) {
			*b = append(*b, rapid.SampledFrom(samples[x.String]).Draw(t, x.String))
			return
		}
		walk(t, g, g[x.String].Expr, b)
	case *ebnf.Group:
		walk(t, g, x.Body, b)
	case *ebnf.Option:
		if rapid.Bool().Draw(t, "option") {
			walk(t, g, x.Body, b)
		}
	case *ebnf.Repetition:
		for range rapid.IntRange(0, 2).Draw(t, "times") {
			walk(t, g, x.Body, b)
		}
	case ebnf.Alternative:
		walk(t, g, x[rapid.IntRange(0, len(x)-1).Draw(t, "alternative")], b)
	case ebnf.Sequence:
		for _, part := range x {
			walk(t, g, part, b)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, l := range lines {
		f.Add(l.in)
	}
	f.Fuzz(func(t *testing.T, line string) {
		plan, err := fault.ParsePlan("plan", line)
		if err != nil {
			return
		}
		for _, x := range plan {
			if _, err := x.MarshalText(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
