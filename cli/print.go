package cli

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"simrun/check"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
)

// shown is a verdict as the formats print it, whatever it is about.
type shown struct {
	results trial.Results
	title   string      // "raft-kv seed 42", or the name of a file
	lines   []sim.Field // what a person wants to know before the checks
	below   []string    // what explains the checks
	also    []string    // answers to further questions
	summary string
	folder  string // where it is stored; "" if it is not
	replay  string // the command that shows it again; "" if there is none
}

// print prints a verdict in one of the formats.
func (a *app) print(format string, s shown) error {
	switch format {
	case "json":
		return a.printJSON(s)
	case "junit":
		return printJUnit(a.stdout, []shown{s})
	case "github":
		return printGitHub(a.stdout, s)
	}
	a.printText(s)
	return nil
}

// printJSON prints results.json, with the folder that it is in.
func (a *app) printJSON(s shown) error {
	s.results.Folder = s.folder
	return s.results.Write(a.stdout)
}

// printText prints a verdict for people. The first and the last line of a failing
// run are its seed and the command that replays it.
func (a *app) printText(s shown) {
	p := painter(a.color())
	if s.results.Seed != nil {
		fmt.Fprintf(a.stdout, "seed %d\n\n", *s.results.Seed)
	} else {
		fmt.Fprintf(a.stdout, "%s\n\n", printable(s.title))
	}
	wide := 11
	for _, f := range s.lines {
		wide = max(wide, len(f.Name))
	}
	for _, f := range s.lines {
		fmt.Fprintf(a.stdout, "  %-*s %s\n", wide, f.Name, printable(f.Value))
	}
	fmt.Fprintln(a.stdout)
	width := 0
	for _, c := range s.results.Checks {
		width = max(width, len(printable(c.Name)))
	}
	for _, c := range s.results.Checks {
		fmt.Fprintln(a.stdout, strings.TrimRight(fmt.Sprintf("  %s %-*s  %s", p.mark(c.Outcome), width, printable(c.Name), printable(checkLine(c))), " "))
		a.printEvidence(c.Evidence)
	}
	for _, line := range s.below {
		fmt.Fprintln(a.stdout, strings.TrimRight("  "+printable(line), " "))
	}
	if len(s.also) > 0 {
		fmt.Fprintf(a.stdout, "\n  also\n")
	}
	for _, line := range s.also {
		fmt.Fprintln(a.stdout, strings.TrimRight("  "+line, " "))
	}
	fmt.Fprintf(a.stdout, "\n%s\n", p.verdict(s.results.Outcome, printable(verdictOf(s))))
	if s.folder != "" {
		fmt.Fprintf(a.stdout, "  report  %s/%s\n", s.folder, store.ReportFile)
	}
	if s.replay != "" {
		fmt.Fprintf(a.stdout, "  replay  %s\n", s.replay)
	}
}

// printEvidence prints the events that contradict each other, in order, each with the faults that led to it.
func (a *app) printEvidence(list []sim.Evidence) {
	var rows [][]string
	for _, e := range list {
		who := ""
		if e.Node != 0 {
			who = e.Node.String()
		}
		row := []string{e.Time.Clock(), who, printable(e.Shows)}
		if len(e.After) > 0 {
			row = append(row, "after: "+printable(strings.Join(e.After, ", ")))
		}
		rows = append(rows, row)
	}
	printTable(a.stdout, "      ", rows)
}

// verdictOf says a verdict in a few words: of what failed the names, in order of time. Their reasons are with the checks.
func verdictOf(s shown) string {
	if s.results.Outcome == check.Valid {
		if s.results.Little != "" {
			return s.summary + ", but that means little: " + s.results.Little
		}
		return s.summary
	}
	return trial.Names(s.results.Failed())
}

// checkLine says of a check what is not obvious: why it failed, or who decided.
func checkLine(c trial.Check) string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Engine == "count":
		return ""
	case c.Engine == check.StreamEngine:
		return "decided while it was read"
	case c.Engine != "":
		said := fmt.Sprintf("%s ordered by %s", count.Of(len(c.Witness), "operation"), c.Engine)
		if c.Second == check.Valid {
			said += ", and by porcupine"
		}
		return said
	}
	return ""
}

// painter colours words, if it is true.
type painter bool

func (p painter) paint(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

const green, red, yellow, bold = "32", "31", "33", "1"

func (p painter) mark(v check.Outcome) string {
	switch v {
	case check.Valid:
		return p.paint(green, "✓")
	case check.Violation:
		return p.paint(red, "✗")
	}
	return p.paint(yellow, "?")
}

func (p painter) verdict(v check.Outcome, summary string) string {
	word, code := "unknown", yellow
	switch v {
	case check.Valid:
		word, code = "valid", green
	case check.Violation:
		word, code = "violation", red
	}
	if summary == "" {
		return p.paint(code+";"+bold, word)
	}
	return p.paint(code+";"+bold, word) + ": " + summary
}

// The elements of JUnit's XML, as CI servers read it.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Failure *junitReason `xml:"failure,omitempty"`
		Error   *junitReason `xml:"error,omitempty"` // unknown
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// printJUnit prints verdicts as JUnit's XML: a suite for each, a case for each check.
func printJUnit(w io.Writer, list []shown) error {
	var doc junitSuites
	for _, s := range list {
		suite := junitSuite{Name: s.title}
		if why := s.results.Refused; why != "" {
			suite.Tests, suite.Errors = 1, 1
			suite.Cases = []junitCase{{Class: s.title, Name: "read", Error: &junitReason{Message: "refused: " + why}}}
		}
		for _, c := range s.results.Checks {
			tc := junitCase{Class: s.title, Name: c.Name}
			reason := &junitReason{Message: c.Reason, Text: s.replay}
			switch c.Outcome {
			case check.Violation:
				tc.Failure = reason
				suite.Failures++
			case check.Unknown:
				tc.Error = reason
				suite.Errors++
			}
			suite.Tests++
			suite.Cases = append(suite.Cases, tc)
		}
		doc.Suites = append(doc.Suites, suite)
	}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

// printGitHub prints a verdict as annotations of a GitHub workflow.
func printGitHub(w io.Writer, s shown) error {
	if why := s.results.Refused; why != "" {
		fmt.Fprintf(w, "::error title=%s::%s\n", escapeProperty(s.title), escapeData("refused: "+why))
		return nil
	}
	for _, c := range s.results.Checks {
		level := ""
		switch c.Outcome {
		case check.Violation:
			level = "error"
		case check.Unknown:
			level = "warning"
		default:
			continue
		}
		text := c.Reason
		if s.replay != "" {
			text += "\nreplay: " + s.replay
		}
		fmt.Fprintf(w, "::%s title=%s::%s\n", level, escapeProperty(s.title+": "+c.Name), escapeData(text))
	}
	if s.results.Outcome == check.Valid {
		fmt.Fprintf(w, "::notice title=%s::%s\n", escapeProperty(s.title), escapeData("valid: "+s.summary))
	}
	return nil
}

// escapeData and escapeProperty escape the text and the properties of a workflow command.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}

// printTable prints rows with their columns aligned. The last column is not padded.
func printTable(w io.Writer, indent string, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		b.WriteString(indent)
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// encodeJSON prints a value as JSON for people and programs.
func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
