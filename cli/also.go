package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"simrun/check"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/count"
	"simrun/trial"
)

// alsoQuestions are the questions of --also.
var alsoQuestions = []string{"sequential", "sessions", "staleness", "phases"}

// parseAlso reads which questions are asked besides linearizability.
func parseAlso(names []string) error {
	for _, name := range names {
		if err := oneOf("question of --also", name, alsoQuestions); err != nil {
			return err
		}
	}
	return nil
}

// An answer is what was found on a question of --also.
type answer struct {
	lines []string // for a person
	also  []any    // for results.json

	untimed bool // times are positions in the history
}

// span tells a length of time.
func (a *answer) span(t history.Time) string {
	if a.untimed {
		return count.Of(int64(t), "event")
	}
	return t.Rounded()
}

// agedAnswer and phasesAnswer are answers that are figures, in results.json.
type (
	agedAnswer struct {
		Name     string      `json:"name"`
		Time     boundAnswer `json:"time_ns"`
		Versions boundAnswer `json:"versions"`
	}
	boundAnswer struct {
		Known  bool   `json:"known"`
		Least  *int64 `json:"least"` // null if there is none, or it is not known
		Key    string `json:"key,omitempty"`
		Reason string `json:"reason,omitempty"`
		Core   []int  `json:"core,omitempty"`
	}
	phasesAnswer struct {
		Name   string         `json:"name"`
		Phases []weaker.Phase `json:"phases"`
	}
)

// ask answers the questions of --also on a history, and puts the answers into s.
// They change neither the verdict nor the exit code, which are linearizability's.
func (c *checking) ask(s *shown, r *history.Reading) error {
	a, events := answer{untimed: r.Untimed}, r.Events
	opts := weaker.Options{Budget: c.opts.Budget, Who: r.Who, Untimed: r.Untimed}
	for _, question := range c.also {
		bar := c.progress("asking for "+question, -1)
		err := a.answer(question, painter(c.color()), c.spec, events, opts)
		bar.end()
		if err != nil {
			return err
		}
	}
	s.also = a.lines
	text, err := json.Marshal(a.also)
	if len(a.also) > 0 {
		s.results.Also = text
	}
	return err
}

func (a *answer) answer(question string, p painter, spec check.Spec, events []history.Event, opts weaker.Options) error {
	switch question {
	case "sequential":
		v, err := weaker.Sequential(spec, events, opts)
		if err != nil {
			return err
		}
		a.verdict(p, "sequential consistency", v)
	case "sessions":
		all, err := weaker.Sessions(spec, events, opts)
		if err != nil {
			return err
		}
		for _, g := range all {
			a.verdict(p, g.Name, g.Verdict)
		}
	case "staleness":
		s, err := weaker.Staleness(spec, events, opts)
		if err != nil {
			return err
		}
		a.staleness(s)
	case "phases":
		phases, err := weaker.Phases(events)
		if err != nil {
			return err
		}
		a.phases(phases)
	}
	return nil
}

func (a *answer) verdict(p painter, name string, v check.Verdict) {
	c := trial.VerdictCheck(name, v)
	line := c.Reason
	if line == "" && len(c.Witness) > 0 {
		line = checkLine(c)
	}
	a.lines = append(a.lines, strings.TrimRight(fmt.Sprintf("%s %-22s  %s", p.mark(c.Outcome), name, printable(line)), " "))
	a.also = append(a.also, c)
}

func (a *answer) staleness(s weaker.Stale) {
	say := func(b weaker.Bound, figure string) string {
		switch b.Outcome {
		case check.Violation:
			return "without bound: " + b.Reason
		case check.Unknown:
			return "unknown: " + b.Reason
		}
		if b.Reason != "" {
			return figure + ", for " + b.Reason
		}
		return figure
	}
	a.lines = append(a.lines,
		fmt.Sprintf("  %-22s  %s", "age of reads", say(s.Time, "at most "+a.age(s.Time.Least))),
		fmt.Sprintf("  %-22s  %s", "versions behind", say(s.Versions, fmt.Sprintf("at most %d", s.Versions.Least-1))))
	a.also = append(a.also, agedAnswer{"staleness", boundOf(s.Time), boundOf(s.Versions)})
}

// age tells the age of a read.
func (a *answer) age(ns int64) string {
	if a.untimed {
		return count.Of(ns, "event")
	}
	return time.Duration(ns).String()
}

func boundOf(b weaker.Bound) boundAnswer {
	r := boundAnswer{Known: b.Outcome != check.Unknown, Key: b.Key, Reason: b.Reason, Core: b.Core}
	if b.Outcome == check.Valid {
		r.Least = &b.Least
	}
	return r
}

func (a *answer) phases(phases []weaker.Phase) {
	rows := [][]string{{"phase", "times", "lasted", "answered", "", "p50", "p95", "p99", "max"}}
	for i := range phases {
		p := &phases[i]
		row := []string{p.Name(), count.Grouped(p.Spans), a.span(p.Lasted), "no operation"}
		if n := p.Operations(); n > 0 {
			share := p.Answered() * 1000 / n
			row[3] = fmt.Sprintf("%s of %s", count.Grouped(p.Answered()), count.Grouped(n))
			row = append(row, fmt.Sprintf("%d.%d %%", share/10, share%10))
		}
		if p.Answered() > 0 {
			row = append(row, a.span(p.Latency.P50), a.span(p.Latency.P95), a.span(p.Latency.P99), a.span(p.Latency.Max))
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	printTable(&b, "  ", rows)
	a.lines = append(a.lines, "")
	a.lines = append(a.lines, strings.Split(strings.TrimRight(b.String(), "\n"), "\n")...)
	a.also = append(a.also, phasesAnswer{"phases", phases})
}
