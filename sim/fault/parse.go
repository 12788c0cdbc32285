package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/history/nearest"
)

// Parse reads one fault, as [Fault.String] writes it. The error is a [*SyntaxError].
func Parse(text string) (Fault, error) {
	f, err := parseLine(nil, "", 1, text)
	if err != nil {
		return Fault{}, err
	}
	return f, nil
}

// ParsePlan reads a plan: one fault per line, blank lines, and comments from "#" to the
// end of the line. An error is a [*SyntaxError] with the name in it. Roles and events may have any
// name: see [Profile.ParsePlan].
func ParsePlan(name, text string) ([]Fault, error) { return parsePlan(nil, name, text) }

// ParsePlan reads a plan as [ParsePlan] does, and refuses roles and events that the profile does not list.
func (pr *Profile) ParsePlan(name, text string) ([]Fault, error) { return parsePlan(pr, name, text) }

// Check says which role or event of a fault the profile does not list, or why there can't be such a fault; nil if all is well.
func (pr *Profile) Check(f Fault) error {
	if pr.Native {
		if why := f.beyondProcesses(); why != "" {
			return fmt.Errorf("fault %q: %s; a program that is compiled to WASI can have that fault", f, why)
		}
	}
	text, err := f.MarshalText()
	if err != nil {
		return err
	}
	if _, err := parseLine(pr, "", 1, string(text)); err != nil {
		return fmt.Errorf("fault %q: %s", f, err.Msg)
	}
	return nil
}

// MaxPlan is the largest number of faults of a plan.
const MaxPlan = 4_000

func parsePlan(pr *Profile, name, text string) ([]Fault, error) {
	var plan []Fault
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if blank(line) {
			continue
		}
		if len(plan) == MaxPlan {
			return nil, &SyntaxError{Name: name, Line: n, Col: 1, Msg: fmt.Sprintf("a plan has at most %d faults", MaxPlan)}
		}
		f, err := parseLine(pr, name, n, line)
		if err != nil {
			return nil, err
		}
		plan = append(plan, f)
	}
	return plan, nil
}

// blank reports whether a line says nothing.
func blank(line string) bool {
	line, _, _ = strings.Cut(line, "#")
	return strings.TrimSpace(line) == ""
}

// parser reads one line. The first error stays; after it, every method does
// nothing.
type parser struct {
	profile *Profile // whose roles and events are allowed; nil: any
	name    string
	line    int
	toks    []token
	err     *SyntaxError
}

func parseLine(profile *Profile, name string, line int, text string) (Fault, *SyntaxError) {
	p := &parser{profile: profile, name: name, line: line, toks: scan(text)}
	var f Fault
	p.trigger(&f)
	p.kind(&f)
	if p.err == nil {
		for _, c := range forms[f.Kind].clauses {
			p.clause(c, &f)
		}
	}
	if p.err == nil && p.peek() != "" {
		p.end(f.Kind)
	}
	if p.err != nil {
		return Fault{}, p.err
	}
	return f, nil
}

// end fails at what follows a fault of kind k: a word that does not belong there, or
// that comes too late.
func (p *parser) end(k Kind) {
	late := slices.Contains(followers(k), p.peek())
	if !late {
		p.expected("the end of the line", followers(k)...)
		return
	}
	p.expected("the end of the line")
	p.err.Msg += fmt.Sprintf(", which comes too late or twice; the order is %s", k.Usage())
}

// trigger reads when the fault begins.
func (p *parser) trigger(f *Fault) {
	switch {
	case p.accept("at"):
		f.At = p.duration("a time like 1.2s")
		return
	case p.accept("after"):
		f.At = p.duration("a time like 1.2s")
		p.want("on")
	case !p.accept("on"):
		p.expected(`"at", "after" or "on"`, "at", "after", "on")
		return
	}
	if n, ok := ordinal(p.peek()); ok {
		p.next()
		if n > 1 {
			f.Nth = n
		}
	}
	f.On = p.event()
}

// event reads the name of an event.
func (p *parser) event() Event {
	quoted := p.accept("event")
	events := p.profile.events()
	if known := p.profile == nil || slices.Contains(events, p.peek()); !known || !quoted && !plain(p.peek()) {
		p.expected("an event", events...)
		return ""
	}
	return Event(p.word("the name of an event"))
}

// kind reads what goes wrong.
func (p *parser) kind(f *Fault) {
	k, ok := kindNamed(p.peek())
	if !ok {
		var names []string
		for _, k := range Kinds()[1:] {
			names = append(names, k.String())
		}
		p.expected("a fault", names...)
		return
	}
	p.next()
	f.Kind = k
}

// ordinal reads "3rd".
func ordinal(s string) (int, bool) {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if digits, ok := strings.CutSuffix(s, suffix); ok {
			n, err := strconv.ParseUint(digits, 10, 31)
			return int(n), err == nil && n >= 1
		}
	}
	return 0, false
}

// peek returns the next token, "" at the end of the line.
func (p *parser) peek() string {
	if p.err != nil {
		return ""
	}
	return p.toks[0].text
}

// next takes a token.
func (p *parser) next() {
	if len(p.toks) > 1 {
		p.toks = p.toks[1:]
	}
}

// accept takes a token if it is the given one.
func (p *parser) accept(word string) bool {
	if p.err != nil || p.peek() != word {
		return false
	}
	p.next()
	return true
}

// want takes the given token, or fails.
func (p *parser) want(word string) {
	if p.err == nil && !p.accept(word) {
		p.expected(strconv.Quote(word), word)
	}
}

// expected fails: the error is at the next token. Of the words that
// would have been right, the nearest is named, if one is near, or all of them,
// if they are few.
func (p *parser) expected(what string, words ...string) {
	if p.err != nil {
		return
	}
	found := "the end of the line"
	if p.peek() != "" {
		found = strconv.Quote(p.peek())
	}
	msg := fmt.Sprintf("expected %s, found %s", what, found)
	if near := nearest.To(p.peek(), words); near != "" && p.peek() != "" {
		msg += fmt.Sprintf("; the nearest word is %q", near)
	} else if len(words) > 3 {
		msg += "; known are " + strings.Join(words, ", ")
	}
	p.err = &SyntaxError{p.name, p.line, p.toks[0].col, msg}
}

// word takes a name: letters, digits and what is in file names.
func (p *parser) word(what string) string {
	w := p.peek()
	if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !letter(r) }) {
		p.expected(what)
		return ""
	}
	p.next()
	return w
}

// letter reports whether a name may hold r.
func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r)
}

// duration takes a duration that is not negative.
func (p *parser) duration(what string) time.Duration {
	d, err := time.ParseDuration(p.peek())
	if err != nil || d < 0 || p.peek()[0] == '+' || p.peek()[0] == '-' {
		p.expected(what)
		return 0
	}
	if d > MaxSpan {
		p.expected("a duration of at most 24h")
		return 0
	}
	p.next()
	return d
}

// integer takes a number of at least 1.
func (p *parser) integer(what string) int {
	n, err := strconv.ParseUint(p.peek(), 10, 31)
	if err != nil || n < 1 {
		p.expected(what)
		return 0
	}
	p.next()
	return int(n)
}
